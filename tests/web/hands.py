"""Hands on the desk's pages: a form is found by its address and the fields it holds, filled, and sent; a field or a choice that the page does not offer is a failure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Protocol

Fields = Mapping[str, str]


@dataclass
class PageForm:
    """A form as a page shows it."""

    action: str
    inside: str
    """Identifier of the list item around it, if any."""
    hidden: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)
    """Name -> what stands in it now (a box that is not ticked: nothing)."""
    options: dict[str, list[str]] = field(default_factory=dict)
    ticks: dict[str, str] = field(default_factory=dict)
    """Boxes and what each says when it is ticked."""

    def takes(self, fields: Fields) -> bool:
        """Whether all these fields can be given here."""
        return all(self._takes(name, value) for name, value in fields.items())

    def _takes(self, name: str, value: str) -> bool:
        if name in self.hidden:
            return self.hidden[name] == value
        if name in self.options:
            return value in self.options[name]
        return self.ticks[name] == value if name in self.ticks else name in self.fields


class Forms(HTMLParser):
    """The forms of a page, in its order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self._form: PageForm | None = None
        self._item = self._area = self._list = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag in ("li", "fieldset") and "id" in told:
            self._item = told["id"]
        elif tag == "form":
            self._form = PageForm(told.get("action", ""), self._item)
            self.forms.append(self._form)
        elif self._form is not None:
            self._field(self._form, tag, told)

    def _field(self, form: PageForm, tag: str, told: dict[str, str]) -> None:
        name, kind = told.get("name", ""), told.get("type", "text")
        if tag == "input" and kind == "hidden":
            form.hidden[name] = told.get("value", "")
        elif tag == "input" and kind == "checkbox":
            form.ticks[name] = told.get("value", "on")
        elif tag == "input":
            form.fields[name] = told.get("value", "")
        elif tag == "textarea":
            self._area, form.fields[name] = name, ""
        elif tag == "select":
            self._list, form.fields[name], form.options[name] = name, "", []
        elif tag == "option" and self._list:
            form.options[self._list].append(told.get("value", ""))
            if "selected" in told:
                form.fields[self._list] = told.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._area and self._form is not None:
            self._form.fields[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._list = ""


def the_form(page: str, action: str, fields: Fields, inside: str = "") -> tuple[int, PageForm]:
    """The only form of the page with this address (a pattern) that takes these fields, and its place."""
    found = [
        (n, form)
        for n, form in enumerate(Forms(page).forms)
        if re.fullmatch(action, form.action) and inside in ("", form.inside) and form.takes(fields)
    ]
    known = [(f.action, f.inside, sorted(f.fields), f.hidden.get("act", "")) for f in Forms(page).forms]
    assert len(found) == 1, f"{len(found)} forms {action} {inside} take {dict(fields)}: {known}"
    return found[0]


class Hands(Protocol):
    """Somebody in front of the pages."""

    def open(self, address: str) -> str:
        """The page."""

    def send(
        self, action: str, fields: Fields, *, inside: str = "", files: Sequence[Path] = ()
    ) -> tuple[str, str]:
        """Fill the form and send it; (address, page) that follow. A refusal is a failure of the test."""


class ClientHands:
    """Django's own client, logged in."""

    def __init__(self, name: str, password: str) -> None:
        from django.test import Client

        self.client, self.page, self.sent = Client(), "", 0
        answer = self.client.post("/entrer", {"name": name, "password": password})
        assert answer.status_code == 302, answer.content.decode()[:300]

    def open(self, address: str) -> str:
        answer = self.client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        self.page = answer.content.decode()
        return self.page

    def send(
        self, action: str, fields: Fields, *, inside: str = "", files: Sequence[Path] = ()
    ) -> tuple[str, str]:
        from django.core.files.uploadedfile import SimpleUploadedFile

        _, form = the_form(self.page, action, fields, inside)
        data: dict[str, Any] = {**form.fields, **form.hidden, **fields}
        if files:
            data["files"] = [SimpleUploadedFile(p.name, p.read_bytes()) for p in files]
        self.sent += 1
        # a hand sends a few forms a minute from one machine; here each stands for a minute of its own
        answer = self.client.post(
            form.action, data, REMOTE_ADDR=f"127.0.{self.sent // 200}.{self.sent % 200 + 1}"
        )
        said = re.findall(r'role="alert".*?</ul>', answer.content.decode(), re.DOTALL)
        assert answer.status_code == 302, (form.action, answer.status_code, fields, said)
        address = str(answer.headers["Location"])
        return address, self.open(address.split("#")[0])
