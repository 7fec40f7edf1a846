// Tells a page that the person has come back to it, from another page or another window: what it shows may be older than
// the journal.
function onComingBack(root, back) {
  let away = false;
  const observer = new IntersectionObserver(([{ isIntersecting }]) => {
    if (isIntersecting && away) back();
    away = !isIntersecting;
  });
  observer.observe(root);
  const woken = () => !document.hidden && root.offsetParent && back();
  document.addEventListener("visibilitychange", woken);
  return () => {
    observer.disconnect();
    document.removeEventListener("visibilitychange", woken);
  };
}

// The other way round: what stands in these pages is old now. Their panels are the frame's to close, see pages.js.
const tellReplaced = (paths) => window.dispatchEvent(new CustomEvent("qpm-replaced", { detail: paths }));
