// A form that came back with errors: its summary takes the focus, so that it is read first. The styleguide only shows one.
document.querySelector("main:not(:has([data-guide])) [data-focus]")?.focus();

// A line of the summary leads into the field itself, also where the id stands on a group of choices.
document.addEventListener("click", (event) => {
  const link = event.target.closest('.form-errors a[href^="#"]');
  const field = link && document.getElementById(link.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  const control = field.matches("input, select, textarea") ? field : field.querySelector("input, select, textarea");
  (control ?? field).focus();
});
