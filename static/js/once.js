// Pressing twice does not send twice: the buttons of a form rest after the first sending.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches("[data-once]")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  // Only after the browser has collected what is sent: a resting button would be left out with its name and value.
  setTimeout(() => {
    for (const button of form.querySelectorAll('button[type="submit"]')) {
      if (!button.disabled) {
        button.disabled = true;
        button.dataset.rests = "yes";
      }
    }
  });
});

// Coming back with the browser's own button shows the page as it was left: wake everything.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("button[data-rests]")) {
    button.disabled = false;
    delete button.dataset.rests;
  }
});
