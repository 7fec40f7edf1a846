// Keeps a page in place while its notebook is run again, and hands its place over to the page that follows it.
//
// The output of a cell is emptied before the cell runs again. Without this a person who is typing would lose the field
// under their hands for a second or two; with it the page stays beside the emptied output, typing and all, until its
// successor stands there. `channel` is the outbox of connection.js, which keeps what is typed meanwhile.
const holdPage = (() => {
  const PARKED_AT_MOST = 60000; // ms; with unsaved words it stays as long as it takes

  // Where the person is: field, caret, scroll. Kept all the time, since removal from the page takes it away.
  function watchPlace(channel, root) {
    const note = () => {
      if (!root.isConnected || channel.held !== root) return;
      const active = root.contains(document.activeElement) ? document.activeElement : null;
      channel.place = {
        id: active?.id,
        start: active?.selectionStart,
        end: active?.selectionEnd,
        scroll: root.scrollTop,
      };
    };
    for (const name of ["focusin", "input", "keyup", "pointerup", "scroll", "selectionchange"]) {
      root.addEventListener(name, note, { passive: true });
    }
    // Removal takes the focus too. Only a blur on a page that still stands means that the person left the field.
    root.addEventListener("focusout", () => setTimeout(note));
  }

  function restorePlace(root, place) {
    if (!place) return;
    root.scrollTop = place.scroll ?? 0;
    const field = place.id && root.querySelector(`#${CSS.escape(place.id)}`);
    if (!field) return;
    field.focus({ preventScroll: true });
    if (typeof place.start === "number") field.setSelectionRange(place.start, place.end);
  }

  function park(channel, root, output) {
    const place = channel.place;
    channel.parked = root;
    // Beside the cell, not in it: a cell without output is not shown.
    (output.closest(".jp-Cell") ?? output).before(root);
    restorePlace(root, place);
    setTimeout(() => channel.parked === root && !channel.slots.size && root.remove(), PARKED_AT_MOST);
  }

  // JupyterLab's one-letter shortcuts (delete a cell, turn it into text) look at the focused element before they look
  // for this mark around it, so the mark has to be on the element itself.
  function silenceShortcuts(root) {
    root.addEventListener("focusin", ({ target }) => target.setAttribute("data-lm-suppress-shortcuts", "true"));
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
    restorePlace(root, parked ? place : { scroll: place?.scroll });
    const output = root.closest(".jp-OutputArea");
    if (!output) return;
    const observer = new MutationObserver(() => {
      if (channel.held !== root) observer.disconnect();
      else if (!root.isConnected && output.isConnected) park(channel, root, output);
    });
    observer.observe(output, { childList: true, subtree: true });
  };
})();
