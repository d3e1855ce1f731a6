/* Draws what handing over adds to a message: the lines of the card, each with its own way to change it, and forms that staff
   send. What is typed into a form stays on the page until it is sent; then it is one message. Words come with the message;
   templates/people.html draws the same on the server. */

import * as api from "./api.js";
import { announce } from "./notices.js";
import { newId, words } from "./settings.js";

/** @typedef {import("./settings.js").Message} Message */
/** @typedef {{name: string, type: string, label: string, hint: string, optional: boolean, options: {value: string, label: string}[]}} Field */

/** @param {HTMLElement} item @param {Message} message
 * @param {(value: string, label: string) => HTMLElement} button */
export function drawPeople(item, message, button) {
  const { data, kind } = message;
  const body = /** @type {HTMLElement} */ (item.querySelector(".message__body"));
  const who = /** @type {HTMLElement} */ (item.querySelector(".message__who"));
  if (message.from === "staff" && data.name) who.textContent = data.team && data.team !== data.name ? `${data.name}, ${data.team}` : data.name;
  if (kind === "handoff" && Array.isArray(data.lines)) {
    if (data.title) body.append(made("h2", "lines__title", data.title));
    body.append(drawLines(data.lines, button));
    if (data.note) body.append(made("p", "lines__note", data.note));
  }
  if (kind === "question" && data.form && Array.isArray(data.form.fields)) body.append(drawForm(data.request, data.form));
}

/** @param {{label: string, answer: string, choice: string, change: string}[]} lines
 * @param {(value: string, label: string) => HTMLElement} button */
function drawLines(lines, button) {
  const list = made("dl", "lines");
  for (const line of lines) {
    const row = made("div", "lines__row");
    const answer = made("dd", "lines__answer", line.answer);
    answer.dir = "auto";
    row.append(made("dt", "", line.label), answer);
    if (line.choice) {
      const change = made("dd", "lines__change");
      change.append(shortly(button(line.choice, line.change), line.change));
      row.append(change);
    }
    list.append(row);
  }
  return list;
}

/** A button of which only the first word is seen, since it stands beside its line; the rest is for those who listen.
 * @param {HTMLElement} button @param {string} label */
function shortly(button, label) {
  const [first, ...rest] = label.split(" ");
  button.replaceChildren(first, made("span", "govuk-visually-hidden", ` ${rest.join(" ")}`));
  return button;
}

/** @param {string} request @param {{fields: Field[], submit: string}} asked */
function drawForm(request, asked) {
  const form = made("div", "form");
  form.dataset.request = request;
  const fault = made("p", "govuk-error-message form__fault");
  fault.hidden = true;
  const send = /** @type {HTMLButtonElement} */ (made("button", "go form__send", asked.submit));
  send.setAttribute("form", "chat");
  [send.type, send.name, send.value] = ["submit", "answer_to", request];
  form.append(fault, ...asked.fields.map((field) => drawField(request, field)), send);
  return form;
}

/** @param {string} request @param {Field} field */
function drawField(request, field) {
  const id = `field-${request}-${field.name}`;
  const choice = field.type === "choice";
  const place = made(choice ? "fieldset" : "div", "field");
  place.dataset.field = field.name;
  const label = made(choice ? "legend" : "label", "field__label", field.optional ? `${field.label} ${words.form.optional}` : field.label);
  place.append(label);
  if (field.hint) {
    const hint = made("p", "field__hint", field.hint);
    hint.id = `${id}-hint`;
    place.append(hint);
  }
  const fault = made("p", "govuk-error-message");
  fault.id = `${id}-error`;
  fault.hidden = true;
  place.append(fault);
  if (choice) place.append(...field.options.map((option, number) => drawOption(`${id}-${number}`, field.name, option)));
  else {
    label.setAttribute("for", id);
    place.append(drawInput(id, field));
  }
  return place;
}

/** @param {string} id @param {Field} field */
function drawInput(id, field) {
  const input = /** @type {HTMLInputElement} */ (made("input", "govuk-input"));
  input.id = id;
  input.name = `answer:${field.name}`;
  input.type = { email: "email", telephone: "tel" }[field.type] || "text";
  input.setAttribute("autocomplete", { email: "email", telephone: "tel", postcode: "postal-code", name: "name" }[field.name] || "off");
  input.setAttribute("aria-describedby", field.hint ? `${id}-hint ${id}-error` : `${id}-error`);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    /** @type {HTMLElement|null|undefined} */ (input.closest(".form")?.querySelector(".form__send"))?.click();
  });
  return input;
}

/** @param {string} id @param {string} name @param {{value: string, label: string}} option */
function drawOption(id, name, option) {
  const line = made("div", "field__option");
  const input = /** @type {HTMLInputElement} */ (made("input", ""));
  [input.type, input.id, input.name, input.value] = ["radio", id, `answer:${name}`, option.value];
  const label = made("label", "", option.label);
  label.setAttribute("for", id);
  line.append(input, label);
  return line;
}

/** Sends what stands in the form of a button.
 * @param {HTMLElement} button @param {import("./settings.js").Conversation|null} conversation */
export async function sendForm(button, conversation) {
  const form = /** @type {HTMLElement} */ (button.closest(".form"));
  if (!conversation || form.dataset.sending) return;
  form.dataset.sending = "yes";
  form.dataset.id = form.dataset.id || newId();
  showFaults(form, {});
  try {
    await api.answer(conversation, form.dataset.id, form.dataset.request || "", answersOf(form));
    form.remove();
  } catch (error) {
    showFaults(form, (error instanceof api.Problem && error.fields) || { "": words.error.failed });
  } finally {
    delete form.dataset.sending;
  }
}

/** Takes a form away that has been answered or declined.
 * @param {Message} message */
export function settleForm(message) {
  if (message.from !== "resident") return;
  const choice = String(message.data.choice || "");
  const request = message.data.request || (choice.startsWith("request:") ? choice.split(":")[1] : "");
  if (!request) return;
  document.querySelector(`.form[data-request="${CSS.escape(request)}"]`)?.remove();
  if (choice.endsWith(":decline") || message.data.address || !message.data.addresses) {
    for (const button of document.querySelectorAll(`button[value^="request:${CSS.escape(request)}:"]`)) button.closest("li")?.remove();
  }
}

/** @param {HTMLElement} form */
function answersOf(form) {
  /** @type {Record<string, string>} */
  const answers = {};
  for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("input"))) {
    if (input.type !== "radio" || input.checked) answers[input.name.slice("answer:".length)] = input.value;
  }
  return answers;
}

/** @param {HTMLElement} form @param {Record<string, string>} faults */
function showFaults(form, faults) {
  const general = /** @type {HTMLElement} */ (form.querySelector(".form__fault"));
  general.textContent = faults[""] || "";
  general.hidden = !faults[""];
  /** @type {HTMLElement|null} */
  let first = null;
  for (const field of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-field]"))) {
    const fault = faults[field.dataset.field || ""] || "";
    const line = /** @type {HTMLElement} */ (field.querySelector(".govuk-error-message"));
    line.textContent = fault;
    line.hidden = !fault;
    for (const input of field.querySelectorAll("input")) {
      if (fault) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
    if (fault && !first) first = field.querySelector("input");
  }
  if (first) first.focus();
  else if (faults[""]) announce(faults[""]);
}

/** @param {string} name @param {string} className @param {string} [text] */
function made(name, className, text = "") {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}
