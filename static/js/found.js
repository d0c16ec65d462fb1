// What a search found stands under an address of its own for ten minutes, without a word that was typed. The page that
// answers the search takes it over, so that going back to it, or loading it again, does not ask to send the form again.
const found = document.querySelector("[data-found-url]");

if (found) history.replaceState(history.state, "", found.dataset.foundUrl);
