// Suggestions while typing in a search box: the combobox of the ARIA Authoring Practices, with a list that pops up.
// Without this script the box is a plain search.

const QUIET_MS = 180;
const SHORTEST = 2;
const words = document.getElementById("suggestion-words");

class Suggestions {
  #list = document.createElement("ul");
  #answers = new Map();
  #active = -1;
  #waiting;
  #request;

  constructor(input) {
    this.input = input;
    this.#list.id = `${input.id}-suggestions`;
    this.#list.className = "suggestions";
    this.#list.hidden = true;
    this.#list.setAttribute("role", "listbox");
    this.#list.setAttribute("aria-label", words.dataset.label);
    input.form.append(this.#list);
    const roles = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.#list.id };
    for (const [name, value] of Object.entries(roles)) input.setAttribute(name, value);
    this.#listen();
  }

  #listen() {
    this.input.addEventListener("input", () => this.#ask());
    this.input.addEventListener("keydown", (event) => this.#press(event));
    this.input.addEventListener("blur", () => this.close());
    this.input.form.addEventListener("submit", () => this.close());
    // The box must not lose the focus before the click is through.
    this.#list.addEventListener("mousedown", (event) => event.preventDefault());
    this.#list.addEventListener("click", (event) => this.#choose(event.target.closest("[role=option]")));
  }

  get #options() {
    return [...this.#list.children];
  }

  #ask() {
    this.#forget();
    const typed = this.input.value.trim();
    if (typed.length < SHORTEST) return this.close();
    this.#waiting = setTimeout(() => this.#fetch(typed), QUIET_MS);
  }

  async #fetch(typed) {
    this.#request = new AbortController();
    try {
      this.#show(this.#answers.get(typed) ?? (await this.#answer(typed, this.#request.signal)));
    } catch (error) {
      if (error.name !== "AbortError") this.close();
    }
  }

  async #answer(typed, signal) {
    const answer = await fetch(`${words.dataset.address}?${new URLSearchParams({ q: typed })}`, { signal });
    const found = answer.ok ? await answer.json() : [];
    if (answer.ok) this.#answers.set(typed, found);
    return found;
  }

  #show(found) {
    this.#list.replaceChildren(...found.map((suggestion, place) => this.#option(suggestion, place)));
    this.#mark(-1);
    this.#list.hidden = !found.length;
    this.input.setAttribute("aria-expanded", String(!this.#list.hidden));
    const { none, one, many } = words.dataset;
    words.textContent = found.length > 1 ? many.replace("%s", found.length) : found.length ? one : none;
  }

  #option({ kind, id, text }, place) {
    const option = document.createElement("li");
    option.id = `${this.#list.id}-${place}`;
    option.setAttribute("role", "option");
    option.dataset.address = words.dataset[kind].replace("/0/", `/${id}/`);
    const name = Object.assign(document.createElement("span"), { textContent: text, dir: "auto" });
    option.append(name);
    if (kind === "author") option.append(Object.assign(document.createElement("small"), { textContent: words.dataset.anAuthor }));
    return option;
  }

  #press(event) {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      return this.#list.hidden ? this.#ask() : this.#move(step);
    }
    if (this.#list.hidden) return;
    if (event.key === "Escape") {
      event.preventDefault();
      this.close();
    } else if (event.key === "Enter" && this.#active >= 0) {
      event.preventDefault();
      this.#choose(this.#options[this.#active]);
    }
  }

  // From the last to the box and on to the first: the box itself is a place too.
  #move(step) {
    const places = this.#options.length + 1;
    this.#mark(((this.#active + 1 + step + places) % places) - 1);
  }

  #mark(place) {
    this.#active = place;
    this.#options.forEach((option, number) => option.setAttribute("aria-selected", String(number === place)));
    const active = this.#options[place];
    if (!active) return this.input.removeAttribute("aria-activedescendant");
    this.input.setAttribute("aria-activedescendant", active.id);
    active.scrollIntoView({ block: "nearest" });
  }

  #choose(option) {
    if (!option) return;
    this.close();
    location.assign(option.dataset.address);
  }

  #forget() {
    clearTimeout(this.#waiting);
    this.#request?.abort();
  }

  close() {
    this.#forget();
    this.#mark(-1);
    this.#list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    words.textContent = "";
  }
}

for (const input of document.querySelectorAll("[data-suggests]")) new Suggestions(input);
