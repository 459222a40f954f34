"""Engines by the scheme of their address, one file each in ``engines/`` (drop-in)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.dropin import load_all
from optimizer.errors import AttrifluxError, define

if TYPE_CHECKING:
    from optimizer.solve.scale.pricing import Engine

define(
    "ENGINE_UNKNOWN",
    "Lieu de calcul « {engine} » inconnu ou mal écrit.",
    "Engine “{engine}” is unknown or malformed.",
    remedy_fr="Écrivez l'une de ces formes : {known}",
    remedy_en="Write one of these forms: {known}",
)
define(
    "ENGINE_MISSING",
    "Le lieu de calcul « {engine} » demande une bibliothèque qui n'est pas installée : {library}.",
    "Engine “{engine}” needs a library that is not installed: {library}.",
    remedy_fr="Installez-la (pip install 'attriflux[dask]') ou choisissez --engine threads",
    remedy_en="Install it (pip install 'attriflux[dask]') or choose --engine threads",
)
define(
    "ENGINE_UNUSED",
    "Le moteur « {backend} » ne sait calculer que dans ce processus, pas sur « {engine} ».",
    "Backend “{backend}” can only compute in this process, not on “{engine}”.",
    remedy_fr="Choisissez --backend scale, ou --engine threads",
    remedy_en="Choose --backend scale, or --engine threads",
)

Opener = Callable[[str, int], AbstractContextManager["Engine"]]


@dataclass(frozen=True)
class EngineKind:
    """A registered engine.

    Attributes
    ----------
    scheme : str
        What an address begins with, before ``:``.
    form : str
        How an address is written, for messages.
    check : callable
        ``check(address)`` raises `AttrifluxError` when it cannot work; called before any file is read, so it is quick.
    open : callable
        ``open(address, threads)`` gives a context manager of the engine.
    """

    scheme: str
    form: str
    check: Callable[[str], None]
    open: Opener


_ENGINES: dict[str, EngineKind] = {}


def engine(scheme: str, *, form: str, check: Callable[[str], None]) -> Callable[[Opener], Opener]:
    """Register ``open(address, threads)`` under the scheme of its addresses.

    Raises
    ------
    ValueError
        The scheme is empty, holds ``:``, or is taken.
    """

    def register(opener: Opener) -> Opener:
        if not scheme or ":" in scheme or scheme in _ENGINES:
            raise ValueError(f"engine {scheme!r}: no scheme, or registered twice")
        _ENGINES[scheme] = EngineKind(scheme, form, check, opener)
        return opener

    return register


def all_engines() -> dict[str, EngineKind]:
    """All engines by scheme, sorted."""
    load_all("optimizer.solve.engines")
    return {scheme: _ENGINES[scheme] for scheme in sorted(_ENGINES)}


def unknown(address: str) -> AttrifluxError:
    """The error for an address that no engine reads."""
    return AttrifluxError(
        "ENGINE_UNKNOWN", engine=address, known=", ".join(kind.form for kind in all_engines().values())
    )


def _kind(address: str) -> EngineKind:
    found = all_engines().get(address.split(":", 1)[0])
    if found is None:
        raise unknown(address)
    return found


def check_engine(address: str) -> None:
    """Refuse an engine that cannot work: unknown form, missing library, nobody there.

    Raises
    ------
    AttrifluxError
        ``ENGINE_UNKNOWN``, ``ENGINE_MISSING``, or the engine's own reason.
    """
    _kind(address).check(address)


def open_engine(address: str, threads: int) -> AbstractContextManager[Engine]:
    """The engine of an address, closed on leaving the context; ``threads`` counts only in this process."""
    found = _kind(address)
    found.check(address)
    return found.open(address, threads)
