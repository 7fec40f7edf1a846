// All field pages of the window: which one is in front, and that nothing of JupyterLab is seen around it.
import { FieldPage, OPENING, SHOWN } from "./field_page.js";
import { Frame, settings, workbench, words } from "./frame.js";

const DESK = "desk.ipynb";
const KEPT_OPEN = 2; // field pages beside the desk and the one in front, each with a kernel of its own
const ENDED_AFTER = 5000; // ms until a kernel that was asked to end is taken to have ended
const GONE_TRIES = 20; // tenths of a second until a connection that is still there is taken to be another window's
const BEAT = 900; // ms between two questions to the server, and
const BEAT_ANSWER = 1000; // ms that it has to answer: within two seconds a page says that the kit is not there
const CLOSE_AFTER = 1500; // ms that a new page has for itself until an old one is closed

// The page that an address of this server opens, as a path in the kit's notebooks. JupyterLab gives a second window a
// workspace of its own, which stands in the address too.
const pathOf = ({ origin, pathname }) =>
  origin === location.origin ? /^\/(?:lab|doc)(?:\/workspaces\/[^/]+)?\/tree\/(.+)$/.exec(decodeURIComponent(pathname))?.[1] : null;

const isPage = (path) => Boolean(path?.endsWith(".ipynb"));

export class Pages {
  constructor(app, documents, modules) {
    Object.assign(this, { app, shell: app.shell, documents, modules, pages: new Map(), closing: new Map(), frame: new Frame(), hidden: [] });
    this.handleEvent = (event) => this[`on${event.type}`]?.(event);
    for (const type of ["click", "contextmenu", "focusin", "keydown", "popstate"]) {
      window.addEventListener(type, this, true);
    }
    this.windows = new BroadcastChannel("qpm-replaced");
    this.windows.onmessage = ({ data }) => this.openAfresh(data);
    window.addEventListener("qpm-replaced", ({ detail }) => {
      this.closeReplaced(detail);
      this.windows.postMessage(detail);
    });
    app.serviceManager.connectionFailure.connect(() => this.onServerGone());
    this.shell.currentChanged.connect(() => this.update());
    new MutationObserver(() => this.nameWindow()).observe(document.querySelector("title"), { childList: true });
    const { Dialog } = modules.apputils;
    Dialog.tracker.widgetAdded.connect((_, dialog) => this.field && setTimeout(() => dialog.reject()));
    this.guardAddress();
    this.watchLink();
    const named = pathOf(location);
    app.restored.then(() => {
      this.update();
      // On a slow machine the page that the address names may not have begun to open by then.
      setTimeout(() => this.current || this.opened || this.open(isPage(named) ? named : DESK), 1000);
    });
  }

  // JupyterLab also writes its file browser's folder into the address, now and then after the page's own path: whoever
  // then reloads, or goes back, would be led away from the page.
  guardAddress() {
    const { pushState } = history;
    history.pushState = (state, unused, address) => {
      if (!this.field || isPage(pathOf(new URL(address, location)))) pushState.call(history, state, unused, address);
    };
  }

  get current() {
    return this.pages.get(this.shell.currentWidget);
  }

  // Whether the window shows pages: as long as nothing else has been opened on purpose.
  get field() {
    return !workbench.shown && (!this.shell.currentWidget || this.current || this.arriving(this.shell.currentWidget));
  }

  arriving(widget) {
    return isPage(widget.context?.path) && !widget.context.isReady;
  }

  async add(panel) {
    this.opened = true;
    this.update();
    await panel.context.ready;
    if (panel.context.model.getMetadata("qpm")?.autorun) {
      const page = new FieldPage(panel, this.modules.cells.CodeCell, () => this.update(), (lost) => this.onLost(lost));
      this.pages.set(panel, page);
      panel.addClass("qpm-page");
      panel.disposed.connect(() => this.pages.delete(panel));
    }
    this.update();
  }

  // Pages that may be closed: not the one in front, and none with words that the journal does not have, sent or on a form.
  get closable() {
    const unsaved = [...(window.qpmChannels?.values() ?? [])].filter(({ slots, memory }) => slots.size || memory.values?.typed);
    return [...this.pages.values()].filter((page) =>
      page !== this.current && !unsaved.some(({ held }) => page.panel.node.contains(held)));
  }

  // Pages whose files were made anew, or whose plan was changed, are opened afresh the next time: what stands in them is
  // what was before.
  closeReplaced(paths) {
    for (const page of this.closable) if (paths.includes(page.path)) this.close(page);
  }

  // The same in another window, where it may be in front: there it is run again, with whatever was typed in it.
  openAfresh(paths) {
    this.closeReplaced(paths);
    if (paths.includes(this.current?.path)) this.current.run();
  }

  // Its kernel ends with it, unless another window has the page as well. Until that is known the page is not opened again:
  // it would be given the kernel that is just going away.
  close(page) {
    const { path, panel, panel: { sessionContext } } = page;
    const [id, kernel] = [sessionContext.session?.id, sessionContext.session?.kernel?.id];
    sessionContext.kernelPreference = { ...sessionContext.kernelPreference, shutdownOnDispose: false };
    page.starting = true; // nobody is to bring it back
    panel.dispose();
    this.closing.set(path, this.end(id, kernel).finally(() => this.closing.delete(path)));
  }

  async end(session, kernel) {
    if (!session || !(await this.isLeft(kernel))) return;
    const patience = new Promise((resolve) => setTimeout(resolve, ENDED_AFTER));
    await Promise.race([this.app.serviceManager.sessions.shutdown(session).catch(() => {}), patience]);
  }

  // Whether no window has a connection to a kernel any more. This window's own takes a moment to go.
  async isLeft(kernel) {
    for (let tries = 0; tries < GONE_TRIES; tries += 1) {
      const answer = await fetch(`${settings.baseUrl}api/kernels/${kernel}`, { cache: "no-store" }).catch(() => null);
      if (!answer?.ok) return false;
      if (!(await answer.json()).connections) return true;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return false;
  }

  // Two dozen interviews a day would be two dozen kernels.
  closeOldest() {
    const others = this.closable.filter((page) => page.path !== DESK);
    others.sort((one, other) => one.used - other.used);
    for (const page of others.slice(0, -KEPT_OPEN)) this.close(page);
  }

  async open(path) {
    this.notice = null;
    await this.closing.get(path);
    let panel = this.documents.findWidget(path);
    if (!panel) {
      const there = await this.documents.services.contents.get(path, { content: false }).catch(() => null);
      if (!there) return this.say(path === DESK ? words.cannot_start : words.not_there);
      panel = this.documents.openOrReveal(path);
    }
    this.shell.activateById(panel.id);
    this.update();
  }

  // A page that is not there: the one in front goes away for a sentence and the way back.
  say(sentence) {
    this.notice = { state: "stopped", sentence, label: words.to_desk, retry: () => this.open(DESK) };
    this.update();
  }

  // Everything that depends on which page is in front.
  update() {
    const field = Boolean(this.field);
    document.body.classList.toggle("qpm-field", field);
    document.body.classList.toggle("qpm-workbench", workbench.shown);
    this.setShell(field);
    for (const { panel } of this.pages.values()) {
      panel.toolbar.setHidden(field);
      // The notebook's own mouse and key handling (selecting, dragging, taking the focus) has no place in a page.
      if (field) panel.content.handleEvent = () => {};
      else delete panel.content.handleEvent;
    }
    const page = this.current;
    if (page) page.used = Date.now();
    this.frame.show(field ? this.notice ?? page?.view ?? OPENING : SHOWN);
    const front = field && page?.view === SHOWN ? page : null;
    if (front && front !== this.front) {
      // Once it is on the screen: to take the focus costs a quarter of a second while nothing of the page is laid out yet.
      requestAnimationFrame(() => setTimeout(() => this.front === front && front.focus()));
      setTimeout(() => this.closeOldest(), CLOSE_AFTER);
    }
    this.front = front;
    this.nameWindow();
  }

  setShell(field) {
    if (field) {
      document.body.dataset.lmSuppressShortcuts = "true";
      this.shell.mode = "single-document";
      this.shell.collapseLeft();
      this.shell.collapseRight();
      const [content] = this.shell.layout.widgets.filter(({ id }) => id === "jp-main-content-panel");
      const around = [...this.shell.layout.widgets, ...content.layout.widgets]
        .filter(({ id, isHidden }) => !isHidden && id !== content.id && id !== "jp-main-vsplit-panel");
      for (const widget of around) widget.hide();
      this.hidden.push(...around);
    } else {
      delete document.body.dataset.lmSuppressShortcuts;
      for (const widget of this.hidden.splice(0)) widget.show();
    }
  }

  nameWindow() {
    const title = this.current?.title;
    const wanted = title ? `${title} · ${words.product}` : words.product;
    if (this.field && document.title !== wanted) document.title = wanted;
  }

  // ---- events

  onclick(event) {
    const target = event.target.closest?.("a[data-qpm-open], .qpm-page a[href], [data-qpm-workbench]");
    if (!target || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const path = target.dataset.qpmOpen ?? pathOf(target);
    if (!path && !("qpmWorkbench" in target.dataset)) return;
    event.preventDefault();
    if (path) this.open(path);
    else this.toggleWorkbench();
  }

  onkeydown(event) {
    // Jupyter's one-letter shortcuts look at the focused element before any mark around it: mark the element itself.
    if (this.field) event.target.setAttribute?.("data-lm-suppress-shortcuts", "true");
    // The habit of saving: there is nothing to save, and the browser's own dialog would only confuse.
    if (this.field && (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") event.preventDefault();
  }

  onfocusin(event) {
    // JupyterLab's own box around a page is no place on it: it has the focus when a page opens and after a click beside everything.
    if (this.current?.panel.node.contains(event.target.closest(".jp-OutputArea"))) this.current.place = event.target.id;
  }

  oncontextmenu(event) {
    if (this.field) event.stopPropagation(); // the browser's own menu: copy, paste, spelling
  }

  onpopstate() {
    const path = pathOf(location);
    if (path) this.open(path);
  }

  toggleWorkbench() {
    workbench.shown = !workbench.shown;
    if (workbench.shown) this.shell.mode = "multiple-document";
    else if (!this.current) this.open(DESK);
    this.update();
  }

  // A connection that hangs says nothing of itself. The server answers this out of its memory, and it keeps no kit open: the
  // idle lock counts what a page and its kernel say (server.py).
  async watchLink() {
    for (let up = true; ; ) {
      await new Promise((resolve) => setTimeout(resolve, BEAT));
      if (document.hidden || !this.current) continue;
      const answers = await this.ask("api", AbortSignal.timeout(BEAT_ANSWER));
      if (answers !== up) for (const page of this.pages.values()) page.tellLink(answers && page.isLinked);
      up = answers;
    }
  }

  // The server was stopped, or the computer slept. Pages stay as they are, typing and all, until it is back.
  async onServerGone() {
    if (this.waiting) return;
    this.waiting = true;
    let gone = 0;
    for (; !(await this.ask("api/status")); gone += 1) {
      if (gone) this.frame.sayGone();
      await new Promise((resolve) => setTimeout(resolve, 1500));
    }
    this.frame.say(null);
    // A dropped connection to a server that is there is Jupyter's own to mend.
    if (gone) for (const page of this.pages.values()) await this.reconnect(page);
    this.waiting = false;
  }

  // A page lost its kernel: with the server, or alone.
  async onLost(page) {
    if (page.lost) return;
    page.lost = true;
    await this.onServerGone();
    if (await this.ask("api/status")) await this.reconnect(page, { onlyIfGone: true });
    page.lost = false;
  }

  async reconnect(page, { onlyIfGone } = {}) {
    const { sessionContext } = page.panel;
    const kernel = sessionContext.session?.kernel;
    const alive = kernel && (await this.ask(`api/kernels/${kernel.id}`));
    if (alive) return onlyIfGone || kernel.reconnect().catch(() => {});
    // A server that was started again knows nothing of the old one's kernels; it is starting the desk's just now.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    return kernel === sessionContext.session?.kernel && page.revive();
  }

  async ask(address, signal) {
    const answer = await fetch(`${settings.baseUrl}${address}`, { cache: "no-store", signal }).catch(() => null);
    return Boolean(answer?.ok);
  }
}
