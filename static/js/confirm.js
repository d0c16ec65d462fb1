// A verb that asks once is a link to its own page. Where the question is already on this page it opens here instead.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-confirm]");
  const question = link && document.getElementById(link.dataset.confirm);
  if (question?.showModal && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
    event.preventDefault();
    question.showModal();
    return;
  }
  // A click beside the question leaves it, as Escape does.
  if (event.target.matches("dialog.confirm")) event.target.close();
  event.target.closest("[data-confirm-leave]")?.closest("dialog").close();
});
