/* Trainers' pages: the model's page brings itself up to date while a candidate is trained, and one button ticks every message.
   Both are comfort: without it there is a link to look again, and boxes to tick. */

const EVERY = 3000; // milliseconds

for (const button of document.querySelectorAll("[data-ticks]")) {
  button.addEventListener("click", () => {
    const boxes = /** @type {NodeListOf<HTMLInputElement>} */ (document.getElementsByName(/** @type {HTMLElement} */ (button).dataset.ticks || ""));
    const all = [...boxes].every((box) => box.checked);
    for (const box of boxes) box.checked = !all;
  });
}
watch();

function watch() {
  if (document.querySelector("#standing[data-watch]")) setTimeout(look, EVERY);
}

async function look() {
  const old = /** @type {HTMLElement|null} */ (document.querySelector("#standing[data-watch]"));
  if (!old) return;
  try {
    const answer = await fetch(old.dataset.watch || "", { headers: { Accept: "text/html" } });
    if (answer.redirected || !answer.ok) return location.reload();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("standing");
    if (fresh && fresh.textContent !== old.textContent && !old.contains(document.activeElement)) old.replaceWith(fresh);
  } catch {
    // the connection is away; the next look may find it again
  }
  watch();
}
