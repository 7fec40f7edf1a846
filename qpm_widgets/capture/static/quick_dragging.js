// Filing a quick note by dragging its time, with mouse, finger or pen alike.
//
// A line that is dropped on a question is filed to it; on one of its indicators, also asked how it bears on that. Where nothing
// may be written, or on anything else, it is dropped nowhere. A finger that goes down elsewhere scrolls: only the time has
// `touch-action: none`.

const NEAR = 6; // px that a press may tremble before it is a drag
const EDGE = 56; // px from an edge within which the guide goes on under the line
const FASTEST = 14; // px in each frame, at the edge itself

function dragLines(page) {
  const { root } = page;
  let drag = null; // { item, pointer, at, from, shown, over, out, frame }

  const targetAt = ([x, y]) => {
    const found = document.elementFromPoint(x, y)?.closest(".qpm-guide :is(.qpm-bearing, .qpm-question)");
    return found && root.contains(found) && mayWrite(page) ? found : null;
  };
  const mark = (target) => {
    if (drag.over === target) return;
    drag.over?.classList.remove("qpm-drop");
    target?.classList.add("qpm-drop");
    drag.over = target;
  };
  const show = () => {
    const [x, y] = drag.at;
    drag.shown.style.translate = `${x}px ${y}px`;
    mark(targetAt(drag.at));
  };
  const begin = () => {
    const { payload, quoted } = lineOf(page, drag.item);
    drag.shown = h("p", { class: "qpm-dragged", "aria-hidden": "true", dir: "auto" }, quoted ? `\u201c${payload.text}\u201d` : payload.text);
    root.append(drag.shown);
    root.classList.add("qpm-dragging");
    drag.frame = requestAnimationFrame(scroll);
  };
  // The guide goes on under a line that is held near the bar above it or the notes below it, and the faster the nearer.
  function scroll() {
    const top = root.getBoundingClientRect().top + parseFloat(getComputedStyle(root).getPropertyValue("--bar"));
    const bottom = page.element("quick").getBoundingClientRect().top;
    const [, y] = drag.at;
    drag.out ||= y < bottom - EDGE; // it begins in the notes, and is not to run away from there
    const deep = y < top + EDGE ? y - top - EDGE : drag.out ? Math.max(0, y - bottom + EDGE) : 0;
    if (deep) {
      root.scrollTop += FASTEST * Math.max(-1, Math.min(1, deep / EDGE));
      show();
    }
    drag.frame = requestAnimationFrame(scroll);
  }
  const stop = () => {
    const { shown, over, frame } = drag;
    cancelAnimationFrame(frame);
    shown?.remove();
    over?.classList.remove("qpm-drop");
    root.classList.remove("qpm-dragging");
    drag = null;
  };

  root.addEventListener("pointerdown", (event) => {
    const item = event.target.closest(".qpm-jot-time")?.parentNode.dataset.item;
    if (!item || drag || !event.isPrimary || event.button !== 0 || !lineOf(page, item)) return;
    drag = { item, pointer: event.pointerId, from: [event.clientX, event.clientY] };
    root.setPointerCapture(event.pointerId); // the line itself may be drawn anew meanwhile
  });
  // Neither the words on the page are marked by it, nor does the box that is written in lose the focus.
  root.addEventListener("mousedown", (event) => event.target.closest(".qpm-jot-time") && event.preventDefault());
  root.addEventListener("contextmenu", (event) => drag && event.preventDefault()); // a long press
  root.addEventListener("pointermove", ({ pointerId, clientX: x, clientY: y }) => {
    if (pointerId !== drag?.pointer) return;
    drag.at = [x, y];
    if (!drag.shown && Math.hypot(x - drag.from[0], y - drag.from[1]) >= NEAR) begin();
    if (drag.shown) show();
  });
  root.addEventListener("pointerup", ({ pointerId }) => {
    if (pointerId !== drag?.pointer) return;
    const { item, over } = drag;
    stop();
    if (!over || !fileTo(page, item, over.closest(".qpm-question").dataset.question)) return;
    const [, indicator] = over.dataset.field?.split(".evidence.") ?? [];
    if (indicator) fileLine(page, item, indicator);
  });
  for (const gone of ["pointercancel", "lostpointercapture"]) {
    root.addEventListener(gone, ({ pointerId }) => pointerId === drag?.pointer && stop());
  }
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !drag?.shown) return;
    event.preventDefault();
    event.stopPropagation();
    stop();
  }, true);
}
