// A day is a text, read as people write it. After leaving the field the page says it in words, and the browser's own
// calendar is an extra behind a button. The server reads the same ways of writing (krat.ui.forms.read_day).
const DAY = /^([0-9]{1,2})[./\s-]+([0-9]{1,2})[./\s-]+([0-9]{4})\.?$|^([0-9]{2})([0-9]{2})([0-9]{4})$/;
const ISO_DAY = /^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})$/;
const two = (number) => String(number).padStart(2, "0");

/** The day that was written: a date, null where there is no such day, undefined where it is not written out yet. */
function read(typed) {
  const iso = ISO_DAY.exec(typed.trim());
  const found = DAY.exec(typed.trim());
  if (!iso && !found) return undefined;
  const [day, month, year] = (iso ? iso.slice(1).reverse() : found.slice(1).filter(Boolean)).map(Number);
  const date = new Date(year, month - 1, day);
  return date.getFullYear() === year && date.getMonth() === month - 1 && date.getDate() === day ? date : null;
}

for (const field of document.querySelectorAll("input[data-day]")) {
  const around = field.closest(".field");
  const words = around?.querySelector("[data-day-words]");
  const pick = around?.querySelector("[data-day-pick]");
  if (!words) continue;
  const names = words.dataset.names.split("|");
  const rests = field.dataset.rests === undefined ? null : new Set(field.dataset.rests.split(" "));
  const rest = around.querySelector("[data-day-rest]");
  const inWords = (date) => `${names[date.getDay()]}, ${date.getDate()} ${names[7 + date.getMonth()]} ${date.getFullYear()}`;
  const written = (date) => `${two(date.getDate())}.${two(date.getMonth() + 1)}.${date.getFullYear()}`;
  const works = (date) => date.getDay() % 6 && !rests.has(written(date));

  /** Where offices do not work on this day, offer the next one on which they do. */
  const tellOfRest = (date) => {
    if (!rests || !rest) return;
    rest.hidden = !date || Boolean(works(date));
    if (rest.hidden) return;
    const next = new Date(date);
    do next.setDate(next.getDate() + 1); while (!works(next));
    const take = rest.querySelector("button");
    take.dataset.day = written(next);
    take.textContent = take.dataset.words.replace("%s", take.dataset.day);
    take.title = inWords(next);
  };

  const tell = () => {
    const date = read(field.value);
    // The line keeps its place while it is empty: a button under it must not move away from the finger that presses it.
    words.textContent = date === null ? words.dataset.none : "";
    if (date) words.textContent = inWords(date);
    tellOfRest(date);
  };

  field.addEventListener("change", () => {
    const date = read(field.value);
    if (date) field.value = written(date);
    tell();
  });
  rest?.querySelector("button").addEventListener("click", (event) => {
    field.value = event.target.dataset.day;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
    field.focus();
  });
  field.addEventListener("blur", tell);

  if (!pick || !HTMLInputElement.prototype.showPicker) continue;
  const calendar = Object.assign(document.createElement("input"), { type: "date", tabIndex: -1, className: "day-calendar" });
  calendar.setAttribute("aria-hidden", "true");
  if (field.dataset.min) calendar.min = field.dataset.min;
  pick.after(calendar);
  pick.hidden = false;
  pick.addEventListener("click", () => {
    const date = read(field.value);
    calendar.value = date ? `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}` : "";
    calendar.showPicker();
  });
  calendar.addEventListener("change", () => {
    if (!calendar.value) return;
    field.value = calendar.value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
    field.focus();
  });
}
