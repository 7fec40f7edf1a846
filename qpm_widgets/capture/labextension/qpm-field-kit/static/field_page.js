// One field page: runs its notebook, and again when its kernel has been restarted or has died.
import { settings, words } from "./frame.js";

const PATIENCE = 30000; // ms until a page that does not come is said not to come
const ASK_AFTER = 1000; // ms until a kernel that has not said that it is idle is asked
const ANSWER = 3000; // ms that it has to answer
const CALLS = 4; // unanswered questions until it is replaced the first time
const RESTARTS = 2; // starts of a kernel that died for good, before a person is asked

export const OPENING = { state: "opening" };
export const SHOWN = { state: "shown" };

// A reply can be lost with its connection; nobody is to wait for it for ever.
const inTime = (promise, patience = PATIENCE) =>
  Promise.race([promise, new Promise((_, reject) => setTimeout(reject, patience, new Error()))]);

export class FieldPage {
  constructor(panel, CodeCell, changed, lost) {
    Object.assign(this, { panel, CodeCell, changed, view: OPENING, stale: false, restarts: 0, unanswered: 0, renewals: 0, used: Date.now() });
    const { sessionContext } = panel;
    sessionContext.statusChanged.connect((_, status) => this.onStatus(status));
    sessionContext.connectionStatusChanged.connect((_, status) => {
      if (status === "connected") this.freshen();
      else lost(this);
      this.tellLink(status === "connected" && this.isLinked);
    });
    sessionContext.sessionChanged.connect((_, { newValue }) => newValue || this.revive());
    // Nothing in a field page is worth saving, so nothing asks to.
    const { model } = panel.context;
    model.stateChanged.connect((_, { name, newValue }) => name === "dirty" && newValue && (model.dirty = false));
    this.name();
    this.open();
  }

  get path() {
    return this.panel.context.path;
  }

  get title() {
    const { page, id = "" } = this.panel.context.model.getMetadata("qpm") ?? {};
    return (words.titles?.[page] ?? "").replace("{id}", id);
  }

  // Jupyter names its parts for screen readers in its own words; to an assessor this is a page.
  name() {
    const { content } = this.panel;
    content.node.setAttribute("aria-label", this.title);
    content.node.setAttribute("role", "region");
    for (const part of content.node.querySelectorAll("[role], [aria-label]")) {
      if (part.closest(".jp-OutputArea-output")) continue;
      part.removeAttribute("aria-label");
      part.removeAttribute("role");
    }
  }

  get isLinked() {
    return !this.stale && this.panel.sessionContext.session?.kernel?.connectionStatus === "connected";
  }

  // Lets the sheet say that nothing is saved just now, also where nobody types.
  tellLink(up) {
    const { node: panel } = this.panel;
    window.dispatchEvent(new CustomEvent("qpm-link", { detail: { panel, up } }));
  }

  set(view) {
    this.name(); // what was drawn since has Jupyter's names again
    this.view = view;
    this.changed(this);
  }

  async open() {
    this.set(OPENING);
    await inTime(this.panel.sessionContext.ready).catch(() => {});
    if (this.panel.isDisposed) return;
    if (this.panel.sessionContext.session?.kernel) await this.run();
    else this.stop();
  }

  async run() {
    if (this.running) return;
    this.running = true;
    this.stale = false;
    try {
      // All are sent at once: they are run in this order, and none after one that fails.
      const cells = this.panel.content.widgets.filter(({ model }) => model.type === "code");
      await Promise.all(cells.map((cell) => inTime(this.CodeCell.execute(cell, this.panel.sessionContext))));
      await this.drawn();
      this.set(this.fault() ?? SHOWN);
      this.tellLink(true);
    } catch {
      // The kernel went away underneath; its next word (idle, dead) brings the page back. If there is none, say so.
      this.stale = true;
      setTimeout(() => this.stale && !this.running && this.view === OPENING && this.stop(), PATIENCE);
    }
    this.running = false;
    this.freshen();
  }

  // The sheet asks for its content once it is there: the cover stays until something stands under it.
  async drawn() {
    const { content } = this.panel;
    const stands = () => [...content.node.querySelectorAll(".jp-OutputArea-output .qpm-sheet")].some((one) => one.offsetHeight > 40);
    for (let tries = 0; tries < 200 && content.isVisible && !stands() && !this.fault(); tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  fault() {
    for (const { model } of this.panel.content.widgets) {
      const outputs = model.outputs?.toJSON() ?? [];
      const error = outputs.find((output) => output.output_type === "error");
      if (error) {
        const sentence = error.ename === "QpmError" ? error.evalue : words.failed;
        return { state: "stopped", sentence, retry: () => this.restart() };
      }
    }
    // The page's own script was not to be had (page_files.py): only loading it anew helps.
    return this.panel.content.node.querySelector(".qpm-no-script") ? this.stopped(words.failed) : null;
  }

  onStatus(status) {
    if (status === "restarting" || status === "autorestarting") this.stale = true;
    if (this.stale || status === "dead") this.tellLink(false);
    if (status === "dead") this.revive();
    else this.freshen();
  }

  // Runs the page again once a restarted kernel listens. What was typed meanwhile is in the page's outbox.
  freshen() {
    const kernel = this.panel.sessionContext.session?.kernel;
    if (this.stale && !this.running && kernel?.connectionStatus === "connected") this.ask(kernel);
  }

  // A kernel that is killed a second time while it comes back may be there and not be heard: what it said of itself went
  // by while the connection was only being made, or the server mixes up this window's two connections and delivers
  // nothing any more, whatever was heard before. So it is asked. Who answers, listens. Who does not is given time to
  // start, twice as much each time, and then replaced: the new one has a connection of its own.
  async ask(kernel) {
    if (this.asking || kernel.status === "dead") return;
    this.asking = true;
    if (kernel.status !== "idle") await new Promise((resolve) => setTimeout(resolve, ASK_AFTER));
    const answered = await inTime(kernel.requestKernelInfo(), ANSWER).then(() => true, () => false);
    this.asking = false;
    if (!this.stale || this.running || this.panel.isDisposed) return;
    if (answered) {
      this.restarts = this.unanswered = this.renewals = 0;
      this.run();
      return;
    }
    this.unanswered += 1;
    if (this.unanswered >= CALLS * 2 ** this.renewals) {
      this.unanswered = 0;
      this.renewals += 1;
      await this.startAnew().catch(() => {}); // what is typed stays in view; it is asked again
    }
    this.freshen();
  }

  // A kernel that was given up, or has gone without a word, is started anew; but not for ever.
  async revive() {
    if (this.reviving || this.starting || this.panel.isDisposed || this.view === OPENING) return;
    this.restarts += 1;
    if (this.restarts > RESTARTS) return this.stop();
    this.reviving = true;
    await new Promise((resolve) => setTimeout(resolve, 500 * this.restarts));
    await this.startAnew().catch(() => this.stop());
    this.reviving = false;
  }

  // At a person's word. The page is covered, for it had stopped already.
  async restart() {
    this.set(OPENING);
    this.restarts = 0;
    const kernel = this.panel.sessionContext.session?.kernel;
    try {
      this.stale = true;
      if (kernel && kernel.status !== "dead") await kernel.restart();
      else await this.startAnew();
      this.freshen();
    } catch {
      await this.startAnew().catch(() => this.stop());
    }
  }

  // A fresh kernel, whatever has become of the old one.
  async startAnew() {
    const { sessionContext } = this.panel;
    const start = () => inTime(sessionContext.changeKernel({ name: "python3" }));
    this.starting = true;
    try {
      await start().catch(async () => {
        await sessionContext.shutdown().catch(() => {});
        await start();
      });
    } finally {
      this.starting = false;
    }
    this.stale = true;
    this.freshen();
  }

  stop() {
    this.set(this.stopped(words.cannot_start));
  }

  // Trying again loads the window anew: Jupyter does not draw widgets for a page that began without a kernel.
  stopped(sentence) {
    const address = `${settings.baseUrl}doc/tree/${this.path.split("/").map(encodeURIComponent).join("/")}`;
    return { state: "stopped", sentence, retry: () => location.assign(address) };
  }

  // Where a screen reader and the keyboard go on: where they were, or else at the heading.
  focus() {
    if (this.panel.node.contains(document.activeElement) && document.activeElement.closest(".jp-OutputArea")) return;
    const last = this.place && this.panel.node.querySelector(`#${CSS.escape(this.place)}`);
    const heading = this.panel.node.querySelector(".jp-OutputArea h1");
    if (!last) heading?.setAttribute("tabindex", "-1");
    (last || heading)?.focus({ preventScroll: true });
  }
}
