"""What a form held when the session behind it had ended: kept in memory for its account alone, offered again once it is back.

A commission that talks for longer than a session may stay idle loses nothing that was typed. Nothing is recorded, nothing is written on
disk, and nobody else's login shows it; files and passwords are never kept.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from django.http import HttpRequest

LASTS = 30 * 60
"""Seconds it is kept."""
MOST = 50
"""Accounts at most; the oldest goes first."""
OURS = ("csrfmiddlewaretoken", "command_id")
"""Fields that the form is given anew."""


@dataclass(frozen=True)
class Unsent:
    """A form that came too late."""

    at: float
    to: str
    """The address it was sent to."""
    fields: tuple[tuple[str, str], ...]


_kept: dict[str, Unsent] = {}
_lock = Lock()


def form_of(to: str, sent: Mapping[str, Any], *, perhaps_done: bool = False) -> Unsent:
    """The fields of a form as they were typed, for the address it was sent to.

    ``perhaps_done``: nobody knows whether it was recorded; it keeps its command's number, so that it is recorded once.
    """
    left = OURS[:1] if perhaps_done else OURS
    fields = tuple((name, str(sent[name])) for name in sent if name not in left)
    return Unsent(time.monotonic(), to, fields)


def may_be_kept(request: HttpRequest) -> bool:
    """Whether a form holds neither a file nor a password: a browser sends a file again only by a hand that chooses it."""
    return not request.FILES and not any("password" in name for name in request.POST)


def keep(account: str, to: str, sent: Mapping[str, Any]) -> None:
    """Keep the fields of a form for its account, in the place of an earlier one."""
    now = time.monotonic()
    with _lock:
        for other in [name for name, form in _kept.items() if now - form.at > LASTS]:
            del _kept[other]
        _kept.pop(account, None)
        _kept[account] = form_of(to, sent)
        while len(_kept) > MOST:
            del _kept[next(iter(_kept))]


def take(account: str, to: str) -> Unsent | None:
    """What was kept for an account and an address, once; None when there is nothing, or it is too old."""
    with _lock:
        found = _kept.pop(account, None)
    return found if found is not None and found.to == to and time.monotonic() - found.at <= LASTS else None
