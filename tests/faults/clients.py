"""Patrons and librarians as apps: what they ask over HTTP at random, and what they do when the answer does not come."""

import http.client
import json
import random
import re
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

TRIES, PAUSE_SECONDS, TIMEOUT_SECONDS = 40, 0.25, 20
LOST = (ConnectionError, http.client.HTTPException, TimeoutError, OSError)


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any

    @property
    def code(self) -> str:
        return str(self.body.get("code", "")) if self.status >= 400 and isinstance(self.body, dict) else ""


@dataclass
class Seen:
    """What all clients together were answered: (action, status, code) and how often; and how often they asked again."""

    answers: Counter[tuple[str, int, str]] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    asked_again: int = 0
    replayed: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def codes(self) -> set[str]:
        return {code for _action, status, code in self.answers if status >= 400}

    def done(self) -> set[str]:
        """What was done at least once; others may be at it meanwhile."""
        with self.lock:
            return {action for action, status, _code in self.answers if status < 300}

    def failures(self) -> dict[tuple[str, int, str], int]:
        return {answer: many for answer, many in self.answers.items() if answer[1] >= 500}


class Client:
    """One person's app: one connection, opened anew when it breaks; the same key until there is an answer."""

    def __init__(self, address: str, token: str, seen: Seen, seed: int, over: threading.Event) -> None:
        self._address, self._seen, self._over = address, seen, over
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.chance = random.Random(seed)
        self._connection: http.client.HTTPConnection | None = None

    def ask(self, action: str, method: str, path: str, body: Any = None) -> Answer | None:
        """None when no answer came however often it was asked for."""
        key = {"Idempotency-Key": str(uuid.uuid4())} if method == "POST" else {}
        content = None if body is None else json.dumps(body)
        for _try in range(TRIES):
            began = time.monotonic()
            with suppress(*LOST):
                response, raw = self._send(method, f"/api/v1/{path}", content, self._headers | key)
                answer = Answer(response.status, json.loads(raw or b"null"))
                if answer.code != "idempotency_in_progress":
                    self._count(action, answer, time.monotonic() - began)
                    self._seen.replayed += response.getheader("Idempotency-Replayed") == "true"
                    return answer
            self._seen.asked_again += 1
            if self._over.wait(PAUSE_SECONDS) and _try > TRIES / 2:
                break
        return None

    def _send(
        self, method: str, path: str, content: str | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self._address, timeout=TIMEOUT_SECONDS)
        try:
            self._connection.request(method, path, content, headers)
            response = self._connection.getresponse()
            return response, response.read()
        except LOST:
            self.close()
            raise

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _count(self, action: str, answer: Answer, seconds: float) -> None:
        with self._seen.lock:
            self._seen.answers[action, answer.status, answer.code] += 1
            self._seen.seconds.append(seconds)


class Patron(Client):
    def act(self, books: list[int]) -> None:
        """Something at random, most often about what one has."""
        mine = self._mine()
        wishes: list[Callable[[], Any]] = [lambda: self._reserve(books)] * 4 + [self._top_up, self._change_plan]
        wishes += [lambda one=one: self._go_on(one) for one in mine for _twice in range(2)]
        self.chance.choice(wishes)()

    def _mine(self) -> list[dict[str, Any]]:
        answer = self.ask("list", "GET", "reservations/?page_size=20")
        rows = answer.body["results"] if answer and answer.status == 200 else []
        return [row for row in rows if row["status"] in ("pending", "ready", "active")]

    def _reserve(self, books: list[int]) -> None:
        # Most want the first, few the last.
        book = books[min(int(self.chance.expovariate(1.5)), len(books) - 1)]
        self.ask("reserve", "POST", "reservations/", {"book": book, "days": self.chance.randint(1, 8)})

    def _go_on(self, one: dict[str, Any]) -> None:
        path = f"reservations/{one['id']}/"
        tomorrow = (date.today() + timedelta(days=2)).isoformat()
        choices: dict[str, list[tuple[str, str, str, Any]]] = {
            "ready": [
                *[("checkout", "POST", path + "checkout/", {})] * 4,
                ("defer", "POST", path + "defer/", {}),
                ("cancel", "DELETE", path, None),
                ("days", "PATCH", path, {"days": self.chance.randint(1, 7)}),
            ],
            "active": [
                *[("return", "POST", path + "return/", {})] * 4,
                ("extend", "POST", path + "extend/", {}),
                ("extend-all", "POST", "reservations/extend-all/", {}),
                ("cancel", "DELETE", path, None),
            ],
            "pending": [
                ("cancel", "DELETE", path, None),
                ("pause", "PATCH", path, {"paused_until": tomorrow}),
                ("go-on", "PATCH", path, {"paused_until": None}),
                ("days", "PATCH", path, {"days": self.chance.randint(1, 7)}),
                ("checkout", "POST", path + "checkout/", {}),
            ],
        }
        self.ask(*self.chance.choice(choices[one["status"]]))

    def _change_plan(self) -> None:
        self.ask("plan", "PUT", "users/subscription/", {"plan": self.chance.choice(["FREE", "PLUS", "PREMIUM"])})

    def _top_up(self) -> None:
        """Through the provider's page, as people pay; an impatient one clicks twice."""
        amount = self.chance.choice(["1.00", "5.00", "20.00"])
        payment = self.ask("charge", "POST", "users/charge/", {"amount": amount, "provider": "test"})
        if payment is None or payment.status != 201:
            return
        page = urlsplit(payment.body["checkout_url"]).path
        for _click in range(self.chance.choice([1, 1, 2])):
            with suppress(*LOST):
                self._confirm(page)

    def _confirm(self, page: str) -> None:
        began = time.monotonic()
        shown, html = self._send("GET", page, None, {})
        token = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', html)
        if token is None:  # it is settled already
            return
        form = urlencode({"csrfmiddlewaretoken": token[1].decode(), "confirm": ""})
        cookie = (shown.getheader("Set-Cookie") or "").split(";")[0]
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
        response, _html = self._send("POST", page, form, headers)
        self._count("confirm", Answer(response.status, None), time.monotonic() - began)


class Librarian(Client):
    def act(self, books: list[int]) -> None:
        status = self.chance.choice(["pending", "ready", "active", "completed"])
        answer = self.ask("list", "GET", f"reservations/?status={status}&page_size=50")
        rows = answer.body["results"] if answer and answer.status == 200 else []
        if rows:
            self._work(self.chance.choice(rows), books)

    def _work(self, one: dict[str, Any], books: list[int]) -> None:
        path, reason = f"reservations/{one['id']}/", {"reason": "the storm"}
        choices: dict[str, list[tuple[str, str, str, Any]]] = {
            "pending": [
                *[("move", "POST", path + "move/", {"position": self.chance.randint(1, 4)} | reason)] * 3,
                ("force-cancel", "DELETE", path + "?reason=storm", None),
            ],
            "ready": [("desk-checkout", "POST", path + "checkout/", reason)],
            "active": [
                *[("force-return", "POST", path + "return/", reason)] * 3,
                ("lost", "POST", path + "lost/", reason),
            ],
            "completed": [
                ("found", "POST", path + "found/", reason),
                ("new-copy", "POST", f"books/{self.chance.choice(books)}/copies/", {}),
            ],
        }
        self.ask(*self.chance.choice(choices[one["status"]]))
