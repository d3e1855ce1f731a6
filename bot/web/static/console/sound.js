/* A short, soft sound when somebody new waits, again every 20 seconds until the queue is taken, and once when a resident
   replies. It is off until it is turned on, since browsers ask for that; the choice is remembered on this computer. */

const AGAIN = 20_000;
const KEPT = "desk-sound";
const button = /** @type {HTMLButtonElement|null} */ (document.getElementById("sound"));
/** @type {AudioContext|null} */
let audio = null;
/** @type {{waiting: number, urgent: number, replies: number}|null} */
let before = null;
/** @type {ReturnType<typeof setInterval>|undefined} */
let repeating;

/** Makes the button work, and takes up what was chosen earlier at the first press of anything. */
export function prepareSound() {
  if (!button) return;
  button.addEventListener("click", () => set(!on()));
  if (kept() === "on") document.addEventListener("pointerdown", () => on() || set(true), { once: true });
}

/** Decides whether what is new is worth a sound.
 * @param {{waiting: number, urgent: number, replies: number}} news */
export function alertFor(news) {
  const more = before && (news.waiting > before.waiting || news.urgent > before.urgent || news.replies > before.replies);
  before = news;
  if (more) beep(news.urgent ? 2 : 1);
  clearInterval(repeating);
  if (news.waiting || news.urgent) repeating = setInterval(() => beep(before?.urgent ? 2 : 1), AGAIN);
  document.title = document.title.replace(/^(\(\d+\) )?/, news.waiting ? `(${news.waiting}) ` : "");
}

/** @param {boolean} wanted */
function set(wanted) {
  if (!button) return;
  if (wanted) audio ||= new AudioContext();
  else audio = (audio?.close(), null);
  button.setAttribute("aria-pressed", String(wanted));
  button.textContent = (wanted ? button.dataset.off : button.dataset.on) || "";
  try {
    localStorage.setItem(KEPT, wanted ? "on" : "off");
  } catch {
    // a browser without storage asks again next time
  }
  if (wanted) beep(1);
}

function on() {
  return button?.getAttribute("aria-pressed") === "true";
}

function kept() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

/** @param {number} times */
function beep(times) {
  if (!audio || !on()) return;
  for (let one = 0; one < times; one += 1) {
    const tone = audio.createOscillator();
    const loudness = audio.createGain();
    const begin = audio.currentTime + one * 0.28;
    tone.frequency.value = 587;
    loudness.gain.setValueAtTime(0.0001, begin);
    loudness.gain.exponentialRampToValueAtTime(0.12, begin + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.0001, begin + 0.22);
    tone.connect(loudness).connect(audio.destination);
    tone.start(begin);
    tone.stop(begin + 0.25);
  }
}
