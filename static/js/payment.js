// The page of an open payment looks again by itself, ever more rarely and only while somebody sees it, until the payment
// is settled or four minutes are over. Without a script "Look again" does the same.

const PAUSES = [2, 3, 5, 8, 13, 21, 34, 55, 89]; // seconds

const pause = (seconds) => new Promise((goOn) => setTimeout(goOn, seconds * 1000));

const inSight = async () => {
  while (document.hidden) await new Promise((goOn) => document.addEventListener("visibilitychange", goOn, { once: true }));
};

async function asItIsNow() {
  const answer = await fetch(location.href);
  if (!answer.ok || answer.redirected) return null;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.getElementById("payment");
}

function show(settled) {
  const before = document.getElementById("payment");
  const hadFocus = before.contains(document.activeElement);
  before.replaceWith(settled);
  document.getElementById("payment-said").textContent = document.getElementById("payment-news").textContent;
  if (hadFocus) settled.focus();
}

async function follow() {
  for (const seconds of PAUSES) {
    await pause(seconds);
    await inSight();
    const now = await asItIsNow().catch(() => null);
    if (now && !("open" in now.dataset)) return show(now);
  }
  words.hidden = true;
}

const words = document.querySelector("[data-follows]");
words.hidden = false;
follow();
