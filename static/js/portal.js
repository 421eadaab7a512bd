// What the pages do better with a script; each of them works without it.

const root = document.documentElement;

// Light and dark without a reload: the form's answer only carries the cookie.
document.addEventListener("submit", async (event) => {
  const form = event.target.closest(".theme-choice");
  if (!form || !event.submitter) return;
  event.preventDefault();
  const body = new FormData(form, event.submitter);
  const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
  if (answer.type !== "opaqueredirect") return form.submit();
  root.dataset.theme = event.submitter.value;
  for (const button of form.querySelectorAll("[name=theme]")) {
    button.setAttribute("aria-pressed", String(button === event.submitter));
  }
});

// The menu closes as menus do: by Escape, or by a click elsewhere.
const openMenu = () => document.querySelector("details.menu[open]");
document.addEventListener("click", (event) => {
  const menu = openMenu();
  if (menu && !menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  const menu = openMenu();
  if (event.key !== "Escape" || !menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// Buttons that fill in an amount show up only where they work.
for (const group of document.querySelectorAll("[data-fills]")) {
  group.hidden = false;
  group.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) document.getElementById(group.dataset.fills).value = button.value;
  });
}

// After an action swapped its own button away, the focus goes to what came of it.
document.addEventListener("htmx:afterSettle", (event) => {
  if (document.activeElement !== document.body) return;
  const messages = document.getElementById("messages");
  const news = messages.textContent.trim() ? messages : event.detail.elt;
  news.focus({ preventScroll: true });
  news.scrollIntoView({ block: "nearest" });
});

// Who was logged out meanwhile goes to the login page instead of getting it inside this one.
document.addEventListener("htmx:beforeSwap", (event) => {
  const there = event.detail.xhr.responseURL;
  if (!there || new URL(there).pathname !== document.body.dataset.login) return;
  event.preventDefault();
  location.assign(there);
});

// A request that failed must not leave the reader waiting in silence.
for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(failure, () => {
    const messages = document.getElementById("messages");
    const note = Object.assign(document.createElement("p"), { className: "message message-error", textContent: messages.dataset.failed });
    messages.replaceChildren(note);
  });
}

// A password can be looked at before it is sent; browsers remember only fields that are hidden when they go.
for (const button of document.querySelectorAll("[data-reveals]")) {
  const field = document.getElementById(button.dataset.reveals);
  const show = (shown) => {
    field.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
  };
  button.hidden = false;
  button.addEventListener("click", () => show(field.type === "password"));
  field.form.addEventListener("submit", () => show(false));
}

// Copying and printing need a script: their buttons show up only where they work.
for (const button of document.querySelectorAll("[data-copies]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).innerText);
    button.textContent = button.dataset.copied;
  });
}
for (const button of document.querySelectorAll("[data-prints]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
