// A JupyterLab 4 prebuilt extension, written by hand: no bundler, nothing to build. JupyterLab loads this file, asks the
// container at its end for "./extension", and lends it its own modules through the shared scope.
//
// A notebook with `"qpm": {"autorun": true}` in its metadata is a field page. It is run when it is opened and again
// whenever its kernel has been restarted or has died, and a person sees the page that it draws and nothing of Jupyter:
// no code, menus, side panels, shortcuts or dialogs. "Show workbench" on the desk gives all of that back for the window.
(() => {
  const NAME = "qpm-field-kit";
  const DESK = "desk.ipynb";
  const KEPT_OPEN = 3; // field pages beside the desk, each with a kernel of its own
  const PATIENCE = 30000; // ms until a page that does not come is said not to come
  const RESTARTS = 2; // starts of a kernel that died for good, before a person is asked

  const settings = JSON.parse(document.getElementById("jupyter-config-data")?.textContent ?? "{}");
  const words = JSON.parse(settings.qpmWording ?? "{}");
  const workbench = {
    get shown() {
      return sessionStorage.getItem("qpm-workbench") === "shown";
    },
    set shown(value) {
      sessionStorage.setItem("qpm-workbench", value ? "shown" : "");
    },
  };

  // ---- what a person sees around the page -------------------------------------------------------------------------

  function makeElement(tag, properties = {}, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }

  // A cover until the page stands, a sentence when it cannot, a line when the server is gone.
  class Frame {
    constructor() {
      this.sentence = makeElement("p");
      this.button = makeElement("button", { type: "button", textContent: words.try_again ?? "", hidden: true });
      this.button.onclick = () => this.retry?.();
      this.cover = makeElement("div", { className: "qpm-cover" }, makeElement("div", {}, this.sentence, this.button));
      this.cover.setAttribute("role", "status");
      this.line = makeElement("div", { className: "qpm-line", hidden: true });
      this.line.setAttribute("role", "status");
      this.back = makeElement("button", { type: "button", className: "qpm-back", textContent: words.hide_workbench ?? "" });
      this.back.dataset.qpmWorkbench = "";
      document.body.append(this.cover, this.line, this.back);
    }

    show({ state, sentence, retry }) {
      this.cover.hidden = state === "shown";
      this.sentence.textContent = sentence ?? words.opening ?? "";
      this.button.hidden = !retry;
      this.retry = retry;
    }

    say(sentence) {
      this.line.hidden = !sentence;
      this.line.textContent = sentence ?? "";
    }
  }

  // The page that an address of this server opens, as a path in the kit's notebooks.
  const pathOf = ({ origin, pathname }) =>
    origin === location.origin ? /^\/(?:lab|doc)\/tree\/(.+)$/.exec(decodeURIComponent(pathname))?.[1] : null;

  // ---- one field page -----------------------------------------------------------------------------------------------

  const OPENING = { state: "opening" };
  const SHOWN = { state: "shown" };

  class FieldPage {
    constructor(panel, CodeCell, changed) {
      Object.assign(this, { panel, CodeCell, changed, view: OPENING, stale: false, restarts: 0, used: Date.now() });
      const { sessionContext } = panel;
      sessionContext.statusChanged.connect((_, status) => this.onStatus(status));
      sessionContext.connectionStatusChanged.connect(() => this.freshen());
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
      return this.panel.context.model.getMetadata("qpm")?.title ?? "";
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

    set(view) {
      this.view = view;
      this.changed(this);
    }

    async open() {
      this.set(OPENING);
      const waited = new Promise((resolve) => setTimeout(resolve, PATIENCE));
      await Promise.race([this.panel.sessionContext.ready, waited]);
      if (this.panel.isDisposed) return;
      if (this.panel.sessionContext.session?.kernel) await this.run();
      else this.set({ state: "stopped", sentence: words.cannot_start, retry: () => this.restart() });
    }

    async run() {
      if (this.running) return;
      this.running = true;
      this.stale = false;
      try {
        for (const cell of this.panel.content.widgets) {
          if (cell.model.type === "code") await this.CodeCell.execute(cell, this.panel.sessionContext);
        }
        this.set(this.fault() ?? SHOWN);
      } catch {
        // The kernel went away underneath; its next word (idle, dead) brings the page back or says that it cannot.
        this.stale = true;
      }
      this.running = false;
      this.freshen();
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
      return null;
    }

    onStatus(status) {
      if (status === "restarting" || status === "autorestarting") this.stale = true;
      if (status === "dead") this.revive();
      else this.freshen();
    }

    // Runs the page again once a restarted kernel listens. What was typed meanwhile is in the page's outbox.
    freshen() {
      const kernel = this.panel.sessionContext.session?.kernel;
      if (!this.stale || this.running || kernel?.status !== "idle" || kernel.connectionStatus !== "connected") return;
      this.restarts = 0;
      this.run();
    }

    // A kernel that was given up is started anew, but not for ever.
    async revive() {
      if (this.reviving) return;
      this.restarts += 1;
      if (this.restarts > RESTARTS) {
        this.set({ state: "stopped", sentence: words.cannot_start, retry: () => this.restart() });
        return;
      }
      this.reviving = true;
      await new Promise((resolve) => setTimeout(resolve, 500 * this.restarts));
      await this.restart();
      this.reviving = false;
    }

    // At a person's word, or after death: a fresh kernel, whatever has become of the old one.
    async restart() {
      const { sessionContext } = this.panel;
      this.set(OPENING);
      try {
        const kernel = sessionContext.session?.kernel;
        if (kernel && kernel.status !== "dead") {
          this.stale = true;
          await kernel.restart();
        } else {
          await sessionContext.changeKernel({ name: "python3" }).catch(async () => {
            await sessionContext.shutdown();
            await sessionContext.changeKernel({ name: "python3" });
          });
          this.stale = true;
        }
        this.freshen();
      } catch {
        this.set({ state: "stopped", sentence: words.cannot_start, retry: () => this.restart() });
      }
    }

    // Where a screen reader and the keyboard go on, unless the page has taken the focus itself.
    focus() {
      if (this.panel.node.contains(document.activeElement) && document.activeElement.closest(".jp-OutputArea")) return;
      const heading = this.panel.node.querySelector(".jp-OutputArea h1");
      heading?.setAttribute("tabindex", "-1");
      heading?.focus({ preventScroll: true });
    }
  }

  // ---- all pages of the window ------------------------------------------------------------------------------------

  class Pages {
    constructor(app, documents, modules) {
      Object.assign(this, { app, shell: app.shell, documents, modules, pages: new Map(), frame: new Frame(), hidden: [] });
      this.handleEvent = (event) => this[`on${event.type}`]?.(event);
      for (const type of ["click", "keydown", "contextmenu", "popstate"]) window.addEventListener(type, this, true);
      app.serviceManager.connectionFailure.connect(() => this.onServerGone());
      this.shell.currentChanged.connect(() => this.update());
      new MutationObserver(() => this.nameWindow()).observe(document.querySelector("title"), { childList: true });
      const { Dialog } = modules.apputils;
      Dialog.tracker.widgetAdded.connect((_, dialog) => this.field && setTimeout(() => dialog.reject()));
      app.restored.then(() => {
        this.update();
        setTimeout(() => this.current || this.opened || this.open(DESK), 1000);
      });
    }

    get current() {
      return this.pages.get(this.shell.currentWidget);
    }

    // Whether the window shows pages: as long as nothing else has been opened on purpose.
    get field() {
      return !workbench.shown && (!this.shell.currentWidget || this.current || this.arriving(this.shell.currentWidget));
    }

    arriving(widget) {
      return Boolean(widget.context?.path?.endsWith(".ipynb") && !widget.context.isReady);
    }

    async add(panel) {
      this.opened = true;
      this.update();
      await panel.context.ready;
      if (panel.context.model.getMetadata("qpm")?.autorun) {
        const page = new FieldPage(panel, this.modules.cells.CodeCell, (changed) => this.onPageChanged(changed));
        this.pages.set(panel, page);
        panel.addClass("qpm-page");
        panel.disposed.connect(() => this.pages.delete(panel));
        this.closeOldest();
      }
      this.update();
    }

    onPageChanged(page) {
      if (page !== this.current) return;
      this.update();
    }

    // Two dozen interviews a day would be two dozen kernels. A page with unsaved words is never closed.
    closeOldest() {
      const unsaved = [...(window.qpmChannels?.values() ?? [])].some((channel) => channel.slots.size);
      const others = [...this.pages.values()].filter((page) => page.path !== DESK && page !== this.current);
      others.sort((one, other) => one.used - other.used);
      if (!unsaved) for (const page of others.slice(0, -KEPT_OPEN)) page.panel.dispose();
    }

    async open(path) {
      const panel = this.documents.findWidget(path) ?? this.documents.openOrReveal(path);
      if (!panel) return;
      this.shell.activateById(panel.id);
      this.update();
      try {
        await panel.context.ready;
      } catch {
        this.frame.show({ state: "stopped", sentence: words.cannot_start, retry: () => this.open(DESK) });
      }
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
      this.frame.show(field ? page?.view ?? OPENING : SHOWN);
      if (field && page?.view === SHOWN) page.focus();
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

    // The server was stopped, or the computer slept. Pages stay as they are; their own line says what is not saved.
    async onServerGone() {
      if (this.waiting) return;
      this.waiting = true;
      for (let tries = 0; this.waiting; tries += 1) {
        const answer = await fetch(`${settings.baseUrl}api/status`, { cache: "no-store" }).catch(() => null);
        if (answer) break;
        if (tries) this.frame.say(words.server_gone);
        await new Promise((resolve) => setTimeout(resolve, 1500));
      }
      this.waiting = false;
      this.frame.say(null);
      for (const { panel } of this.pages.values()) {
        const kernel = panel.sessionContext.session?.kernel;
        if (kernel && kernel.connectionStatus !== "connected") kernel.reconnect().catch(() => {});
      }
    }
  }

  // ---- the way in ---------------------------------------------------------------------------------------------------

  const here = document.currentScript?.src;
  if (here) document.head.append(makeElement("link", { rel: "stylesheet", href: new URL("field.css", here).href }));
  if (!workbench.shown) document.body.classList.add("qpm-field");

  let scope;
  const borrow = async (name) => {
    const versions = Object.values(scope[`@jupyterlab/${name}`]);
    return (await (versions.find(({ loaded }) => loaded) ?? versions[0]).get())();
  };
  const container = {
    init: async (sharedScope) => {
      scope = sharedScope;
    },
    get: async () => {
      const [apputils, cells, docmanager, notebook] = await Promise.all(
        ["apputils", "cells", "docmanager", "notebook"].map(borrow),
      );
      const plugin = {
        id: `${NAME}:pages`,
        autoStart: true,
        requires: [notebook.INotebookTracker, docmanager.IDocumentManager],
        activate: (app, tracker, documents) => {
          const pages = new Pages(app, documents, { apputils, cells });
          tracker.widgetAdded.connect((_, panel) => pages.add(panel));
          tracker.forEach((panel) => pages.add(panel));
        },
      };
      return () => ({ __esModule: true, default: plugin });
    },
  };
  (window._JUPYTERLAB ??= {})[NAME] = container;
})();
