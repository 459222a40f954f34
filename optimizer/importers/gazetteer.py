"""Names of communes and of quarters, as people write them, to codes: what the shipped tables of places know.

Nothing here is law: a name is looked up in ``models/territories/communes.csv`` and ``qpv.csv``, and counts only where it can
mean one commune of the territory.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from optimizer.domain import CaseSettings
from optimizer.importers.words import close_to, plain
from optimizer.importers.yamltext import parse, raw_of, text_value

_SHORT = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes", "s": "sur"}
_LABELS = ("qpv", "quartier", "commune", "ville", "de", "cedex")
_NAME = re.compile(r"[a-z0-9_-]+")
_CODE = re.compile(r"\d{5}|2[AB]\d{3}")


@lru_cache(maxsize=20_000)
def key_of(name: str) -> str:
    """A name as compared: plain, ``St`` spelled out, without digits, « commune de », « quartier » or « cedex ».

    >>> key_of("25000 St-Vit Cedex"), key_of("Commune de L'Isle-sur-le-Doubs")
    ('saint_vit', 'l_isle_sur_le_doubs')
    """
    words = [_SHORT.get(w, w) for w in plain(name).split("_") if not w.isdigit()]
    while len(words) > 1 and words[0] in _LABELS:
        words = words[1:]
    while len(words) > 1 and words[-1] == "cedex":
        words = words[:-1]
    return "_".join(words)


_ORDINAL = re.compile(
    r"([a-z_]+?)_0?(\d{1,2})(?:er|e|eme|ieme|nd)?(?:_(?:arr|arrt|arrdt|ardt|arrond|arrondissement))?"
)
_POSTAL = re.compile(r"\d{3}(\d{2})_([a-z_]+)|([a-z_]+?)_\d{3}(\d{2})")


def arrondissement_of(name: str) -> str:
    """The key of the arrondissement that a name with a number, or with a postal code, may be; else empty.

    >>> arrondissement_of("PARIS 18"), arrondissement_of("Lyon 1er arrdt"), arrondissement_of("13008 Marseille")
    ('paris_18e_arrondissement', 'lyon_1er_arrondissement', 'marseille_8e_arrondissement')
    """
    text = plain(name)
    ordinal, postal = _ORDINAL.fullmatch(text), _POSTAL.fullmatch(text)
    if ordinal:
        city, number = ordinal[1], int(ordinal[2])
    elif postal:
        city, number = (postal[2], int(postal[1])) if postal[2] else (postal[3], int(postal[4]))
    else:
        return ""
    return f"{city}_{number}{'er' if number == 1 else 'e'}_arrondissement"


@dataclass(frozen=True)
class Gazetteer:
    """Communes by name, those of a territory first.

    Attributes
    ----------
    models : folder whose ``territories/`` holds the tables.
    departements : codes of the territory; None = the whole country.
    """

    models: Path
    departements: frozenset[str] | None = None
    grids: tuple[Path, ...] = ()
    """Grids of the case's own, beside those of ``models/cotation/``."""
    _near: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def _communes(
        self,
    ) -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, tuple[str, ...]], Mapping[str, str]]:
        return _communes(self.models / "territories" / "communes.csv", self.departements)

    def codes(self, word: str) -> tuple[str, ...]:
        """Codes that the word may stand for in the territory; one where a code beside the name settles it."""
        here, _, _ = self._communes
        found = here.get(arrondissement_of(word)) or here.get(key_of(word), ())
        named = [code for code in _CODE.findall(word) if code in found]
        return (named[0],) if len(found) > 1 and named else found

    def elsewhere(self, word: str) -> tuple[str, ...]:
        """Codes of communes of that name outside the territory, five at most."""
        here, everywhere, _ = self._communes
        key = key_of(word)
        return () if here.get(key) else everywhere.get(key, ())[:5]

    def name(self, code: str) -> str:
        """The commune's name, or the code."""
        return self._communes[2].get(code, code)

    def nearest(self, word: str) -> str:
        """The name of a commune of the territory that looks most like the word, with its code; else empty."""
        if word not in self._near:
            here, _, names = self._communes
            close = close_to(key_of(word), here, 0.8) if len(self._near) < 50 else ""
            self._near[word] = " ou ".join(f"{names[c]} ({c})" for c in here.get(close, ())[:3])
        return self._near[word]

    @cached_property
    def _quarters(self) -> Mapping[str, tuple[str, ...]]:
        return _quarters(self.models / "territories" / "qpv.csv")

    def quarter(self, word: str) -> tuple[str, ...]:
        """Communes where a QPV of that name lies."""
        return self._quarters.get(key_of(word), ())

    def departement(self, word: str) -> str:
        """The code of a département of the territory, or empty."""
        code = word.strip().upper()
        known = self.departements or {
            row["departement"] for row in _rows(self.models / "territories" / "communes.csv")
        }
        return code if code in known else ""

    def epci(self, word: str) -> str:
        """SIREN of an EPCI given by number, or by a name that only one bears; else empty."""
        rows = _rows(self.models / "territories" / "epci.csv")
        code = "".join(word.split())
        found = [r["siren"] for r in rows if r["siren"] == code or key_of(r["name"]) == key_of(word)]
        return found[0] if len(found) == 1 else ""

    @cached_property
    def declared(self) -> frozenset[str]:
        """Plain names of the columns that some grid declares."""
        return frozenset().union(
            *map(_declared, (*sorted((self.models / "cotation").glob("*.yaml")), *self.grids))
        )


@lru_cache(maxsize=8)
def _communes(
    path: Path, departements: frozenset[str] | None
) -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, tuple[str, ...]], Mapping[str, str]]:
    here: dict[str, tuple[str, ...]] = {}
    everywhere: dict[str, tuple[str, ...]] = {}
    names: dict[str, str] = {}
    for row in _rows(path):
        code, key = row["insee"], key_of(row["name"])
        names[code] = row["name"]
        everywhere[key] = (*everywhere.get(key, ()), code)
        if departements is None or row["departement"] in departements:
            here[key] = (*here.get(key, ()), code)
    return here, everywhere, names


@lru_cache(maxsize=8)
def _quarters(path: Path) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for row in _rows(path):
        key = key_of(row["name"])
        found[key] = tuple(dict.fromkeys((*found.get(key, ()), row["commune"])))
    return found


@lru_cache(maxsize=32)
def _declared(path: Path) -> frozenset[str]:
    columns = _yaml(path).get("columns", {})
    return frozenset(map(plain, columns)) if isinstance(columns, dict) else frozenset()


def _yaml(path: Path) -> dict[str, Any]:
    """A file of the rules; nothing when it cannot be read: the reader of the rules says why."""
    block, _ = parse(raw_of(path), path.name)
    return {} if block is None else {key: text_value(node) for key, node in block.items.items()}


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")), delimiter=";"))


def gazetteer_of(settings: CaseSettings | None, models: Path) -> Gazetteer:
    """The names of a case's territory; of the country where the territory is not known."""
    if settings is None:
        return Gazetteer(models)
    path = settings.territory_file
    if path is None and _NAME.fullmatch(settings.territory):
        path = models / "territories" / f"{settings.territory}.yaml"
    if path is None or not path.is_file():
        return Gazetteer(models)
    data = _yaml(path)
    found = data.get("departements")
    own = [data.get("grid", ""), data.get("mutation_grid", "")]
    pairs = data.get("grid_by_epci", {})
    own += [
        g
        for p in (pairs.values() if isinstance(pairs, dict) else ())
        if isinstance(p, dict)
        for g in p.values()
    ]
    grids = [path.parent / g for g in own if isinstance(g, str) and g.endswith(".yaml")]
    return Gazetteer(
        models,
        frozenset(map(str, found)) if isinstance(found, list) else None,
        tuple(g for g in grids if g.is_file() and g.resolve().is_relative_to(path.parent.resolve())),
    )
