// Keeps a page in place while its notebook is run again, and hands its place over to the page that follows it.
//
// The output of a cell is emptied before the cell runs again. Without this a person who is typing would lose the field
// under their hands for a second or two; with it the page stays beside the emptied output, typing and all, until its
// successor stands there. `channel` is the outbox of connection.js, which keeps what is typed meanwhile.

// Scrolls `root` until `element` stands `top` pixels below its upper edge. What comes into sight may turn out taller or
// shorter than it was taken for, so the place is looked at again in the next frames.
function alignTo(root, element, top, frames = 3) {
  root.scrollTop += element.getBoundingClientRect().top - root.getBoundingClientRect().top - top;
  if (frames) requestAnimationFrame(() => root.isConnected && alignTo(root, element, top, frames - 1));
}

const holdPage = (() => {
  const PARKED_AT_MOST = 60000; // ms; with unsaved words it stays as long as it takes

  // Where the person is: field, caret, and what stands where. Kept all the time, since removal from the page takes it away.
  function watchPlace(channel, root) {
    const note = () => {
      if (!root.isConnected || channel.held !== root) return;
      const active = root.contains(document.activeElement) ? document.activeElement : null;
      const { top, left, width, height } = root.getBoundingClientRect();
      const seen = (element) => element?.id && element.getBoundingClientRect().top < top + height;
      const middle = document.elementFromPoint(left + width / 2, top + height / 3)?.closest("[id]");
      const mark = seen(active) ? active : root.contains(middle) && middle !== root ? middle : null;
      channel.place = {
        id: active?.id,
        start: active?.selectionStart,
        end: active?.selectionEnd,
        mark: mark?.id,
        top: mark ? mark.getBoundingClientRect().top - top : 0,
        scroll: root.scrollTop,
      };
    };
    for (const name of ["focusin", "input", "keyup", "pointerup", "scroll", "selectionchange"]) {
      root.addEventListener(name, note, { passive: true });
    }
    // Removal takes the focus too. Only a blur on a page that still stands means that the person left the field.
    root.addEventListener("focusout", () => setTimeout(note));
  }

  function restorePlace(root, place, focus) {
    if (!place) return;
    const find = (id) => id && root.querySelector(`#${CSS.escape(id)}`);
    const field = focus && find(place.id);
    if (field) {
      field.focus({ preventScroll: true });
      if (typeof place.start === "number") field.setSelectionRange(place.start, place.end);
    }
    const mark = find(place.mark);
    if (mark) alignTo(root, mark, place.top);
    else root.scrollTop = place.scroll;
  }

  function park(channel, root, output) {
    const place = channel.place;
    channel.parked = root;
    // Beside the cell, not in it: a cell without output is not shown.
    (output.closest(".jp-Cell") ?? output).before(root);
    // Whoever is moved in the page is no longer on top of it, though still open.
    for (const box of root.querySelectorAll("dialog[open]")) {
      box.removeAttribute("open");
      box.showModal();
    }
    restorePlace(root, place, true);
    setTimeout(() => channel.parked === root && !channel.slots.size && root.remove(), PARKED_AT_MOST);
  }

  // JupyterLab's one-letter shortcuts (delete a cell, turn it into text) look at the focused element before they look
  // for this mark around it, so the mark has to be on the element itself.
  function silenceShortcuts(root) {
    root.addEventListener("focusin", ({ target }) => target.setAttribute("data-lm-suppress-shortcuts", "true"));
    // Nor may it take line breaks and undoing away from a box: after each key it listens to the box itself for these.
    root.addEventListener("beforeinput", (event) => {
      if (["insertLineBreak", "historyUndo", "historyRedo"].includes(event.inputType)) event.stopPropagation();
    }, true);
  }

  return function holdPage(channel, link, root) {
    if (!root.isConnected) {
      // Drawn before its output was put into the page.
      setTimeout(() => holdPage(channel, link, root), 20);
      return;
    }
    const { parked, place } = channel;
    Object.assign(channel, { held: root, holder: link, parked: null });
    watchPlace(channel, root);
    silenceShortcuts(root);
    parked?.remove();
    restorePlace(root, place, Boolean(parked));
    link.handlers.placed?.();
    const output = root.closest(".jp-OutputArea");
    if (!output) return;
    const observer = new MutationObserver(() => {
      if (channel.held !== root) observer.disconnect();
      else if (!root.isConnected && output.isConnected) park(channel, root, output);
    });
    observer.observe(output, { childList: true, subtree: true });
  };
})();
