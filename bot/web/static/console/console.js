/* What every page of the console has: keys and their list. Pages work without it. A key is a link or button of the page with
   data-key="g h" (pressed one after the other) or data-key="n"; its words in the list are data-key-words or its own. Letters
   never act while somebody types, and can be turned off, since dictation software presses them by accident. */

const OFF = "desk-keys-off";
const TOGETHER = 1200; // milliseconds in which the second letter must follow

const dialog = /** @type {HTMLDialogElement|null} */ (document.getElementById("keys"));
let before = "";
let beforeAt = 0;

document.documentElement.classList.add("has-script");
if (dialog) prepare(dialog);

/** @param {HTMLDialogElement} box */
function prepare(box) {
  const toggle = /** @type {HTMLInputElement} */ (box.querySelector("#keys-on"));
  toggle.checked = !turnedOff();
  toggle.addEventListener("change", () => remember(!toggle.checked));
  for (const opener of document.querySelectorAll("[data-opens=keys]")) opener.addEventListener("click", () => open(box));
  document.addEventListener("keydown", (event) => press(event, box));
}

/** @param {KeyboardEvent} event @param {HTMLDialogElement} box */
function press(event, box) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target) || box.open) return;
  if (event.key === "?") {
    event.preventDefault();
    return open(box);
  }
  if (turnedOff() || event.key.length > 1) return;
  const pair = event.timeStamp - beforeAt < TOGETHER ? `${before} ${event.key}` : "";
  const found = withKey(pair) || withKey(event.key);
  [before, beforeAt] = [event.key, event.timeStamp];
  if (!found) return;
  event.preventDefault();
  before = "";
  found.focus();
  found.click();
}

/** Shows the keys of this very page.
 * @param {HTMLDialogElement} box */
function open(box) {
  const list = /** @type {HTMLElement} */ (box.querySelector("dl"));
  for (const old of list.querySelectorAll("[data-made]")) old.remove();
  for (const one of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-key]"))) {
    const key = document.createElement("dt");
    for (const letter of (one.dataset.key || "").split(" ")) key.append(Object.assign(document.createElement("kbd"), { textContent: letter }), " ");
    const words = Object.assign(document.createElement("dd"), { textContent: one.dataset.keyWords || one.textContent?.trim() });
    for (const part of [key, words]) part.dataset.made = "";
    list.append(key, words);
  }
  box.showModal();
}

/** @param {string} keys @returns {HTMLElement|null} */
function withKey(keys) {
  return keys && /^[\w/?.]( \w)?$/.test(keys) ? document.querySelector(`[data-key="${keys}"]`) : null;
}

/** @param {EventTarget|null} target */
function typing(target) {
  return target instanceof HTMLElement && (target.isContentEditable || /^(textarea|select)$/i.test(target.tagName) || (target instanceof HTMLInputElement && !/^(checkbox|radio|button|submit)$/.test(target.type)));
}

function turnedOff() {
  try {
    return localStorage.getItem(OFF) === "yes";
  } catch {
    return false;
  }
}

/** @param {boolean} off */
function remember(off) {
  try {
    localStorage.setItem(OFF, off ? "yes" : "no");
  } catch {
    // a browser without storage keeps the keys on
  }
}
