// Says when the connection is gone, and that nothing written is lost. Until it is back no link and no button leads away
// from the page: the browser would only show an error page of its own.
const notice = document.querySelector("[data-offline]");
const PATIENCE_MS = 3000;
// Where long texts are written the registry is asked before a page is left: a connection may be gone and nobody said so.
const asksFirst = document.querySelector("form[data-draft-url]") !== null;
let isReached = true;
let goesOn = false;

function tell() {
  if (notice) notice.hidden = navigator.onLine && isReached;
}

/** Whether the registry answers. One that is only slow has not been lost, unless it did not answer before. */
async function answers() {
  if (!navigator.onLine) return false;
  try {
    await fetch("/health/", { cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(PATIENCE_MS) });
    return true;
  } catch (mistake) {
    return isReached && mistake.name === "TimeoutError";
  }
}

/** Stop this step; take it after all where the registry answers again. */
async function hold(event, goOn) {
  event.preventDefault();
  event.stopImmediatePropagation();
  isReached = await answers();
  tell();
  if (isReached) {
    goesOn = true;
    goOn();
    goesOn = false;
    return;
  }
  notice?.querySelector("[data-offline-stays]")?.removeAttribute("hidden");
  event.target.dispatchEvent(new CustomEvent("krat:held", { bubbles: true, detail: event.submitter ?? null }));
}

/** Whether this step is taken as it is: the registry is there, or was asked just now. */
const passes = () => goesOn || (navigator.onLine && isReached && !asksFirst);

// What a script does in the page without leaving it bears data-in-page, set by that script.

addEventListener("online", async () => {
  isReached = await answers();
  tell();
});
addEventListener("offline", tell);
document.addEventListener("krat:reached", (event) => {
  isReached = event.detail;
  tell();
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (passes() || !link || event.defaultPrevented || link.getAttribute("href").startsWith("#")) return;
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (link.origin !== location.origin || link.target || "inPage" in link.dataset) return;
  hold(event, () => link.click());
}, true);

document.addEventListener("submit", (event) => {
  if (passes() || event.defaultPrevented || "inPage" in (event.submitter?.dataset ?? {})) return;
  const form = event.target;
  hold(event, () => form.requestSubmit(event.submitter));
}, true);

tell();
