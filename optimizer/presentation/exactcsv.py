"""CSV of tables whose numbers carry their own number of decimals, line by line or column by column."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping

import pandas as pd

from optimizer.presentation.csvfile import Style, csv_bytes, number


def places_of_unit(unit: str) -> int:
    """Decimals of a published value: 4 for a share, 2 for anything else."""
    return 4 if unit == "share" else 2


def exact_csv(frame: pd.DataFrame, style: Style, places: Mapping[str, Callable[[int], int]]) -> bytes:
    """As :func:`csv_bytes`, with the decimals of some columns fixed by the caller; negative numbers stay numbers.

    Parameters
    ----------
    places : mapping
        Column -> function of the row number giving its decimals.
    """
    texts = {
        name: [
            "" if v is None or v != v else number(float(v), decimals(i), style)
            for i, v in enumerate(frame[name])
        ]
        for name, decimals in places.items()
    }
    rest = frame.drop(columns=list(places))
    bom = b"\xef\xbb\xbf" if style == "french" else b""
    delimiter = ";" if style == "french" else ","
    body = csv_bytes(rest, style).removeprefix(bom).decode("utf-8")
    plain = list(csv.reader(io.StringIO(body, newline=""), delimiter=delimiter))
    at = {str(name): j for j, name in enumerate(rest.columns)}
    sink = io.StringIO(newline="")
    writer = csv.writer(sink, delimiter=delimiter, lineterminator="\n")
    writer.writerow([str(c) for c in frame.columns])
    for i, row in enumerate(plain[1:]):
        writer.writerow([texts[str(c)][i] if str(c) in texts else row[at[str(c)]] for c in frame.columns])
    return bom + sink.getvalue().encode("utf-8")
