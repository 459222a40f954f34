"""The one template environment: every HTML page of the program is rendered by :func:`render`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache, partial
from html import unescape
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape

from optimizer.errors import Lang, said
from optimizer.presentation import texts as texts
from optimizer.presentation.data import DECIDES
from optimizer.presentation.numbers import day, decimal, percent, signed
from optimizer.presentation.terms import terms_words

PACKAGE = Path(__file__).parents[1]
_OPENING = re.compile(r"<(td|th)\b([^>]*)>")
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Characters that command a screen or turn the reading direction: a page shows their number instead."""
_TOGETHER = re.compile(r" (?=[;:?!»%€])|(?<=«) ")
_MARKUP = re.compile(r"<style>.*?</style>|<[^>]*>", re.DOTALL)
_CLASS = re.compile(r'\s*class="([^"]*)"')
_UNIQUE_NUMBER = re.compile(r"\s*\d{18}\s*<")


class Num(str):
    """The heading of a column of numbers: set to the right, digits under digits."""


class Words:
    """The texts of a page in one language: ``t.stock``, or ``t("hidden", n=3)`` with values.

    A name is looked for among the page's own texts (``FLUX.STOCK``), then among those all pages share (``PAGE.STOCK``).
    """

    def __init__(self, family: str, lang: Lang) -> None:
        self._family, self._lang = family.upper(), lang

    def __call__(self, name: str, /, **values: object) -> str:
        if not values:
            return _plain(self._family, name, self._lang)
        try:
            return said(f"{self._family}.{name}".upper(), self._lang, **values)
        except KeyError:
            return said(f"PAGE.{name}".upper(), self._lang, **values)

    def __getattr__(self, name: str) -> str:
        try:
            return self(name)
        except KeyError:
            raise AttributeError(name) from None


@lru_cache(maxsize=8192)
def _plain(family: str, name: str, lang: Lang) -> str:
    """A text without values: a page says the same few a hundred times."""
    try:
        return said(f"{family}.{name}".upper(), lang)
    except KeyError:
        return said(f"PAGE.{name}".upper(), lang)


@cache
def environment() -> jinja2.Environment:
    """Templates of every package, by their place: ``presentation/templates/base.html.j2``. Escaped and strict."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(PACKAGE),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=kept_together,
        auto_reload=False,
    )
    made.filters["n"] = Num
    made.filters["french"] = _french
    made.filters["cells"] = cells
    made.tests["num"] = lambda heading: isinstance(heading, Num)
    return made


@jinja2.pass_context
def _french(context: jinja2.runtime.Context, value: object) -> object:
    """A text of ``models/``, which is French in both languages: an English page says so to whoever reads it aloud."""
    if context.get("lang") != "en":
        return value
    return Markup('<span lang="fr">{}</span>').format(value)


def kept_together(value: object) -> object:
    """A text whose French signs stay on the line of their word; markup and numbers as they are."""
    if not isinstance(value, str) or isinstance(value, Markup) or " " not in value:
        return value
    return _TOGETHER.sub("\u00a0", value)


def cells(row: str, headings: Sequence[str]) -> Markup:
    """The cells of a row, each with its part in the table and the name of its column, which a narrow screen shows.

    ``row`` is markup made by a template: a ``<th>`` heads the row, other cells are ``<td>``, one per heading. A cell that is
    a household's unique number stays on one line.
    """
    place = iter(headings)

    def told(found: re.Match[str]) -> str:
        kind, rest = found.group(1), found.group(2)
        heading = next(place, "")
        written = _CLASS.search(rest)
        classes = written.group(1).split() if written else []
        rest = _CLASS.sub("", rest)
        if isinstance(heading, Num):
            classes.append("n")
        if "nur" not in classes and _UNIQUE_NUMBER.match(row, found.end()):
            classes.append("nur")
        part = ' scope="row" role="rowheader"' if kind == "th" else ' role="cell"'
        label = "" if kind == "th" or not heading else f' data-l="{escape(kept_together(str(heading)))}"'
        shown = f' class="{" ".join(classes)}"' if classes else ""
        return f"<{kind}{part}{shown}{label}{rest}>"

    return Markup(_OPENING.sub(told, row))


@cache
def style() -> str:
    """The one style sheet: screen, telephone, A4."""
    return (PACKAGE / "presentation" / "templates" / "style.css").read_text(encoding="utf-8")


def render(template: str, lang: Lang, values: Mapping[str, Any]) -> str:
    """A whole self-contained page.

    Parameters
    ----------
    template : str
        ``package/page``: ``scenario/flux`` is ``scenario/templates/flux.html.j2``, its texts are the family ``FLUX``.
    values : mapping
        What the template shows, beside what every page has: ``t`` (texts), ``decimal``, ``percent``, ``signed`` and ``day`` in
        the language of the page, ``lang``, ``css`` and ``decides``.
    """
    package, _, name = template.rpartition("/")
    spoken: dict[str, Callable[..., str]] = {
        f.__name__: partial(f, lang=lang) for f in (decimal, percent, signed, day)
    }
    page = (
        environment()
        .get_template(f"{package}/templates/{name}.html.j2")
        .render(
            {
                "lang": lang,
                "t": Words(name, lang),
                "css": Markup(style()),
                "decides": DECIDES[lang],
                "colon": Markup(said("PAGE.COLON", lang)),
                "between": Markup(said("PAGE.BETWEEN", lang)),
                **spoken,
                **values,
            }
        )
    )
    if lang == "en":
        page = _glossed(page)
    return UNSEEN.sub(lambda found: f"[U+{ord(found.group()):04X}]", page)


def _glossed(page: str) -> str:
    """An English page with the meaning of the French terms it uses, at the end of its content; of papers, each sheet has its own."""
    told = terms_words(unescape(_MARKUP.sub(" ", page)))
    if not told or 'class="terms"' in page:
        return page
    before, end, after = page.rpartition("</main>")
    return f'{before}<p class="terms">{escape(told)}</p>\n{end}{after}'
