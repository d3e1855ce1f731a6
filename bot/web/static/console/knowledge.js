// Makes writing easier and is needed for nothing: puts a fact in at the cursor, and asks before words are left unsaved.

const form = document.getElementById("write");
const body = document.getElementById("body");
let unsaved = false;

form?.addEventListener("input", () => { unsaved = true; });
form?.addEventListener("submit", () => { unsaved = false; });
addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });

for (const button of document.querySelectorAll("[data-insert]")) {
  button.addEventListener("click", () => {
    body.setRangeText(button.dataset.insert, body.selectionStart, body.selectionEnd, "end");
    unsaved = true;
    body.focus();
  });
}
