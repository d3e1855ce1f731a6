/* What the server tells the script: the council, limits and every word. The script has no wording of its own.
   Written by chat.html, read here once. */

/**
 * @typedef {{seq: number, at: string, from: "resident"|"assistant"|"staff"|"system", kind: string, text: string,
 *   choices: {value: string, label: string}[], sources: {title: string, url: string, checked: string}[],
 *   data: Record<string, any>}} Message
 * @typedef {{owner: string, epoch: number, thinking: boolean, queue: {position: number, text: string}|null,
 *   staff: {name: string, team: string}|null}} State
 * @typedef {{id: string, token: string}} Conversation
 * @typedef {{id: string, text?: string, choice?: string, label?: string}} Outgoing
 */

/** @type {{council: string, limit: number, framed: boolean, parents: string[], exit: string, words: Record<string, any>}} */
export const settings = JSON.parse(byId("settings").textContent || "{}");
export const words = settings.words;

/** The element with this id, which the page must have.
 * @param {string} id
 * @returns {HTMLElement} */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/** A sentence with its {names} filled in.
 * @param {string} sentence
 * @param {Record<string, string|number>} values */
export function filled(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** A sentence for one or many.
 * @param {{one: string, many: string}} forms
 * @param {number} count */
export function counted(forms, count) {
  return count === 1 ? forms.one : filled(forms.many, { count: count.toLocaleString("en-GB") });
}

/** A day as "24 November 2026".
 * @param {string} day */
export function dayInWords(day) {
  const date = new Date(`${day.slice(0, 10)}T12:00:00Z`);
  return `${date.getUTCDate()} ${date.toLocaleDateString("en-GB", { month: "long", timeZone: "UTC" })} ${date.getUTCFullYear()}`;
}

/** An identifier that nobody can guess; crypto.randomUUID is missing on plain http. */
export function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
