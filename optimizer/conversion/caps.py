"""The caps on shares: agents, then État as a whole, then collectivités together; the surplus has a named receiver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

ZERO = Fraction(0)
BAILLEUR = "BAILLEUR"


@dataclass(frozen=True)
class Caps:
    """Most that a share may be, as exact fractions of the flux (CCH R. 441-5: values come from ``models/``)."""

    agents: Fraction
    state: Fraction
    guarantees: Fraction


@dataclass(frozen=True)
class Capped:
    """Shares after the caps.

    Attributes
    ----------
    shares : mapping
        Exact, sum 1.
    names : mapping
        Account -> caps that lowered it, in the order applied (``agents``, ``state``, ``guarantees``).
    received : mapping
        Account -> share it received from the caps, 0 when none.
    """

    shares: Mapping[str, Fraction]
    names: Mapping[str, tuple[str, ...]]
    received: Mapping[str, Fraction]


def is_collectivite(account: str) -> bool:
    """Whether the account is that of a collectivité."""
    return account.startswith("COLL:")


def cap_groups(shares: Mapping[str, Fraction], caps: Caps) -> list[tuple[frozenset[str], Fraction]]:
    """The capped groups with their caps, for a rounding that must not lift them."""
    colls = frozenset(a for a in shares if is_collectivite(a))
    return [
        (frozenset({"ETAT_AGENT"}), caps.agents),
        (frozenset({"ETAT_PRIO", "ETAT_AGENT"}), caps.state),
        (colls, caps.guarantees),
    ]


def apply_caps(shares: Mapping[str, Fraction], caps: Caps, receiver: str = BAILLEUR) -> Capped:
    """Bring shares under the caps, in the order agents, État, collectivités (design §8).

    The surplus goes to ``receiver``; to BAILLEUR when the receiver belongs to the capped group or would itself pass a
    cap, so that nothing is lost and no cap is broken by another. A share that is under its caps is never changed.

    Parameters
    ----------
    shares : mapping
        Exact shares, sum 1; BAILLEUR is added when absent.
    caps : Caps
    receiver : str
        Account that receives the surplus.
    """
    first = _pass(shares, caps, receiver)
    over = any(
        sum((first.shares.get(m, ZERO) for m in members), ZERO) > cap
        for members, cap in cap_groups(first.shares, caps)
    )
    return _pass(shares, caps, BAILLEUR) if over else first


def _pass(shares: Mapping[str, Fraction], caps: Caps, receiver: str) -> Capped:
    now = {**shares}
    now.setdefault(BAILLEUR, ZERO)
    now.setdefault(receiver, ZERO)
    names: dict[str, tuple[str, ...]] = {account: () for account in now}
    received = dict.fromkeys(now, ZERO)

    def lower(account: str, to: Fraction, name: str, group: frozenset[str]) -> None:
        surplus = now[account] - to
        target = BAILLEUR if receiver in group else receiver
        now[account] = to
        names[account] = (*names[account], name)
        now[target] += surplus
        received[target] += surplus

    agents = now.get("ETAT_AGENT", ZERO)
    if agents > caps.agents:
        lower("ETAT_AGENT", caps.agents, "agents", frozenset({"ETAT_AGENT"}))
    room = max(ZERO, caps.state - now.get("ETAT_AGENT", ZERO))
    if now.get("ETAT_PRIO", ZERO) > room:
        lower("ETAT_PRIO", room, "state", frozenset({"ETAT_PRIO", "ETAT_AGENT"}))
    colls = frozenset(a for a in now if is_collectivite(a))
    together = sum((now[a] for a in colls), ZERO)
    if together > caps.guarantees:
        for account in sorted(colls):
            if now[account] > 0:
                lower(account, now[account] * caps.guarantees / together, "guarantees", colls)
    return Capped(now, names, received)
