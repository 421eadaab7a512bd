// What the desk does better with a script; each of its forms works without it.

for (const button of document.querySelectorAll("[data-prints]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

function work(desk) {
  const form = document.getElementById("desk-form");
  const input = document.getElementById("desk-input");
  form.noValidate = true;

  // A scanner types faster than answers come: scans wait in line, and the input is free at once.
  const line = [];
  let underWay = null;
  const sendNext = () => {
    if (underWay !== null || !line.length) return;
    underWay = line.shift();
    htmx.trigger(form, "scan");
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const scanned = input.value.trim();
    input.value = "";
    input.focus();
    if (scanned) line.push(scanned);
    sendNext();
  });
  form.addEventListener("htmx:configRequest", (event) => { event.detail.parameters.scan = underWay; });

  // Who was logged out meanwhile comes back here by way of the login.
  desk.addEventListener("htmx:beforeSwap", (event) => {
    const there = event.detail.xhr.responseURL;
    if (there && !new URL(there).pathname.startsWith(location.pathname)) location.reload();
  });
  desk.addEventListener("htmx:afterRequest", (event) => {
    const scanned = event.target === form;
    if (event.detail.successful) play(document.querySelector("[data-sound]")?.dataset.sound ?? "success");
    else sayItFailed(desk.dataset.failed, scanned ? [underWay, ...line.splice(0)] : []);
    countDown();
    if (!isTextField(document.activeElement) || !desk.contains(document.activeElement)) input.focus({ preventScroll: true });
    if (!scanned) return;
    underWay = null;
    sendNext();
  });

  document.addEventListener("keydown", (event) => onKey(event, input, line));
  desk.addEventListener("click", (event) => {
    if (!event.target.closest("a, button, input, label, summary") && !String(getSelection())) input.focus({ preventScroll: true });
  });
  desk.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-opens]");
    if (!link) return;
    event.preventDefault();
    open(link.href, "slip", "popup,width=460,height=640");
  });
  prepareSound();
  countDown();
  input.focus();
}

function isTextField(element) {
  return element?.matches("input:not([type=checkbox]), textarea") ?? false;
}

// With everything that was scanned and not answered.
function sayItFailed(words, scans) {
  const note = Object.assign(document.createElement("section"), { className: "desk-answer desk-error" });
  note.append(Object.assign(document.createElement("h2"), { textContent: words }));
  note.append(...scans.map((scan) => Object.assign(document.createElement("p"), { textContent: scan })));
  document.getElementById("desk-status").replaceChildren();
  document.getElementById("desk-next").replaceChildren();
  document.getElementById("desk-alert").replaceChildren(note);
  play("error");
}

// Keys: those that the page names, letters for the input wherever the focus is, arrows among the people to choose from.
function onKey(event, input, line) {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const named = /^(F\d+|Escape)$/.test(event.key) && document.querySelector(`[aria-keyshortcuts="${event.key}"]`);
  if (named) {
    event.preventDefault();
    if (event.key === "Escape") {
      line.length = 0;
      input.value = "";
      input.focus();
    }
    return isTextField(named) ? named.focus() : named.click();
  }
  if (event.key.startsWith("Arrow")) return chooseByArrow(event, input);
  if (event.key.length === 1 && event.key !== " " && !isTextField(document.activeElement)) input.focus();
}

function chooseByArrow(event, input) {
  const choices = [input, ...document.querySelectorAll(".desk-choices button")];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const place = choices.indexOf(document.activeElement);
  if (!step || place < 0 || choices.length === 1) return;
  event.preventDefault();
  choices.at((place + step) % choices.length).focus();
}

// The time left for taking a scan back; nothing of it is read aloud.
let ticking = 0;
function countDown() {
  clearInterval(ticking);
  const undo = document.querySelector(".desk-undo");
  if (!undo) return;
  const until = performance.now() + Number(undo.dataset.seconds) * 1000;
  ticking = setInterval(() => {
    const left = Math.ceil((until - performance.now()) / 1000);
    undo.querySelector("[data-left]").textContent = Math.max(left, 0);
    if (left > 0) return;
    clearInterval(ticking);
    undo.remove();
  }, 1000);
}

// Sounds: two rising notes, three equal ones, one low one; switched off for this device for as long as wanted.
const NOTES = { success: [[660, 0.08], [880, 0.12]], attention: [[740, 0.11], [740, 0.11], [740, 0.16]], error: [[180, 0.45]] };
const MUTED = "desk-muted";
let sound = null;

function play(kind) {
  if (!NOTES[kind] || localStorage.getItem(MUTED)) return;
  sound ??= new AudioContext();
  let at = sound.currentTime + 0.02;
  for (const [pitch, length] of NOTES[kind]) {
    const note = sound.createOscillator();
    const loudness = sound.createGain();
    note.type = kind === "error" ? "sawtooth" : "sine";
    note.frequency.value = pitch;
    loudness.gain.setValueAtTime(0.2, at);
    loudness.gain.exponentialRampToValueAtTime(0.001, at + length);
    note.connect(loudness).connect(sound.destination);
    note.start(at);
    note.stop(at + length);
    at += length + 0.04;
  }
}

function prepareSound() {
  const button = document.getElementById("desk-sound");
  const show = () => button.setAttribute("aria-pressed", String(!localStorage.getItem(MUTED)));
  button.hidden = false;
  show();
  button.addEventListener("click", () => {
    if (localStorage.getItem(MUTED)) localStorage.removeItem(MUTED);
    else localStorage.setItem(MUTED, "yes");
    show();
    play("success");
  });
}

const desk = document.getElementById("desk");
if (desk) work(desk);
