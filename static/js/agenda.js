// The meeting day holds all items of the agenda: a press on one shows it without loading, so also without a connection.
// The address follows, so that Back, a reload and a link sent to somebody lead to the same item. Items in which something
// typed waits to be saved are marked.
const agenda = document.querySelector("[data-agenda]");
const links = [...(agenda?.querySelectorAll("a[data-shows]") ?? [])];
const screens = [...document.querySelectorAll("[data-screen]")];

const linkOf = (screen) => links.find((link) => link.dataset.shows === screen?.id);

function show(screen) {
  for (const one of screens) one.hidden = one !== screen;
  for (const link of links) {
    if (link === linkOf(screen)) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  // Whoever saves the attendance without script comes back to the item that is shown.
  const cameFrom = document.querySelector('form[data-attendance] [name="item"]');
  if (cameFrom) cameFrom.value = screen.id.replace("item-", "");
  screen.focus({ preventScroll: true });
  screen.scrollIntoView({ block: "nearest" });
}

function go(screen) {
  if (!screen.hidden) return;
  show(screen);
  const { href } = linkOf(screen);
  if (href !== location.href) history.pushState(null, "", href);
}

for (const link of links) {
  const screen = document.getElementById(link.dataset.shows);
  if (!screen) continue;
  link.dataset.inPage = "";
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(screen);
    // On a phone the agenda is folded away again: the item stands below it.
    const drawer = agenda.closest("details");
    if (drawer && matchMedia("(max-width: 64rem)").matches) {
      drawer.open = false;
      screen.scrollIntoView();
    }
  });
}

addEventListener("popstate", () => {
  const link = links.find((one) => one.href === location.href);
  if (link) show(document.getElementById(link.dataset.shows));
});

// "Save and go on" while nothing can be sent: the text is kept, and the next item is there all the same.
document.addEventListener("krat:held", (event) => {
  const screen = event.target.closest("[data-screen]");
  if (!screen || event.detail?.name !== "then") return;
  const done = event.target.elements.is_done;
  if (done && !done.checked) {
    done.checked = true;
    done.dispatchEvent(new Event("change", { bubbles: true }));
  }
  const next = links[links.indexOf(linkOf(screen)) + 1];
  if (next) go(document.getElementById(next.dataset.shows));
});

document.addEventListener("krat:waits", (event) => {
  const mark = linkOf(event.target.closest("[data-screen]"))?.querySelector("[data-unsaved]");
  if (mark) mark.hidden = !event.detail;
});
