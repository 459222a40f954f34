"""The caps on shares: agents, then État as a whole, then collectivités together; the surplus has a named receiver."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from optimizer.domain.account import all_kinds, place_of, remainder

ZERO = Fraction(0)
BAILLEUR = remainder()
"""Who takes what the caps leave and what the others do not have."""


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
    return bool(place_of(account))


def capped(cap: str) -> frozenset[str]:
    """Codes of the accounts under the cap ``agents`` or ``state``."""
    return frozenset(k.code for k in all_kinds() if cap in k.caps)


def cap_groups(shares: Mapping[str, Fraction], caps: Caps) -> list[tuple[frozenset[str], Fraction]]:
    """The capped groups with their caps, for a rounding that must not lift them."""
    colls = frozenset(a for a in shares if is_collectivite(a))
    return [
        (capped("agents"), caps.agents),
        (capped("state"), caps.state),
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


def _lower_group(
    accounts: frozenset[str],
    cap: Fraction,
    now: Mapping[str, Fraction],
    lower: Callable[[str, Fraction], None],
) -> None:
    """Lower each account of a group in proportion, where together they pass the cap."""
    together = sum((now.get(a, ZERO) for a in accounts), ZERO)
    if together > cap:
        for account in sorted(accounts):
            if now.get(account, ZERO) > 0:
                lower(account, now[account] * cap / together)


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

    agents, state = capped("agents"), capped("state")
    _lower_group(agents, caps.agents, now, lambda account, to: lower(account, to, "agents", agents))
    room = max(ZERO, caps.state - sum((now.get(a, ZERO) for a in agents), ZERO))
    _lower_group(state - agents, room, now, lambda account, to: lower(account, to, "state", state))
    colls = frozenset(a for a in now if is_collectivite(a))
    _lower_group(colls, caps.guarantees, now, lambda account, to: lower(account, to, "guarantees", colls))
    return Capped(now, names, received)
