/* Keeps what staff are typing for this tab, so that a session that ends, a reload or another chat in between loses none of it.
   Only in this browser's sessionStorage, only for the person who typed it, and gone when it was sent or they sign out. */

const MARK = "desk-typed:";

/** Begins to keep what is typed, and puts back what was. */
export function prepareTyped() {
  document.addEventListener("input", (event) => {
    if (event.target instanceof HTMLElement && event.target.matches("#desk form[method=post] [data-keep][id]")) keep(/** @type {any} */ (event.target));
  });
  document.addEventListener("submit", (event) => {
    if (event.target instanceof HTMLFormElement && event.target.action.endsWith("/console/sign-out")) forgetAll();
  });
  putBack();
}

/** Puts back what was typed into fields that are empty; a fold that hides one is opened. */
export function putBack() {
  for (const field of /** @type {NodeListOf<HTMLTextAreaElement>} */ (document.querySelectorAll("#desk form[method=post] [data-keep][id]"))) {
    const typed = read(name(field));
    if (!typed || field.value) continue;
    field.value = typed;
    field.closest("details")?.setAttribute("open", "");
  }
}

/** What a form has sent need not be kept any more.
 * @param {HTMLFormElement} form */
export function forgetTyped(form) {
  for (const field of /** @type {NodeListOf<HTMLTextAreaElement>} */ (form.querySelectorAll("[data-keep][id]"))) {
    field.value = "";
    keep(field);
  }
}

/** @param {HTMLTextAreaElement} field */
export function keep(field) {
  try {
    if (field.value) sessionStorage.setItem(name(field), field.value);
    else sessionStorage.removeItem(name(field));
  } catch {
    // a browser without storage keeps what is typed for as long as the page is open
  }
}

function forgetAll() {
  try {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(MARK)) sessionStorage.removeItem(key);
  } catch {
    // nothing was kept
  }
}

/** @param {string} key */
function read(key) {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

/** @param {HTMLElement} field */
function name(field) {
  const desk = document.getElementById("desk");
  return `${MARK}${desk?.dataset.who}:${desk?.dataset.chat}:${field.id}`;
}
