// Attendance is saved choice by choice: what is pressed goes to the registry at once, the quorum follows, and the page
// stays where it is. What could not be sent waits for the connection; the button of the whole form is not needed then.

class Attendance {
  constructor(form) {
    this.form = form;
    this.unsent = new Set();
    this.sending = Promise.resolve();
    form.querySelector("[data-whole]").hidden = true;
    const everybody = form.querySelector("[data-everybody]");
    if (everybody) everybody.dataset.inPage = "";
    form.addEventListener("change", (event) => {
      const row = event.target.closest("fieldset");
      if (row) this.send([row]);
    });
    form.addEventListener("submit", (event) => {
      if (!event.submitter?.matches("[data-everybody]")) return;
      event.preventDefault();
      const open = [...form.querySelectorAll("fieldset")].filter((row) => !this.chosen(row)?.value);
      for (const row of open) row.querySelector('input[value="present"]').checked = true;
      this.send(open);
    });
    addEventListener("online", () => this.unsent.size && this.send([]));
    addEventListener("beforeunload", (event) => { if (this.unsent.size) event.preventDefault(); });
  }

  chosen(row) {
    return row.querySelector("input[type=radio]:checked");
  }

  /** One after the other: what is sent says what was seen before it. */
  send(rows) {
    for (const row of rows) this.unsent.add(row);
    this.sending = this.sending.then(() => this.sendNow());
  }

  async sendNow() {
    const rows = [...this.unsent];
    if (!rows.length) return null;
    this.unsent.clear();
    const fields = this.form.elements;
    const body = new URLSearchParams({ csrfmiddlewaretoken: fields.csrfmiddlewaretoken.value, seen: fields.seen.value });
    for (const row of rows) {
      const choice = this.chosen(row);
      if (!choice) continue;
      body.set(choice.name, choice.value);
      const office = row.querySelector("input[type=text]");
      if (choice.value === "substitute") body.set(office.name, office.value);
    }
    let answer = null;
    try {
      const headers = { Accept: "application/json" };
      answer = await fetch(this.form.action, { method: "POST", body, headers, credentials: "same-origin", redirect: "manual" });
    } catch {
      // No connection: said below.
    }
    document.dispatchEvent(new CustomEvent("krat:reached", { detail: answer !== null }));
    const told = answer ? await answer.json().catch(() => null) : null;
    if (told) return this.heard(rows, told);
    const ended = answer?.type === "opaqueredirect" || answer?.status === 403;
    for (const row of rows) this.unsent.add(row);
    this.say("unsent", ended ? this.form.dataset.ended : this.form.dataset.unsent);
    return null;
  }

  heard(rows, told) {
    this.form.elements.seen.value = told.seen;
    for (const row of this.form.querySelectorAll("fieldset")) {
      const first = row.querySelector("input[type=radio]");
      const office = row.querySelector("input[type=text]");
      const errors = [...(told.errors[first.name] ?? []), ...(told.errors[office?.name] ?? [])];
      const stands = told.status[first.name] ?? "";
      // Words that were refused stay in their field; a choice that was refused gives way to what stands.
      if (!told.errors[office?.name] && !this.unsent.has(row)) for (const one of row.querySelectorAll("input[type=radio]")) one.checked = one.value === stands;
      if (rows.includes(row)) this.refuse(row, errors.join(" "));
    }
    const refused = told.errors.__all__?.join(" ");
    if (refused || Object.keys(told.errors).length) this.say("refused", refused ?? "");
    else this.say("saved", this.form.dataset.saved);
    for (const place of document.querySelectorAll("[data-quorum]")) place.innerHTML = told.quorum;
    for (const place of document.querySelectorAll("[data-quorum-final]")) place.innerHTML = told.final;
    const everybody = this.form.querySelector("[data-everybody]");
    if (everybody) everybody.parentElement.hidden = [...this.form.querySelectorAll("fieldset")].every((row) => this.chosen(row)?.value);
  }

  say(what, words) {
    const state = this.form.querySelector("[data-attendance-state]");
    state.dataset.is = what;
    state.textContent = words;
  }

  refuse(row, words) {
    const error = row.querySelector("[data-row-error]");
    error.textContent = words;
    error.hidden = !words;
  }
}

for (const form of document.querySelectorAll("form[data-attendance]")) new Attendance(form);
