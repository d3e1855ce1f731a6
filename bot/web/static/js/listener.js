/* Hears what is new in a conversation: server-sent events read through fetch, since EventSource cannot send a token.
   It resumes by seq, waits longer after each failure, notices a connection that died silently, and changes to
   long-polling where something on the way holds the stream back. */

import { Problem, events, read } from "./api.js";

const FIRST_BYTES = 6000;
const SILENCE = 40000; // the server says "alive" every 15 seconds
const POLL_SECONDS = 25;

export class Listener {
  /** @param {import("./settings.js").Conversation} conversation
   * @param {number} after
   * @param {{message: (message: import("./settings.js").Message) => void, state: (state: import("./settings.js").State) => void,
   *   connected: (yes: boolean) => void, gone: () => void, deleted: () => void}} told */
  constructor(conversation, after, told) {
    this.conversation = conversation;
    this.after = after;
    this.told = told;
    this.stopped = false;
    this.polling = false;
    this.failures = 0;
    this.hurry = () => {};
    /** @type {AbortController|undefined} */
    this.abort = undefined;
    void this.#run();
  }

  stop() {
    this.stopped = true;
    this.abort?.abort();
    this.hurry();
  }

  /** Tries again at once if it waits. */
  kick() {
    this.hurry();
  }

  /** Drops a connection that is known to be dead and connects again. */
  reconnect() {
    this.abort?.abort();
    this.hurry();
  }

  async #run() {
    while (!this.stopped) {
      const begun = Date.now();
      try {
        await (this.polling ? this.#poll() : this.#stream());
        if (!this.polling && Date.now() - begun < 1000) throw new Error("the stream ended at once");
      } catch (error) {
        if (this.stopped) return;
        if (error instanceof Problem && error.status === 410) return this.told.deleted();
        if (error instanceof Problem && (error.status === 404 || error.status === 401)) return this.told.gone();
        this.failures += 1;
        this.told.connected(false);
        const seconds = error instanceof Problem ? error.seconds : 0;
        await this.#wait(Math.max(seconds * 1000, Math.min(20000, 500 * 2 ** this.failures) * (0.7 + Math.random() * 0.6)));
      }
    }
  }

  async #stream() {
    const abort = (this.abort = new AbortController());
    const silent = () => abort.abort();
    let timer = setTimeout(() => {
      this.polling = true;
      silent();
    }, FIRST_BYTES);
    try {
      const response = await events(this.conversation, this.after, abort.signal);
      if (!response.body) {
        this.polling = true;
        return;
      }
      const reader = response.body.getReader();
      const decoder = new TextDecoder();
      let rest = "";
      for (;;) {
        const { done, value } = await reader.read();
        clearTimeout(timer);
        if (done || this.stopped) return;
        timer = setTimeout(silent, SILENCE);
        this.#works();
        const parts = (rest + decoder.decode(value, { stream: true })).split("\n\n");
        rest = parts.pop() || "";
        parts.forEach((part) => this.#event(part));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async #poll() {
    const abort = (this.abort = new AbortController());
    const timer = setTimeout(() => abort.abort(), SILENCE);
    try {
      const page = await read(this.conversation, this.after, this.failures ? 0 : POLL_SECONDS, abort.signal);
      if (this.stopped) return;
      this.#works();
      page.messages.forEach((message) => this.#message(message));
      this.#state(page.state);
    } finally {
      clearTimeout(timer);
    }
  }

  /** @param {string} part one event of the stream */
  #event(part) {
    let name = "message";
    let data = "";
    for (const line of part.split("\n")) {
      if (line.startsWith("event:")) name = line.slice(6).trim();
      else if (line.startsWith("data:")) data += line.slice(5).trim();
    }
    if (!data) return;
    if (name === "message") this.#message(JSON.parse(data));
    else if (name === "state") this.#state(JSON.parse(data));
    else if (name === "deleted") this.told.deleted();
  }

  /** @param {import("./settings.js").Message} message */
  #message(message) {
    if (message.seq <= this.after) return;
    this.after = message.seq;
    this.told.message(message);
  }

  /** @param {import("./settings.js").State} state */
  #state(state) {
    this.told.state(state);
    if (state.owner === "closed") this.stop();
  }

  #works() {
    if (this.stopped) return;
    this.failures = 0;
    this.told.connected(true);
  }

  /** @param {number} milliseconds */
  #wait(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.hurry = () => {
        clearTimeout(timer);
        resolve(undefined);
      };
    });
  }
}
