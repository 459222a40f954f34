"""What the keys of a scenario do to the tables of a case: the base, turnover, deliveries, new single-use rights."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from optimizer.conversion.assiette import reasons
from optimizer.errors import Finding
from optimizer.scenario import messages as messages
from optimizer.scenario.keys import own_key


def change_tables(
    tables: dict[str, pd.DataFrame], key: str, parts: Mapping[str, str], value: object, year: int
) -> bool:
    """Apply a key that acts on a table of the case; False where the case holds nothing the key could name."""
    if key.startswith("assiette."):
        return _change_assiette(tables, parts["landlord"], parts["field"], int(str(value)), year)
    if key.startswith("stock."):
        return _change_turnover(tables, parts["landlord"], parts["account"], float(str(value)))
    if key.startswith("delivery."):
        return _deliver(tables, parts["landlord"], parts["account"], int(str(value)))
    if key.startswith("rights."):
        return "stock" in tables and bool((tables["stock"]["landlord"] == parts["landlord"]).any())
    return True


def put_on_each(
    tables: Mapping[str, pd.DataFrame], changes: Mapping[str, object], year: int
) -> tuple[Finding, ...]:
    """Numbers that a key puts on several lines of the assiette: it gives each the whole number, and shares out nothing."""
    found = []
    for key, value in sorted(changes.items()):
        own = own_key(key)
        if own is None or not key.startswith("assiette.") or not value or "assiette" not in tables:
            continue
        table = tables["assiette"]
        lines = int(_rows_of(table, own[1]["landlord"], year).sum())
        if lines > 1:
            params = {"key": key, "value": value, "lines": lines, "total": int(str(value)) * lines}
            found.append(Finding("SCENARIO_ON_EACH", "warning", params=params))
    return tuple(found)


def new_rights(changes: Mapping[str, object]) -> dict[tuple[str, str], dict[int, int]]:
    """The keys ``rights.<landlord>.<account>.<year>`` as the conversion reads them."""
    out: dict[tuple[str, str], dict[int, int]] = {}
    for key, value in sorted(changes.items()):
        found = own_key(key)
        if found is not None and key.startswith("rights."):
            place = (found[1]["landlord"], found[1]["account"])
            out.setdefault(place, {})[int(found[1]["year"])] = int(str(value))
    return out


def _rows_of(assiette: pd.DataFrame, landlord: str, year: int) -> pd.Series:
    """The lines that a key names: the forecast of the case's year, one line a département."""
    mine = (assiette["landlord"] == landlord) | (landlord == "*")
    rows = (assiette["basis"] == "forecast") & (assiette["year"] == year) & mine
    return rows.fillna(False).astype(bool)


def _change_assiette(
    tables: dict[str, pd.DataFrame], landlord: str, field: str, value: int, year: int
) -> bool:
    """Replace one column of the year's forecast; a subtraction set to 0 also gives its dwellings back to the flux."""
    known = False
    if "assiette" in tables:
        table = tables["assiette"].copy()
        rows = _rows_of(table, landlord, year)
        known = bool(rows.any())
        table.loc[rows, field] = value
        tables["assiette"] = table
    if value == 0 and field != "vacated" and "dwellings" in tables:
        homes = tables["dwellings"].copy()
        mine = ((homes["landlord"] == landlord) | (landlord == "*")).fillna(False).astype(bool)
        known |= bool(mine.any())
        rows = (homes["assiette_exclusion"] == field).fillna(False).astype(bool) & mine
        homes.loc[rows, "assiette_exclusion"] = None
        if field == "stock":
            homes.loc[rows, "reserved_to"] = None
        tables["dwellings"] = homes
    return known


def _change_turnover(tables: dict[str, pd.DataFrame], landlord: str, account: str, value: float) -> bool:
    if "stock" not in tables:
        return False
    table = tables["stock"].copy()
    rows = (table["landlord"] == landlord) | (landlord == "*")
    rows &= (table["account"] == account) | (account == "*")
    table.loc[rows, "turnover"] = value
    tables["stock"] = table
    return bool(rows.any())


def _deliver(tables: dict[str, pd.DataFrame], landlord: str, account: str, count: int) -> bool:
    """A new programme: ``count`` first lettings promised to an account, like the landlord's dwellings in the flux.

    The new dwellings copy, in turn, those of the landlord that are in the flux, in the order of their identifiers; they
    are new, never vacant, outside any residence, and named ``NEUF-…``.
    """
    homes = tables.get("dwellings")
    if homes is None:
        return False
    models = homes[(homes["landlord"] == landlord) & (reasons(homes) == "none")].sort_values("dwelling_id")
    if models.empty or not count:
        return not models.empty
    new = models.iloc[[i % len(models) for i in range(count)]].copy()
    new["dwelling_id"] = [f"NEUF-{landlord}-{account.replace(':', '-')}-{i + 1:04d}" for i in range(count)]
    new["first_letting"] = True
    new["reserved_to"] = account
    for column in ("vacant_since", "attempts", "residence", "priority_mix_residence"):
        new[column] = pd.Series([None] * count, index=new.index, dtype=homes[column].dtype)
    tables["dwellings"] = pd.concat([homes, new.astype(homes.dtypes.to_dict())], ignore_index=True)
    return True
