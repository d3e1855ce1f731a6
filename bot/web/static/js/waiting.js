/* Who has the conversation, in one line above the field: the place in the queue with the honest wait, or the person. It is
   kept up to date while the resident waits, and said aloud only when the place changes. */

import { announce } from "./notices.js";
import { byId, filled, words } from "./settings.js";

const panel = byId("people");
const line = byId("people-words");

let position = 0;

/** Shows how it stands.
 * @param {import("./settings.js").State|null} state */
export function showPeople(state) {
  const queue = state && state.owner === "queue" ? state.queue : null;
  const staff = state && state.owner === "staff" ? state.staff : null;
  panel.hidden = !queue && !staff;
  panel.classList.toggle("people--staff", Boolean(staff));
  if (queue) line.textContent = queue.text;
  else if (staff) line.textContent = filled(staff.name === staff.team ? words.people.team : words.people.with, staff);
  if (queue && position && queue.position !== position) announce(queue.text);
  position = queue ? queue.position : 0;
}
