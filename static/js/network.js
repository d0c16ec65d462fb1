// Says when the connection is gone, and that nothing written is lost. Until it is back no link and no button leads away
// from the page: the browser would only show an error page of its own.
const notice = document.querySelector("[data-offline]");
const PATIENCE_MS = 3000;
let isReached = true;

function tell() {
  if (notice) notice.hidden = navigator.onLine && isReached;
}

/** Whether the registry answers again, where it did not before. */
async function answers() {
  if (!navigator.onLine) return false;
  try {
    await fetch("/health/", { method: "HEAD", cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(PATIENCE_MS) });
    return true;
  } catch {
    return false;
  }
}

/** Stop this step; take it after all where the registry answers again. */
async function hold(event, goOn) {
  event.preventDefault();
  event.stopImmediatePropagation();
  isReached = await answers();
  tell();
  if (isReached) goOn();
  else notice?.querySelector("[data-offline-stays]")?.removeAttribute("hidden");
}

addEventListener("online", async () => {
  isReached = await answers();
  tell();
});
addEventListener("offline", tell);
document.addEventListener("krat:reached", (event) => {
  isReached = event.detail;
  tell();
});

let goesOn = false;

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (goesOn || (navigator.onLine && isReached) || !link || event.defaultPrevented || link.getAttribute("href").startsWith("#")) return;
  if (link.origin !== location.origin || link.target) return;
  hold(event, () => { location.href = link.href; });
}, true);

document.addEventListener("submit", (event) => {
  if (goesOn || (navigator.onLine && isReached) || event.defaultPrevented) return;
  const form = event.target;
  hold(event, () => {
    goesOn = true;
    form.requestSubmit(event.submitter);
    goesOn = false;
  });
}, true);

tell();
