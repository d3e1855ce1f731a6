/* Ways to take the chat along or leave in a hurry: a plain text file, paper, and "Exit this page". */

import { byId, dayInWords, filled, settings, words } from "./settings.js";
import { close } from "./frame.js";
import { forget } from "./store.js";

/** Makes print and exit ready. */
export function prepare() {
  byId("print").addEventListener("click", () => print());
  addEventListener("beforeprint", () => document.querySelectorAll(".sources").forEach((one) => one.setAttribute("open", "")));
  for (const link of document.querySelectorAll("#exit, [data-exit]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      event.stopPropagation();
      leave();
    });
  }
}

/** Gives the chat as a text file, made here so that it also works offline. */
export function save() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([transcript()], { type: "text/plain;charset=utf-8" }));
  link.download = words.saved.file.replace(/[^\w.-]+/g, "-").toLowerCase();
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

/** Shows the number by which the resident can name the chat, to have it deleted.
 * @param {string} id of the conversation; empty while there is none */
export function showNumber(id) {
  byId("deleting").hidden = !id;
  byId("chat-number").textContent = (id.match(/.{1,4}/g) || []).join("-");
}

/** Shows the button that leaves the page at once. */
export function offerExit() {
  byId("exit").hidden = false;
}

/** Clears the page first, then puts a neutral one in its place, so that Back does not lead here. */
function leave() {
  forget();
  document.body.replaceChildren();
  document.title = "";
  close();
  try {
    /** @type {Window} */ (top).location.replace(settings.exit);
  } catch {
    location.replace(settings.exit);
  }
}

function transcript() {
  const saved = words.saved;
  const today = new Date();
  const weekday = today.toLocaleDateString("en-GB", { weekday: "long" });
  const parts = [saved.heading, filled(saved.date, { day: `${weekday} ${dayInWords(localDay(today))}` }), filled(saved.number, { number: byId("chat-number").textContent || "" }), ""];
  for (const item of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("#messages > li"))) {
    const time = item.dataset.at ? `, ${timeInWords(new Date(item.dataset.at))}` : "";
    const names = [["resident", "you"], ["assistant", "assistant"], ["staff", "staff"], ["system", "system"]];
    const [, name] = names.find(([sender]) => item.classList.contains(`message--${sender}`)) || names[1];
    parts.push(saved[name] + time);
    for (const shown of /** @type {NodeListOf<HTMLElement>} */ (item.querySelectorAll(".message__title, .message__words"))) parts.push(wordsAndAddresses(shown));
    for (const line of item.querySelectorAll(".sources li")) {
      const link = line.querySelector("a");
      parts.push(`${words.sources.fold}: ${link?.querySelector("span")?.textContent}, ${link?.href}, ${line.querySelector(".sources__note")?.textContent}`);
    }
    parts.push("");
  }
  return parts.join("\n").replace(/\r?\n/g, "\r\n");
}

/** @param {HTMLElement} shown */
function wordsAndAddresses(shown) {
  const copy = /** @type {HTMLElement} */ (shown.cloneNode(true));
  copy.querySelectorAll(".govuk-visually-hidden").forEach((hint) => hint.remove());
  copy.querySelectorAll('a[href^="http"]').forEach((link) => link.append(` (${link.getAttribute("href")})`));
  copy.querySelectorAll("li").forEach((line) => line.prepend("- "));
  copy.querySelectorAll("br").forEach((line) => line.replaceWith("\n"));
  const blocks = copy.querySelectorAll("p, li");
  return (blocks.length ? Array.from(blocks, (block) => block.textContent) : [copy.textContent]).map((text) => (text || "").trim()).join("\n");
}

/** @param {Date} moment */
function timeInWords(moment) {
  const minutes = moment.getMinutes();
  const hour = moment.getHours();
  if (!minutes && hour % 12 === 0) return hour ? "midday" : "midnight";
  return `${hour % 12 || 12}${minutes ? `:${String(minutes).padStart(2, "0")}` : ""}${hour < 12 ? "am" : "pm"}`;
}

/** @param {Date} moment */
function localDay(moment) {
  return [moment.getFullYear(), moment.getMonth() + 1, moment.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}
