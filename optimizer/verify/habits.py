"""What people write instead of what was asked, read a second time: names, units, dashes, numbered columns, wishes, labels.

The words themselves are data (``vocabulary.yaml`` of the readers); how they are read is written here anew.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import yaml

from optimizer.domain import TABLES, Column, Table
from optimizer.domain.account import proper_code
from optimizer.verify.words import plain

Frame = dict[str, pa.Array]
"""Header as found -> text column."""
WISHES, LABELS = "wishes", "labels"
BESIDE = {"souhaits": WISHES, "wishes": WISHES, "libelles": LABELS, "labels": LABELS}
"""Plain names of the sheets that complete the tables."""
_WORDS = Path(__file__).resolve().parents[1] / "importers" / "vocabulary.yaml"
_NUMBERS = ("int", "decimal", "money", "rate")
_SOUND = {
    "int": r"^[-+]?[0-9\s.,]+$",
    "date": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}|^[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}$",
    "insee": r"^[0-9AB]{5}$",
    "rooms": r"^[TtFf]?\s?[0-9]{1,2}\s?\+?$",
}
"""Cells as asked for, which need no second look."""
_SOUND_LISTS = {"insee": r"^[0-9AB| ]+$", "rooms": r"^[0-9TtFf+| ]+$"}
_UNIT = re.compile(
    r"(.*\d)\s*(€|eur|euros?|€ ?/ ?mois|€ ?/ ?an|(?:€|euros?) par mois|m²|m2|ans?|pts?|points?|personnes?|pers\.?|enfants?|adultes?"
    r"|jours?|logements?)",
    re.I,
)
_MONTHS = ("janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre", "novembre", "decembre")  # fmt: skip
_GROUND = ("rdc", "rc", "rez_de_chaussee", "rez_de_jardin")


@lru_cache(maxsize=1)
def words() -> Mapping[str, Any]:
    """The file of words, every scalar as text."""
    loader = getattr(
        yaml, "CBaseLoader", yaml.BaseLoader
    )  # in C: a tenth of a second of each command that verifies
    found: Mapping[str, Any] = yaml.load(_WORDS.read_text("utf-8"), Loader=loader)
    return found


def settings_in_words(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Settings under the program's own keys."""
    keys = {plain(w): key for key, said in words()["settings"].items() for w in (key, *said)}
    places = {plain(w): key for key, said in words()["territories"].items() for w in said}
    found: dict[str, Any] = {}
    for key, value in raw.items():
        name = keys.get(plain(str(key)), str(key))
        found.setdefault(str(key) if name in raw else name, value)
    if "territory" in found:
        name = str(found["territory"]).strip()
        found["territory"] = places.get(plain(name), name)
    return found


def refused(header: str) -> bool:
    """Whether a column of that name must not enter."""
    name = plain(header)
    return any(re.fullmatch(p, name) for patterns in words()["refused"].values() for p in patterns)


@cache
def known_words(column: str) -> Mapping[str, str]:
    """Plain form -> canonical word of what the vocabulary says of a column."""
    said = words()["values"].get(words()["like"].get(column, column), {})
    return {plain(word): code for code, each in reversed(list(said.items())) for word in each}


@dataclass(frozen=True)
class Habits:
    """How the cells of one case are read.

    Attributes
    ----------
    models : folder whose tables name communes and quarters; None = codes only.
    departements : codes of the territory; None = the country.
    labels : canonical column -> plain label -> word.
    """

    models: Path | None = None
    departements: frozenset[str] | None = None
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def read(self, values: pa.Array, column: Column) -> pa.Array:
        """The column as it would have been written had every cell been as asked; empty is null."""
        if column.kind == "id":
            return values
        sound = _SOUND_LISTS.get(column.items or "") if column.kind == "list" else _SOUND.get(
            "int" if column.kind in _NUMBERS else column.kind
        )  # fmt: skip
        if column.name in self.labels:
            sound = None
        if sound is not None:
            other = pc.invert(pc.fill_null(pc.match_substring_regex(values, sound), True))
            if not pc.any(other).as_py():
                return values
            return pc.replace_with_mask(values, other, self._each(values.filter(other), column))
        return self._each(values, column)

    def _each(self, values: pa.Array, column: Column) -> pa.Array:
        coded = values.dictionary_encode()
        made = [None if w is None else self.cell(w, column) for w in coded.dictionary.to_pylist()]
        return pa.array(made, pa.string()).take(coded.indices)

    def cell(self, word: str, column: Column) -> str | None:
        """One cell, None where it says nothing."""
        known = self.labels.get(column.name)
        if known is not None:
            word = known.get(plain(word)) or (
                ""
                if plain(word) in known
                else "|".join(known.get(plain(i), i.strip()) for i in word.split("|"))
            )
            if not word:
                return None
        meant = known_words(column.name)
        said = plain(word) in meant or plain(word) in map(plain, column.values)
        if word.lower() in _empty(column) and not said:
            return None
        if column.kind == "list":
            mark = r"[|,;/\n\r]" if column.items in ("insee", "rooms", "choice") else r"[|;\n\r]"
            items = [i.strip() for i in re.split(mark, word) if i.strip()]
            read = [self._item(i, column) for i in items if i.lower() not in _empty(column)]
            return "|".join(i for i in read if i) or None
        return self._one(word, column.kind, column, meant)

    def _item(self, word: str, column: Column) -> str:
        return self._one(word, column.items or "text", column, known_words(column.name))

    def _one(self, word: str, kind: str, column: Column, meant: Mapping[str, str]) -> str:
        if kind in _NUMBERS:
            return _storey(word) if column.name == "floor" else _amount(word, column)
        if kind in ("date", "month"):
            return _day(word, kind == "month")
        if kind == "insee":
            return self._commune(word)
        if kind == "rooms":
            return _rooms(word)
        if kind in ("bool", "qpv"):
            yes = word.lower() in words()["checked"] or (kind == "qpv" and place_name(word) in self._quarters)
            return "oui" if yes else word
        if words()["like"].get(column.name, column.name) == "account":
            return self._account(word, meant)
        return meant.get(plain(word), word)

    def _account(self, word: str, meant: Mapping[str, str]) -> str:
        """An account by its code, its words, or the commune whose it is."""
        if word.upper().startswith("AUTRE:"):
            return f"OTHER:{word[6:].strip()}"
        word = proper_code(word)
        if plain(word) in meant or word in meant.values():
            return meant.get(plain(word), word)
        code = self._code(word[5:] if word.upper().startswith("COLL:") else word)
        return f"COLL:{code}" if code else word

    def _commune(self, word: str) -> str:
        return word if re.fullmatch(r"[0-9AB]{5}", word) else self._code(word) or word

    def _code(self, word: str) -> str:
        """Code of the only commune that the word may be; else empty. A number is nobody's name."""
        if word.isdigit():
            return ""
        codes = next((self._communes[n] for n in numbered_names(word) if n in self._communes), None)
        codes = codes or self._communes.get(place_name(word), ())
        inside = [c for c in re.findall(r"\d{5}|2[AB]\d{3}", word) if c in codes]
        if len(codes) == 1:
            return codes[0]
        return inside[0] if inside else ""

    @cached_property
    def _communes(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = {}
        for row in self._rows("communes.csv"):
            if self.departements is None or row["departement"] in self.departements:
                found.setdefault(place_name(row["name"]), []).append(row["insee"])
        return found

    @cached_property
    def _quarters(self) -> frozenset[str]:
        return frozenset(place_name(row["name"]) for row in self._rows("qpv.csv"))

    def _rows(self, name: str) -> list[dict[str, str]]:
        path = self.models / "territories" / name if self.models is not None else None
        if path is None or not path.is_file():
            return []
        with path.open(encoding="utf-8-sig", newline="") as stream:
            head = stream.readline()
            stream.seek(0)
            return list(csv.DictReader(stream, delimiter=";" if ";" in head else ","))


@lru_cache(maxsize=1024)
def _empty(column: Column) -> frozenset[str]:
    if column.kind == "id":
        return frozenset()
    by_kind = {"text": ("everywhere", "texts"), "list": ("everywhere", "plain", "lists")}
    parts = by_kind.get(column.kind, ("everywhere", "plain"))
    if column.items == "text":
        parts += ("texts",)
    if column.name in words()["party_columns"]:
        parts += ("parties",)
    return frozenset(w.lower() for p in parts for w in words()["empty"][p])


def numbered_names(word: str) -> list[str]:
    """What an arrondissement would be called, of a city written with a number or with the postal code of one."""
    parts = [p for p in plain(word).split("_") if not p.startswith(("arr", "ardt"))]
    numbers = [re.fullmatch(r"(?:0?(\d{1,2})(?:er|e|eme|ieme|nd)?|\d{3}(\d\d))", p) for p in parts]
    if len(parts) < 2 or sum(n is not None for n in numbers) != 1:
        return []
    at = next(i for i, n in enumerate(numbers) if n)
    found = numbers[at]
    if found is None or at not in (0, len(parts) - 1) or (at == 0 and found[1]):
        return []
    n = int(found[1] or found[2])
    city = "_".join(p for i, p in enumerate(parts) if i != at)
    return [f"{city}_{n}{'er' if n == 1 else 'e'}_arrondissement"]


@lru_cache(maxsize=100_000)
def place_name(word: str) -> str:
    """A place's name as compared: no digits, St spelled out, no label before, no cedex behind."""
    short = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes", "s": "sur"}
    parts = [short.get(p, p) for p in plain(word).split("_") if not p.isdigit()]
    while len(parts) > 1 and parts[0] in ("qpv", "quartier", "commune", "ville", "de", "cedex"):
        del parts[0]
    while len(parts) > 1 and parts[-1] == "cedex":
        del parts[-1]
    return "_".join(parts)


def _amount(word: str, column: Column) -> str:
    """A number without its unit; a percentage as a share where a rate is asked for."""
    rate = column.kind == "rate" or column.name in ("effort", "ceiling_factor")
    if word.endswith("%") and rate:
        text = "".join(word[:-1].split()).replace(",", ".")
        if re.fullmatch(r"[-+]?(\d+(\.\d+)?|\.\d+)", text):
            whole, _, part = text.lstrip("+").partition(".")
            digits = whole.lstrip("-").rjust(3, "0")
            return f"{'-' if whole.startswith('-') else ''}{digits[:-2]}.{digits[-2:]}{part}"
    found = _UNIT.fullmatch(word)
    return found[1] if found else word


def _storey(word: str) -> str:
    text = plain(word)
    if text in _GROUND:
        return "0"
    plus = re.fullmatch(r"r ?\+ ?(\d{1,2})", word.lower())
    found = re.fullmatch(r"(\d{1,2})_?(?:er|ere|e|eme|nd)?(?:_etage)?|etage_(\d{1,2})", text)
    if plus:
        return plus[1]
    return (found[1] or found[2]) if found and not re.search(r"[-.,]", word) else word


def _rooms(word: str) -> str:
    text = plain(word).replace("_", " ")
    if re.fullmatch(r"[tf]? ?\d{1,2}", text):
        return word
    if text == "studio":
        return "1"
    found = re.fullmatch(r"(?:type|t|f) ?(\d)(?: ?bis| et plus| et| duplex)?", text) or re.fullmatch(
        r"(\d) ?(?:p|pp|pieces?|pieces principales)(?: et plus)?", text
    )
    return found[1] if found else word


def _month(name: str) -> int:
    word = plain(name)
    hits = [i for i, m in enumerate(_MONTHS, 1) if m == word or (len(word) > 2 and m.startswith(word))]
    return hits[0] if len(hits) == 1 else 0


def _day(word: str, month_only: bool) -> str:
    """A date in ISO form, where it is written with dots, dashes, the name of the month or a time of day."""
    if found := re.fullmatch(
        r"(\d{1,2}/\d{1,2}/\d{4}|\d{4}-\d{2}-\d{2})[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?", word
    ):
        word = found[1]
    if month_only:
        if found := re.fullmatch(r"(\d{1,2})/(\d{4})", word):
            return f"{found[2]}-{int(found[1]):02d}-01"
        if re.fullmatch(r"\d{4}-\d{2}", word):
            return f"{word}-01"
        found = re.fullmatch(r"([^\W\d_]{3,9})\.? (\d{4})", word)
        if found and _month(found[1]):
            return f"{found[2]}-{_month(found[1]):02d}-01"
        day = _day(word, False)
        if found := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", day):
            return f"{found[3]}-{int(found[2]):02d}-01"
        return f"{day[:7]}-01" if re.match(r"\d{4}-\d{2}-\d{2}", day) else word
    if found := re.fullmatch(r"(\d{1,2})([.-])(\d{1,2})\2(\d{4})", word):
        return f"{found[4]}-{int(found[3]):02d}-{int(found[1]):02d}"
    found = re.fullmatch(r"(\d{1,2})(?:er)? ([^\W\d_]{3,9})\.? (\d{4})", word)
    if found and _month(found[2]):
        return f"{found[3]}-{_month(found[2]):02d}-{int(found[1]):02d}"
    return word


def without_examples(frame: Frame) -> Frame:
    """The columns without the lines whose first cell says « EXEMPLE »."""
    if not frame:
        return frame
    first = pc.utf8_lower(pc.utf8_trim_whitespace(next(iter(frame.values()))))
    hit = pc.fill_null(pc.equal(first, "exemple"), False)
    if not pc.any(hit).as_py():
        return frame
    keep = pc.invert(hit)
    return {header: values.filter(keep) for header, values in frame.items()}


def labels_of(frame: Frame) -> dict[str, dict[str, str]]:
    """Canonical column -> plain label -> word, from the sheet ``libelles``."""
    names = {plain(n): c.name for t in TABLES.values() for c in t.columns for n in c.names}
    columns = [
        _under(frame, *pair) for pair in (("colonne", "column"), ("libelle", "label"), ("valeur", "word"))
    ]
    found: dict[str, dict[str, str]] = {}
    for column, label, word in zip(*columns, strict=True):
        if column and label and plain(column) in names:
            found.setdefault(names[plain(column)], {})[plain(label)] = word or ""
    return found


def _under(frame: Frame, *names: str) -> list[str | None]:
    """The cells under one of these headers, trimmed; nothing anywhere when no header is so called."""
    size = len(next(iter(frame.values()))) if frame else 0
    header = next((h for h in frame if plain(h) in names), None)
    if header is None:
        return [None] * size
    return [(x.strip() or None) if isinstance(x, str) else None for x in frame[header].to_pylist()]


def with_wishes(frame: Frame, wishes: Frame, own: Mapping[str, str], habits: Habits) -> Frame:
    """Applications whose empty choices and districts are filled from the sheet ``souhaits``."""
    schema = TABLES["applications"]
    key = _header(frame, schema.column("application_id"), own)
    if key is None:
        return frame
    commune = Column("commune", "insee")
    # the header that the mapping gives the number of an application holds in this sheet too
    names = _under(
        wishes, "numero_unique", "application_id", *filter(None, [plain(own.get("application_id", ""))])
    )
    order = _under(wishes, "ordre", "order")
    places = [habits.cell(x, commune) if x else None for x in _under(wishes, "commune")]
    district = Column("district", "text")
    quarters = [habits.cell(x, district) if x else None for x in _under(wishes, "quartier", "district")]
    rows = sorted(
        range(len(names)),
        key=lambda i: (order[i] is None, int(float((order[i] or "0").replace(",", "."))), i),
    )
    ids = [(x or "").strip() for x in frame[key].to_pylist()]
    made = dict(frame)
    for name, cells in (("choices", places), ("districts_wanted", quarters)):
        lists: dict[str, list[str]] = {}
        for i in rows:
            if names[i] and cells[i] and cells[i] not in lists.setdefault(str(names[i]), []):
                lists[str(names[i])].append(str(cells[i]))
        filled = ["|".join(lists[i]) if i in lists and lists[i] else None for i in ids]
        column = schema.column(name)
        header = _header(frame, column, own)
        if header is not None:
            present = frame[header].to_pylist()
            filled = [x if x and x.strip() else y for x, y in zip(present, filled, strict=True)]
        if header is not None or any(filled):
            made[header or own.get(name) or column.alias] = pa.array(filled, pa.string())
    return made


def _header(frame: Frame, column: Column, own: Mapping[str, str]) -> str | None:
    names = [plain(n) for n in (own.get(column.name, ""), *column.names) if n]
    return next((h for h in frame if plain(h) in names), None)


def folded(frame: Frame, schema: Table, own: Mapping[str, str], on: date | None) -> Frame:
    """Numbered columns as one list, a month beside its year as one date, birth dates as counts of persons."""
    made = dict(frame)
    series: dict[str, dict[int, str]] = {}
    for header in frame:
        if found := re.fullmatch(r"(.*[^0-9_])_?([0-9]{1,2})", plain(header)):
            series.setdefault(found[1], {})[int(found[2])] = header
    present = {plain(h) for h in frame}
    for column in schema.columns:
        names = [plain(n) for n in (own.get(column.name, ""), *column.names) if n]
        if present & set(names):
            continue
        title = own.get(column.name) or column.alias or column.name
        if column.kind == "list":
            stems = [*names, *map(plain, words()["numbered"].get(column.name, ()))]
            stem = next((s for s in stems if s in series), None)
            if stem is not None:
                each = series.pop(stem)
                made[title] = _together(made, [each[n] for n in sorted(each)], "|", "skip")
        pair = [plain(p) for p in own.get(column.name, "").split("/")]
        if len(pair) == 2 and set(pair) <= present:
            headers = [next(h for h in made if plain(h) == p) for p in pair]
            made[title] = _together(made, headers, "/", "emit_null")
    if schema.name == "applications" and on is not None:
        _persons(made, schema, own, series, on)
    return made


def _together(made: Frame, headers: Sequence[str], mark: str, nothing: str) -> pa.Array:
    texts = [pc.utf8_trim_whitespace(made.pop(h)) for h in headers]
    texts = [pc.if_else(pc.equal(t, ""), pa.scalar(None, pa.string()), t) for t in texts]
    if nothing == "skip":
        # the kernel leaves out rows whose cells are all empty: an empty text first keeps every row at its place
        texts[0] = pc.fill_null(texts[0], "")
        joined = pc.utf8_ltrim(pc.binary_join_element_wise(*texts, mark, null_handling="skip"), mark)
        return pc.if_else(pc.equal(joined, ""), pa.scalar(None, pa.string()), joined)
    return pc.binary_join_element_wise(*texts, mark, null_handling=nothing)


def _persons(
    made: Frame, schema: Table, own: Mapping[str, str], series: Mapping[str, Mapping[int, str]], on: date
) -> None:
    """Persons, adults and children under 14 counted from numbered birth dates, where the file does not say them."""
    stem = next((s for s in map(plain, words()["birth_dates"]) if s in series), None)
    lacking = [
        schema.column(n)
        for n in ("persons", "adults", "children_under_14")
        if _header(made, schema.column(n), own) is None
    ]
    if stem is None or not lacking:
        return
    columns = [made.pop(series[stem][n]).to_pylist() for n in sorted(series[stem])]
    counts: dict[str, list[str | None]] = {c.name: [] for c in lacking}
    tests: dict[str, Callable[[int], bool]] = {
        "persons": lambda age: True, "adults": lambda age: age >= 18, "children_under_14": lambda age: age < 14,
    }  # fmt: skip
    for row in zip(*columns, strict=True):
        ages = [_age(cell.strip(), on) for cell in row if cell and cell.strip()]
        sound = bool(ages) and all(age >= 0 for age in ages)
        for name, values in counts.items():
            values.append(str(sum(map(tests[name], ages))) if sound else None)
    for column in lacking:
        made[own.get(column.name) or column.alias] = pa.array(counts[column.name], pa.string())


def _age(word: str, on: date) -> int:
    """Full years; negative where the date cannot be read or is to come."""
    text = _day(word, False)
    if found := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text):
        text = f"{found[3]}-{int(found[2]):02d}-{int(found[1]):02d}"
    try:
        born = date.fromisoformat(text[:10])
    except ValueError:
        return -1
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
