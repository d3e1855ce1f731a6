/* What the resident said and the server has not confirmed yet. Messages leave one at a time and in order, each with an
   identifier of its own, and again and again until the server confirms or refuses: the server recognises a repeat, so
   none is lost and none is doubled, whatever happens to the connection or the page. */

import { Problem } from "./api.js";
import { keep } from "./store.js";

const FIRST_WAIT = 700;
const LONGEST_WAIT = 15000;

export class Outbox {
  /** @param {{deliver: (item: import("./settings.js").Outgoing) => Promise<number>,
   *   delivered: (item: import("./settings.js").Outgoing, seq: number) => void,
   *   refused: (item: import("./settings.js").Outgoing, problem: Problem) => void,
   *   changed: () => void}} told */
  constructor(told) {
    this.told = told;
    /** @type {import("./settings.js").Outgoing[]} */
    this.items = [];
    this.tries = 0;
    this.asked = 0; // seconds that the server asked us to wait
    this.sending = false;
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.timer = undefined;
  }

  /** Whether the first message may have reached the server without our knowing. */
  get uncertain() {
    return this.items.length > 0 && (this.sending || this.tries > 0);
  }

  /** @param {import("./settings.js").Outgoing} item */
  add(item) {
    this.items.push(item);
    this.#keep();
    this.kick();
  }

  /** Tries now instead of later. */
  kick() {
    clearTimeout(this.timer);
    if (!this.sending) void this.#send();
  }

  /** Drops everything, for a new chat. */
  clear() {
    clearTimeout(this.timer);
    this.items = [];
    this.tries = 0;
    this.#keep();
  }

  async #send() {
    const item = this.items[0];
    if (!item) return;
    this.sending = true;
    this.told.changed();
    let outcome;
    try {
      const seq = await this.told.deliver(item);
      outcome = () => this.told.delivered(item, seq);
    } catch (error) {
      if (error instanceof Problem && !error.passing) outcome = () => this.told.refused(item, error);
      else this.#later(error);
    }
    this.sending = false;
    if (outcome && this.items[0] === item) {
      this.items.shift();
      this.tries = 0;
      this.#keep();
      outcome();
      this.kick();
    } else if (outcome) {
      this.kick();
    }
    this.told.changed();
  }

  /** @param {unknown} error */
  #later(error) {
    this.tries += 1;
    this.asked = error instanceof Problem ? error.seconds : 0;
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (this.tries - 1));
    this.timer = setTimeout(() => this.kick(), Math.max(this.asked * 1000, wait * (0.7 + Math.random() * 0.6)));
  }

  #keep() {
    keep("outbox", this.items);
  }
}
