// Nothing typed is lost. A form that writes (<form data-writes>) warns before it is left unsent. One that keeps a draft
// (data-draft-url) sends what stands in it 1.5 s after the typing stops, every five seconds while it goes on, when the
// page goes out of sight, before a link is followed and before another form of the page is sent; it says where the words
// are. Where the form says so (data-draft-key-url) a copy stays on this device, half a second behind, until the registry
// has it: encrypted with a key that only the server's session gives and that lives in memory here, named by the form's
// address alone, and gone at sign-out.

const PREFIX = "krat-draft:";
const QUIET_MS = 1500;
const LONGEST_MS = 5000;
const COPY_MS = 500;
const KEEPALIVE_BYTES = 60000; // what browsers send of a page that is going away
const PATIENCE_MS = 4000;
const RETRY_MS = [4000, 8000, 16000, 30000, 60000];
const NOT_TYPED = new Set(["csrfmiddlewaretoken", "_once", "_draft", "_back", "version"]);

let signsOut = false;
const writers = [];
const keys = new Map();

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const base64 = (buffer) => btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""));
const plain = (text) => text.replaceAll("\r\n", "\n").trim();
const atMost = (ms, work) => Promise.race([work, new Promise((done) => { setTimeout(done, ms); })]);

function forgetAll() {
  try {
    for (const name of Object.keys(localStorage)) if (name.startsWith(PREFIX)) localStorage.removeItem(name);
  } catch {
    // A browser that allows no storage has kept nothing either.
  }
}

/** The key of this session, or null where there is none to be had; then no copy is kept. */
function sessionKey(url) {
  if (!keys.has(url)) {
    const asked = (async () => {
      const answer = await fetch(url, { credentials: "same-origin", cache: "no-store", redirect: "manual" });
      if (!answer.ok) return null;
      const { key } = await answer.json();
      return crypto.subtle.importKey("raw", bytes(key), "AES-GCM", false, ["encrypt", "decrypt"]);
    })().catch(() => null);
    keys.set(url, asked);
    // Without a connection the key may still come later.
    asked.then((key) => key ?? keys.delete(url));
  }
  return keys.get(url);
}

/** What this device keeps of one form: a list of what stood in it, each as pairs of name and value. */
class Copy {
  constructor(address, keyUrl) {
    this.name = PREFIX + address;
    this.bound = new TextEncoder().encode(address);
    this.keyUrl = globalThis.crypto?.subtle ? keyUrl : "";
    this.turn = 0;
    // Fetched now, while there is a connection: without the key nothing can be kept when it breaks.
    if (this.keyUrl) sessionKey(this.keyUrl);
  }

  async keep(texts) {
    const turn = ++this.turn;
    try {
      const key = this.keyUrl ? await sessionKey(this.keyUrl) : null;
      if (!key) return false;
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const box = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: this.bound }, key, new TextEncoder().encode(JSON.stringify(texts)));
      // A newer text, or the registry's receipt, overtook this one while it was being encrypted; or somebody signed out.
      if (turn === this.turn && !signsOut) localStorage.setItem(this.name, JSON.stringify({ at: Date.now(), iv: base64(iv), box: base64(box) }));
      return true;
    } catch {
      return false;
    }
  }

  /** What was kept, or null. A copy of another session can be opened by nobody: it goes. */
  async open() {
    if (!this.keyUrl) return null;
    try {
      const kept = JSON.parse(localStorage.getItem(this.name));
      if (!kept) return null;
      const key = await sessionKey(this.keyUrl);
      if (!key) return null;
      try {
        const opened = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes(kept.iv), additionalData: this.bound }, key, bytes(kept.box));
        return { at: kept.at, texts: JSON.parse(new TextDecoder().decode(opened)) };
      } catch {
        this.forget();
        return null;
      }
    } catch {
      return null;
    }
  }

  forget() {
    this.turn += 1;
    try {
      localStorage.removeItem(this.name);
    } catch {
      // Nothing was kept.
    }
  }
}

/** A form that writes: whether something in it waits, and its draft if it keeps one. */
class Writer {
  constructor(form) {
    this.form = form;
    this.url = form.dataset.draftUrl ?? "";
    this.state = form.querySelector("[data-save-state]");
    this.offer = form.querySelector("[data-restore]");
    this.copy = new Copy(this.url, this.url ? form.dataset.draftKeyUrl ?? "" : "");
    this.sent = this.typedNow();
    this.stood = this.sent;
    this.offered = [];
    this.kept = false;
    this.stopped = false;
    this.tries = 0;

    form.addEventListener("input", () => this.typed());
    form.addEventListener("change", () => this.typed());
    addEventListener("online", () => this.waits && this.send());
    addEventListener("pageshow", () => { this.leaving = false; });
    if (this.copy.keyUrl) this.offerCopy();
  }

  pairs() {
    return [...new FormData(this.form)].filter(([name, value]) => typeof value === "string" && !NOT_TYPED.has(name));
  }

  typedNow() {
    return JSON.stringify(this.pairs());
  }

  get waits() {
    return this.typedNow() !== this.sent;
  }

  /** Tell the page whether something in this form is not saved yet: typed now, kept as a draft, or kept here. */
  mark() {
    const detail = Boolean(this.form.dataset.savedAt) || this.offered.length > 0 || this.typedNow() !== this.stood;
    this.form.dispatchEvent(new CustomEvent("krat:waits", { bubbles: true, detail }));
  }

  /** Say where the text is, in the words that the page brought. */
  say(what, words, link) {
    this.mark();
    if (!this.state) return;
    this.state.dataset.is = what;
    this.state.textContent = words ?? "";
    if (link) {
      const again = Object.assign(document.createElement("a"), { href: location.href, textContent: link });
      this.state.append(" ", again);
    }
  }

  /** The long texts among pairs, by the names of their fields. */
  long(pairs) {
    return pairs.filter(([name, value]) => value.trim() && this.form.elements[name] instanceof HTMLTextAreaElement);
  }

  async offerCopy() {
    const found = await this.copy.open();
    if (!found || !this.offer) return;
    const savedAt = Date.parse(this.form.dataset.savedAt ?? "") || 0;
    const others = found.texts.filter((pairs) => this.long(pairs).some(([name, value]) => plain(value) !== plain(this.form.elements[name].value)));
    // The copy says no more than the registry has, or the registry has a later text: nothing to offer.
    if (!others.length || found.at < savedAt) {
      if (!this.waits) this.copy.forget();
      return;
    }
    this.offered = others;
    const words = others.flatMap((pairs) => this.long(pairs).map(([, value]) => value)).join("\n\n");
    this.offer.querySelector("[data-restore-text]").textContent = words;
    this.offer.querySelector("[data-restore-take]").addEventListener("click", () => {
      this.lay(others);
      this.settle();
      this.typed();
    });
    this.offer.querySelector("[data-restore-leave]").addEventListener("click", () => this.settle());
    this.offer.hidden = false;
    this.mark();
  }

  /** Put what was kept into the fields: of several texts all, of everything else the latest. */
  lay(kept) {
    const long = new Map();
    for (const pairs of kept) for (const [name, value] of this.long(pairs)) long.set(name, [...(long.get(name) ?? []), value]);
    for (const [name, values] of long) this.form.elements[name].value = [...new Set(values)].join("\n\n");
    const latest = kept.at(-1);
    for (const control of this.form.elements) {
      if (!control.name || NOT_TYPED.has(control.name) || control instanceof HTMLTextAreaElement) continue;
      const values = latest.filter(([name]) => name === control.name).map(([, value]) => value);
      if (control.type === "checkbox" || control.type === "radio") control.checked = values.includes(control.value);
      else if (values.length && control.type !== "hidden" && control.tagName !== "BUTTON") [control.value] = values;
    }
  }

  /** The offer was taken or left: from now on only what stands in the fields is kept. */
  settle() {
    this.offered = [];
    this.mark();
    this.offer.hidden = true;
    this.form.querySelector("textarea")?.focus();
    this.tidy();
  }

  /** Keep what the registry does not have yet: an old copy still on offer, and what is newly written. */
  async tidy() {
    if (!this.copy.keyUrl) return;
    const texts = this.waits ? [...this.offered, this.pairs()] : this.offered;
    if (texts.length) this.kept = await this.copy.keep(texts);
    else this.copy.forget();
  }

  typed() {
    signsOut = false; // whoever was asked whether to leave has stayed
    if (!this.url) return;
    this.mark();
    clearTimeout(this.timer);
    if (!this.stopped) this.say("typing", this.state?.dataset.typing);
    this.since ??= Date.now();
    this.timer = setTimeout(() => this.send(), Math.max(0, Math.min(QUIET_MS, this.since + LONGEST_MS - Date.now())));
    this.copying ??= setTimeout(() => { this.copying = null; this.tidy(); }, COPY_MS);
  }

  /** Send what waits, after what is on its way already. */
  send() {
    clearTimeout(this.timer);
    this.since = null;
    this.busy ??= this.sendOnce().finally(() => { this.busy = null; });
    return this.busy;
  }

  async sendOnce() {
    await this.tidy();
    if (this.stopped || this.leaving) return;
    if (!this.waits) {
      // What was typed was taken back again.
      if (this.state?.dataset.is === "typing") this.say("", "");
      return;
    }
    const typed = this.typedNow();
    const body = new URLSearchParams([...new FormData(this.form)].filter(([, value]) => typeof value === "string"));
    body.set("_draft", "keep");
    let answer = null;
    try {
      answer = await fetch(this.url, {
        method: "POST",
        body,
        keepalive: document.hidden && body.toString().length < KEEPALIVE_BYTES,
        headers: { Accept: "application/json", "X-Requested-With": "fetch" },
        credentials: "same-origin",
        redirect: "manual",
      });
    } catch {
      // No connection: tried again below.
    }
    document.dispatchEvent(new CustomEvent("krat:reached", { detail: answer !== null }));
    await this.heard(answer, typed);
  }

  async heard(answer, typed) {
    const words = this.state?.dataset ?? {};
    const told = answer ? await answer.json().catch(() => ({})) : {};

    if (answer?.ok) {
      this.tries = 0;
      this.sent = typed;
      if (this.waits) {
        this.typed();
      } else {
        await this.tidy();
        this.say("saved", words.saved?.replace("%s", told.at ?? new Date().toTimeString().slice(0, 5)));
      }
    } else if (answer?.type === "opaqueredirect" || answer?.status === 401 || answer?.status === 403) {
      this.stopped = true;
      this.say("ended", this.kept ? words.endedMessage : words.endedUnkept, words.reload);
    } else if (answer?.status === 409) {
      this.stopped = true;
      this.say("conflict", told.message ?? (this.kept ? words.conflictMessage : words.conflictUnkept), words.reload);
    } else if (answer && answer.status >= 400 && answer.status < 500 && answer.status !== 429) {
      // The registry refuses this text, not this person: it is sent again when it has changed.
      this.say("refused", told.message ?? words.refused);
    } else {
      this.say("unsent", this.kept ? words.unsentKept : words.unsent);
      this.timer = setTimeout(() => this.send(), RETRY_MS[Math.min(this.tries++, RETRY_MS.length - 1)]);
    }
  }
}

for (const form of document.querySelectorAll("form[data-writes]")) writers.push(new Writer(form));

/** Drafts that the registry does not have yet, but for the form that is sent itself. */
const unsent = (form) => writers.filter((one) => one.form !== form && one.url && one.waits && !one.stopped);

// Forms before which the drafts of the others were sent, or could not be: they are not held up twice.
let passing = new WeakSet();

// A form that is sent: the drafts of the others go first, and what is on its way of its own arrives first, else it would
// be kept again after the form was saved.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (event.defaultPrevented) return;
  const own = writers.find((one) => one.form === form);
  const first = unsent(form);
  if (!passing.has(form) && (first.length || own?.busy)) {
    event.preventDefault();
    event.stopPropagation();
    if (own) own.leaving = true;
    await atMost(PATIENCE_MS, Promise.all([...first.map((one) => one.send()), own?.busy]));
    passing.add(form);
    form.requestSubmit(event.submitter);
    return;
  }
  if (own) {
    own.leaving = true;
    clearTimeout(own.timer);
  }
  if (form.matches("[data-signs-out]")) {
    signsOut = true;
    if (!writers.some((one) => one.waits)) forgetAll();
  }
}, true);

// A link of the registry: what is written goes first.
document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (link.origin !== location.origin || link.target || link.hasAttribute("download") || link.getAttribute("href").startsWith("#")) return;
  const first = unsent(null);
  if (!first.length) return;
  event.preventDefault();
  await atMost(PATIENCE_MS, Promise.all(first.map((one) => one.send())));
  location.href = link.href;
});

// A phone that puts the page away may never come back to it.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) for (const one of writers) if (one.url && one.waits && !one.stopped && !one.leaving) one.send();
});
addEventListener("pageshow", () => { passing = new WeakSet(); });
// Someone who is asked whether to leave may stay: only then is it too early to clear.
addEventListener("pagehide", () => { if (signsOut) forgetAll(); });
addEventListener("beforeunload", (event) => {
  if (writers.some((one) => one.waits && !one.leaving)) event.preventDefault();
});
