// What a person sees of the kit itself, around and in place of a page; and what JupyterLab's page was told by the kit.

export const settings = JSON.parse(document.getElementById("jupyter-config-data")?.textContent ?? "{}");
export const words = JSON.parse(settings.qpmWording ?? "{}");

// A lead assessor's wish to see JupyterLab itself; remembered for the window.
export const workbench = {
  get shown() {
    return sessionStorage.getItem("qpm-workbench") === "shown";
  },
  set shown(value) {
    sessionStorage.setItem("qpm-workbench", value ? "shown" : "");
  },
};

function makeElement(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

// A cover until the page stands, a sentence when it cannot, a line when the server is gone.
export class Frame {
  constructor() {
    this.sentence = makeElement("p");
    this.button = makeElement("button", { type: "button", hidden: true });
    this.button.onclick = () => this.retry?.();
    this.cover = makeElement("div", { className: "qpm-cover" }, makeElement("div", {}, this.sentence, this.button));
    this.cover.setAttribute("role", "status");
    this.line = makeElement("div", { className: "qpm-line", hidden: true });
    this.line.setAttribute("role", "status");
    this.back = makeElement("button", { type: "button", className: "qpm-back", textContent: words.hide_workbench ?? "" });
    this.back.dataset.qpmWorkbench = "";
    document.body.append(this.cover, this.line, this.back);
  }

  show({ state, sentence, retry, label = words.try_again }) {
    this.cover.hidden = state === "shown";
    this.sentence.textContent = sentence ?? words.opening ?? "";
    this.button.hidden = !retry;
    this.button.textContent = label ?? "";
    this.retry = retry;
  }

  say(sentence, link) {
    this.line.hidden = !sentence;
    this.line.replaceChildren(sentence ?? "", ...(link ? [" ", makeElement("a", { ...link, target: "_blank", rel: "noopener" })] : []));
  }

  // In a window of its own: what is typed on this page stays.
  sayGone() {
    const unlock = settings.qpmUnlock;
    if (unlock) this.say(words.locked, { href: unlock, textContent: words.unlock });
    else this.say(words.server_gone);
  }
}
