"""What axe-core has against a page: by the rules of WCAG 2.2 A and AA and by its best practices."""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT

# On an interview's page two thirds of a run went into the contrast of each piece of text, and most of them look alike.
# So each look is judged once: the colours from the text up to the root, and its size and weight. Where axe cannot judge
# a piece of text (it is under something, or out of view), the next one of that look is judged, for all of them.
RUN = """async (within) => {
  // A button that is just changing its colour, as when the light was changed, is none of a look's own.
  const changing = document.getAnimations().filter((one) => one instanceof CSSTransition);
  await Promise.allSettled(changing.map((one) => one.finished));
  const contrast = axe._audit.checks["color-contrast"];
  contrast.judge ??= contrast.evaluate;
  const [looks, judged] = [new WeakMap(), new Map()];
  const COLOURS = ["color", "backgroundColor", "backgroundImage", "opacity", "position", "filter", "mixBlendMode"];
  const LETTERS = ["fontSize", "fontWeight", "textShadow", "webkitTextStroke"];
  const style = (node, names) => {
    const computed = getComputedStyle(node);
    return names.map((name) => computed[name]).join();
  };
  const look = (node) => {
    if (!node) return "";
    if (!looks.has(node)) looks.set(node, `${look(node.parentElement)}/${style(node, COLOURS)}`);
    return looks.get(node);
  };
  contrast.evaluate = function (node, ...rest) {
    const key = `${look(node)}/${style(node, LETTERS)}`;
    if (judged.has(key)) return judged.get(key);
    const passed = contrast.judge.call(this, node, ...rest);
    if (passed !== undefined) judged.set(key, passed);
    return passed;
  };
  const { violations } = await axe.run(within ?? document, { resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`));
}"""


def find_barriers(page, within: str | None = None) -> list[str]:
    """The rule and the element of each barrier in the page, or in the part of it that a selector names."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return page.evaluate(RUN, within)
