"""``case.yaml``, or the sheet that holds the same keys, to the settings of a case."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from optimizer.domain import CaseSettings, Written, default_seed
from optimizer.domain.account import is_convention_account
from optimizer.errors import Finding
from optimizer.importers.raw import RawTable, shown
from optimizer.importers.words import FALSE, TRUE, near_names, plain, vocabulary
from optimizer.importers.yamltext import Block, Node, Scalar, Series, plain_value

REQUIRED = ("title", "territory", "on", "year")
KEYS = (
    *REQUIRED, "landlord", "all_landlords", "shortlist_size", "seed", "changes", "negotiated", "dalo", "synthetic", "mapping",
)  # fmt: skip
MAX_LIST = 50
MAX_DALO = 100_000
FIRST_YEAR, LAST_YEAR = 2000, 2100
_WHAT: dict[str, tuple[str, str]] = {
    "title": ("un texte", "a text"),
    "territory": ("le nom d'un fichier de models/territories/, par exemple doubs", "the name of a file of models/territories/, for example doubs"),
    "on": ("une date AAAA-MM-JJ ou JJ/MM/AAAA", "a date YYYY-MM-DD or DD/MM/YYYY"),
    "year": (f"une année de {FIRST_YEAR} à {LAST_YEAR}", f"a year from {FIRST_YEAR} to {LAST_YEAR}"),
    "landlord": ("le code d'un bailleur", "the code of a landlord"),
    "all_landlords": ("true ou false", "true or false"),
    "shortlist_size": (f"un nombre entier de 1 à {MAX_LIST}", f"a whole number from 1 to {MAX_LIST}"),
    "seed": ("un texte", "a text"),
    "changes": (
        "des lignes « clé: valeur » ; dans un classeur, une ligne par clé : « modifications.national.prices.flux », puis la valeur",
        "“key: value” lines; in a workbook, one row a key: “changes.national.prices.flux”, then the value",
    ),
    "negotiated": (
        "base: 1, 2 ou 3, delta: des écarts par code de réservataire (ALS, COLL:25056…), et au besoin counterparts: leurs contreparties, minima: leurs parts minimales",
        "base: 1, 2 or 3, delta: differences by account code (ALS, COLL:25056…), and counterparts and minima if needed",
    ),
    "dalo": (
        "par bailleur, des nombres entiers par département : dalo: {BAILLEUR: {\"25\": 12}}",
        "by landlord, whole numbers by département: dalo: {LANDLORD: {\"25\": 12}}",
    ),
    "synthetic": ("true ou false", "true or false"),
    "mapping": ("le nom d'une correspondance livrée", "the name of a shipped mapping"),
}  # fmt: skip


class _Wrong(Exception):
    """The value of a key does not fit; the key and the line may be those of an inner one."""

    def __init__(self, key: str | None = None, line: int | None = None, value: str | None = None) -> None:
        super().__init__(key)
        self.key, self.line, self.value = key, line, value


class _Several(Exception):
    """Several inner keys of one key do not fit."""

    def __init__(self, wrong: Sequence[_Wrong]) -> None:
        super().__init__()
        self.wrong = tuple(wrong)


def of_sheet(raw: RawTable) -> tuple[Block, list[Finding]]:
    """The key and value rows of a settings sheet, the header included when it is not a title of columns.

    A key that stands on two rows is a finding, as in a YAML file: neither value is the right one by its place.
    """
    lines: list[tuple[int, str | None, str | None]] = []
    header = [*raw.header, "", ""]
    lines.append((raw.header_row, header[0], header[1]))
    cells = [c.to_pylist() for c in raw.columns[:2]]
    for i, row in enumerate(raw.rows):
        lines.append((int(row), cells[0][i], cells[1][i] if len(cells) > 1 else None))
    block = Block(raw.header_row)
    findings: list[Finding] = []
    for row, key, value in lines:
        name = (key or "").strip()
        if not name or plain(name) in ("cle", "key", "parametre") or value is None or not str(value).strip():
            continue
        first = _put(block, _in_english(name), Scalar(str(value).strip(), row))
        if first is not None:
            findings.append(
                Finding(
                    "READ_YAML_TWICE", file=raw.label, row=row, column=shown(name), params={"first": first}
                )
            )
    return block, findings


def _words() -> dict[str, str]:
    """Every word for a key, French or English, plainly written, to the key."""
    return {plain(word): key for key, words in vocabulary()["settings"].items() for word in (key, *words)}


def _in_english(name: str) -> str:
    """The French word before the first point (« modifications.… », « negociation.… ») as the program says it."""
    head, point, rest = name.partition(".")
    if not point:
        return name
    return f"{_words().get(plain(head), head)}.{rest}"


def _put(block: Block, name: str, scalar: Scalar) -> int | None:
    """``changes.<key>``, ``negotiated.delta.<account>``, ``negotiated.counterparts.<account>``, ``negotiated.minima.<account>`` and
    ``dalo.<landlord>.<departement>`` rows make the blocks that a YAML file would have; the row that said it before, if any."""
    head, _, rest = name.partition(".")
    if head == "dalo" and "." in rest:
        landlord, _, departement = rest.rpartition(".")
        return _set(_inner(_inner(block, "dalo", scalar.line), landlord, scalar.line), departement, scalar)
    inside = {"changes": "", "negotiated": "delta"}.get(head) if rest else None
    if head == "negotiated" and rest.startswith(("counterparts.", "minima.")):
        inside = rest.partition(".")[0]
    if inside is None:
        return _set(block, name, scalar)
    inner = _inner(block, head, scalar.line)
    if inside and rest.startswith(f"{inside}."):
        inner, rest = _inner(inner, inside, scalar.line), rest.removeprefix(f"{inside}.")
    return _set(inner, rest, scalar)


def _set(block: Block, name: str, scalar: Scalar) -> int | None:
    """Puts a value under a name that has none yet; the line of the one that is there."""
    if name in block.items:
        return block.lines[name]
    block.items[name], block.lines[name] = scalar, scalar.line
    return None


def _inner(block: Block, name: str, line: int) -> Block:
    """The block of that name inside ``block``, made when there is none (or a value stands in its place)."""
    block.lines.setdefault(name, line)
    found = block.items.setdefault(name, Block(line))
    return found if isinstance(found, Block) else Block(line)


def in_words(block: Block) -> Block:
    """The same settings, French keys (« titre », « date ») and territories by their names said as the program says them."""
    known = _words()
    places = {plain(w): name for name, words in vocabulary()["territories"].items() for w in words}
    made = Block(block.line)
    for key, node in block.items.items():
        name = key if key in KEYS else known.get(plain(key), key)
        if name != key and (name in block.items or name in made.items):
            name = key  # said twice: told of the second word
        if name == "territory" and isinstance(node, Scalar):
            node = replace(node, text=places.get(plain(node.text), node.text))
        made.items[name], made.lines[name] = node, block.lines[key]
    return made


def read_settings(block: Block, label: str) -> tuple[CaseSettings | None, list[Finding]]:
    """Settings, or None when a required key is missing or wrong; every problem of every key."""
    values, findings = _values(block, label)
    return _made(values), findings


def _rows(block: Block, within: str = "") -> Iterator[tuple[str, int]]:
    """The keys of a block and of those inside it, each with its line."""
    for key, node in block.items.items():
        yield f"{within}{key}", block.lines[key]
        if isinstance(node, Block):
            yield from _rows(node, f"{within}{key}.")


def undated(block: Block, label: str) -> CaseSettings | None:
    """Settings that lack nothing but a title, and a date or a year that can be read; None for all others.

    Without its date a case is at the last day of its year, without its year in that of its date. Nothing is proposed from
    them: what does not depend on the day can be told beside the wrong one.
    """
    values, _ = _values(block, label)
    if "on" in values:
        values.setdefault("year", values["on"].year)
    elif "year" in values:
        values["on"] = date(values["year"], 12, 31)
    return _made({"title": "", **values})


def _made(values: dict[str, Any]) -> CaseSettings | None:
    if any(key not in values for key in REQUIRED):
        return None
    seed = default_seed(values["on"], values.get("landlord"), values["territory"])
    more = {"seed": values.get("seed", seed), "seed_modified": values.get("seed", seed) != seed}
    return CaseSettings(**values | more)


def _values(block: Block, label: str) -> tuple[dict[str, Any], list[Finding]]:
    """Values of the keys that could be read, and every problem of every key."""
    findings: list[Finding] = []
    said = {known_as: key for key in block.items for known_as in (_words().get(plain(key), key),)}
    block = in_words(block)
    own = {key: next(iter(vocabulary()["settings"].get(key, ())), key) for key in KEYS}
    known = _words()
    for key in block.items:
        if (same := known.get(plain(key))) in block.items and same != key:
            params = {"first": block.lines[same]}
            findings.append(
                Finding("READ_YAML_TWICE", file=label, row=block.lines[key], column=shown(key), params=params)
            )
        elif key not in KEYS:
            more = near_names(key, tuple(own.items()))
            findings.append(
                Finding("READ_KEY_UNKNOWN", file=label, row=block.lines[key], column=shown(key), params=more)
            )
    values: dict[str, Any] = {"written": Written(label, dict(_rows(block)))}
    for key, read in _READERS.items():
        node = block.items.get(key)
        if node is None or (isinstance(node, Scalar) and not node.text.strip()):
            if key in REQUIRED:
                findings.append(_missing(key, label))
            continue
        try:
            values[key] = read(node)
        except _Wrong as wrong:
            findings.append(_unfit(key, node, wrong, label, said))
        except _Several as several:
            findings += [_unfit(key, node, wrong, label, said) for wrong in several.wrong]
    return values, findings


def _unfit(key: str, node: Node, wrong: _Wrong, label: str, said: Mapping[str, str]) -> Finding:
    """The finding at the key as the file writes it: ``said`` gives the word of each key."""
    fr, en = _WHAT[key]
    head, point, rest = (wrong.key or key).partition(".")
    return Finding(
        "READ_KEY_VALUE",
        file=label,
        row=wrong.line or node.line,
        column=shown(f"{said.get(head, head)}{point}{rest}"),
        value=shown(wrong.value if wrong.value is not None else _written(node)),
        params={"expected_fr": fr, "expected_en": en},
    )


def _missing(key: str, label: str) -> Finding:
    fr, en = _WHAT[key]
    return Finding("READ_KEY_MISSING", file=label, column=key, params={"expected_fr": fr, "expected_en": en})


def _written(node: Node) -> str:
    return node.text if isinstance(node, Scalar) else "[…]" if isinstance(node, Series) else "{…}"


def _text(node: Node) -> str:
    if not isinstance(node, Scalar) or not node.text.strip():
        raise _Wrong
    return node.text.strip()


def _date(node: Node) -> date:
    text = _text(node)
    try:
        if "/" in text:
            day, month, year = (int(p) for p in text.split("/"))
            found = date(year, month, day)
        else:
            found = date.fromisoformat(text)
    except ValueError:
        raise _Wrong from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise _Wrong
    return found


def _whole(low: int, high: int) -> Callable[[Node], int]:
    def read(node: Node) -> int:
        text = _text(node)
        if not text.isascii() or not text.isdigit() or len(text) > 9 or not low <= int(text) <= high:
            raise _Wrong
        return int(text)

    return read


def _flag(node: Node) -> bool:
    text = _text(node).lower()
    if text not in (*TRUE, *FALSE):
        raise _Wrong
    return text in TRUE


def _changes(node: Node) -> Mapping[str, object]:
    if not isinstance(node, Block):
        raise _Wrong
    found = plain_value(node)
    assert isinstance(found, dict)
    return found


def _negotiated(node: Node) -> Mapping[str, object]:
    """``{base: mode, delta: {account: difference of share}, counterparts: {account: what it gives}, minima: {account: least share}}``."""
    if not isinstance(node, Block):
        raise _Wrong
    wrong = [
        _Wrong(f"negotiated.{key}", node.lines[key], key)
        for key in node.items
        if key not in ("base", "delta", "counterparts", "minima")
    ]
    found = plain_value(node)
    assert isinstance(found, dict)
    if found.get("base") not in (1, 2, 3) or isinstance(found.get("base"), bool):
        wrong.append(_Wrong("negotiated.base", node.lines.get("base"), str(found.get("base", ""))))
    for name, fits in _NEGOTIATED.items():
        part = node.items.get(name)
        if isinstance(part, Block):
            for account, value in part.items.items():
                if not is_convention_account(account):
                    wrong.append(_Wrong(f"negotiated.{name}.{account}", part.lines[account], account))
                elif not isinstance(value, Scalar) or not fits(value):
                    wrong.append(_Wrong(f"negotiated.{name}.{account}", part.lines[account], _written(value)))
        elif part is not None or name == "delta":
            wrong.append(_Wrong(f"negotiated.{name}", node.lines.get(name)))
    if wrong:
        raise _Several(wrong)
    return found


def _is_number(value: Scalar) -> bool:
    number = value.value()
    return isinstance(number, (int, float)) and not isinstance(number, bool)


def _is_share(value: Scalar) -> bool:
    number = value.value()
    return isinstance(number, (int, float)) and not isinstance(number, bool) and 0 <= number <= 1


_NEGOTIATED: dict[str, Callable[[Scalar], bool]] = {
    "delta": _is_number,
    "counterparts": lambda value: bool(value.text.strip()),
    "minima": _is_share,
}
"""What the values of each part of ``negotiated`` must be."""


def _dalo(node: Node) -> Mapping[str, Mapping[str, int]]:
    """``{landlord: {département: households of the year}}``."""
    if not isinstance(node, Block):
        raise _Wrong
    found: dict[str, dict[str, int]] = {}
    wrong = []
    for landlord, numbers in node.items.items():
        if not isinstance(numbers, Block):
            wrong.append(_Wrong(f"dalo.{landlord}", node.lines[landlord], _written(numbers)))
            continue
        for departement, number in numbers.items.items():
            try:
                count = _whole(0, MAX_DALO)(number)
            except _Wrong:
                name = f"dalo.{landlord}.{departement}"
                wrong.append(_Wrong(name, numbers.lines[departement], _written(number)))
                continue
            found.setdefault(landlord, {})[departement] = count
    if wrong:
        raise _Several(wrong)
    return found


_READERS: dict[str, Callable[[Node], object]] = {
    "title": _text,
    "territory": _text,
    "on": _date,
    "year": _whole(FIRST_YEAR, LAST_YEAR),
    "landlord": _text,
    "all_landlords": _flag,
    "shortlist_size": _whole(1, MAX_LIST),
    "seed": _text,
    "changes": _changes,
    "negotiated": _negotiated,
    "dalo": _dalo,
    "synthetic": _flag,
    "mapping": _text,
}
