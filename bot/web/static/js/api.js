/* The calls of the public API. A refusal by the server becomes a Problem with its code; anything else that fails is a
   lost connection and may be tried again. */

const HERE = "/api/v1/conversations";
const SEND_SECONDS = 15;

/** The server refused: `code` is its name for the reason, `seconds` says when to try again. */
export class Problem extends Error {
  /** @param {number} status @param {string} code @param {number} seconds @param {Record<string, string>|null} [fields] */
  constructor(status, code, seconds, fields = null) {
    super(code);
    this.fields = fields; // what is wrong with each field of a form
    this.status = status;
    this.code = code;
    this.seconds = seconds;
  }

  /** Whether the same request may succeed later. */
  get passing() {
    return this.status >= 500 || this.status === 408 || this.status === 429;
  }
}

/** @param {string} council
 * @returns {Promise<import("./settings.js").Conversation & {messages: import("./settings.js").Message[], state: import("./settings.js").State}>} */
export async function begin(council) {
  return (await post(HERE, { council })).json();
}

/** @param {import("./settings.js").Conversation} conversation
 * @param {import("./settings.js").Outgoing} item
 * @returns {Promise<number>} the message's seq */
export async function say(conversation, item) {
  const said = item.choice === undefined ? { text: item.text } : { choice: item.choice };
  const response = await post(`${HERE}/${conversation.id}/messages`, { client_message_id: item.id, ...said }, conversation);
  return (await response.json()).seq;
}

/** @param {import("./settings.js").Conversation} conversation @param {number} after @param {number} wait @param {AbortSignal} signal
 * @returns {Promise<{messages: import("./settings.js").Message[], state: import("./settings.js").State}>} */
export async function read(conversation, after, wait, signal) {
  const address = `${HERE}/${conversation.id}/messages?after=${after}&wait=${wait}`;
  return (await checked(fetch(address, { headers: bearer(conversation), cache: "no-store", credentials: "omit", signal }))).json();
}

/** The stream of events after a seq.
 * @param {import("./settings.js").Conversation} conversation @param {number} after @param {AbortSignal} signal */
export function events(conversation, after, signal) {
  const headers = { ...bearer(conversation), Accept: "text/event-stream", "Last-Event-ID": String(after) };
  return checked(fetch(`${HERE}/${conversation.id}/events`, { headers, cache: "no-store", credentials: "omit", signal }));
}

/** @param {import("./settings.js").Conversation} conversation */
export async function end(conversation) {
  await post(`${HERE}/${conversation.id}/end`, {}, conversation);
}

/** @param {import("./settings.js").Conversation} conversation @param {number} seq @param {string} helpful */
export async function rate(conversation, seq, helpful) {
  await post(`${HERE}/${conversation.id}/feedback`, { seq, helpful }, conversation);
}

/** Sends a form that staff asked to be filled in.
 * @param {import("./settings.js").Conversation} conversation @param {string} id @param {string} request @param {Record<string, string>} answers */
export async function answer(conversation, id, request, answers) {
  await post(`${HERE}/${conversation.id}/answers`, { client_message_id: id, request, answers }, conversation);
}

/** @param {string} address @param {object} body @param {import("./settings.js").Conversation} [conversation] */
async function post(address, body, conversation) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), SEND_SECONDS * 1000);
  try {
    const headers = { "Content-Type": "application/json", ...(conversation ? bearer(conversation) : {}) };
    const request = { method: "POST", headers, body: JSON.stringify(body), credentials: /** @type {const} */ ("omit"), signal: stop.signal };
    return await checked(fetch(address, request));
  } finally {
    clearTimeout(timer);
  }
}

/** @param {import("./settings.js").Conversation} conversation */
function bearer(conversation) {
  return { Authorization: `Bearer ${conversation.token}` };
}

/** @param {Promise<Response>} coming */
async function checked(coming) {
  const response = await coming;
  if (response.ok) return response;
  let code = "unexpected";
  let fields = null;
  try {
    const problem = await response.json();
    code = problem.code || code;
    fields = problem.fields || null;
  } catch {
    // not one of our problem documents: a proxy's page, perhaps
  }
  throw new Problem(response.status, code, Number(response.headers.get("Retry-After")) || 0, fields);
}
