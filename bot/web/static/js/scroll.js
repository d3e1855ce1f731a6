/* Keeps the right words in view. A new answer is shown from the resident's question on, not from its end; whoever has
   scrolled up to read is left there and gets a button instead. Focus never moves for a message. */

import { byId } from "./settings.js";

const NEAR = 160;
const page = document.documentElement;
const newer = byId("newer");
const composer = byId("chat");
const top = /** @type {HTMLElement} */ (document.querySelector(".top"));

/** @type {HTMLElement|null} */
let question = null;
/** @type {HTMLElement|null} */
let unseen = null;
let follows = true;
let lastY = 0;

/** Starts to follow the chat. */
export function prepare() {
  addEventListener("scroll", () => {
    if (atEnd()) follows = true;
    else if (scrollY < lastY - 4) follows = false; // only the resident scrolls up
    lastY = scrollY;
    offerNewer();
  }, { passive: true });
  newer.addEventListener("click", () => {
    if (unseen) glide(topOf(unseen));
    byId("text").focus({ preventScroll: true });
  });
  if ("ResizeObserver" in window) {
    new ResizeObserver(() => page.style.setProperty("--composer-height", `${composer.offsetHeight}px`)).observe(composer);
  }
}

/** The resident said this: the next answer is shown from here.
 * @param {HTMLElement} item */
export function asked(item) {
  question = item;
  toEnd();
}

/** A message came.
 * @param {HTMLElement} item */
export function came(item) {
  if (follows) glide(Math.max(scrollY, Math.min(topOf(question || item), page.scrollHeight - innerHeight)));
  unseen = unseen || item;
  setTimeout(offerNewer, 500);
}

/** Goes to the newest message at once. */
export function toEnd() {
  follows = true;
  unseen = null;
  newer.hidden = true;
  glide(page.scrollHeight);
}

/** Offers the way down while a new message lies below what can be seen. */
function offerNewer() {
  if (unseen && unseen.getBoundingClientRect().top < composer.getBoundingClientRect().top - 48) unseen = null;
  newer.hidden = !unseen;
}

/** Where to scroll so that an item stands right below the header.
 * @param {HTMLElement} item */
function topOf(item) {
  const sticky = getComputedStyle(top).position === "sticky" ? top.offsetHeight : 0;
  return item.getBoundingClientRect().top + scrollY - sticky - 12;
}

function atEnd() {
  return page.scrollHeight - innerHeight - scrollY < NEAR;
}

/** @param {number} y */
function glide(y) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches || document.hidden;
  scrollTo({ top: y, behavior: still ? "auto" : "smooth" });
}
