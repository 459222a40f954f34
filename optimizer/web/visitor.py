"""Who looks at a page: an account, the roles it holds, and where it holds them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.http import Http404

from optimizer.store.messages import StoreForbidden
from optimizer.store.records import Actor, CandidateRecord, GrantRecord, ItemRecord, Role, SessionRecord
from optimizer.store.together import reaches, share
from optimizer.store.voting import places_of
from optimizer.web.access import ROLES

NAMING = "SPMA"
"""Roles that read numbers of applications: all who prepare or sit, never a réservataire."""


@dataclass(frozen=True)
class Visitor:
    """An account with its grants in force."""

    name: str
    grants: tuple[GrantRecord, ...]

    @property
    def roles(self) -> str:
        """Letters of the roles held anywhere, in the order of :data:`ROLES`."""
        return _letters(self.grants)

    def roles_for(self, session: SessionRecord) -> str:
        """Letters of the roles held for this session's landlord and commission."""
        return _letters(g for g in self.grants if _covers(g, session))

    def roles_on(self, item: ItemRecord, session: SessionRecord) -> str:
        """Letters of the roles in which a dwelling is the visitor's: a réservataire's own account, a member's own territory, else all.

        A commune sits for its territory and holds a contingent elsewhere: what the one lets it read, the other does not.
        """
        return _letters(g for g in self.grants if _covers(g, session) and _shows(g, item))

    def actor(
        self, wanted: str, session: SessionRecord | None = None, item: ItemRecord | None = None
    ) -> Actor:
        """The account in the first role it holds among ``wanted``, for a session and on a dwelling of it where they are told.

        Raises
        ------
        StoreForbidden
            ``STORE_FORBIDDEN``: it holds none. A page may be open to several roles and one of its acts to one of them only.
        """
        held = self.roles
        if session is not None:
            held = self.roles_for(session) if item is None else self.roles_on(item, session)
        role = next((r for r in wanted if r in held), None)
        if role is None:
            raise StoreForbidden("STORE_FORBIDDEN", role=held)
        return Actor(self.name, _ROLE[role])

    def items(self, session: SessionRecord, roles: str = ROLES) -> tuple[ItemRecord, ...]:
        """The dwellings of the session that the visitor sees in one of these roles."""
        return tuple(i for i in session.items if any(r in roles for r in self.roles_on(i, session)))

    def candidate(self, session: SessionRecord, candidate: int) -> CandidateRecord:
        """The household of that number on the dwellings of the session that the visitor sees.

        Raises
        ------
        Http404
            It stands on none of them.
        """
        for item in self.items(session):
            for found in item.candidates:
                if found.candidate_id == candidate:
                    return found
        raise Http404

    def reads_whole_runs_of(self, landlord: str) -> bool:
        """Whether the pages of a landlord's proposal are the visitor's to read: they name every dwelling's households, a maire reads
        its own commune's on the pages of the session. Empty: a proposal of the visitor's own, whose landlord is not known."""
        return any(
            (g.role in "SP" or (g.role == "M" and not g.territory))
            and (not landlord or reaches(g.landlord, landlord))
            for g in self.grants
        )

    def prepares_for(self, landlord: str, commission: str = "") -> bool:
        """Whether a secretary's role reaches a landlord, and a commission of it where one is told."""
        return any(
            g.role == "S"
            and reaches(g.landlord, landlord)
            and (not commission or g.commission in ("", commission))
            for g in self.grants
        )

    @property
    def prepares_only_for(self) -> tuple[str, ...]:
        """Landlords that a secretary's roles are limited to; empty where one of them reaches every landlord, or there is none."""
        held = {g.landlord for g in self.grants if g.role == "S"}
        return () if "" in held else tuple(sorted(held))

    def reads_proposals_of(self, landlord: str) -> bool:
        """Whether computations on a landlord's cases are the visitor's to see; empty: of no single landlord that is known."""
        return any(g.role in "SPM" and reaches(g.landlord, landlord) for g in self.grants)

    def reads_nomination(self, account: str, landlords: Iterable[str]) -> bool:
        """Whether a nomination is the visitor's to read: of its own account, or made for dwellings of its landlords.

        ``landlords``: those its author names households for; an empty text stands for every one.
        """
        theirs = set(landlords)
        return any(
            (g.role == "R" and g.account == account)
            or (
                g.role in "SP"
                and (not g.landlord or "" in theirs or any(share(g.landlord, name) for name in theirs))
            )
            for g in self.grants
        )

    def follows(self, account: str, session: SessionRecord) -> bool:
        """Whether the visitor names households on an account for the session's landlord, or prepares or chairs the session."""
        return any(
            _covers(g, session) and (g.role in "SP" or (g.role == "R" and g.account == account))
            for g in self.grants
        )

    def names_households(self, session: SessionRecord) -> bool:
        """Whether numbers of applications are shown, of the dwellings seen in one of the roles :data:`NAMING`."""
        return any(role in NAMING for role in self.roles_for(session))

    def names_on(self, item: ItemRecord, session: SessionRecord) -> bool:
        """Whether the numbers of the households of a dwelling are shown."""
        return any(role in NAMING for role in self.roles_on(item, session))


def visitor_of(name: str, grants: Iterable[GrantRecord], on: date) -> Visitor:
    """The account with the grants in force on a day."""
    return Visitor(name, tuple(g for g in grants if g.since <= on and (g.until is None or on <= g.until)))


_ROLE: dict[str, Role] = {"S": "S", "P": "P", "M": "M", "A": "A", "R": "R", "D": "D", "T": "T"}


def _letters(grants: Iterable[GrantRecord]) -> str:
    held = {g.role for g in grants}
    return "".join(role for role in ROLES if role in held)


def _covers(grant: GrantRecord, session: SessionRecord) -> bool:
    return reaches(grant.landlord, session.landlord) and grant.commission in ("", session.commission)


def _shows(grant: GrantRecord, item: ItemRecord) -> bool:
    if grant.role == "R":
        return bool(grant.account) and grant.account == item.account
    if grant.role == "M" and grant.territory:
        return grant.territory in places_of(item.facts)
    return grant.role in "SPMA"
