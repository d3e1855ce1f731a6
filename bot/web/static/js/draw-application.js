/* Draws what a report or application adds to a message: progress and reason of a question, the answers to check with a button
   beside each, the reference of a case. Words come with the message; templates/application.html draws the same on the server. */

/** @typedef {import("./settings.js").Message} Message */

/** The choices that stand under the message; those that stand beside an answer are left out.
 * @param {Message} message */
export function choicesBelow(message) {
  const beside = new Set((message.data.lines || []).map((/** @type {any} */ line) => line.choice));
  return message.choices.filter((choice) => !beside.has(choice.value));
}

/** @param {HTMLElement} item @param {Message} message
 * @param {(value: string, label: string) => HTMLElement} button */
export function drawApplication(item, message, button) {
  const { data, kind } = message;
  const body = /** @type {HTMLElement|null} */ (item.querySelector(".message__body"));
  const words = /** @type {HTMLElement|null} */ (item.querySelector(".message__words"));
  if (!body || !words) return;
  if (kind === "question" && data.task === "application") {
    words.before(made("p", "question__progress", `${data.title}. ${data.progress.text}`));
    if (data.hint) body.append(made("p", "question__hint", data.hint));
    if (data.why) body.append(reason(data));
    if (data.form) body.append(formLink(data));
  } else if (kind === "check_answers" && data.task === "application") {
    words.replaceChildren(made("p", "", data.lead), answers(data, button));
    if (data.declaration) words.append(made("p", "", data.declaration));
  } else if (kind === "case" && data.reference && data.labels) {
    words.replaceChildren(...caseParts(data));
  }
}

/** The same questions as an ordinary form.
 * @param {Record<string, any>} data */
function formLink(data) {
  const line = made("p", "question__form");
  line.append(link(data.form, data.form_label));
  return line;
}

/** @param {string} address @param {string} text */
function link(address, text) {
  const made = document.createElement("a");
  made.href = new URL(address, location.origin).pathname;
  made.target = "_blank";
  made.rel = "noopener";
  made.textContent = text;
  return made;
}

/** @param {Record<string, any>} data */
function reason(data) {
  const details = document.createElement("details");
  details.className = "question__why";
  const summary = document.createElement("summary");
  summary.append(made("span", "", data.why_label));
  details.append(summary, made("p", "", data.why));
  return details;
}

/** @param {Record<string, any>} data
 * @param {(value: string, label: string) => HTMLElement} button */
function answers(data, button) {
  const list = made("dl", "check");
  for (const line of data.lines) {
    const row = made("div", "check__row");
    const value = made("dd", "check__answer", line.answer);
    value.dir = "auto";
    const way = made("dd", "check__change");
    const change = button(line.choice, data.change_word);
    change.append(made("span", "govuk-visually-hidden", line.change.slice(data.change_word.length)));
    way.append(change);
    row.append(made("dt", "check__label", line.label), value, way);
    list.append(row);
  }
  return list;
}

/** @param {Record<string, any>} data */
function caseParts(data) {
  const reference = made("p", "case__reference", data.labels.reference);
  reference.append(made("strong", "", data.reference));
  const code = made("p", "case__code", data.labels.code);
  code.append(made("strong", "", data.code));
  const lines = data.lines.map((/** @type {string} */ line) => made("p", "", line));
  const follow = made("p", "");
  follow.append(link(data.follow, data.labels.follow));
  return [lines[0], reference, ...lines.slice(1), code, follow].filter(Boolean);
}

/** @param {string} name @param {string} className @param {string} [text] */
function made(name, className, text = "") {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}
