/* The field where the resident types: it grows to four lines, counts near the limit, sends with Enter and names what is
   wrong above itself with the words kept. */

import { byId, counted, filled, settings, words } from "./settings.js";
import { announce } from "./notices.js";

const field = /** @type {HTMLTextAreaElement} */ (byId("text"));
const send = byId("send");
const count = byId("count");
const error = byId("error");
const errorWords = byId("error-words");
const title = document.title.replace(filled(words.page.error_title, { title: "" }), "");

const COUNTED_FROM = 0.8;
const AFTER_SENDING = 800; // a second click right after sending is a double click, not an empty message

/** @type {ReturnType<typeof setTimeout>|undefined} */
let countTimer;
let sentAt = 0;

/** Makes the field ready.
 * @param {(text: string) => void} say called with what the resident sends */
export function prepare(say) {
  field.addEventListener("input", () => {
    fit();
    countLeft();
    if (!error.hidden && field.value.trim()) clearError();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (!event.repeat) submit(say);
  });
  send.addEventListener("click", (event) => {
    event.preventDefault();
    submit(say);
  });
  fit();
  countLeft();
}

/** Puts refused words back, in front of what has been typed since.
 * @param {string} text */
export function giveBack(text) {
  field.value = field.value.trim() ? `${text}\n${field.value}` : text;
  fit();
  countLeft();
}

/** Names what is wrong above the field and goes there.
 * @param {string} sentence */
export function showError(sentence) {
  errorWords.textContent = sentence;
  error.hidden = false;
  field.setAttribute("aria-invalid", "true");
  document.title = filled(words.page.error_title, { title });
  field.focus();
}

/** Takes the error away. */
export function clearError() {
  error.hidden = true;
  errorWords.textContent = "";
  field.removeAttribute("aria-invalid");
  document.title = title;
}

/** What stands in the field. */
export function typed() {
  return field.value.trim();
}

/** Characters as the server counts them.
 * @param {string} text */
export function lengthOf(text) {
  return Array.from(text.trim().normalize("NFC")).length;
}

/** @param {(text: string) => void} say */
function submit(say) {
  const text = field.value.trim();
  if (!text) {
    if (Date.now() - sentAt > AFTER_SENDING) showError(words.error.empty);
    return;
  }
  const length = lengthOf(text);
  if (length > settings.limit) {
    const [long, limit] = [length, settings.limit].map((number) => number.toLocaleString("en-GB"));
    return showError(filled(words.error.too_long, { length: long, limit }));
  }
  clearError();
  sentAt = Date.now();
  field.value = "";
  fit();
  countLeft();
  say(text);
}

function fit() {
  if (CSS.supports("field-sizing", "content")) return;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`;
}

function countLeft() {
  const left = settings.limit - lengthOf(field.value);
  const near = left <= settings.limit * (1 - COUNTED_FROM);
  const sentence = !near ? "" : left < 0 ? counted(words.composer.over, -left) : counted(words.composer.left, left);
  count.textContent = sentence;
  count.classList.toggle("composer__count--over", left < 0);
  send.setAttribute("aria-disabled", String(left < 0));
  clearTimeout(countTimer);
  if (sentence) countTimer = setTimeout(() => announce(sentence), 1200);
}
