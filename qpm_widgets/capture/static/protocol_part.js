// What to do when somebody tells of harm: the same steps and numbers on every page.

// `facts`: what to do at once, who looks into it, and whom to ring.
function protocolSteps(steps, { emergency, authority, ring }) {
  return [
    h("p", { class: "qpm-banner qpm-bad" }, h("strong", {}, emergency)),
    ring.length > 0 && h("ul", { class: "qpm-ring" }, ring.map(({ who, number }) => h("li", {}, who, h("strong", {}, number)))),
    h("ol", { class: "qpm-steps-to-take" }, Object.values(steps).map((step) => h("li", {}, fill(step, { authority })))),
  ];
}

// A page that keeps nothing of it leads to the meeting that it is about: there what was told is written down. `about()` tells
// how things are now: { nations: [{ emergency, authority }], visits: [{ title, ring, meetings: [{ name, page }] }] }.
function protocolButton(root, id, { title, steps, elsewhere: words }, about) {
  const draw = (box) => {
    const { nations, visits } = about();
    // Nations say much the same: what is in another's words as well is said once.
    const once = (key, between) => [...new Set(nations.map((nation) => nation[key]))]
      .filter((one, _, all) => !all.some((other) => other !== one && other.includes(one))).join(between);
    const ring = visits.flatMap((visit) => visit.ring.map(({ who, number }) =>
      ({ who: visits.length > 1 ? `${who} · ${visit.title}` : who, number })));
    refill(box.querySelector(".qpm-protocol"), JSON.stringify([nations, visits]), () => [
      ...protocolSteps({ ...steps, write: words.write }, { emergency: once("emergency", " "), authority: once("authority", " / "), ring }),
      ...visits.filter(({ meetings }) => meetings.length).map((visit) => h("p", { class: "qpm-ring-pages" },
        h("span", {}, visits.length > 1 ? `${visit.title}:` : words.meetings), visit.meetings.map(({ name, page }) =>
          h("a", { href: page.address, "data-qpm-open": page.path, onclick: () => box.close() }, name))))].filter(Boolean));
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

// The same key as on the page of a meeting.
function answerProtocolKey(root) {
  root.addEventListener("keydown", (event) => {
    if (event.key !== "F2" || !event.shiftKey) return;
    event.preventDefault();
    root.querySelector(".qpm-harm")?.click();
  });
}
