/* What the page says about itself: looking for an answer, offline, connected again. One line on the page, and one quiet
   place (role=status) for those who listen. Words come at once, and more of them the longer it takes. */

import { byId, words } from "./settings.js";

const doing = byId("doing");
const line = byId("line");
const lineWords = byId("line-words");
const status = byId("status");

const SHOWN_AFTER = 350; // most answers come sooner than this, and a flicker helps nobody
const STEPS = /** @type {[number, string][]} */ ([
  [SHOWN_AFTER, words.status.thinking],
  [7000, words.status.thinking_long],
  [20000, words.status.thinking_very_long],
]);

/** @type {ReturnType<typeof setTimeout>[]} */
let steps = [];
let working = false;
let trouble = "";
/** @type {ReturnType<typeof setTimeout>|undefined} */
let troubleTimer;

/** Says something to those who listen.
 * @param {string} sentence */
export function announce(sentence) {
  status.textContent = "";
  setTimeout(() => (status.textContent = sentence), 60);
}

/** Shows that an answer is on its way, or no longer.
 * @param {boolean} yes */
export function showWorking(yes) {
  if (yes === working) return;
  working = yes;
  steps.forEach(clearTimeout);
  steps = [];
  if (!yes) {
    doing.hidden = true;
    return;
  }
  steps = STEPS.map(([after, sentence]) =>
    setTimeout(() => {
      doing.textContent = sentence;
      doing.hidden = false;
      announce(sentence);
    }, after),
  );
}

/** Shows what is wrong with the connection; an empty sentence means all is well again.
 * @param {string} sentence
 * @param {number} [patience] milliseconds before it is worth a word */
export function showTrouble(sentence, patience = 0) {
  if (sentence === trouble) return;
  trouble = sentence;
  clearTimeout(troubleTimer);
  if (!sentence) {
    if (!line.hidden) announce(words.status.back);
    line.hidden = true;
    return;
  }
  troubleTimer = setTimeout(() => {
    lineWords.textContent = sentence;
    line.hidden = false;
    announce(sentence);
  }, line.hidden ? patience : 0);
}
