"""A case folder on disk: French CSV by default, international CSV or Parquet on demand, and ``case.yaml``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, get_args

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from optimizer.arguments import FLAG, PATH, one_of, takes
from optimizer.domain import TABLES, Case, CaseSettings, default_seed
from optimizer.domain.given import MADE_CASE

Format = Literal["csv", "parquet"]


class FolderWriter:
    """Writes tables part by part. Every part of a table has the same columns.

    Parameters
    ----------
    directory : Path
        Created when missing; files of the same name are replaced.
    format : {"csv", "parquet"}
    international : bool
        CSV with canonical names, ``,`` and decimal points; else French names, ``;``, decimal comma and a byte order mark.
    """

    def __init__(self, directory: Path, format: Format = "csv", international: bool = False) -> None:
        self._directory = directory
        self._format = format
        self._french = format == "csv" and not international
        self._open: dict[str, Any] = {}
        directory.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> FolderWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for writer in self._open.values():
            writer.close()

    def add(self, name: str, table: Any) -> None:
        """Write (a part of) the arrow table ``name``."""
        if self._format == "parquet":
            # Without pandas metadata: the bytes depend on the content alone.
            table = table.replace_schema_metadata(None)
            writer = self._open.get(name)
            if writer is None:
                path = self._directory / f"{name}.parquet"
                writer = self._open[name] = pq.ParquetWriter(path, table.schema, compression="zstd")
            writer.write_table(table)
            return
        sink = self._open.get(name)
        if sink is None:
            sink = self._open[name] = self._csv(name, table.column_names)
        if not table.num_rows:
            return
        cells = [
            _protected(self._text(c, table.column(c).combine_chunks()), self._delimiter)
            for c in table.column_names
        ]
        rows = pc.binary_join_element_wise(
            *cells, self._delimiter, null_handling="replace", null_replacement=""
        )
        sink.write(("\n".join(rows.to_pylist()) + "\n").encode())

    @property
    def _delimiter(self) -> str:
        return ";" if self._french else ","

    def _csv(self, name: str, columns: list[str]) -> Any:
        schema = TABLES[name]
        known = {c.name: c.alias or c.name for c in schema.columns} if self._french else {}
        sink = (self._directory / f"{schema.alias if self._french else name}.csv").open("wb")
        header = self._delimiter.join(known.get(c, c) for c in columns)
        sink.write(("\ufeff" if self._french else "").encode() + header.encode() + b"\n")
        return sink

    def _text(self, name: str, column: Any) -> Any:
        """The column as spreadsheets of the country write it."""
        kind = column.type
        if pa.types.is_boolean(kind):
            words = ("oui", "non") if self._french else ("true", "false")
            return pc.if_else(column, *words)
        if pa.types.is_timestamp(kind):
            iso = column.cast(pa.date32()).cast(pa.string())
            if not self._french:
                return iso
            parts = [pc.utf8_slice_codeunits(iso, *bounds) for bounds in ((8, 10), (5, 7), (0, 4))]
            return pc.binary_join_element_wise(*parts, "/")
        if pa.types.is_floating(kind):
            return pa.array([_decimal(v, self._french) for v in column.to_pylist()], pa.string())
        text = column.cast(pa.string())
        return pc.if_else(pc.equal(text, "no"), "non", text) if self._french and name == "qpv" else text


def _protected(text: Any, delimiter: str) -> Any:
    """Cells with a separator, a quote or a line end between quotes; a cell that a spreadsheet would compute neutralised."""
    text = pc.replace_substring_regex(text, r"^([=+@\t\x00]|-[^0-9])", r"'\1")
    special = pc.match_substring_regex(text, f'[{delimiter}"\r\n]')
    if not pc.any(special).as_py():
        return text
    doubled = pc.replace_substring(text, '"', '""')
    return pc.if_else(special, pc.binary_join_element_wise('"', doubled, '"', ""), text)


def _decimal(value: float | None, french: bool) -> str | None:
    """At most six decimals, as fine as anything is read (a turnover to the millionth); no useless zero."""
    if value is None or value != value:
        return None
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return text.replace(".", ",") if french else text


def write_settings(settings: CaseSettings, directory: Path) -> None:
    """Write ``case.yaml``: only the keys that differ from their defaults."""
    lines = [
        f"title: {_quoted(settings.title)}",
        f"territory: {_quoted(settings.territory)}",
        f"on: {settings.on.isoformat()}",
        f"year: {settings.year}",
    ]
    if settings.landlord is not None:
        lines.append(f"landlord: {_quoted(settings.landlord)}")
    if settings.all_landlords:
        lines.append("all_landlords: true")
    if settings.shortlist_size is not None:
        lines.append(f"shortlist_size: {settings.shortlist_size}")
    if settings.seed and settings.seed != default_seed(settings.on, settings.landlord, settings.territory):
        lines.append(f"seed: {_quoted(settings.seed)}")
    blocks: tuple[tuple[str, Mapping[str, object]], ...] = (
        ("changes", settings.changes), ("negotiated", settings.negotiated), ("dalo", settings.dalo),
    )  # fmt: skip
    for name, values in blocks:
        if values:
            lines.append(f"{name}:")
            lines += [f"  {_quoted(key)}: {_value(value)}" for key, value in sorted(values.items())]
    if settings.synthetic:
        lines.append("synthetic: true")
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "case.yaml").write_bytes(("\n".join(lines) + "\n").encode())


def _quoted(text: object) -> str:
    return json.dumps(str(text), ensure_ascii=False)


def _value(value: object) -> str:
    """A YAML flow value: JSON is one."""
    return json.dumps(dict(value) if isinstance(value, Mapping) else value, ensure_ascii=False, default=str)


@takes(
    case=MADE_CASE,
    directory=PATH,
    format=one_of(*get_args(Format)),
    international=FLAG,
)
def write_case(
    case: Case, directory: str | Path, *, format: Format = "csv", international: bool = False
) -> None:
    """Write a case in memory as a case folder. Columns without any value are left out, required ones kept.

    Parameters
    ----------
    case : Case
    directory : path
    format, international
        See :class:`FolderWriter`.
    """
    folder = Path(directory)
    with FolderWriter(folder, format, international) as writer:
        for name, schema in TABLES.items():
            if not case.has(name):
                continue
            frame = case.table(name)
            required = {c.name for c in schema.columns if c.required}
            kept = [c for c in frame.columns if c in required or bool(frame[c].notna().any())]
            writer.add(name, as_arrow(frame[kept]))
    write_settings(case.settings, folder)


def as_arrow(frame: pd.DataFrame) -> Any:
    """A canonical frame as an arrow table with plain types."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    fields = []
    for item in table.schema:
        text = pa.types.is_large_string(item.type) or pa.types.is_null(item.type)
        fields.append(pa.field(item.name, pa.string() if text else item.type))
    return table.cast(pa.schema(fields)).replace_schema_metadata(None)
