/* Draws messages from the patterns in the page, which the server's own template made, and keeps them in order by seq.
   Words go in as text; only data.html, which the server has sanitised, goes in as HTML. */

import { choicesBelow, drawApplication } from "./draw-application.js";
import { drawPeople } from "./draw-people.js";
import { byId, dayInWords, filled, words } from "./settings.js";
import { recall } from "./store.js";

/** @typedef {import("./settings.js").Message} Message */

const list = byId("messages");
/** The council's notices and the greeting, as the page came with them. */
const greetings = Array.from(list.querySelectorAll("[data-greeting]"), (item) => /** @type {HTMLElement} */ (item.cloneNode(true)));
greetings.forEach((item) => item.removeAttribute("data-seq"));

/** @type {Map<number, HTMLElement>} */
const bySeq = new Map();
/** @type {Map<string, HTMLElement>} */
const unsent = new Map();

/** Takes over what the server drew.
 * @returns {number} the last seq on the page */
export function adopt() {
  for (const item of list.querySelectorAll("[data-seq]")) {
    bySeq.set(Number(item.getAttribute("data-seq")), /** @type {HTMLElement} */ (item));
  }
  return Math.max(0, ...bySeq.keys());
}

/** Shows a message, or brings the one that is shown up to date.
 * @param {Message} message
 * @returns {{item: HTMLElement, isNew: boolean}} */
export function put(message) {
  const known = bySeq.get(message.seq) || greetingOnPage(message);
  if (known) {
    known.setAttribute("data-seq", String(message.seq));
    known.dataset.at = message.at;
    bySeq.set(message.seq, known);
    if (message.from === "resident") part(known, ".message__words > p").textContent = message.text;
    return { item: known, isNew: false };
  }
  const item = drawn(message);
  item.setAttribute("data-seq", String(message.seq));
  bySeq.set(message.seq, item);
  place(item, message.seq);
  return { item, isNew: true };
}

/** Shows what the resident has just said, before the server has it.
 * @param {string} id
 * @param {string} text */
export function putUnsent(id, text) {
  const item = drawn({ seq: 0, at: new Date().toISOString(), from: "resident", kind: "text", text, choices: [], sources: [], data: {} });
  item.classList.add("message--unsent");
  unsent.set(id, item);
  list.append(item);
  return item;
}

/** The server has it now.
 * @param {string} id
 * @param {number} seq */
export function confirm(id, seq) {
  const item = unsent.get(id);
  unsent.delete(id);
  if (!item) return;
  if (bySeq.has(seq)) return item.remove();
  item.classList.remove("message--unsent");
  delivery(item, "");
  item.setAttribute("data-seq", String(seq));
  bySeq.set(seq, item);
  place(item, seq);
}

/** The server refused it.
 * @param {string} id */
export function withdraw(id) {
  unsent.get(id)?.remove();
  unsent.delete(id);
}

/** Says under each unsent message how it stands.
 * @param {string} sentence */
export function sayUnsent(sentence) {
  for (const item of unsent.values()) delivery(item, sentence);
}

/** Whether a message is on the page.
 * @param {number} seq */
export function has(seq) {
  return bySeq.has(seq);
}

/** Leaves the old chat on the page, but as past: the next messages belong to a new one. */
export function archive() {
  for (const item of bySeq.values()) item.removeAttribute("data-seq");
  bySeq.clear();
}

/** A notice that belongs to no chat.
 * @param {string} text */
export function notice(text) {
  list.append(drawn({ seq: 0, at: new Date().toISOString(), from: "system", kind: "notice", text, choices: [], sources: [], data: {} }));
}

/** Clears the page down to the greeting. */
export function clear() {
  bySeq.clear();
  unsent.clear();
  list.replaceChildren(...greetings.map((item) => item.cloneNode(true)));
}

/** Thanks for a rating, with a way on when the answer did not help.
 * @param {HTMLElement} group
 * @param {string} helpful */
export function thank(group, helpful) {
  const thanks = document.createElement("p");
  thanks.className = "feedback__thanks";
  thanks.id = group.getAttribute("aria-labelledby") || "";
  thanks.textContent = words.feedback[`thanks_${helpful}`];
  thanks.tabIndex = -1;
  group.replaceChildren(thanks);
  if (helpful !== "yes") group.append(choiceButton("talk_to_person", byId("menu").querySelector("[name=choice]")?.textContent || ""));
  return thanks;
}

/** The greeting that the page came with, now that the server has stored it with a seq.
 * @param {Message} message */
function greetingOnPage(message) {
  if (!message.data.greeting) return null;
  const reason = message.data.reason ? `.message--${message.data.reason}` : "";
  const waiting = /** @type {HTMLElement|null} */ (list.querySelector(`.message--${message.kind}${reason}[data-greeting]:not([data-seq])`));
  if (waiting && !message.data.html) part(waiting, ".message__words > p").textContent = message.text;
  return waiting;
}

/** @param {HTMLElement} item @param {number} seq */
function place(item, seq) {
  let before = null;
  for (const other of list.children) {
    const otherSeq = Number(other.getAttribute("data-seq")) || (other.classList.contains("message--unsent") ? Infinity : 0);
    if (other !== item && otherSeq > seq) {
      before = other;
      break;
    }
  }
  if (item.parentNode !== list || item.nextElementSibling !== before) list.insertBefore(item, before);
}

/** @param {Message} message */
function drawn(message) {
  const item = fromPattern("message-pattern");
  const { data } = message;
  item.className = `message message--${message.from} message--${message.kind} message--new`;
  if (typeof data.reason === "string" && /^[a-z_]+$/.test(data.reason)) item.classList.add(`message--${data.reason}`);
  item.dataset.at = message.at;
  if (data.greeting) item.setAttribute("data-greeting", "");
  part(item, ".message__who").textContent = words.who[message.from];
  const title = message.kind === "answer" ? data.title : message.kind === "urgent" ? words.who.urgent : "";
  if (title) part(item, ".message__title").textContent = title;
  else part(item, ".message__title").remove();
  const body = part(item, ".message__words");
  if (/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(data.language || "")) body.lang = data.language;
  if (typeof data.html === "string" && data.html) {
    body.innerHTML = data.html;
    for (const link of body.querySelectorAll('a[href^="http"], a[href^="/"]')) openBeside(link);
  } else {
    const text = document.createElement("p");
    text.textContent = message.text;
    body.replaceChildren(text);
  }
  drawApplication(item, message, choiceButton);
  drawPeople(item, message, choiceButton);
  drawChoices(part(item, ".choices"), message);
  drawSources(part(item, ".sources"), message);
  drawFeedback(part(item, ".feedback"), message);
  return item;
}

/** @param {HTMLElement} place @param {Message} message */
function drawChoices(place, message) {
  const choices = choicesBelow(message);
  if (!choices.length) return place.remove();
  for (const { value, label } of choices) {
    const line = document.createElement("li");
    line.append(choiceButton(value, label));
    place.append(line);
  }
}

/** @param {string} value @param {string} label */
function choiceButton(value, label) {
  const button = /** @type {HTMLButtonElement} */ (fromPattern("choice-pattern").querySelector("button"));
  button.value = value;
  button.textContent = label;
  button.toggleAttribute("data-person", value === "talk_to_person");
  return button;
}

/** @param {HTMLElement} place @param {Message} message */
function drawSources(place, message) {
  if (!message.sources.length) return place.remove();
  for (const source of message.sources) {
    const line = fromPattern("source-pattern");
    const link = /** @type {HTMLAnchorElement} */ (line.querySelector("a"));
    if (/^https?:/.test(source.url)) link.href = source.url;
    part(line, "a > span").textContent = source.title;
    const site = link.hostname.replace(/^www\./, "");
    part(line, ".sources__note").textContent = filled(words.sources.checked, { place: site, day: dayInWords(source.checked) });
    part(place, "ul").append(line);
  }
}

/** @param {HTMLElement} place @param {Message} message */
function drawFeedback(place, message) {
  if (message.kind !== "answer") return place.remove();
  place.setAttribute("aria-labelledby", `feedback-${message.seq}`);
  part(place, ".feedback__ask").id = `feedback-${message.seq}`;
  for (const button of place.querySelectorAll("button")) button.value = `${message.seq}:${button.value.split(":")[1]}`;
  const rated = (recall("rated") || {})[message.seq];
  if (rated in words.feedback) thank(place, rated);
}

/** @param {Element} link */
function openBeside(link) {
  link.setAttribute("target", "_blank");
  link.setAttribute("rel", "noopener noreferrer");
  const hint = document.createElement("span");
  hint.className = "govuk-visually-hidden";
  hint.textContent = ` ${words.page.new_tab}`;
  link.append(hint);
}

/** @param {HTMLElement} item @param {string} sentence */
function delivery(item, sentence) {
  const line = /** @type {HTMLElement|null} */ (item.querySelector(".message__delivery"));
  if (line && line.textContent !== sentence) line.textContent = sentence;
  if (line) line.hidden = !sentence;
}

/** @param {string} id */
function fromPattern(id) {
  const pattern = /** @type {HTMLTemplateElement} */ (byId(id));
  return /** @type {HTMLElement} */ (document.importNode(pattern.content, true).firstElementChild);
}

/** @param {HTMLElement} item @param {string} selector */
function part(item, selector) {
  return /** @type {HTMLElement} */ (item.querySelector(selector));
}
