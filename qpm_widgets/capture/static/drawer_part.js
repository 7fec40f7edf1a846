// Where there is little room (a small laptop at 200%, a tablet standing up) the side list is a drawer: one button away. What may be needed at any moment goes into the bar instead.

const NARROW = 880; // CSS pixels; at 200% zoom a laptop has fewer
const LEADS_AWAY = ".qpm-stop, .qpm-side-acts button"; // to somewhere on the page, which is behind the drawer

function drawerDialog(page) {
  const box = dialog(page.id("list"), page.words.header.contents, h("div", { class: "qpm-drawer-body" }),
    h("p", { class: "qpm-buttons" }, h("button", { type: "button", onclick: () => box.close() }, page.words.keys.close)));
  box.classList.add("qpm-drawer");
  box.prepare = () => {};
  box.addEventListener("click", ({ target }) => { if (target.closest(LEADS_AWAY)) box.close(); }, true);
  return box;
}

const drawerButton = (page) => h("button", {
  type: "button", id: page.id("open-list"), class: "qpm-to-list", "aria-haspopup": "dialog", onclick: () => page.openDialog("list"),
}, page.words.header.contents);

// Each thing is there once, and moves to where it is needed.
function arrange(page, narrow) {
  const { root } = page;
  const part = (name) => root.querySelector(`.qpm-${name}`);
  const [side, keys, sign, standing] = [part("side"), page.element("open-keys"), page.element("open-assent"), part("standing")];
  root.classList.toggle("qpm-narrow", narrow);
  if (sign) sign.textContent = page.words.assent[narrow ? "open_short" : "open"];
  if (narrow) {
    part("drawer-body").append(side, keys);
    if (sign) part("to-list").before(sign);
    if (sign) part("head").append(standing);
  } else {
    page.element("list").close();
    part("body").prepend(side);
    part("acts").append(keys);
    if (sign) part("switches").append(sign, standing);
  }
}
