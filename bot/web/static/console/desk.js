/* Keeps the workspace as it is on the server: the event stream says that something changed, the changing part is fetched
   and morphed in. What somebody types, where they are and what they have folded open stays. Forms are sent without leaving
   the page; without this script they are ordinary forms. */

import morphdom from "../vendor/morphdom.js";
import { alertFor, prepareSound } from "./sound.js";
import { forgetTyped, keep as keepTyped, prepareTyped, putBack } from "./typed.js";

const lost = /** @type {HTMLElement} */ (document.getElementById("lost"));
const TICK = 10_000;
const HOLE = /\[(?:name|address|postcode|email|telephone|reference)\]/;
/** @type {EventSource|null} */
let stream = null;
let address = "";
let fetching = false;
let again = false;
let sinceLost = "";
let signedOut = false;
// Forms on their way, and those to be sent once more then. Not marks on the forms: new HTML would take them off.
/** @type {Set<HTMLFormElement>} */
const sending = new Set();
/** @type {Set<HTMLFormElement>} */
const sendNext = new Set();

prepareSound();
prepareTyped();
listen();
document.addEventListener("submit", send);
document.addEventListener("keydown", (event) => {
  const form = event.target instanceof HTMLTextAreaElement ? event.target.form : null;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form?.hasAttribute("data-sends")) {
    event.preventDefault();
    form.requestSubmit();
  }
  // Letters are keys again, and the cursor stays where a suggestion is to go.
  if (event.key === "Escape" && !event.isComposing && form?.hasAttribute("data-sends")) /** @type {HTMLElement} */ (event.target).blur();
});
document.addEventListener("click", insert);
document.addEventListener("click", point);
setInterval(tick, TICK);
toTheEnd();

/** Opens the one event stream of this page. */
function listen() {
  if (signedOut) return;
  const wanted = desk().dataset.events || "";
  if (wanted === address && stream && stream.readyState !== EventSource.CLOSED) return;
  stream?.close();
  address = wanted;
  stream = new EventSource(wanted);
  stream.addEventListener("change", (event) => {
    found();
    const news = JSON.parse(event.data);
    alertFor(news);
    if (news.stamp !== desk().dataset.stamp) refresh();
  });
  stream.addEventListener("gone", () => location.assign("/console/desk"));
  stream.addEventListener("signed_out", saySignedOut);
  stream.addEventListener("open", found);
  stream.addEventListener("error", () => {
    if (signedOut) return;
    sinceLost ||= new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/London" });
    say((lost.dataset.lost || "").replace("{time}", sinceLost));
    if (stream?.readyState === EventSource.CLOSED) setTimeout(listen, 4000);
  });
}

/** Fetches the changing part; one at a time, and once more when something changed meanwhile. */
async function refresh() {
  if (fetching) {
    again = true;
    return;
  }
  fetching = true;
  try {
    const response = await fetch(desk().dataset.part || "", { headers: { Accept: "text/html" } });
    if (response.status === 401) saySignedOut();
    if (response.ok) swap(await response.text());
  } catch {
    // the stream's own error says that the connection is lost
  } finally {
    fetching = false;
    if (again) {
      again = false;
      refresh();
    }
  }
}

/** Sends a form of the workspace and shows what came of it.
 * @param {SubmitEvent} event */
async function send(event) {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.closest("#desk")) return;
  event.preventDefault();
  if (form.hasAttribute("data-finds")) return find(form);
  if (sending.has(form)) return void sendNext.add(form); // whoever is quicker than the connection has written more already
  sending.add(form);
  const sent = form.querySelector("textarea")?.value || "";
  let since = "";
  try {
    const body = new URLSearchParams(/** @type {any} */ (new FormData(form, event.submitter)));
    const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "text/html" } });
    if (response.status === 401) return saySignedOut();
    if (response.ok) since = typedSince(form, sent);
    if (response.ok) forgetTyped(form);
    if (response.ok && response.redirected && new URL(response.url).pathname !== location.pathname) return location.assign(response.url);
    if (response.ok) empty(form, since);
    if (response.ok) for (const fold of form.closest("details[id]") ? [form.closest("details")] : []) fold?.removeAttribute("open");
    swap(await response.text());
    document.getElementById("fault")?.focus();
    if (response.ok && form.hasAttribute("data-sends")) document.getElementById("text")?.focus();
  } catch {
    say((lost.dataset.lost || "").replace("{time}", ""));
  } finally {
    sending.delete(form);
    if (sendNext.delete(form) && since) form.requestSubmit(); // a second press with nothing new in between was only that
  }
}

/** What somebody has typed or put in while a form was on its way.
 * @param {HTMLFormElement} form @param {string} sent */
function typedSince(form, sent) {
  const now = form.querySelector("textarea")?.value || "";
  return now.startsWith(sent) ? now.slice(sent.length).trimStart() : now;
}

/** Empties a form that was sent, but for what was typed since, with the suggestions that it came from.
 * @param {HTMLFormElement} form @param {string} since */
function empty(form, since) {
  form.reset();
  const field = form.querySelector("textarea");
  if (!field || !since) return form.querySelector("[data-inserted]")?.replaceChildren();
  field.value = since;
  keepTyped(field);
}

/** Looks up answers without leaving the page, so that nothing that is typed is lost.
 * @param {HTMLFormElement} form */
async function find(form) {
  const words = new URLSearchParams(/** @type {any} */ (new FormData(form)));
  await look(`${form.action}?part=1&${words}`);
}

/** Shows suggestions for the message that somebody points at, without leaving the page.
 * @param {MouseEvent} event */
async function point(event) {
  const link = event.target instanceof Element ? /** @type {HTMLAnchorElement|null} */ (event.target.closest("a[data-finds]")) : null;
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const find = /** @type {HTMLInputElement|null} */ (document.getElementById("find"));
  if (find) find.value = "";
  await look(`${link.href}${link.search ? "&" : "?"}part=1`);
  document.getElementById("hand-title")?.scrollIntoView({ block: "nearest" });
}

/** @param {string} where */
async function look(where) {
  const response = await fetch(where, { headers: { Accept: "text/html" } });
  if (response.status === 401) saySignedOut();
  if (response.ok) swap(await response.text());
}

/** Puts an answer at hand into the reply, where the cursor is.
 * @param {MouseEvent} event */
function insert(event) {
  const button = event.target instanceof Element ? /** @type {HTMLElement|null} */ (event.target.closest("[data-insert]")) : null;
  const field = /** @type {HTMLTextAreaElement|null} */ (document.getElementById("text"));
  if (!button || !field) return;
  const before = field.value.slice(0, field.selectionStart);
  const gap = before && !/\s$/.test(before) ? " " : "";
  const start = field.selectionStart + gap.length;
  field.setRangeText(gap + (button.dataset.insert || ""), field.selectionStart, field.selectionEnd, "end");
  note(button.dataset.suggestion || "");
  keepTyped(field);
  field.focus();
  const hole = HOLE.exec(field.value.slice(start));
  if (hole) field.setSelectionRange(start + hole.index, start + hole.index + hole[0].length); // to be written over
}

/** Remembers in the form which suggestions were put into the reply.
 * @param {string} key */
function note(key) {
  const place = document.getElementById("inserted");
  if (!key || !place || [...place.children].some((one) => /** @type {HTMLInputElement} */ (one).value === key)) return;
  place.append(Object.assign(document.createElement("input"), { type: "hidden", name: "inserted", value: key }));
}

/** Puts new HTML in the place of the old, keeping what a person is in the middle of.
 * @param {string} html */
function swap(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("desk");
  if (!fresh) return location.reload();
  const atEnd = nearTheEnd();
  morphdom(desk(), fresh, { onBeforeElUpdated: keep });
  putBack();
  if (atEnd) toTheEnd();
  listen();
}

/** @param {HTMLElement} old @param {HTMLElement} fresh */
function keep(old, fresh) {
  if (old.isEqualNode(fresh) || old.hasAttribute("data-inserted")) return false;
  if (old instanceof HTMLDetailsElement && old.id) fresh.toggleAttribute("open", old.open);
  if (old.hasAttribute("data-still") && old.matches(":hover")) return false; // a list never moves under the pointer
  if (old instanceof HTMLTextAreaElement && old.hasAttribute("data-draft")) return redraft(old, /** @type {HTMLTextAreaElement} */ (fresh));
  if (old.hasAttribute("data-keep") && !(fresh instanceof HTMLTextAreaElement && fresh.value && !(/** @type {any} */ (old).value))) return false;
  if (/^(SELECT|INPUT)$/.test(old.tagName) && old === document.activeElement) return false;
  if (old instanceof HTMLInputElement && old.type === "radio") fresh.toggleAttribute("checked", old.checked);
  return true;
}

/** A drafted text follows the chat until somebody changes it.
 * @param {HTMLTextAreaElement} old @param {HTMLTextAreaElement} fresh */
function redraft(old, fresh) {
  if (old.value === old.defaultValue && old !== document.activeElement) old.value = old.defaultValue = fresh.defaultValue;
  return false;
}

/** Brings the times on the page up to date. */
function tick() {
  for (const time of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-since]"))) {
    const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(time.dataset.since || "")) / 1000));
    if (seconds >= 60 && seconds < 3600) time.textContent = (time.textContent || "").replace(/^\d+ \w+$/, `${Math.floor(seconds / 60)} min`);
    else if (seconds < 60) time.textContent = (time.textContent || "").replace(/^\d+ \w+$/, `${Math.floor(seconds / 5) * 5} s`);
  }
}

function nearTheEnd() {
  const said = document.getElementById("said");
  return !said || said.scrollHeight - said.scrollTop - said.clientHeight < 80;
}

function toTheEnd() {
  const said = document.getElementById("said");
  if (said) said.scrollTop = said.scrollHeight;
}

function desk() {
  return /** @type {HTMLElement} */ (document.getElementById("desk"));
}

/** @param {string} sentence */
function say(sentence) {
  lost.textContent = sentence;
  lost.hidden = !sentence;
}

/** Says that the session is over, with the way back to this very page. What is typed stays, here and afterwards. */
function saySignedOut() {
  signedOut = true;
  stream?.close();
  say(lost.dataset.signedOut || "");
  const back = Object.assign(document.createElement("a"), {
    href: `/console/sign-in?ended=yes&next=${encodeURIComponent(location.pathname)}`,
    textContent: lost.dataset.signIn || "",
  });
  lost.append(" ", back);
}

function found() {
  sinceLost = "";
  say("");
}
