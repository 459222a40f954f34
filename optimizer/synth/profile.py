"""Profiles: the figures of ``models/profiles/`` that a synthetic territory is calibrated on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from optimizer.datadirs import models_dir
from optimizer.errors import AttrifluxError, define
from optimizer.policy import read_yaml

UNKNOWN = define(
    "SYNTH_UNKNOWN_PROFILE",
    "Le profil « {profile} » n'existe pas.",
    "There is no profile “{profile}”.",
    remedy_fr="Profils connus : {known}.",
    remedy_en="Known profiles: {known}.",
)
BAD_FIGURE = define(
    "SYNTH_BAD_FIGURE",
    "{file}, ligne {line} : le chiffre « {name} » n'est pas utilisable ({detail}).",
    "{file}, line {line}: the figure “{name}” cannot be used ({detail}).",
)
BAD_SIZE = define(
    "SYNTH_BAD_SIZE",
    "Une taille de {value} ne peut pas être produite ({name}).",
    "A size of {value} cannot be produced ({name}).",
    remedy_fr="Donnez un nombre entre 0 et {high}.",
    remedy_en="Give a number between 0 and {high}.",
)
BAD_SEED = define(
    "SYNTH_BAD_SEED",
    "Un cas se tire d'une graine entière, 0 ou plus : {value} n'en est pas une.",
    "A case is drawn from a whole seed, 0 or more: {value} is none.",
)

_COMMON = ("common.yaml", "departements.yaml")
_STATUSES = ("sourced", "local", "assumed")
_BY_DEPARTEMENT = ("mutation_share", "under_12_months", "qpv_share")


@dataclass(frozen=True)
class Figure:
    """One calibration figure with where it comes from."""

    name: str
    title: str
    value: Any
    status: str
    source: str
    tested: bool = False
    slack: float = 0.0
    """Least tolerance of a margin that follows from other laws instead of being drawn."""


@dataclass(frozen=True)
class Profile:
    """Everything a territory is drawn from."""

    name: str
    title: str
    kind: str
    """``year`` (everything vacated in a year) or ``week`` (one landlord's commission, with the year behind it)."""
    territory: str
    on: date
    departements: tuple[str, ...]
    """Empty: all those of the territory."""
    epci: tuple[str, ...]
    landlord: str | None
    market: str | None
    all_landlords: bool
    parquet: bool
    figures: Mapping[str, Figure] = field(repr=False)
    places: Mapping[str, Mapping[str, Figure]] = field(repr=False)
    """Département -> figures of its own (sizes, shares)."""
    local_landlords: Mapping[str, tuple[str, ...]] = field(repr=False)
    """Landlord -> the only EPCI where it has dwellings."""

    def of(self, name: str) -> Any:
        """Value of a common figure."""
        return self.figures[name].value

    def rate(self, name: str) -> float:
        """Value of a common figure that is one number."""
        return float(self.figures[name].value)

    def place(self, departement: str, name: str) -> Figure:
        """Figure of a département: what the profile replaces, else its own, else the default."""
        if name in self.figures:
            return self.figures[name]
        own = self.places.get(departement, {})
        return own[name] if name in own else self.places["default"][name]


def profiles(models: str | Path | None = None) -> tuple[str, ...]:
    """Names of the profiles, sorted."""
    folder = models_dir(models) / "profiles"
    return tuple(sorted(p.stem for p in folder.glob("*.yaml") if p.name not in _COMMON))


def read_profile(name: str, models: str | Path | None = None) -> Profile:
    """The profile of that name.

    Raises
    ------
    AttrifluxError
        ``SYNTH_UNKNOWN_PROFILE`` or ``SYNTH_BAD_FIGURE`` (with the line).
    """
    known = profiles(models)
    if name not in known:
        raise AttrifluxError(UNKNOWN, profile=name, known=", ".join(known))
    folder = models_dir(models) / "profiles"
    figures = {k: _figure(v, k) for k, v in read_yaml(folder / "common.yaml").items()}
    local: dict[str, tuple[str, ...]] = {}
    places: dict[str, dict[str, Figure]] = {}
    for code, values in read_yaml(folder / "departements.yaml").items():
        own = dict(values)
        local |= {k: tuple(v) for k, v in dict(own.pop("local_landlords", {})).items()}
        places[str(code)] = {k: _figure(v, k) for k, v in own.items()}
    data = read_yaml(folder / f"{name}.yaml")
    figures |= {k: _figure(v, k) for k, v in data.get("replaces", {}).items()}
    figures |= {k: _figure(data[k], k) for k in ("dwellings", "applications") if k in data}
    unknown = sorted(
        set(figures) - set(_known(folder)) - set(_BY_DEPARTEMENT) - {"dwellings", "applications"}
    )
    if unknown:
        raise AttrifluxError(
            BAD_FIGURE, file=f"{name}.yaml", line=data.line, name=unknown[0], detail="nom inconnu"
        )
    wanted = data["departements"]
    return Profile(
        name=name,
        title=str(data["title"]),
        kind=str(data["kind"]),
        territory=str(data["territory"]),
        on=data["on"],
        departements=() if wanted == "all" else tuple(str(d) for d in wanted),
        epci=tuple(str(e) for e in data.get("epci", ())),
        landlord=data.get("landlord"),
        market=data.get("market"),
        all_landlords=bool(data.get("all_landlords", False)),
        parquet=bool(data.get("parquet", False)),
        figures=figures,
        places=places,
        local_landlords=local,
    )


def _known(folder: Path) -> tuple[str, ...]:
    return tuple(read_yaml(folder / "common.yaml"))


def _figure(data: Any, name: str) -> Figure:
    line, file = getattr(data, "line", 0), Path(getattr(data, "path", "")).name
    if not isinstance(data, dict) or "value" not in data:
        raise AttrifluxError(BAD_FIGURE, file=file, line=line, name=name, detail="« value » manque")
    if data.get("status") not in _STATUSES or not str(data.get("source", "")).strip():
        raise AttrifluxError(BAD_FIGURE, file=file, line=line, name=name, detail="statut ou source")
    value = data["value"]
    if data.get("tested") and isinstance(value, dict):
        total = sum(float(v) for v in value.values())
        if abs(total - 1.0) > 1e-9:
            raise AttrifluxError(BAD_FIGURE, file=file, line=line, name=name, detail=f"somme {total:.6f}")
    return Figure(
        name,
        str(data.get("title", name)),
        value,
        str(data["status"]),
        str(data["source"]),
        bool(data.get("tested")),
        float(data.get("slack", 0.0)),
    )
