"""A browser without a screen: cookies, the forms of a page as they stand in it, and how long each answer took."""

from __future__ import annotations

import http.cookiejar
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from html.parser import HTMLParser
from uuid import uuid4


@dataclass
class PageForm:
    """A form with what its fields hold; ``choices`` are the values of its lists, the empty one left out."""

    action: str
    method: str = "get"
    fields: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)

    def says(self, name: str, value: str) -> bool:
        """Whether a field holds a value: the hidden ``act`` tells the forms of an offer apart."""
        return self.fields.get(name) == value


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self.links: list[str] = []
        self._form: PageForm | None = None
        self._list = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        form, name = self._form, told.get("name", "")
        if tag == "a":
            self.links.append(told.get("href", ""))
        elif tag == "form":
            self._form = PageForm(told.get("action", ""), told.get("method", "get"))
            self.forms.append(self._form)
        elif form is None:
            return
        elif tag == "input" and name and told.get("type") != "file":
            if told.get("type") != "checkbox" or "checked" in told:
                form.fields[name] = told.get("value", "")
        elif tag == "select":
            self._list = name
            form.fields[name], form.choices[name] = "", []
        elif tag == "option" and self._list:
            if told.get("value"):
                form.choices[self._list].append(told["value"])
            if "selected" in told:
                form.fields[self._list] = told.get("value", "")
        elif tag == "textarea":
            self._area = name
            form.fields[name] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._list = ""
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area and self._form is not None:
            self._form.fields[self._area] += data


@dataclass(frozen=True)
class Answer:
    """A page that came back."""

    at: str
    status: int
    text: str

    def read(self) -> _Reader:
        """Its forms and links."""
        reader = _Reader()
        reader.feed(self.text)
        return reader

    def forms(self, ending: str = "", **fields: str) -> list[PageForm]:
        """Its forms whose address ends so and whose fields hold these values."""
        return [
            f
            for f in self.read().forms
            if f.action.split("#")[0].endswith(ending) and all(f.says(k, v) for k, v in fields.items())
        ]


class Tally:
    """What everybody has asked: kind, seconds since the beginning, seconds it took, status."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.asked: list[tuple[str, float, float, int]] = []
        self.wrong: list[str] = []
        self.counts: dict[str, int] = {}
        self._lock = threading.Lock()

    def add(self, kind: str, took: float, status: int) -> None:
        """One request."""
        with self._lock:
            self.asked.append((kind, time.monotonic() - self.began, took, status))

    def fault(self, what: str) -> None:
        """Something that must not be."""
        with self._lock:
            self.wrong.append(f"{time.monotonic() - self.began:.0f} s: {what}")

    def count(self, what: str, by: int = 1) -> None:
        """Something that was done."""
        with self._lock:
            self.counts[what] = self.counts.get(what, 0) + by


class Browser:
    """One person. Every request is timed and counted; a status that was not expected is a fault."""

    def __init__(self, base: str, name: str, password: str, tally: Tally) -> None:
        self.base, self.name, self._password, self.tally = base, name, password, tally
        jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        self.enter()

    def enter(self) -> None:
        """Log in."""
        form = self.get("/entrer", kind="login").forms("/entrer")[0]
        self.send(form, kind="login", name=self.name, password=self._password)

    def get(self, at: str, kind: str = "read", expect: tuple[int, ...] = (200,)) -> Answer:
        """Read a page; once more after a new login when the session has ended."""
        found = self._ask(at, None, {}, kind, expect)
        if kind != "login" and 'action="/entrer"' in found.text:
            self.enter()
            found = self._ask(at, None, {}, kind, expect)
        return found

    def send(
        self, form: PageForm, kind: str = "write", expect: tuple[int, ...] = (200,), **values: str
    ) -> Answer:
        """Send a form with other values in some of its fields."""
        filled = {**form.fields, **{name.replace("__", "-"): value for name, value in values.items()}}
        if form.method == "get":
            return self.get(f"{form.action.split('#')[0]}?{urllib.parse.urlencode(filled)}", kind, expect)
        return self._ask(form.action, urllib.parse.urlencode(filled).encode(), {}, kind, expect)

    def upload(self, form: PageForm, files: dict[str, bytes], **values: str) -> Answer:
        """Send a form with files."""
        edge, body = f"bord-{uuid4().hex}", b""
        for name, value in {**form.fields, **values}.items():
            body += f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, content in files.items():
            head = f'--{edge}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\nContent-Type: text/csv\r\n\r\n'
            body += head.encode() + content + b"\r\n"
        body += f"--{edge}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={edge}"}
        return self._ask(form.action, body, kind, "upload", (200,))

    def _ask(
        self, at: str, data: bytes | None, headers: dict[str, str], kind: str, expect: tuple[int, ...]
    ) -> Answer:
        began = time.perf_counter()
        request = urllib.request.Request(self.base + at, data, headers)
        try:
            with self._opener.open(request, timeout=60) as answer:
                text, status, to = answer.read().decode("utf-8", "replace"), answer.status, answer.url
        except urllib.error.HTTPError as error:
            text, status, to = error.read().decode("utf-8", "replace"), error.code, error.url or at
        except OSError as error:
            text, status, to = repr(error), 0, at
        self.tally.add(kind, time.perf_counter() - began, status)
        if status not in expect:
            self.tally.fault(f"{self.name} {kind} {at}: {status} {_problem(text)}")
        return Answer(to.removeprefix(self.base), status, text)


def _problem(text: str) -> str:
    """What a refused page says is wrong."""
    start = text.find('class="wrong"')
    if start < 0:
        return text[:200] if text.startswith(("<", "{")) is False else ""
    plain = HTMLText()
    plain.feed(text[start - 5 : start + 900])
    return " ".join("".join(plain.parts).split())[:300]


class HTMLText(HTMLParser):
    """The text of a piece of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)
