"""Papers made of words: one content, set as an HTML page and as an A4 PDF. Letters, minutes, agendas, lists of calls.

A paper is sheets of blocks; a block is plain data, so that no text of a file is ever markup or typst source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

from optimizer.errors import Lang, said
from optimizer.presentation.data import DECIDED, DECIDES
from optimizer.presentation.numbers import day
from optimizer.presentation.page import kept_together, render
from optimizer.presentation.terms import terms_words
from optimizer.presentation.typeset import typeset

Kind = Literal["heading", "text", "mention", "pairs", "table", "list", "place", "signatures", "terms"]
SHORT, MOST = 22, 42
"""Longest cell of a column as wide as its content; room of the others, in characters, at most."""


@dataclass(frozen=True)
class Block:
    """One piece of a sheet.

    Attributes
    ----------
    kind : ``heading`` (``text``), ``text``, ``mention`` (a text that must be there, set apart), ``pairs`` (``rows`` of label and
        value), ``table`` (``columns``, ``rows``), ``list`` (``rows`` of one text), ``place`` (address window of a letter: ``rows``
        of one text), ``signatures`` (``rows`` of quality and name), ``terms`` (what the French words of an English paper mean).
    """

    kind: Kind
    text: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Sheet:
    """A part of a paper: it begins on a new sheet of paper unless it `follows`."""

    title: str
    blocks: tuple[Block, ...]
    sub: str = ""
    anchor: str = ""
    follows: bool = False
    """Stands below what precedes it, on the same sheet of paper where there is room."""


@dataclass(frozen=True)
class Document:
    """A paper.

    Attributes
    ----------
    title : of the file.
    sheets : in order.
    foot : at the bottom of each printed sheet.
    banners : what each sheet says first.
    apart : each sheet is a letter to a reader of its own: its pages are counted apart, and it tells a decision, not a proposal.
    copied : what is held, as it is held: it proposes nothing, and its long lists of pairs go on over the page.
    decided : tells what a commission decided or what became of its session, not a proposal.
    """

    title: str
    on: date
    sheets: tuple[Sheet, ...]
    foot: str = ""
    banners: tuple[str, ...] = field(default=())
    apart: bool = False
    copied: bool = False
    decided: bool = False


def heading(text: str) -> Block:
    return Block("heading", text)


def text(words: str) -> Block:
    return Block("text", words)


def mention(words: str) -> Block:
    return Block("mention", words)


def pairs(rows: Sequence[tuple[str, str]]) -> Block:
    return Block("pairs", rows=tuple(rows))


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], caption: str = "") -> Block:
    return Block("table", caption, tuple(columns), tuple(tuple(r) for r in rows))


def listing(rows: Sequence[str]) -> Block:
    return Block("list", rows=tuple((r,) for r in rows))


def place(rows: Sequence[str]) -> Block:
    return Block("place", rows=tuple((r,) for r in rows))


def signatures(rows: Sequence[tuple[str, str]]) -> Block:
    return Block("signatures", rows=tuple(rows))


def _decides(document: Document, lang: Lang) -> str:
    return (DECIDED if document.apart or document.copied or document.decided else DECIDES)[lang]


def glossed(document: Document, lang: Lang) -> Document:
    """An English paper with the meaning of its French terms at its end, at that of each letter; a French paper as it is."""
    if lang == "fr":
        return document
    last = len(document.sheets) - 1
    sheets = list(document.sheets)
    for i, sheet in enumerate(sheets):
        if document.apart or i == last:
            told = " ".join(map(_words, [sheet] if document.apart else sheets))
            words = " ".join(x for x in (said("PAGE.FOR_READING", lang), terms_words(told)) if x)
            sheets[i] = replace(sheet, blocks=(*sheet.blocks, Block("terms", words)))
    return replace(document, sheets=tuple(sheets))


def _words(sheet: Sheet) -> str:
    """Every word of a sheet."""
    cells = (cell for b in sheet.blocks for row in ((b.text, *b.columns), *b.rows) for cell in row)
    return " ".join((sheet.title, sheet.sub, *cells))


def document_html(document: Document, lang: Lang) -> str:
    """The paper as one self-contained page."""
    document = glossed(document, lang)
    return render("presentation/document", lang, {"d": document, "decides": _decides(document, lang)})


def document_pdf(document: Document, lang: Lang) -> bytes:
    """The paper as A4 PDF; the same content gives the same bytes."""
    document = glossed(document, lang)
    sheets = [
        {**asdict(s), "blocks": [{**asdict(b), "weights": _weights(b)} for b in s.blocks]}
        for s in document.sheets
    ]
    content = {
        **_spaced({**asdict(document), "sheets": sheets}), "on": day(document.on, lang), "lang": lang, "decides": _decides(document, lang),
        "colon": said("PAGE.COLON", lang),
    }  # fmt: skip
    return typeset("document", content, document.on)


def write_document(folder: Path, stem: str, document: Document, lang: Lang) -> tuple[str, str]:
    """Write ``stem.html`` and ``stem.pdf``; returns their names."""
    (folder / f"{stem}.html").write_text(document_html(document, lang), encoding="utf-8")
    (folder / f"{stem}.pdf").write_bytes(document_pdf(document, lang))
    return f"{stem}.html", f"{stem}.pdf"


def _weights(block: Block) -> list[int]:
    """Room of each column: 0 as wide as its content, else its part of the rest, from its longest cell."""
    rows = (block.columns, *block.rows) if block.kind == "table" else ()
    longest = [max(len(row[j]) for row in rows) for j in range(len(block.columns))]
    found = [0 if n <= SHORT else min(MOST, n) for n in longest]
    return found if any(found) or not found else [*found[:-1], 1]


def _spaced(value: Any) -> Any:
    """Texts whose French signs stay with their word."""
    if isinstance(value, dict):
        return {k: _spaced(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_spaced(v) for v in value]
    return kept_together(value)
