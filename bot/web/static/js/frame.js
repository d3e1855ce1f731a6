/* Speaks with the council's page around the frame: ready, open, close and unread, never a word of the chat. Only the
   sites that the server named are heard, and answers go to exactly the origin that spoke. */

import { byId, settings } from "./settings.js";

let parentOrigin = "";
let open = true;
let unread = 0;

/** Whether the resident can see the chat now. */
export function isSeen() {
  return open && !document.hidden;
}

/** Starts to listen to the page around; does nothing on the full page. */
export function prepare() {
  document.addEventListener("visibilitychange", () => isSeen() && clearUnread());
  if (!settings.framed || parent === window) {
    byId("close").hidden = true;
    return;
  }
  open = false;
  addEventListener("message", ({ source, origin, data }) => {
    if (source !== parent || !allowed(origin) || !data || data.desk !== 1) return;
    parentOrigin = origin;
    if (data.type === "close") open = false;
    if (data.type !== "open") return;
    const opens = !open;
    open = true;
    clearUnread();
    if (opens) byId("heading").focus();
  });
  byId("close").addEventListener("click", close);
}

/** Closes the panel on the council's page; the chat goes on inside it.
 * @returns {boolean} whether there is a panel */
export function close() {
  if (!parentOrigin) return false;
  open = false;
  tell({ type: "close" });
  return true;
}

/** A message came while the resident could not see it. */
export function countUnread() {
  unread += 1;
  tell({ type: "unread", count: unread });
}

function clearUnread() {
  if (unread) tell({ type: "unread", count: 0 });
  unread = 0;
}

/** @param {{type: string, count?: number}} message */
function tell(message) {
  if (parentOrigin) parent.postMessage({ desk: 1, ...message }, parentOrigin);
}

/** @param {string} origin */
function allowed(origin) {
  return origin === location.origin || settings.parents.some((site) => site === origin || (site.endsWith(":*") && origin.replace(/:\d+$/, "") === site.slice(0, -2)));
}
