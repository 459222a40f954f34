"""French words that the files may use for closed values, and ``columns.yaml``: headers by table and column."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from optimizer.domain import TABLES, Column, Table
from optimizer.verify.yamltext import read_yaml

_FRENCH = {
    "financing": "plai=pla i",
    "accessible": "none=aucune,non,sans;adapted=adapté,adaptée",
    "current_financing": "plai=pla i",
    "current_accessible": "none=aucune,non,sans;adapted=adapté,adaptée",
    "assiette_exclusion": "none=aucune,non;anru=npnru;unfit=insalubrité,insalubre,habitat indigne;sale=vente;stock=en stock",
    "status": "active=actif;to_renew=à renouveler;struck_off=radiée,radié",
    "income_status": "declared=déclarés,déclaré;verified=vérifiés,vérifié",
    "mobility_need": "none=aucun,non,sans;no_stairs=sans escalier,sans marche;adapted=adapté",
    "priority_codes": "gbis=g bis",
    "priority_status": "declared=déclarée,déclaré;verified=vérifiée,vérifié;labelled=labellisée,labellisé",
    "relocation": "none=aucun,non;npnru=anru;unfit=insalubrité,insalubre,habitat indigne;sale=vente",
    "dossier": "complete=complet;to_verify=à vérifier;unreachable=injoignable",
    "stage": "oriented=orienté,orientée;nominated=désigné,désignée;commission=caleol;offered=proposé,proposée",
    "q1": "yes=oui;no=non;unknown=inconnu",
    "decision": "pin=imposer,imposé;forbid=écarter,écarté;orient=orienter,orienté",
    "management_mode": "direct=directe,gestion directe;delegated=déléguée,délégué,gestion déléguée;"
    "partial=partielle,partiel",
    "count_rule": "oriented=orienté;presented=présenté;attributed=attribué;signed=signé,bail signé",
    "rights_kind": "recurring=récurrents,récurrent;single=unique;empty=vides,vide",
    "basis": "forecast=prévision,prévisionnel,prévisionnelle;actual=réel,réelle,réalisé",
}


@lru_cache(maxsize=100_000)
def plain(name: str) -> str:
    """A word as compared: lower case, no accents, parts joined by ``_``."""
    text = unicodedata.normalize("NFKD", name.strip().lower())
    return re.sub(r"[^0-9a-z]+", "_", "".join(c for c in text if not unicodedata.combining(c))).strip("_")


def known_words(column: Column) -> dict[str, str]:
    """Plain form -> canonical word of a closed column."""
    known = {plain(v): v for v in column.values}
    for part in filter(None, _FRENCH.get(column.name, "").split(";")):
        canonical, words = part.split("=")
        for word in words.split(","):
            known.setdefault(plain(word), canonical)
    return known


def canonical(values: pa.Array, column: Column) -> pa.Array:
    """Closed values and lists of them in canonical words; a word that is not known stays as it is."""
    if column.kind == "choice":
        words = known_words(column)
        return _mapped(values, lambda x: words.get(plain(x), x))
    if column.kind == "list" and column.items == "choice":
        words = known_words(column)
        return _mapped(values, lambda x: "|".join(words.get(plain(i), i) for i in x.split("|")))
    return values


def _mapped(values: pa.Array, change: Callable[[str], str]) -> pa.Array:
    coded = values.dictionary_encode()
    words = [None if x is None else change(x) for x in coded.dictionary.to_pylist()]
    return pa.array(words, pa.string()).take(coded.indices)


def headers_of(mapping: Mapping[str, Any], table: Table, ready: Path) -> dict[str, str]:
    """Canonical column -> header, from ``columns.yaml`` and the ready mapping it names."""
    found: dict[str, str] = {}
    name = mapping.get("mapping")
    if isinstance(name, str) and (ready / f"{name}.yaml").is_file():
        found |= headers_of(
            {k: v for k, v in read_yaml(ready / f"{name}.yaml").items() if k != "mapping"}, table, ready
        )
    names = {plain(n): c.name for c in table.columns for n in reversed(c.names)}
    everywhere: dict[str, str] = {}
    for key, value in mapping.items():
        if isinstance(value, str) and plain(key) in names:
            everywhere.setdefault(names[plain(key)], value)
    found |= everywhere
    for key, part in mapping.items():
        if isinstance(part, Mapping) and plain(key) in (table.name, plain(table.alias)):
            inner = part.get("columns")
            for column, header in (inner if isinstance(inner, Mapping) else part).items():
                found[names.get(plain(column), str(column))] = str(header)
    return found


def fitting(header: Iterable[str], table: Table, ready: Path) -> dict[str, str]:
    """Headers of the one ready mapping that fits a file whose key stands under another name; else nothing."""
    present = {plain(h) for h in header if h}
    key = next(c for c in table.columns if c.required)
    if present & {plain(key.name), plain(key.alias)}:
        return {}
    best: list[tuple[int, dict[str, str]]] = []
    for path in sorted(ready.glob("*.yaml")):
        own = headers_of({"mapping": path.stem}, table, ready)
        hits = sum(plain(h) in present for h in own.values())
        if hits >= 3 and all(
            plain(own[c.name]) in present
            for c in table.columns
            if c.required and c.kind != "list" and c.name in own
        ):
            best.append((hits, own))
    top = [own for hits, own in best if hits == max(h for h, _ in best)]
    return top[0] if len(top) == 1 else {}


def every_table() -> dict[str, Table]:
    """Plain file stem or sheet name -> table."""
    return {plain(n): t for t in TABLES.values() for n in (t.alias, t.name)}
