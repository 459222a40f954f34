"""Who may open which page: one line per route, read by the middleware and by the test that walks the resolver.

Roles: S secretary · P chair · M member · A agent · R réservataire · D data protection officer · T technical. A route that has no
line here answers nobody, and the test of the matrix fails.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ROLES = "SPMARDT"
READS, WRITES = ("GET", "HEAD"), "POST"
Place = Literal["public", "anyone", "desk", "session"]
"""Where a route stands: open to all, to who is logged in, to a role held anywhere, to a role held for the session named in it."""


@dataclass(frozen=True)
class Access:
    """Letters of the roles that may read (GET) and write (POST)."""

    place: Place
    read: str = ""
    write: str = ""

    def allows(self, method: str, roles: str) -> bool:
        """Whether one of ``roles`` may use ``method``."""
        wanted = self.read if method in READS else self.write if method == WRITES else ""
        return any(role in wanted for role in roles)

    @property
    def methods(self) -> tuple[str, ...]:
        """Verbs that some role may use: a page is read, a form is sent, and nothing else is done to an address."""
        return (*(READS if self.read else ()), *((WRITES,) if self.write else ()))


ROUTES: dict[str, Access] = {
    "health": Access("public", ROLES),
    "login": Access("public", ROLES, ROLES),
    "first": Access("public", ROLES, ROLES),
    "language": Access("public", ROLES),
    "accessibility": Access("public", ROLES),
    "home": Access("anyone", ROLES),
    "logout": Access("anyone", "", ROLES),
    "password": Access("anyone", ROLES, ROLES),
    "week": Access("desk", "SPMA"),
    "prepare": Access("desk", "SPM", "S"),
    "job": Access("desk", "SPM"),
    "job_stop": Access("desk", "", "S"),
    "run_page": Access("desk", "SPM"),
    "attach": Access("desk", "", "S"),
    "sessions": Access("desk", "SPMR"),
    "agenda": Access("session", "SPM", "S"),
    "convene": Access("session", "", "S"),
    "check_names": Access("session", "", "S"),
    "cancel": Access("session", "", "S"),
    "add_item": Access("session", "", "S"),
    "call": Access("session", "", "SA"),
    "room": Access("session", "SPMR", "SP"),
    "open_session": Access("session", "", "S"),
    "no_quorum": Access("session", "", "S"),
    "attendance": Access("session", "", "SP"),
    "item": Access("session", "SPMR"),
    "decide": Access("session", "", "SP"),
    "item_state": Access("session", "", "S"),
    "question": Access("session", "SPM"),
    "close": Access("session", "", "P"),
    "rectify": Access("session", "", "SP"),
    "offers": Access("desk", "SPA"),
    "offer": Access("session", "", "SA"),
    "sign": Access("session", "", "S"),
    "calls": Access("desk", "SPA"),
    "show_names": Access("desk", "", "SA"),
    "find": Access("desk", "", "SPMA"),
    "application": Access("session", "SPMAR", "SPMAR"),
    "follow": Access("session", "", "S"),
    "papers": Access("session", "SPM", "SP"),
    "paper": Access("session", "SPM"),
    "reserver": Access("desk", "SPR", "R"),
    "ledger": Access("desk", "SPD"),
    "ledger_check": Access("desk", "", "SPD"),
    "export": Access("desk", "", "D"),
    "retention": Access("desk", "SPD", "D"),
    "subject_access": Access("desk", "D", "D"),
    "accounts": Access("desk", "DT", "T"),
    "account": Access("desk", "", "T"),
    "backup": Access("desk", "", "T"),
}
