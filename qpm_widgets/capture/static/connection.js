// Connects one sheet with the journal. The kernel's end is sheet.py, where the messages are listed.
//
// What is typed is in one of three places until the journal has it, per field:
//   waiting  the newest words; sent once typing pauses, or when the entry before them has its receipt. Of consents, signs
//            of a yes or no and the state every decision waits for its turn: that someone agreed and took it back is not the same as never
//   sent     on its way: one entry per field at a time, so each entry replaces one that the journal has
//   neither: the journal has it
// An entry's id stands for one text. A tab that is duplicated takes the outbox along, so two may send what waited in it, and
// each goes on with words of its own: neither knows the other's, and neither replaces them.
// Words in which the kernel noticed something new that points to one person stay in `sent`, held: they are not in the journal
// and not on their way. They go when the person has answered (which makes newer words), left the box, or let some seconds pass:
// asking.js.
// `waiting` and `sent` of every field are the outbox. It belongs to the window, not to a widget: a sheet that is run again
// in the same page takes it over, and an encrypted copy in sessionStorage survives a reload. Sending twice is harmless,
// since the journal knows an entry by the id that was made here.
//
//   const link = connectSheet(model, {
//     opened(view), failed(code, sentence, words),             what came of open(); words: title and again, for a page
//     receipt(field, entryId, recordedAt, payload, noticed),   durable; the time is the journal's, UTC ms; null for
//                                                              noticed where newer words are on their way
//     held(field, payload, noticed),                           not written yet, so that the person can be asked
//     refused(field, entryId, code, sentence),                 not written, and why
//     erased(code, sentence),                                  not taken, nor kept here: its kind of words was erased
//     elsewhere(field, payload, entryId),                      recorded in another window: consents, signs, state, breaks
//     placed(),                                                the page stands, in the place of the one before it if there was one
//     gone(),                                                  the page has left the window, and all of it is saved
//     status({ unsaved, lost, refused: [{ field, code, sentence }] }) });   lost: also when nothing waits for a receipt
//   link.open()
//   link.type(field, payload, unfinished)
//                                   for each change while typing: kept at once, sent after a pause, a longer one in the middle
//                                   of a "word" or a "number"
//   link.commit(field, payload)     sends now; gives the entry's id
//   link.flush()                    sends now what type() was still holding
//   link.settle(field)              sends what is held of a field, or of all, as it is; the person has seen it
//   link.ask(field)                 gives the person time anew, since they turn to the question
//   link.unsaved()                  { field: payload } of everything the journal does not have yet
//   link.outbox(beginning)          the entries behind it, of fields that begin so: { entry_id, field, payload }
//   link.retry()                    sends again what was refused
//   link.forget(field)              drops words that the journal refused and the person does not want
//   link.newId()                    the id of an entry that is recorded by do()
//   link.draft(name, words)         keeps what is typed and not confirmed over a reload, encrypted like the outbox; null lets it go
//   link.drafts()                   { name: words } of these
//   link.do(name, arguments, takesLong)
//                                   a promise; rejects with an Error that carries code, or, where no answer came for long, with
//                                   one that says link.silent, which a page sets, and has `late`: a promise of the answer all the same
//   link.hold(root)                 keeps the page in place, typing and all, while its notebook is run again; the
//                                   next sheet of the same subject takes over focus, caret and scroll in hold()
//   link.memory                     a plain object that outlives the widget in this window (open parts, switches)
//   link.close()
const now = () => performance.now(); // ms; goes on evenly when the machine's clock is put back

const connectSheet = (() => {
  // ms without a key until what was typed is sent, and how often at least while typing goes on. A word that is not finished
  // would be a version of its own; half a number would be in the journal before anybody could be asked about the whole.
  const PAUSES = { "": [400, 1000], word: [400, 3000], number: [3000, 10000] };
  const AGAIN = 2000; // ms without a receipt until it is sent again
  const ANSWER = { soon: 12_000, long: 120_000 }; // ms until do() says that no answer came
  const PATIENCE = 800; // ms without a receipt until the page says so: within two seconds, with the pause in typing

  // What of a page's memory is words, or names: what could be undone, an account of harm that is kept, what is filled in on a
  // form, whom to ask, what was sought. It goes with the page; the rest says how the page was left.
  const WORDS = ["undone", "edits", "account", "values", "papers", "filter"];

  const channels = (window.qpmChannels ??= new Map());
  const toBase64 = (bytes) => btoa(String.fromCharCode(...bytes));
  const toBytes = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));

  // RFC 9562 version 7: 48 bits of time, then random.
  function makeEntryId() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    let time = Date.now();
    for (let at = 5; at >= 0; at -= 1, time = Math.floor(time / 256)) bytes[at] = time % 256;
    bytes[6] = 0x70 | (bytes[6] & 0x0f);
    bytes[8] = 0x80 | (bytes[8] & 0x3f);
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  }

  const isDecision = (field) => field === "state" || /^(consent|assent):/.test(field);

  // Half of a surrogate pair cannot be written down in UTF-8.
  const wellFormed = (payload) =>
    Object.fromEntries(Object.entries(payload).map(([key, value]) =>
      [key, typeof value === "string" && value.toWellFormed ? value.toWellFormed() : value]));

  // ---- the outbox of one subject in this window -----------------------------------------------------------------

  class Channel {
    constructor(scope) {
      this.scope = scope;
      this.slots = new Map(); // field -> { sent, waiting: [] }
      this.heads = {};
      this.links = []; // newest last; the newest does the sending
      this.holder = null; // the link whose page is held in place (holding.js); it may have lost its widget
      this.memory = {};
      this.drafts = {}; // name -> words that nobody has confirmed yet
      this.lost = false; // no receipt comes
      this.gone = false; // and what would give it is not there (field_page.js)
      this.version = 0;
      this.timer = null;
      this.pause = null;
      this.typingSince = 0;
      this.questions = new Map(); // asking.js
      window.addEventListener("pagehide", () => this.leave());
      window.addEventListener("qpm-link", ({ detail: { panel, up } }) => {
        if (!panel.contains(this.held) || this.gone === !up) return;
        this.gone = !up;
        this.tell();
      });
      document.addEventListener("visibilitychange", () => {
        if (!document.hidden) return;
        this.flush();
        this.settle();
      });
      window.addEventListener("beforeunload", (event) => {
        this.leave();
        if (this.lost || this.refusals().length) event.preventDefault();
      });
    }

    get storageName() {
      return `qpm:${this.scope}`;
    }

    // A page that has left the window takes the words that stand in it along, though its widget may be kept.
    letGo() {
      if (this.links.length || this.slots.size || this.held?.isConnected) return;
      this.each("gone");
      for (const name of WORDS) delete this.memory[name];
      this.drafts = {}; // the encrypted copy has them, and is read again when the page is opened again
      this.key = null;
      // Taken apart, for whatever is kept of it, by an observer or a function that the browser never gives up, keeps no more.
      for (const one of [this.held, ...(this.held?.querySelectorAll("*") ?? [])]) {
        if (one && "value" in one) one.value = "";
        one?.remove();
      }
      this.held = this.holder = this.parked = null;
    }

    slot(field) {
      if (!this.slots.has(field)) this.slots.set(field, { sent: null, waiting: [] });
      return this.slots.get(field);
    }

    // The newest words of a field. Until they are sent they share one entry; decisions do not.
    keep(field, payload, ready) {
      const slot = this.slot(field);
      if (!slot.waiting.length || isDecision(field)) slot.waiting.push({ field, ready: false });
      const newest = slot.waiting.at(-1);
      Object.assign(newest, { entry_id: makeEntryId(), payload: wellFormed(payload) });
      if (ready) this.release(slot);
      this.changed();
      return newest.entry_id;
    }

    release({ waiting }) {
      for (const entry of waiting) if (!entry.ready) Object.assign(entry, { ready: true, since: now() });
      if (waiting.length) this.timer ??= setInterval(() => this.watch(), 250);
    }

    type(field, payload, unfinished = "") {
      this.keep(field, payload, false);
      this.typingSince ||= now();
      clearTimeout(this.pause);
      const [pause, atMost] = PAUSES[unfinished];
      this.pause = setTimeout(() => this.flush(), Math.max(0, Math.min(pause, this.typingSince + atMost - now())));
    }

    commit(field, payload) {
      const entryId = this.keep(field, payload, true);
      this.pump(field);
      return entryId;
    }

    flush() {
      clearTimeout(this.pause);
      this.typingSince = 0;
      for (const [field, slot] of this.slots) {
        this.release(slot);
        this.pump(field);
      }
    }

    pump(field) {
      const slot = this.slots.get(field);
      if (!slot?.waiting[0]?.ready || !this.links.length) return;
      // Newer words take the place of refused or held ones, which the journal never had.
      if (slot.sent && !slot.sent.refused?.final && !slot.sent.held) return;
      slot.sent = { ...slot.waiting.shift(), supersedes: this.heads[field] ?? [] };
      this.transmit(slot.sent);
      this.tell(); // the encrypted copy has it as waiting, which after a reload comes to the same
    }

    transmit(entry) {
      entry.lastSent = now();
      this.timer ??= setInterval(() => this.watch(), 250);
      const { entry_id, field, payload, supersedes } = entry;
      const { asked } = this.questions.get(field) ?? { asked: [] };
      this.links.at(-1)?.send({ kind: "commit", entry_id, field, payload, supersedes, ...(asked && { asked }) });
    }

    // Notices a missing receipt, and asks again with the oldest entry only: a busy kernel is not flooded.
    watch() {
      const waiting = [...this.slots.values()]
        .map(({ sent, waiting: [next] }) => (sent && !sent.refused?.final && !sent.held ? sent : next))
        .filter((entry) => entry?.ready);
      const oldest = waiting.find((entry) => entry.lastSent);
      if (oldest && now() - oldest.lastSent >= AGAIN) this.transmit(oldest);
      this.mark(waiting.some((entry) => !entry.refused && now() - entry.since >= PATIENCE));
      if (!waiting.length) {
        clearInterval(this.timer);
        this.timer = null;
      }
    }

    mark(lost) {
      if (lost === this.lost) return;
      this.lost = lost;
      this.tell();
    }

    find(entryId) {
      for (const [field, slot] of this.slots) if (slot.sent?.entry_id === entryId) return [field, slot];
      return [];
    }

    received({ entry_id: entryId, recorded_at: recordedAt, noticed = [] }) {
      const [field, slot] = this.find(entryId);
      if (!slot) return; // the receipt of a second sending
      const again = this.lost || slot.sent.refused;
      const { payload } = slot.sent;
      this.heads[field] = [entryId];
      slot.sent = null;
      this.answered(field);
      if (!slot.waiting.length) this.slots.delete(field);
      this.lost = this.gone = false;
      // Of words that have been overtaken already there is nothing to point out.
      this.each("receipt", field, entryId, recordedAt, payload, this.slots.has(field) ? null : noticed);
      this.pump(field);
      this.changed();
      if (again) this.resend(); // writing works again: for the others too
    }

    // Recorded in another window of the same page, or by another process. What is being written here of the same field stands
    // beside it.
    elsewhere({ field, entry_id: entryId, payload, heads = [entryId] }) {
      if (this.slots.has(field)) return;
      this.heads[field] = heads;
      this.each("elsewhere", field, payload, entryId);
    }

    refusal({ entry_id: entryId, code, sentence, final }) {
      const [field, slot] = this.find(entryId);
      if (!slot) return;
      if (code === "CONSENT-005") return this.erased(field, code, sentence);
      slot.sent.refused = { field, code, sentence, final };
      this.each("refused", field, entryId, code, sentence);
      this.pump(field);
      this.changed();
    }

    resend() {
      for (const [field, slot] of this.slots) {
        this.release(slot);
        if (slot.sent) {
          delete slot.sent.refused;
          delete slot.sent.held;
          delete slot.sent.settled;
          slot.sent.since = now();
          this.transmit(slot.sent);
        } else {
          this.pump(field);
        }
      }
      this.tell();
    }

    forget(field) {
      this.answered(field);
      this.slots.delete(field);
      this.changed();
    }

    // What was said has been erased for good, so it may not wait here either.
    erased(field, code, sentence) {
      this.forget(field);
      this.each("erased", code, sentence);
    }

    unsaved() {
      return Object.fromEntries([...this.slots].map(([field, slot]) => [field, (slot.waiting.at(-1) ?? slot.sent).payload]));
    }

    outbox(beginning) {
      const waiting = [...this.slots].filter(([field]) => field.startsWith(beginning));
      return waiting.flatMap(([, slot]) => [slot.sent, ...slot.waiting]).filter(Boolean);
    }

    refusals() {
      return [...this.slots.values()].map((slot) => slot.sent?.refused).filter(Boolean);
    }

    tell() {
      this.each("status", { unsaved: this.slots.size, lost: this.lost || this.gone, refused: this.refusals() });
    }

    each(name, ...facts) {
      for (const link of new Set([...this.links, this.holder])) link?.handlers[name]?.(...facts);
    }

    changed() {
      this.tell();
      this.store();
    }

    // ---- the encrypted copy that survives a reload

    async store() {
      this.version += 1;
      const { key } = this; // which a page that is closed meanwhile gives up
      if (this.storing || !key) return;
      this.storing = true;
      for (let done = -1; done !== this.version; ) {
        done = this.version;
        if (!this.slots.size && !Object.keys(this.drafts).length) {
          sessionStorage.removeItem(this.storageName);
          continue;
        }
        const iv = crypto.getRandomValues(new Uint8Array(12));
        const kept = [...this.slots].map(([field, slot]) => [field, slot, this.heads[field] ?? []]);
        const plain = new TextEncoder().encode(JSON.stringify({ kept, drafts: this.drafts }));
        const cipher = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, plain));
        // Nothing is put back that has had its receipt in the meantime: the loop comes round again.
        const parts = [];
        for (let at = 0; at < cipher.length; at += 30000) parts.push(toBase64(cipher.subarray(at, at + 30000)));
        try {
          sessionStorage.setItem(this.storageName, `${toBase64(iv)}.${parts.join(".")}`);
        } catch {
          // The window's storage is full: the page itself still has the words, and says that they are not saved.
        }
      }
      this.storing = false;
    }

    async restore(pageKey) {
      if (!pageKey || this.key) return;
      this.key = await crypto.subtle.importKey("raw", toBytes(pageKey), "AES-GCM", false, ["encrypt", "decrypt"]);
      const stored = sessionStorage.getItem(this.storageName);
      if (!stored) return;
      try {
        const [iv, ...parts] = stored.split(".").map(toBytes);
        const cipher = new Uint8Array(await new Blob(parts).arrayBuffer());
        const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, this.key, cipher);
        const found = JSON.parse(new TextDecoder().decode(plain));
        const { kept = found, drafts = {} } = found; // a window that was open before an update has the outbox alone
        this.drafts = drafts;
        for (const [field, slot, heads = []] of kept) {
          for (const entry of slot.waiting) entry.ready = false; // the time of another page says nothing here
          if (this.slots.has(field)) continue;
          this.slots.set(field, slot);
          this.heads[field] = heads;
        }
      } catch {
        // Made under another key: it was never this journal's to have.
        sessionStorage.removeItem(this.storageName);
      }
    }
  }

  Object.assign(Channel.prototype, askingFirst);

  // ---- one widget's end of the channel ----------------------------------------------------------------------------

  return function connectSheet(model, handlers) {
    const requests = new Map();
    let channel = null;
    let asking = null;

    const link = { handlers, memory: {} };
    link.send = (message) => {
      try {
        model.send(message);
      } catch {
        // The kernel is gone. The entry stays in the outbox, and the missing receipt is noticed.
      }
    };

    async function opened(packed) {
      if (channel) return;
      const view = await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"))).json();
      if (channel) return;
      clearInterval(asking);
      const found = channels.get(view.scope) ?? new Channel(view.scope);
      channels.set(view.scope, found);
      channel = found;
      await channel.restore(view.page_key);
      for (const [field, heads] of Object.entries(view.heads ?? {})) {
        // Words that wait here were written after what this window had; decisions answer to whatever was decided anywhere.
        if (!channel.slots.has(field) || isDecision(field)) channel.heads[field] = heads;
      }
      channel.links.push(link);
      link.memory = channel.memory;
      handlers.opened?.(view);
      channel.resend();
    }

    const answers = {
      opened: (_, [view]) => opened(view),
      receipt: (message) => channel?.received(message),
      held: (message) => channel?.holdBack(message),
      refused: (message) => channel?.refusal(message),
      elsewhere: (message) => channel?.elsewhere(message),
      done: ({ request_id: id, result }) => {
        requests.get(id)?.resolve(result);
        requests.delete(id);
      },
      failed: ({ request_id: id, code, sentence, words }) => {
        if (id === "open") {
          clearInterval(asking);
          handlers.failed?.(code, sentence, words ?? {});
        }
        requests.get(id)?.reject(Object.assign(new Error(sentence), { code }));
        requests.delete(id);
      },
    };
    const listen = (message, buffers) => answers[message?.kind]?.(message, buffers);
    model.on("msg:custom", listen);

    return Object.assign(link, {
      open() {
        link.send({ kind: "open" });
        clearInterval(asking);
        // A kernel that is still starting may not hear the first time.
        asking = setInterval(() => link.send({ kind: "open" }), 3 * PATIENCE);
      },
      type: (field, payload, unfinished) => channel.type(field, payload, unfinished),
      commit: (field, payload) => channel.commit(field, payload),
      flush: () => channel?.flush(),
      settle: (field) => channel?.settle(field),
      ask: (field) => channel?.ask(field),
      retry: () => channel?.resend(),
      forget: (field) => channel?.forget(field),
      unsaved: () => channel?.unsaved() ?? {},
      outbox: (beginning) => channel?.outbox(beginning) ?? [],
      newId: makeEntryId,
      drafts: () => channel?.drafts ?? {},
      draft(name, words) {
        if (words === null) delete channel.drafts[name];
        else channel.drafts[name] = words;
        channel.store();
      },
      hold: (root) => holdPage(channel, link, root),
      do(name, args = {}, takesLong = false) {
        const id = makeEntryId();
        const request = {};
        const late = new Promise((resolve, reject) => Object.assign(request, { resolve, reject }));
        const silence = new Promise((_, reject) => {
          const giveUp = () => reject(Object.assign(new Error(link.silent), { late }));
          request.timer = setTimeout(giveUp, ANSWER[takesLong ? "long" : "soon"]);
        });
        requests.set(id, request);
        link.send({ kind: "do", name, arguments: args, request_id: id });
        return Promise.race([late, silence]).finally(() => clearTimeout(request.timer));
      },
      close() {
        clearInterval(asking);
        for (const { timer } of requests.values()) clearTimeout(timer);
        model.off("msg:custom", listen);
        if (!channel) return;
        channel.flush();
        channel.links = channel.links.filter((other) => other !== link);
        setTimeout(() => channel.letGo());
      },
    });
  };
})();
