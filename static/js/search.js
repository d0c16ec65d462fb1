// The search in the head of every page: the key / opens it, and whoever opens it can type at once. It works without.
const menu = document.querySelector("details[data-search]");
const field = menu?.querySelector("input[type=search]");

if (menu && field) {
  menu.addEventListener("toggle", () => {
    if (menu.open) field.focus();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, select, textarea, [contenteditable], dialog")) return;
    event.preventDefault();
    menu.open = true;
    field.focus();
    field.select();
  });
}
