"""Texts, and the words that stand for something: dates, yes and no, closed values, INSEE codes, rooms, lists."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from optimizer.domain import Column
from optimizer.domain.account import proper_code
from optimizer.importers.cells import (
    MENDED,
    Bad,
    Converted,
    Mended,
    Problem,
    Words,
    by_word,
    mask,
    nulls,
    text_series,
)
from optimizer.importers.encoding import DOUBLE, DOUBLE_ENCODED
from optimizer.importers.expected import correction
from optimizer.importers.gazetteer import Gazetteer
from optimizer.importers.raw import shown
from optimizer.importers.words import FALSE, TRUE, accepted, close_to, empty_words, plain, spoken, vocabulary

MAX_TEXT = 500
MAX_LIST = 4000
_SUGGESTIONS = 20
FIRST_YEAR, LAST_YEAR = 1900, 2100
_INVISIBLE = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u202a-\u202e\u2060\u2066-\u2069"
_LINE_ENDS = "\t\r\n"
_COMBINING = "\u0300-\u036f"
_CONTROL = re.compile(f"[{_INVISIBLE}]")
_CONTROL_OR_END = re.compile(f"[{_INVISIBLE}{_LINE_ENDS}]")
_ERROR = r"#(?:N/[AD]|REF ?!|VALUE!|VALEUR ?!|NAME\?|NOM ?\?|DIV/0 ?!|NULL!|NUL ?!|NUM!|NOMBRE ?!|SPILL!|PROPAGATION!|CALC!|#+)|Err:[0-9]{3}"
"""What a spreadsheet, English or French, writes into a text file for a cell without a value, or too narrow for it."""
_CELL_ERROR = re.compile(_ERROR)
_FORMULA = re.compile(r'="[^"]*"')
"""How some exports keep zeros in a spreadsheet: read as it stands, it would be another name."""
_APOSTROPHE = re.compile(r"['\u2018\u2019]\w.*")
"""The mark of a text typed in a spreadsheet, left in the cell by an export."""
_SUSPECT = f'[{_INVISIBLE}{_LINE_ENDS}{_COMBINING}]|{DOUBLE}|^(?:{_ERROR}|="[^"]*")$|^[\'\u2018\u2019]'
_SCIENTIFIC = r"^[0-9]([.,][0-9]+)?[eE]\+[0-9]+$"
_CLOCK = r"(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?\Z"
"""The time of day that databases write behind a date; a day is a day whatever the hour."""
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})" + _CLOCK)
_FRENCH = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})" + _CLOCK)
_MONTH = re.compile(r"(?:([0-9]{1,2})/([0-9]{4})|([0-9]{4})-([0-9]{2}))\Z")
_DOTTED = re.compile(r"([0-9]{1,2})([.-])([0-9]{1,2})\2([0-9]{4})\Z")
_DAY_NAME = re.compile(r"([0-9]{1,2})(?:er)? ([^\W\d_]{3,9})\.? ([0-9]{4})\Z")
_MONTH_NAME = re.compile(r"([^\W\d_]{3,9})\.? ([0-9]{4})\Z")
_MONTHS = (
    "janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre", "novembre", "decembre",
)  # fmt: skip
_ROOMS = re.compile(r"[TtFf]?\s?([0-9]{1,2})\s?\+?\Z")
_ROOMS_SAID = re.compile(
    r"(?:(?:type|t|f) ?(\d)(?: ?bis| et plus| et| duplex)?|(\d) ?(?:p|pieces?|pp|pieces principales)(?: et plus)?|(studio))\Z"
)
_OTHER = "AUTRE:"
"""French for the prefix of the accounts of other réservataires."""
_COMMUNE = "COLL:"
"""Prefix of the accounts of local authorities; what follows may be a commune's name."""
_SILENT = ("reason", "pool")
"""Words that the workbook itself proposes: reading them is no repair."""
_SCOPED = ("landlord", "account", "residence")
"""Columns whose values stand in the published scopes of rules, ``landlord=…;area=…``."""
_PARTING = r"[;\]]"
_SEPARATORS = r"[,;/\n\r]"
"""What people put between the items of a cell where ``|`` is asked for."""
_NAME_SEPARATORS = r"[;\n\r]"
"""The same between names, which may hold a comma or a slash themselves."""
_INSEE = re.compile(r"(?:\d{5}|2[AB]\d{3})\Z", re.ASCII)
_QPV_CODE = re.compile(r"(?=.*\d)[A-Za-z]{1,3}[0-9A-Za-z]{4,9}\Z", re.ASCII)
_LONGEST_NAME = 80
_TOP_ROOMS = 6
"""6 stands for 6 and more (design §2)."""
_MOST_ROOMS = 20
_ANY_DATE = Column("date", "date")
_NO_DAY = np.iinfo(np.int64).min
_EPOCH = date(1970, 1, 1).toordinal()


def _bad(code: str, column: Column, fr: str = "", en: str = "", group: str = "", **more: object) -> Bad:
    return Bad(code, correction(column, fr, en) | more, group)


def plain_text(text: Any, column: Column | None, places: Gazetteer | None = None) -> Converted:
    """Free text or identifier (``column`` None: one more column of the file). Kept as it is, once composed (NFC)."""
    name = column is not None and column.kind == "id"
    limit = column.max_length if column is not None and column.max_length else MAX_TEXT
    empty = nulls(text)
    text, problems = _clean(text, single_line=name)
    text = _without(text, problems)
    if column is not None and spoken(column.name):
        text, others = _known_words(text, column, places)
        problems += others
    if column is not None and column.name in _SCOPED:
        parting = mask(pc.match_substring_regex(text, _PARTING))
        if parting.any():
            at = np.flatnonzero(parting)
            problems.append(Problem("READ_PARTING_SIGN", at, text[int(at[0])].as_py()))
    length = pc.utf8_length(text)
    long = mask(pc.greater(length, limit))
    if long.any():
        at = np.flatnonzero(long)
        params = {"limit": limit, "length": length[int(at[0])].as_py()}
        problems.append(Problem("READ_TOO_LONG", at, text[int(at[0])].as_py(), params))
    if name:
        lost = mask(pc.match_substring_regex(text, _SCIENTIFIC))
        if lost.any():
            at = np.flatnonzero(lost)
            problems.append(Problem("READ_NUMBER_AS_TEXT_LOST", at, text[int(at[0])].as_py()))
    return Converted(text_series(_without(text, problems)), empty, tuple(problems))


def _known_words(text: Any, column: Column, places: Gazetteer | None) -> tuple[Any, list[Problem]]:
    """Accounts, reasons and pools said in words: their codes."""
    words: Words[str] = by_word(text, word_reader(column, places))
    return words.arrow(), words.problems()


def word_reader(column: Column, places: Gazetteer | None = None) -> Callable[[str], str | Bad | Mended[str]]:
    """Reads a word that has a code (« Action Logement » is ALS, a commune's name its account); any other word stays as it is."""
    known = {plain(word): code for code, words in spoken(column.name).items() for word in words}
    proposed = {plain(words[0]) for words in spoken(column.name).values()}
    others = "ALS" in spoken(column.name)

    def read(word: str) -> str | Bad | Mended[str]:
        if others and word.upper().startswith(_OTHER):
            return f"OTHER:{word[len(_OTHER) :].strip()}"
        if others:
            word = proper_code(word)
        code = known.get(plain(word))
        if code is None and others and places is not None and word not in spoken(column.name):
            named = word[len(_COMMUNE) :] if word.upper().startswith(_COMMUNE) else word
            # a number names no commune: the tables of places, a third of a second, are not read for it
            codes = places.codes(named) if len(named) <= _LONGEST_NAME and not named.isdigit() else ()
            if len(codes) == 1:
                return Mended(_COMMUNE + codes[0], _COMMUNE + codes[0])
        if code is None or code == word:
            return word
        return code if column.name in _SILENT or plain(word) in proposed else Mended(code, code)

    return read


def _without(text: Any, problems: list[Problem]) -> Any:
    """The column with the bad cells emptied."""
    if not problems:
        return text
    gone = np.zeros(len(text), bool)
    for problem in problems:
        if problem.severity == "error":
            gone[problem.at] = True
    return pc.if_else(pa.array(gone), pa.scalar(None, pa.string()), text)


def left_of_a_formula(word: str) -> bool:
    """Whether a cell holds the error of a spreadsheet, or a formula kept as text.

    >>> left_of_a_formula("#N/A"), left_of_a_formula('="0250"'), left_of_a_formula("# 12")
    (True, True, False)
    """
    return bool(_CELL_ERROR.fullmatch(word) or _FORMULA.fullmatch(word))


def _clean(text: Any, single_line: bool) -> tuple[Any, list[Problem]]:
    """Accents composed; double-encoded texts, invisible characters and what a spreadsheet left of a formula are problems."""
    suspect = mask(pc.match_substring_regex(text, _SUSPECT))
    if not suspect.any():
        return text, []
    control = _CONTROL_OR_END if single_line else _CONTROL

    def judge(word: str) -> str | Bad:
        if DOUBLE_ENCODED.search(word):
            return Bad("READ_DOUBLE_ENCODED")
        if control.search(word):
            return Bad("READ_CONTROL_CHARACTER")
        if _CELL_ERROR.fullmatch(word):
            return Bad("READ_CELL_ERROR")
        if _FORMULA.fullmatch(word):
            return Bad("READ_FORMULA_TEXT")
        if single_line and _APOSTROPHE.fullmatch(word):
            return Bad("READ_APOSTROPHE")
        return unicodedata.normalize("NFC", word)

    at = np.flatnonzero(suspect)
    words = by_word(text.filter(pa.array(suspect)), judge)
    problems = [Problem(p.code, at[p.at], p.value, p.params) for p in words.problems()]
    composed = pa.array(
        [m if isinstance(m, str) else w for m, w in zip(words.made, words.words, strict=True)], pa.string()
    ).take(pa.array(words.codes))
    return pc.replace_with_mask(text, pa.array(suspect), composed), problems


def dates(text: Any, column: Column) -> Converted:
    """``YYYY-MM-DD`` or ``DD/MM/YYYY``, day first, always; a time of day behind either is dropped."""
    return _days(by_word(text, lambda word: date_cell(word, column)))


def months(text: Any, column: Column) -> Converted:
    """``MM/YYYY``, ``YYYY-MM``, or any day of the month: its first day."""
    return _days(by_word(text, lambda word: _month(word, column)))


def _days(words: Words[int]) -> Converted:
    days = words.numpy(_NO_DAY, np.int64)
    days[words.codes < 0] = _NO_DAY
    stamps = np.where(
        days == _NO_DAY, np.datetime64("NaT", "s"), days.astype("datetime64[D]").astype("datetime64[s]")
    )
    return Converted(pd.Series(stamps), words.codes < 0, tuple(words.problems()))


def _month(word: str, column: Column) -> int | Bad | Mended[int]:
    """Days since 1970-01-01 of the first day of a month."""
    if found := _MONTH.match(word):
        year, month = (found[2], found[1]) if found[1] else (found[3], found[4])
        word = f"{year}-{int(month):02d}-01"
    elif (found := _MONTH_NAME.match(word)) and (number := _month_of(found[1])):
        first = date(int(found[2]), number, 1)
        return Mended(first.toordinal() - _EPOCH, f"{number:02d}/{found[2]}")
    day = date_cell(word, column)
    if isinstance(day, Bad):
        return day
    start = day.value if isinstance(day, Mended) else day
    start = date.fromordinal(start + _EPOCH).replace(day=1).toordinal() - _EPOCH
    return Mended(start, day.fr, day.en) if isinstance(day, Mended) else start


def _month_of(name: str) -> int:
    """1 to 12 for the name of a month or its usual short form; 0 for another word."""
    word = plain(name)
    hits = [
        i for i, month in enumerate(_MONTHS, 1) if word == month or (len(word) > 2 and month.startswith(word))
    ]
    return hits[0] if len(hits) == 1 else 0


def date_cell(word: str, column: Column) -> int | Bad | Mended[int]:
    """Days since 1970-01-01."""
    parts: tuple[str, ...] | None = None
    mended = False
    if found := _ISO.match(word):
        parts = found.groups()
    elif found := _FRENCH.match(word):
        parts = found.groups()[::-1]
    elif found := _DOTTED.match(word):
        parts, mended = (found[4], found[3], found[1]), True
    elif (found := _DAY_NAME.match(word)) and (number := _month_of(found[2])):
        parts, mended = (found[3], str(number), found[1]), True
    if parts is None:
        if re.fullmatch(r"\d{1,2}/\d{1,2}/\d{2}", word):
            return _bad(
                "READ_DATE",
                column,
                "Écrivez l'année sur quatre chiffres",
                "Write the year with four digits",
                "year",
            )
        if re.fullmatch(r"\d{5}([.,]\d+)?", word):
            return _bad(
                "READ_DATE",
                column,
                "Mettez la cellule au format date",
                "Give the cell a date format",
                "serial",
            )
        return _bad("READ_DATE", column)
    year, month, day = (int(p) for p in parts)
    try:
        made = date(year, month, day)
    except ValueError:
        fr = "Ce jour n'existe pas ; le jour vient avant le mois"
        return _bad("READ_DATE", column, fr, "No such day; the day comes before the month", "no day")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return _bad("READ_DATE", column, "Vérifiez l'année", "Check the year", "far year")
    days = made.toordinal() - _EPOCH
    return Mended(days, made.strftime("%d/%m/%Y"), made.isoformat()) if mended else days


def day_of(word: str) -> int | Bad | Mended[int]:
    """Days since 1970-01-01 of a date as people write it."""
    return date_cell(word, _ANY_DATE)


def booleans(text: Any, column: Column) -> Converted:
    """Yes and no in their many spellings."""

    checked = vocabulary()["checked"]

    def convert(word: str) -> int | Bad | Mended[int]:
        lower = word.lower()
        if lower in checked:
            return Mended(1, "oui", "yes")
        return 1 if lower in TRUE else 0 if lower in FALSE else _bad("READ_BOOLEAN", column)

    words = by_word(text, convert)
    found = words.numpy(2, np.int8)
    found[words.codes < 0] = 2
    series = pd.Series(pd.arrays.BooleanArray(found == 1, found == 2))
    return Converted(series, words.codes < 0, tuple(words.problems()))


def rooms(text: Any, column: Column) -> Converted:
    """``3``, ``T3``, ``F3``, ``6+``; more than six is six."""
    words = by_word(text, lambda word: _rooms(word, column))
    found = words.numpy(0, np.int64)
    found[words.codes < 0] = 0
    series = pd.Series(pd.arrays.IntegerArray(found, found == 0))
    return Converted(series, words.codes < 0, tuple(words.problems()))


def _rooms(word: str, column: Column) -> int | Bad | Mended[int]:
    found = _ROOMS.match(word) or re.fullmatch(r"(\d{1,2})[.,]0+", word)
    if found is None:
        said = _ROOMS_SAID.match(plain(word).replace("_", " "))
        count = 1 if said and said[3] else int(said[1] or said[2]) if said else 0
        return (
            Mended(min(count, _TOP_ROOMS), str(min(count, _TOP_ROOMS)))
            if count
            else _bad("READ_ROOMS", column)
        )
    count = int(found.group(1))
    return min(count, _TOP_ROOMS) if 1 <= count <= _MOST_ROOMS else _bad("READ_ROOMS", column)


def _of_words(text: Any, convert: Callable[[str], str | Bad | Mended[str]]) -> Converted:
    words: Words[str] = by_word(text, convert)
    return Converted(text_series(words.arrow()), words.codes < 0, tuple(words.problems()))


def insee(text: Any, column: Column, places: Gazetteer | None = None) -> Converted:
    """Codes, or the name of a commune that can only be one of the territory's."""
    return _of_words(text, lambda word: _insee(word, column, places))


def _insee(word: str, column: Column, places: Gazetteer | None) -> str | Bad | Mended[str]:
    if _INSEE.match(word):
        return word
    if re.fullmatch(r"\d{4}", word):
        fr, en = (
            f"Le zéro de tête est perdu : sans doute 0{word}",
            f"The leading zero is lost: probably 0{word}",
        )
        return _bad("READ_INSEE", column, fr, en, "zero")
    if number := re.fullmatch(r"(\d{4,5})[.,]0+", word):
        code = number.group(1).zfill(5)
        fr, en = (
            f"Le code est enregistré comme un nombre : sans doute {code}",
            f"The code is stored as a number: probably {code}",
        )
        return _bad("READ_INSEE", column, fr, en, "number")
    if _INSEE.match(word.upper()):
        fr, en = f"Écrivez {word.upper()}", f"Write {word.upper()}"
        return _bad("READ_INSEE", column, fr, en, "case")
    if places is None or len(word) > _LONGEST_NAME or not re.search(r"[^\W\d_]{2}", word):
        return _bad("READ_INSEE", column)
    codes = places.codes(word)
    if len(codes) == 1:
        return Mended(codes[0], codes[0])
    if codes:
        return _bad("READ_COMMUNE_SEVERAL", column, group=word, codes=", ".join(codes))
    if others := places.elsewhere(word):
        listed = ", ".join(others)
        fr, en = f"Hors du territoire : {listed}", f"Outside the territory: {listed}"
        return _bad("READ_INSEE", column, fr, en, word)
    close = places.nearest(word)
    fr, en = (f"Peut-être {close}", f"Perhaps {close}") if close else ("", "")
    return _bad("READ_INSEE", column, fr, en, word if close else "")


def choices(text: Any, column: Column) -> Converted:
    return _of_words(text, _choice_reader(column))


def _choice_reader(column: Column) -> Callable[[str], str | Bad]:
    """Reads one closed value. Only the first wrong words get a suggestion: a column of others would cost minutes."""
    known = accepted(column.name, column.values)
    outside = vocabulary()["outside"].get(column.name, {})
    beyond = {plain(word) for word in outside.get("words", ())}
    written = {plain(word): word for words in spoken(column.name).values() for word in words}
    wrong = 0

    def read(word: str) -> str | Bad:
        nonlocal wrong
        found = known.get(plain(word))
        if found is not None:
            return found
        if plain(word) in beyond:
            return _bad("READ_CHOICE", column, outside["fr"], outside["en"], "outside")
        wrong += 1
        close = close_to(word, known) if wrong <= _SUGGESTIONS else ""
        close = written.get(close, close)
        if close:
            return _bad("READ_CHOICE", column, f"Peut-être « {close} »", f"Perhaps “{close}”")
        name = column.alias or column.name
        fr = f"Un mot de votre logiciel se dit dans la table libelles (colonne {name})"
        en = f"A word of your software is told in the table libelles (column {name})"
        return _bad("READ_CHOICE", column, fr, en)

    return read


def qpv(text: Any, column: Column, places: Gazetteer | None = None) -> Converted:
    """``yes``, ``no``, or the code of the district as it is written; a known district's name is ``yes``."""
    checked = vocabulary()["checked"]

    def convert(word: str) -> str | Bad | Mended[str]:
        lower = word.lower()
        if lower in checked or (places is not None and places.quarter(word)):
            return Mended("yes", "oui", "yes")
        if lower in TRUE:
            return "yes"
        if lower in FALSE:
            return "no"
        return word if _QPV_CODE.match(word) else _bad("READ_QPV", column)

    return _of_words(text, convert)


def lists(text: Any, column: Column, places: Gazetteer | None = None) -> Converted:
    """Items between ``|``, trimmed, empty ones dropped, joined again; one bad item empties the cell."""
    empty = nulls(text)
    cleaned, problems = _clean(text, single_line=False)
    cleaned = _without(cleaned, problems)
    coded = column.items in ("insee", "rooms", "choice")
    cleaned, others = _separated(cleaned, _SEPARATORS if coded else _NAME_SEPARATORS)
    problems += others
    long = mask(pc.greater(pc.utf8_length(cleaned), MAX_LIST))
    if long.any():
        at = np.flatnonzero(long)
        params = {"limit": MAX_LIST, "length": pc.utf8_length(cleaned[int(at[0])]).as_py()}
        problems.append(Problem("READ_TOO_LONG", at, cleaned[int(at[0])].as_py(), params))
    cleaned = _without(cleaned, problems)
    parts = pc.split_pattern(pc.fill_null(cleaned, ""), "|")
    offsets = np.asarray(parts.offsets.to_numpy(zero_copy_only=False), np.int64)
    flat = parts.flatten()
    trimmed = pc.utf8_trim_whitespace(flat)
    items = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)
    words = by_word(items, _item_reader(column, places))
    rows = np.repeat(np.arange(len(text)), np.diff(offsets))
    for p in words.problems():
        params = {**p.params, "item": shown(p.value)}
        at = np.unique(rows[p.at])
        if p.code == MENDED:
            problems.append(replace(p, at=at))
            continue
        problems.append(Problem("READ_LIST_ITEM", at, text[int(at[0])].as_py(), params))
    made = words.arrow()
    made = pc.if_else(pc.equal(made, ""), pa.scalar(None, pa.string()), made)
    kept = words.codes >= 0
    if kept.all() and made.equals(flat):
        joined = cleaned
    else:
        kept = kept & ~nulls(made)
        running = np.concatenate([[0], np.cumsum(kept)])
        bounds = pa.array((running[offsets - offsets[0]]).astype(np.int32))
        nested = pa.ListArray.from_arrays(bounds, made.filter(pa.array(kept)))
        joined = pc.binary_join(nested, "|")
        joined = pc.if_else(pc.equal(joined, ""), pa.scalar(None, pa.string()), joined)
    return Converted(text_series(_without(joined, problems)), empty, tuple(problems))


def _separated(text: Any, between: str) -> tuple[Any, list[Problem]]:
    """Cells whose items are parted by other signs (``between``), parted by ``|``."""
    other = mask(pc.match_substring_regex(text, between))
    if not other.any():
        return text, []

    def parted(word: str) -> Mended[str]:
        made = "|".join(part.strip() for part in re.split(rf"[|]|{between}", word) if part.strip())
        return Mended(made, made.replace("|", " | "))

    at = np.flatnonzero(other)
    words: Words[str] = by_word(text.filter(pa.array(other)), parted)
    problems = [replace(p, at=at[p.at]) for p in words.problems()]
    return pc.replace_with_mask(text, pa.array(other), words.arrow()), problems


def _item_reader(column: Column, places: Gazetteer | None) -> Callable[[str], str | Bad | Mended[str]]:
    def rooms_item(word: str) -> str | Bad | Mended[str]:
        found = _rooms(word, column)
        if isinstance(found, Mended):
            return Mended(str(found.value), found.fr)
        return found if isinstance(found, Bad) else str(found)

    def insee_item(word: str) -> str | Bad | Mended[str]:
        if not _INSEE.match(word) and re.fullmatch(r"[0-9AB]{5}([ ]+[0-9AB]{5})+", word):
            return _bad("READ_INSEE", column, "Séparez les codes par |", "Separate the codes by |")
        return _insee(word, column, places)

    readers: dict[str | None, Callable[[str], str | Bad | Mended[str]]] = {
        "insee": insee_item,
        "rooms": rooms_item,
        "choice": _choice_reader(column),
    }
    read = readers.get(
        column.items, word_reader(column, places) if spoken(column.name) else lambda word: word
    )
    empty = empty_words(column)

    def item(word: str) -> str | Bad | Mended[str]:
        return Mended("", "vide", "empty") if word.lower() in empty else read(word)

    return item
