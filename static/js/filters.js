// A list narrows as soon as something is chosen: its page is asked for with the choices, and all but the filters is taken
// from the answer. The focus stays where it is, how many there are is said. Without script the form has its button.
const form = document.querySelector("form[data-filters]");

if (form) {
  const fold = form.closest("details");
  const said = document.createElement("p");
  said.className = "unseen";
  said.setAttribute("role", "status");
  form.append(said);
  form.classList.add("filters-itself");

  let asked = 0;

  const address = () => {
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value !== "") query.append(name, value);
    const url = new URL(form.action, location.href);
    url.search = query;
    return url;
  };

  // What stands before and after the filters, in the same sheet of the page.
  const around = (there) => {
    const all = [...there.parentElement.children];
    return [all.slice(0, all.indexOf(there)), all.slice(all.indexOf(there) + 1)];
  };

  const narrow = async () => {
    const url = address();
    const mine = ++asked;
    document.documentElement.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(url, { credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (mine !== asked) return;
      const there = page.querySelector("form[data-filters]")?.closest("details");
      // Signed out, refused, a choice that makes no sense: the page itself says so.
      if (!answer.ok || answer.redirected || !there || there.querySelector(".error")) {
        location.assign(url);
        return;
      }
      const [oldBefore, oldAfter] = around(fold);
      const [before, after] = around(there);
      for (const one of [...oldBefore, ...oldAfter]) one.remove();
      fold.before(...before);
      fold.after(...after);
      form.querySelector(".filters-buttons").replaceChildren(...there.querySelector(".filters-buttons").childNodes);
      history.replaceState(history.state, "", url);
      const count = document.querySelector(".sheet-title .count");
      said.textContent = count ? `${form.dataset.filters} ${count.textContent}` : "";
    } catch {
      location.assign(url);
    } finally {
      if (mine === asked) document.documentElement.removeAttribute("aria-busy");
    }
  };

  form.addEventListener("change", narrow);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    narrow();
  });
}
