// Small pieces that the parts of the interview sheet are drawn from. Native elements only.

// A browser writes what stands in a field into its own session files, in plain text, unless it is told not to: Firefox
// asks the field, Chromium the form around it. So every text area and text field stands in a form.
const KEPT_BY_BROWSERS = new Set(["form", "input", "select", "textarea"]);
// A browser may have what is written checked in another place than this machine: Chrome's enhanced spell check and Edge's
// editor do, and for its plain one Chromium fetches a dictionary. So neither is asked for where words are written.
const READ_BY_BROWSERS = new Set(["input", "textarea"]);

// h("p", { class: "x", onclick: f, "aria-label": "y" }, child, "text", null)
function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  if (KEPT_BY_BROWSERS.has(tag)) node.setAttribute("autocomplete", "off");
  if (READ_BY_BROWSERS.has(tag)) for (const help of ["spellcheck", "writingsuggestions"]) node.setAttribute(help, "false");
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "value") node.value = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

// "Saved {time}" with { time: "14:03" }
const fill = (sentence, facts = {}) => sentence.replace(/\{(\w+)\}/g, (whole, name) => facts[name] ?? whole);

const capital = (text) => text.charAt(0).toLocaleUpperCase() + text.slice(1);
const lower = (text) => text.charAt(0).toLocaleLowerCase() + text.slice(1);

// The journal's times never go back. After the machine's clock was put back they are still to come for a while: now, then.
const clockForm = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const clock = (ms) => clockForm.format(Math.min(ms, Date.now()));

// Say something in a place, or fill it with what `make` draws, only where that is something else than stands there (of
// what is drawn, `key` tells). Whatever is put into a page is looked at by every style, and laid out; a page that did so
// with each letter would let the journal's receipt wait.
function say(node, words) {
  if (!node.firstChild) node.append(words);
  else if (node.firstChild.data !== words) node.firstChild.data = words;
}

function refill(node, key, make) {
  if (node.filledWith === key) return;
  node.filledWith = key;
  node.replaceChildren(...make());
}

// A group of native radio buttons under a legend. `pick(value)` is called when one is chosen.
function radioGroup({ id, legend, legendClass, choices, value, pick, describedBy }) {
  return h("fieldset", { class: "qpm-radios", "aria-describedby": describedBy },
    h("legend", { class: legendClass }, legend),
    h("div", { class: "qpm-pills" }, choices.map((choice) => {
      const input = h("input", {
        type: "radio", id: `${id}-${choice.id}`, name: id, value: choice.id, onchange: () => pick(choice.id),
      });
      input.checked = choice.id === value;
      return h("label", { class: "qpm-pill", title: choice.descriptor }, input, h("span", {}, choice.label));
    })));
}

// A labelled list to choose from. `none` is the label of the empty choice, if there is one.
function selectBox({ id, label, labelClass, choices, value, none, pick }) {
  const select = h("select", { id, onchange: () => pick(select.value) },
    none !== undefined && h("option", { value: "" }, none),
    choices.map((choice) => h("option", { value: choice.id }, choice.label)));
  select.value = value ?? "";
  return h("span", { class: "qpm-select" }, h("label", { for: id, class: labelClass }, label), " ", select);
}

// Whether the caret stands in the middle of a word, or of digits that may become a number, a date or an address. Only a guess,
// so that it is not sent in halves; what it is, the kernel knows.
function unfinished({ value, selectionStart: caret }) {
  const before = value.slice(Math.max(0, caret - 60), caret);
  if (/(?:\d[^\d\n]{0,10}){3}\d[\s().\/+-]{0,2}$|\S@\S*$/.test(before)) return "number";
  return /[\p{L}\p{N}]$/u.test(before) ? "word" : "";
}

// A labelled text area for one field. `change(text, unfinished)` is called at every key; leaving the field sends at once.
function textBox({ id, label, labelClass, value, change, leave, lang, describedBy, rows = 3 }) {
  const area = h("textarea", {
    id, rows, lang, dir: "auto", "aria-describedby": describedBy,
    oninput: () => change(area.value, unfinished(area)), onblur: leave,
  });
  area.value = value ?? "";
  return [h("label", { for: id, class: labelClass }, label), area];
}

// That everything on a page is invented: in sight however far it is scrolled, for a real answer must not be written there.
const inventedChip = (isSample, sentence, tag = "p") => isSample && h(tag, { class: "qpm-invented" }, sentence);

// A dialog of the browser's own: focus stays inside, Escape closes it and goes back to where it was opened.
function dialog(id, title, ...content) {
  return h("dialog", { id, class: "qpm-dialog", "aria-labelledby": `${id}-title` },
    h("h2", { id: `${id}-title`, tabindex: "-1", autofocus: true }, title), content);
}

// In place of a page that could not be opened. Where its wording is the trouble there is only the sentence that came, and
// a sign everybody knows.
function failurePage(code, sentence, { title, again = "\u21bb" }, retry) {
  return h("div", { class: "qpm-sheet qpm-failed", role: "alert", "data-code": code },
    title && h("h1", {}, title), h("p", { class: "qpm-banner qpm-bad" }, sentence),
    h("button", { type: "button", class: "qpm-main", onclick: retry }, again));
}

// Whether a key is a page's own: pressed in it, or where nothing has the focus, and then only of the page that is in front.
const isKeyFor = (root, target) =>
  root?.isConnected && root.checkVisibility() && (root.contains(target) || target.contains(root));

// "a, b and c"
const listWords = (items, { list_comma: comma, list_and: and }) =>
  items.length < 2 ? items.join("") : items.slice(0, -1).join(comma) + and + items.at(-1);

const countWords = (one, many, count) => fill(count === 1 ? one : many, { count });

// The sheet's own scroller is as tall as the room that the page around it leaves, so that its head stays in sight; and when
// that gets less, as by a keyboard on the screen, so does the box that somebody writes in.
function fitToRoom(root) {
  const scroller = root.closest(".jp-WindowedPanel-outer, .jp-Notebook") ?? document.documentElement;
  const fit = () => {
    const above = root.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop;
    const room = scroller.clientHeight - Math.max(0, above);
    root.style.setProperty("--qpm-room", `${Math.max(320, room)}px`);
    const { activeElement: box } = document;
    if (root.contains(box) && box.matches("textarea, input, select")) box.scrollIntoView({ block: "nearest" });
  };
  fit();
  const observer = new ResizeObserver(fit);
  observer.observe(scroller);
  return () => observer.disconnect();
}
