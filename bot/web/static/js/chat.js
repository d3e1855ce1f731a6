/* Brings the page to life: sends without a reload, hears answers as they come, goes on after a reload. Everything here
   improves a page that already works by plain forms, so if this file never arrives, the chat still does. Start with
   `boot`; outbox.js sends, listener.js hears, draw.js shows. */

import * as api from "./api.js";
import * as composer from "./composer.js";
import * as draw from "./draw.js";
import * as frame from "./frame.js";
import * as keeping from "./keeping.js";
import * as scroll from "./scroll.js";
import { sendForm, settleForm } from "./draw-people.js";
import { Listener } from "./listener.js";
import { announce, showTrouble, showWorking } from "./notices.js";
import { Outbox } from "./outbox.js";
import { byId, filled, newId, settings, words } from "./settings.js";
import { forget, keep, recall } from "./store.js";
import { showPeople } from "./waiting.js";

/** @typedef {import("./settings.js").Message} Message */
/** @typedef {import("./settings.js").Outgoing} Outgoing */

const log = byId("log");
const form = /** @type {HTMLFormElement} */ (byId("chat"));
const title = document.title;

/** @type {import("./settings.js").Conversation|null} */
let conversation = null;
/** @type {Listener|null} */
let listener = null;
/** @type {import("./settings.js").State|null} */
let state = null;
/** @type {Message[]} */
let held = [];
let confirmed = 0; // the newest of the resident's messages that the server has
let resuming = false;
let lastPress = { value: "", at: 0 };

const outbox = new Outbox({ deliver, delivered, refused, changed: showState });

function boot() {
  composer.prepare((text) => say({ id: newId(), text }));
  scroll.prepare();
  frame.prepare();
  keeping.prepare();
  form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("click", press);
  document.addEventListener("keydown", escape);
  byId("try-now").addEventListener("click", hurry);
  addEventListener("online", () => {
    listener?.reconnect();
    hurry();
  });
  addEventListener("offline", showState);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    document.title = title;
    hurry();
  });
  addEventListener("hashchange", () => {
    byId("menu").removeAttribute("open");
    if (location.hash !== "#log") return;
    history.replaceState(null, "", location.pathname);
    scroll.toEnd();
  });
  resume();
  document.documentElement.classList.add("has-script");
}

/** Goes on with the conversation of the page itself or of this tab. */
function resume() {
  const last = draw.adopt();
  const onPage = { id: fieldOf("conversation").value, token: fieldOf("token").value };
  conversation = onPage.id && onPage.token ? onPage : recall("conversation");
  if (onPage.id && keep("conversation", onPage)) history.replaceState(null, "", location.href);
  const waiting = /** @type {Outgoing[]} */ (recall("outbox") || []);
  if (conversation) {
    resuming = !last;
    if (resuming) log.setAttribute("aria-live", "off");
    listen(last);
  }
  if (last && location.hash !== "#latest") scroll.toEnd();
  for (const item of waiting) {
    draw.putUnsent(item.id, item.label || item.text || "");
    outbox.add(item);
  }
}

/** @param {Outgoing} item */
function say(item) {
  scroll.asked(draw.putUnsent(item.id, item.label || item.text || ""));
  outbox.add(item);
}

/** @param {Outgoing} item */
async function deliver(item) {
  if (!conversation) {
    const begun = await api.begin(settings.council);
    conversation = { id: begun.id, token: begun.token };
    keep("conversation", conversation);
    begun.messages.forEach((message) => draw.put(message));
    listen(Math.max(...begun.messages.map((message) => message.seq)));
  }
  return api.say(conversation, item);
}

/** @param {Outgoing} item @param {number} seq */
function delivered(item, seq) {
  confirmed = Math.max(confirmed, seq);
  draw.confirm(item.id, seq);
  release();
}

/** @param {Outgoing} item @param {api.Problem} problem */
function refused(item, problem) {
  draw.withdraw(item.id);
  if (item.text) composer.giveBack(item.text);
  if (problem.code === "conversation_deleted") return clearDeleted();
  const name = { conversation_not_found: "expired", token_missing: "expired", conversation_closed: "closed", unknown_choice: "choice", empty_message: "empty", body_too_large: "too_large" }[problem.code];
  if (name === "expired") leaveConversation();
  if (name !== "closed") composer.showError(filled(words.error[name || "failed"], { limit: settings.limit.toLocaleString("en-GB") }));
  release();
}

/** @param {number} after */
function listen(after) {
  if (!conversation) return;
  listener = new Listener(conversation, after, {
    message: receive,
    state(now) {
      state = now;
      endResuming();
      showState();
    },
    connected(yes) {
      if (yes && outbox.tries && !outbox.asked) outbox.kick();
      showState();
    },
    gone() {
      leaveConversation();
      endResuming();
    },
    deleted() {
      endResuming();
      clearDeleted();
    },
  });
}

/** A message from the server. While it is not known whether our own last message arrived, it may be that very one: then
 * it waits for the confirmation, and so does everything after it.
 * @param {Message} message */
function receive(message) {
  const maybeOurs = message.from === "resident" && outbox.uncertain && !draw.has(message.seq);
  if (held.length || maybeOurs) {
    held.push(message);
    outbox.kick();
    return;
  }
  const { item, isNew } = draw.put(message);
  if (message.data.quick_exit) keeping.offerExit();
  settleForm(message);
  if (resuming || !isNew) return;
  if (message.from === "resident") return;
  showState();
  if (message.data.reason !== "ended") scroll.came(item);
  if (frame.isSeen()) return;
  frame.countUnread();
  document.title = filled(words.page.new_message_title, { title });
}

function release() {
  const waiting = held;
  held = [];
  waiting.forEach(receive);
}

function endResuming() {
  if (!resuming) return;
  resuming = false;
  scroll.toEnd();
  announce(words.status.resumed);
  setTimeout(() => log.removeAttribute("aria-live"), 500);
}

/** Shows who is at work and what is wrong, from what is known now. */
function showState() {
  const closed = state !== null && state.owner === "closed";
  const offline = !navigator.onLine;
  const stuck = outbox.items.length > 0 && outbox.tries > 0;
  byId("ended").hidden = !closed;
  keeping.showNumber(conversation?.id || "");
  showPeople(state);
  byId("writing").hidden = closed && !composer.typed();
  draw.sayUnsent(offline || stuck ? words.status.waiting : "");
  if (offline) showTrouble(words.status.offline);
  else if (stuck && outbox.asked) showTrouble(filled(words.status.slow_down, { seconds: outbox.asked }));
  else if (stuck || (listener && listener.failures)) showTrouble(words.status.reconnecting, 2500);
  else showTrouble("");
  const unheard = listener !== null && confirmed > listener.after;
  showWorking(!closed && !offline && !stuck && (outbox.items.length > 0 || unheard || (state !== null && state.thinking)));
}

function hurry() {
  outbox.kick();
  listener?.kick();
  showState();
}

/** The conversation is over for this page; the next message begins a new one below it. */
function leaveConversation() {
  listener?.stop();
  [conversation, listener, state, confirmed] = [null, null, null, 0];
  forget();
  draw.archive();
  showState();
}

/** The council has deleted the conversation: nothing of it stays on the page either. */
function clearDeleted() {
  outbox.clear();
  held = [];
  leaveConversation();
  draw.clear();
  draw.notice(words.error.deleted);
}

function startAgain() {
  if (conversation && state?.owner !== "closed") api.end(conversation).catch(() => {});
  outbox.clear();
  held = [];
  leaveConversation();
  draw.clear();
  composer.clearError();
  byId("exit").hidden = true;
  location.hash = "#log";
  scrollTo(0, 0);
  byId("heading").focus();
}

/** Buttons that belong to the chat's form, wherever they stand.
 * @param {MouseEvent} event */
function press(event) {
  const target = /** @type {Element} */ (event.target);
  if (!target.closest("#menu")) byId("menu").removeAttribute("open");
  if (target.closest("#start-again, #new-chat")) {
    event.preventDefault();
    return startAgain();
  }
  const button = /** @type {HTMLButtonElement|null} */ (target.closest("button[form=chat]"));
  if (!button) return;
  event.preventDefault();
  byId("menu").removeAttribute("open");
  if (button.value === lastPress.value && event.timeStamp - lastPress.at < 900) return;
  lastPress = { value: button.value, at: event.timeStamp };
  if (button.name === "choice") {
    composer.clearError();
    say({ id: newId(), choice: button.value, label: (button.textContent || "").trim() });
  } else if (button.name === "feedback") {
    void rate(button);
  } else if (button.name === "answer_to") {
    void sendForm(button, conversation);
  } else if (button.value === "save") {
    keeping.save();
  }
}

/** @param {HTMLButtonElement} button */
async function rate(button) {
  const [seq, helpful] = button.value.split(":");
  const group = /** @type {HTMLElement} */ (button.closest(".feedback"));
  if (!conversation) return;
  try {
    await api.rate(conversation, Number(seq), helpful);
    keep("rated", { ...recall("rated"), [seq]: helpful });
    draw.thank(group, helpful).focus({ preventScroll: true });
  } catch {
    announce(words.error.feedback);
    const line = /** @type {HTMLElement} */ (group.querySelector(".feedback__ask"));
    line.textContent = words.error.feedback;
  }
}

/** @param {KeyboardEvent} event */
function escape(event) {
  if (event.key !== "Escape" || event.isComposing) return;
  const menu = byId("menu");
  if (menu.hasAttribute("open")) {
    menu.removeAttribute("open");
    /** @type {HTMLElement} */ (menu.querySelector("summary")).focus();
  } else if (document.querySelector(".panel:target")) {
    location.hash = "#log";
  } else if (settings.framed) {
    frame.close();
  }
}

/** @param {string} name */
function fieldOf(name) {
  return /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
}

boot();
