"""Sheets that complete the tables: wishes one by one, and what the labels of the files mean."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa

from optimizer.domain import TABLES, Column, Table
from optimizer.errors import Finding
from optimizer.importers.cells import Problem, as_text
from optimizer.importers.gazetteer import Gazetteer
from optimizer.importers.headers import Headers
from optimizer.importers.raw import RawTable
from optimizer.importers.tables import Labels, ReadTable, read_table
from optimizer.importers.words import plain

WISHES = Table(
    "wishes", "souhaits", fr="Communes souhaitées, une par ligne", en="Communes wanted, one per row",
    columns=(
        Column("application_id", "id", "numero_unique", required=True, max_length=18, fr="Numéro unique de la demande", en="Application"),
        Column("order", "int", "ordre", low=1, high=100, fr="Ordre de préférence, 1 = première", en="Order of preference"),
        Column("commune", "insee", "commune", required=True, fr="Commune souhaitée : nom ou code INSEE", en="Commune wanted"),
        Column("district", "text", "quartier", fr="Quartier souhaité", en="District wanted"),
    ),
)  # fmt: skip
LABELS = Table(
    "labels", "libelles", fr="Ce que veulent dire les libellés de vos fichiers", en="What the labels of your files mean",
    columns=(
        Column("column", "text", "colonne", required=True, fr="Colonne où le libellé figure, par exemple statut", en="Column"),
        Column("label", "text", "libelle", required=True, fr="Libellé tel qu'il figure dans vos fichiers", en="Label as found"),
        Column("word", "text", "valeur", fr="Valeur du modèle qui lui correspond ; vide = le libellé ne dit rien", en="Word it stands for"),
    ),
)  # fmt: skip


def labels_of(raw: RawTable | None) -> tuple[dict[str, Labels], list[Finding]]:
    """Canonical column -> labels, from the sheet ``libelles``."""
    if raw is None:
        return {}, []
    read = read_table(raw, LABELS, Headers({}))
    findings = list(read.findings)
    if read.frame is None:
        return {}, findings
    names = {plain(n): c.name for t in TABLES.values() for c in t.columns for n in c.names}
    found: dict[str, dict[str, str]] = {}
    for i, (column, label, word) in enumerate(read.frame.itertuples(index=False)):
        if pd.isna(column) or pd.isna(label):
            continue
        name = names.get(plain(column))
        if name is None:
            problem = Problem("READ_LABEL_COLUMN", np.array([i], np.int64), column)
            findings.append(read.finding(problem, "column"))
            continue
        found.setdefault(name, {})[plain(label)] = "" if pd.isna(word) else str(word)
    return dict(found), findings


def with_wishes(
    applications: RawTable, wishes: RawTable, mapping: Headers, places: Gazetteer
) -> tuple[RawTable, list[Finding]]:
    """The applications, their empty choices and districts filled from the sheet ``souhaits``.

    A system names the number of an application alike in all its exports: the header that ``mapping`` gives it holds here too.
    """
    number = {name: header for name, header in mapping.headers.items() if name == "application_id"}
    read = read_table(wishes, WISHES, Headers(number), places)
    findings = list(read.findings)
    schema = TABLES["applications"]
    key = _place(applications, schema.column("application_id"), mapping)
    if read.frame is None or key is None:
        return applications, findings
    ids = as_text(applications.columns[key])
    if ids is None:
        return applications, findings
    findings += _strangers(read, read.frame, set(ids.to_pylist()))
    frame = read.frame.assign(place=range(len(read.frame)))
    frame = frame.sort_values(["order", "place"], na_position="last", kind="stable")
    header, columns = list(applications.header), list(applications.columns)
    for wanted, source in (("choices", "commune"), ("districts_wanted", "district")):
        lists: dict[str, str] = {}
        for name, items in frame[frame[source].notna()].groupby("application_id", sort=False)[source]:
            lists[str(name)] = "|".join(dict.fromkeys(items))
        made = [lists.get(i or "") for i in ids.to_pylist()]
        column = schema.column(wanted)
        i = _place(applications, column, mapping)
        if i is None and any(made):
            header.append(column.alias)
            columns.append(pa.array(made, pa.string()))
        elif i is not None and (text := as_text(columns[i])) is not None:
            columns[i] = pa.array([t or m for t, m in zip(text.to_pylist(), made, strict=True)], pa.string())
    return replace(applications, header=tuple(header), columns=tuple(columns)), findings


def _place(raw: RawTable, column: Column, mapping: Headers) -> int | None:
    names = [plain(n) for n in (mapping.headers.get(column.name, ""), *column.names) if n]
    return next((i for i, h in enumerate(raw.header) if h and plain(h) in names), None)


def _strangers(read: ReadTable, frame: pd.DataFrame, known: set[str | None]) -> list[Finding]:
    wrong = frame["application_id"].notna().to_numpy(bool) & ~frame["application_id"].isin(known).to_numpy(
        bool
    )
    at = wrong.nonzero()[0]
    if not len(at):
        return []
    value = str(frame["application_id"].iloc[int(at[0])])
    table = {"table": "demandes (applications)"}
    return [read.finding(Problem("READ_UNKNOWN_REFERENCE", at, value, table, "warning"), "application_id")]
