// The foot of the desk: practising, making pages anew, and locking the kit. What is said of it is announced, and stands until
// the next.

// Other windows' panels of these pages are the frame's to close: see pages.js.
const tellReplaced = (paths) => window.dispatchEvent(new CustomEvent("qpm-replaced", { detail: paths }));

// A button that does something of the desk's and says how that went.
function careButton(desk, { id, label, title, working, act, kind = "qpm-quiet" }) {
  const button = h("button", { type: "button", id: `desk-${id}`, class: kind, title, onclick: async () => {
    desk.say(working);
    button.disabled = true;
    try {
      desk.say((await act()) ?? "");
    } catch (error) {
      desk.say(error.message);
    }
    button.disabled = false;
    if (desk.form) return; // the focus is in it
    (desk.root.querySelector(`#${button.id}`) ?? desk.root.querySelector("h1")).focus();
  } }, label);
  return button;
}

function repairButton(desk) {
  const { words } = desk;
  return careButton(desk, {
    id: "repair", label: words.repair.button, title: words.repair.hint, working: words.repair.working,
    act: async () => {
      const { repair, situation } = await desk.link.do("repair");
      tellReplaced([...repair.made, ...repair.replaced]);
      desk.show(situation);
      const told = Object.entries(repair).filter(([, paths]) => paths.length)
        .map(([what, paths]) => fill(words.repair[what], { pages: listWords(paths.map((path) => path.replace(/\.ipynb$/, "")), words) }));
      return told.join(" ") || words.repair.sound;
    },
  });
}

function lockButton(desk) {
  const { lock } = desk.words;
  return careButton(desk, {
    id: "lock", label: lock.button, title: lock.hint, working: lock.working, act: async () => {
      await desk.link.do("lock");
      return lock.working;
    },
  });
}

// ---- practising, in a kit of its own

// To another kit's desk, in this window, if that is open.
async function goOn(desk, name, meanwhile) {
  const { address } = await desk.link.do(name);
  if (address) location.assign(address);
  return meanwhile;
}

function practiceNotice(desk) {
  const { practice: words } = desk.words;
  return h("div", { class: "qpm-banner qpm-warn qpm-desk-erased", role: "group", "aria-label": words.heading },
    h("p", {}, h("strong", {}, words.heading), ` ${words.here}`),
    careButton(desk, { id: "leave", label: words.leave, working: "", act: () => goOn(desk, "leave_practice", words.closed) }));
}

function practiseButtons(desk, isThere, kind) {
  const { practice: words } = desk.words;
  return [
    careButton(desk, {
      id: "practise", kind, label: words[isThere ? "go_on" : "begin"], working: words.getting, act: () => goOn(desk, "practise", words.getting),
    }),
    isThere && careButton(desk, {
      id: "erase-practice", label: words.erase, working: words.erasing, act: async () => {
        desk.show((await desk.link.do("erase_practice")).situation);
        return words.erased;
      },
    }),
  ];
}
