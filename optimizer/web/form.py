"""What a person typed, read field by field; every problem is told at once and what was typed is kept."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from typing import Any

from django.http import HttpRequest

from optimizer.errors import Lang, said
from optimizer.store.clock import clock_time
from optimizer.store.people import NUMBER
from optimizer.web.pages import command_id, lang_of

YEARS = range(1900, 2200)
"""Years a day of the desk may have: a browser sends ``0026`` of a year typed with two digits."""


class Problem(str):
    """A sentence about a form that knows which field it is about, so that the page leads there."""

    field: str

    def __new__(cls, sentence: str, field: str) -> Problem:
        made = super().__new__(cls, sentence)
        made.field = field
        return made


class FormProblems(Exception):
    """All sentences about a form, in the language of its page."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(len(problems))
        self.problems = problems


class Form:
    """The fields of a request.

    Examples
    --------
    ``form = Form(request)``, ``on = form.day("on", "WEB.SESSION_ON")``, ``form.check()``: the last one raises
    :class:`FormProblems` with every sentence.
    """

    def __init__(self, request: HttpRequest) -> None:
        self.data = request.POST
        self.lang: Lang = lang_of(request)
        self.problems: list[str] = []
        self.command_id = command_id(request)

    @property
    def version(self) -> int | None:
        """The version the form was filled upon."""
        given = self.data.get("version", "")
        return int(given) if given.isdecimal() and len(given) < 12 else None

    def refuse(self, code: str, label: str, at: str = "", **params: object) -> None:
        """Keep a sentence about a field, ``at`` its name in the form."""
        self.problems.append(Problem(said(code, self.lang, field=said(label, self.lang), **params), at))

    def text(self, name: str, label: str, *, required: bool = False, longest: int = 500) -> str:
        """A text, without the blanks around it."""
        value = str(self.data.get(name, "")).replace("\r\n", "\n").strip()
        if required and not value:
            self.refuse("WEB.FORM_REQUIRED", label, name)
        if len(value) > longest:
            self.refuse("WEB.FORM_LONG", label, name, most=longest)
        if any(ord(sign) < 32 and sign not in "\n\t" for sign in value):
            self.refuse("WEB.FORM_SIGNS", label, name)
        return value

    def number(self, name: str, label: str, *, required: bool = False) -> str:
        """A unique number, without the blanks that people write between its groups."""
        value = "".join(self.text(name, label, required=required, longest=60).split())
        if NUMBER < len(value) <= 60:
            self.refuse("WEB.FORM_LONG", label, name, most=NUMBER)
        return value

    def choice(self, name: str, label: str, known: Collection[str], *, required: bool = True) -> Any:
        """One of the known values, or an empty text; typed by the caller, whose closed list it is."""
        value = str(self.data.get(name, ""))
        if value not in known:
            if value or required:
                self.refuse("WEB.FORM_CHOICE", label, name)
            return ""
        return value

    def day(self, name: str, label: str, *, required: bool = False) -> date | None:
        """A day, as browsers send it (2026-12-03) or as people write it (03/12/2026)."""
        value = self.text(name, label, required=required, longest=30)
        if not value:
            return None
        found = day_of(value)
        if found is None or found.year not in YEARS:
            self.refuse("WEB.FORM_DAY", label, name)
            return None
        return found

    def a_day(self, name: str, label: str) -> date:
        """A day that must be there; after a refusal some day, which :meth:`check` keeps from being used."""
        return self.day(name, label, required=True) or date.min

    def whole(
        self, name: str, label: str, *, required: bool = False, least: int = 0, most: int = 10_000
    ) -> int | None:
        """A whole number from ``least``, which is not below 0."""
        value = self.text(name, label, required=required, longest=12)
        if not value:
            return None
        if not value.isdecimal() or int(value) > most:
            self.refuse("WEB.FORM_WHOLE", label, name)
            return None
        if int(value) < least:
            self.refuse("WEB.FORM_LEAST", label, name, least=least)
            return None
        return int(value)

    def hour(self, name: str, label: str, *, required: bool = False) -> str:
        """An hour as browsers send it or people write it (``14:30``, ``14h30``), or an empty text."""
        value = self.text(name, label, required=required, longest=7)
        found = clock_time(value) if value else ""
        if found is None:
            self.refuse("WEB.FORM_HOUR", label, name)
        return found or ""

    def check(self) -> None:
        """Raise :class:`FormProblems` when a field is wrong."""
        if self.problems:
            raise FormProblems(self.problems)


def day_of(value: str) -> date | None:
    """The day of ``2026-12-03`` or ``3/12/2026``, None of anything else."""
    written = re.fullmatch(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})", value)
    try:
        if written:
            return date(int(written[3]), int(written[2]), int(written[1]))
        return date.fromisoformat(value)
    except ValueError:
        return None
