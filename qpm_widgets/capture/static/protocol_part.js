// What to do when somebody tells of harm: the same steps and numbers on every page.

// `facts`: what to do at once, who looks into it, and whom to ring; `silent`: that a plan does not say whom, see `noNumber`.
function protocolSteps(steps, { emergency, authority, ring, silent = [] }) {
  return [
    h("p", { class: "qpm-banner qpm-bad" }, h("strong", {}, emergency)), ...silent,
    ring.length > 0 && h("ul", { class: "qpm-ring" }, ring.map(({ who, number }) => h("li", {}, who, h("strong", {}, number)))),
    h("ol", { class: "qpm-steps-to-take" }, Object.values(steps).map((step) => h("li", {}, fill(step, { authority })))),
  ];
}

// Whoever looks for a number learns at once that none was planned, and the way to where it is added.
const noNumber = (said, title, way) => h("p", { class: "qpm-banner qpm-warn" }, fill(said.no_number, { visit: title }), " ", way);

const toPlan = (said, page, leave) =>
  h("a", { href: page.address, "data-qpm-open": page.path, onclick: leave }, said.add_number);

// A page that keeps nothing of it leads to the meeting that it is about: there what was told is written down. `about()` tells
// how things are now: { nations: [{ emergency, authority }], visits: [{ title, ring, plan, meetings: [{ name, page }] }] }.
// On the plan page itself `plan` is what opens the form with the numbers.
function protocolButton(root, id, { title, steps, elsewhere: words }, about) {
  const draw = (box) => {
    const { nations, visits } = about();
    // Nations say much the same: what is in another's words as well is said once.
    const once = (key, between) => [...new Set(nations.map((nation) => nation[key]))]
      .filter((one, _, all) => !all.some((other) => other !== one && other.includes(one))).join(between);
    const ring = visits.flatMap((visit) => visit.ring.map(({ who, number }) =>
      ({ who: visits.length > 1 ? `${who} · ${visit.title}` : who, number })));
    const leave = () => box.close();
    const addHere = (toForm) => h("button", { type: "button", onclick: () => {
      box.addEventListener("close", toForm); // after the focus has gone back
      leave();
    } }, words.add_here);
    const way = (plan) => (typeof plan === "function" ? addHere(plan) : plan && toPlan(words, plan, leave));
    refill(box.querySelector(".qpm-protocol"), JSON.stringify([nations, visits]), () => [
      ...protocolSteps({ ...steps, write: words.write }, { emergency: once("emergency", " "), authority: once("authority", " / "), ring,
        silent: visits.filter((visit) => !visit.ring.length).map((visit) => noNumber(words, visit.title, way(visit.plan))) }),
      ...visits.filter(({ meetings }) => meetings.length).map((visit) => h("p", { class: "qpm-ring-pages" },
        h("span", {}, visits.length > 1 ? `${visit.title}:` : words.meetings), visit.meetings.map(({ name, page }) =>
          h("a", { href: page.address, "data-qpm-open": page.path, onclick: leave }, name))))].filter(Boolean));
  };
  const open = () => {
    if (root.querySelector(`#${id}-dialog`)) return;
    const box = dialog(`${id}-dialog`, title, h("div", { class: "qpm-protocol" }),
      h("p", { class: "qpm-actions" }, h("button", { type: "button", class: "qpm-main", onclick: () => box.close() }, words.close)));
    draw(box);
    box.addEventListener("close", () => {
      box.remove();
      root.querySelector(`#${id}`)?.focus(); // the page may have drawn its button anew meanwhile
    });
    root.append(box);
    box.showModal();
  };
  // The page is drawn anew because something has changed: a number that is being read may be another now.
  const standing = root.querySelector(`#${id}-dialog`);
  if (standing) draw(standing);
  return h("button", { type: "button", id, class: "qpm-harm", "aria-keyshortcuts": "Shift+F2", onclick: open }, words.open);
}

// The same key as on the page of a meeting, wherever the focus is. What it returns has the page hear it no more.
function answerProtocolKey(page) {
  const off = new AbortController();
  document.addEventListener("keydown", (event) => {
    if (event.key !== "F2" || !event.shiftKey || !isKeyFor(page.root, event.target)) return;
    event.preventDefault();
    page.root.querySelector(".qpm-harm")?.click();
  }, { signal: off.signal });
  return () => off.abort();
}
