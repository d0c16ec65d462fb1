// Minutes survive a weak network. A <textarea data-autosave-url> sends its text 1.5 s after the typing stops, says where
// it is, and keeps a copy on this device until the registry has it. The copy is encrypted with a key that only the
// server's session gives and that lives in memory here; it is named by the item alone, and gone at sign-out.

const PREFIX = "krat-draft:";
const QUIET_MS = 1500;
const RETRY_MS = [4000, 8000, 16000, 30000, 60000];

const drafts = [];
const keys = new Map();

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const base64 = (buffer) => btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""));
const same = (one, other) => one.replaceAll("\r\n", "\n").trim() === other.replaceAll("\r\n", "\n").trim();

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

class Copy {
  constructor(item, keyUrl) {
    this.name = PREFIX + item;
    this.item = new TextEncoder().encode(item);
    this.keyUrl = keyUrl;
    this.turn = 0;
  }

  async keep(texts) {
    const turn = ++this.turn;
    try {
      const key = this.keyUrl && globalThis.crypto?.subtle ? await sessionKey(this.keyUrl) : null;
      if (!key) return false;
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const box = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: this.item }, key, new TextEncoder().encode(JSON.stringify(texts)));
      // A newer text, or the registry's receipt, overtook this one while it was being encrypted.
      if (turn === this.turn) localStorage.setItem(this.name, JSON.stringify({ at: Date.now(), iv: base64(iv), box: base64(box) }));
      return true;
    } catch {
      return false;
    }
  }

  /** What was kept, or null. A copy of another session can be opened by nobody: it goes. */
  async open() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.name));
      if (!kept) return null;
      const key = await sessionKey(this.keyUrl);
      if (!key) return null;
      try {
        const opened = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes(kept.iv), additionalData: this.item }, key, bytes(kept.box));
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

class Draft {
  constructor(area) {
    this.area = area;
    this.form = area.form;
    const around = area.closest("[data-draft]") ?? area.form ?? document;
    this.state = around.querySelector("[data-save-state]") ?? document.querySelector("[data-save-state]");
    this.offer = around.querySelector("[data-restore]");
    this.copy = new Copy(area.dataset.item, area.dataset.draftKeyUrl);
    this.sent = area.value;
    this.offered = [];
    this.kept = false;
    this.busy = false;
    this.stopped = false;
    this.tries = 0;

    area.addEventListener("input", () => this.typed());
    this.form?.addEventListener("submit", () => {
      this.leaving = true;
      clearTimeout(this.timer);
    });
    addEventListener("online", () => this.waits && this.send());
    addEventListener("pageshow", () => { this.leaving = false; });
    // Fetched now, while there is a connection: without the key nothing can be kept when it breaks.
    if (area.dataset.draftKeyUrl && globalThis.crypto?.subtle) sessionKey(area.dataset.draftKeyUrl);
    this.offerCopy();
  }

  get waits() {
    return this.area.value !== this.sent;
  }

  /** Say where the text is, in the words that the page brought. */
  say(what, words, link) {
    if (!this.state) return;
    this.state.dataset.is = what;
    this.state.textContent = words ?? "";
    if (link) {
      const again = Object.assign(document.createElement("a"), { href: location.href, textContent: link });
      this.state.append(" ", again);
    }
  }

  async offerCopy() {
    const found = await this.copy.open();
    if (!found) return;
    const savedAt = Date.parse(this.area.dataset.savedAt ?? "") || 0;
    const others = found.texts.filter((text) => text.trim() && !same(text, this.area.value));
    // The copy says no more than the registry has, or the registry has a later text: nothing to offer.
    if (!others.length || found.at < savedAt || !this.offer) {
      if (!this.waits) this.copy.forget();
      return;
    }
    this.offered = others;
    const text = others.join("\n\n");
    this.offer.querySelector("[data-restore-text]").textContent = text;
    this.offer.querySelector("[data-restore-take]").addEventListener("click", () => {
      this.area.value = text;
      this.settle();
      this.typed();
    });
    this.offer.querySelector("[data-restore-leave]").addEventListener("click", () => this.settle());
    this.offer.hidden = false;
  }

  /** The offer was taken or left: from now on only what stands in the field is kept. */
  settle() {
    this.offered = [];
    this.offer.hidden = true;
    this.area.focus();
    this.tidy();
  }

  /** Keep what the registry does not have yet: an old copy still on offer, and what is newly written. */
  async tidy() {
    const texts = this.waits ? [...this.offered, this.area.value] : this.offered;
    if (texts.length) this.kept = await this.copy.keep(texts);
    else this.copy.forget();
  }

  typed() {
    clearTimeout(this.timer);
    if (!this.stopped) this.say("typing", this.state?.dataset.typing);
    this.timer = setTimeout(() => this.send(), QUIET_MS);
  }

  async send() {
    clearTimeout(this.timer);
    if (this.busy || this.leaving) return;
    this.busy = true;
    await this.tidy();
    if (!this.waits || this.stopped) {
      this.busy = false;
      return;
    }
    const text = this.area.value;
    let answer = null;
    try {
      const token = this.form?.elements.csrfmiddlewaretoken?.value ?? "";
      answer = await fetch(this.area.dataset.autosaveUrl, {
        method: "POST",
        body: new URLSearchParams({ text, version: this.area.dataset.version ?? "", csrfmiddlewaretoken: token }),
        headers: { Accept: "application/json", "X-Requested-With": "fetch" },
        credentials: "same-origin",
        redirect: "manual",
      });
    } catch {
      // No connection: tried again below.
    }
    this.busy = false;
    await this.heard(answer, text);
  }

  async heard(answer, text) {
    const words = this.state?.dataset ?? {};
    const told = answer ? await answer.json().catch(() => ({})) : {};

    if (answer?.ok) {
      this.tries = 0;
      this.sent = text;
      if (told.version !== undefined) {
        this.area.dataset.version = told.version;
        const field = this.form?.elements.version;
        if (field) field.value = told.version;
      }
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

for (const area of document.querySelectorAll("textarea[data-autosave-url]")) drafts.push(new Draft(area));

let signsOut = false;
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-signs-out]")) return;
  signsOut = true;
  if (!drafts.some((draft) => draft.waits)) forgetAll();
});
// Someone who is asked whether to leave may stay: only then is it too early to clear.
addEventListener("pagehide", () => { if (signsOut) forgetAll(); });
addEventListener("beforeunload", (event) => {
  if (drafts.some((draft) => draft.waits && !draft.leaving)) event.preventDefault();
});
