// Says when the connection is gone, and that nothing written is lost.
const notice = document.querySelector("[data-offline]");

function tell() {
  if (notice) notice.hidden = navigator.onLine;
}

addEventListener("online", tell);
addEventListener("offline", tell);
tell();
