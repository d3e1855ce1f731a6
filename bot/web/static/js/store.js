/* What survives a reload: the conversation, what is not sent yet, which answers were rated. sessionStorage forgets with
   the tab. In frames of other sites it may throw on any touch; then memory has to do, and a reload begins a new chat. */

import { settings } from "./settings.js";

const PREFIX = `desk:${settings.council}:`;

/** A value kept earlier, or null.
 * @param {string} name
 * @returns {any} */
export function recall(name) {
  try {
    return JSON.parse(sessionStorage.getItem(PREFIX + name) || "null");
  } catch {
    return null;
  }
}

/** Keeps a value where that is possible.
 * @param {string} name
 * @param {unknown} value
 * @returns {boolean} whether it will survive a reload */
export function keep(name, value) {
  try {
    sessionStorage.setItem(PREFIX + name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

/** Forgets everything of this council. */
export function forget() {
  try {
    for (const name of ["conversation", "outbox", "rated"]) sessionStorage.removeItem(PREFIX + name);
  } catch {
    // nothing was kept
  }
}
