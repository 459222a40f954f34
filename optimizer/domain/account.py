"""Accounts (contingents): what a kind of account is, the register of the drop-in folder ``accounts/``, and one account.

An account is written ``ETAT_PRIO``, ``ALS``, ``COLL:25056``, ``OTHER:caf``, ``BAILLEUR``, ``MUTATION``… in every table. What the
program must know of it — its words, whether it shares the flux, whose households it may name — is said once, by its kind, in
one file of ``accounts/``; every reader asks :func:`account_of`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from optimizer.dropin import in_order, load_all, worded
from optimizer.errors import Lang

ANY, OWN_TENANTS, RELOCATED = "any", "own_tenants", "relocated"
"""Pools of a kind: every household; the tenants of the dwelling's own landlord; relocated households."""
POOLS = (ANY, "state_priority", "priority", "public_agent", "als_employee", OWN_TENANTS, RELOCATED)
TARGETS = ("", "always", "line")
CAPS = ("agents", "state", "guarantees")
KEPT = ("mutation", "anru", "orcod", "unfit", "sale")
"""Exclusions that leave a dwelling to one kind of account."""
CODE = re.compile("[A-Z][A-Z0-9_]*")
"""Codes stand in scopes, in keys of scenarios and in names of exported rows, and are written in any case in tables."""


@dataclass(frozen=True)
class AccountKind:
    """A kind of account.

    Attributes
    ----------
    code : str
        The account's code, or with ``prefix`` what stands before ``:`` in the codes of many accounts of the kind.
    order : int
        Place in the vocabulary of accounts; unique. Accounts of one kind follow each other by code point.
    fr, en : str
        Words for staff. ``{code}`` stands for what follows the prefix.
    source : str
        The law or agreement the account rests on.
    shown : int
        Place on pages and in statements; accounts of equal places by code point.
    prefix : bool
        Whether many accounts share the kind (``COLL:25056``, ``COLL:242500361``).
    code_pattern : str
        What may follow the prefix, as a regular expression.
    rest_fr, rest_en : str
        What follows the prefix, in the words of help texts: « nom ».
    place : bool
        Whether what follows the prefix is the code of a commune, an EPCI or a département, whose name stands for the account.
    outside_flux : bool
        Whether its leases are no part of the flux; such an account has no convention line (CCH R. 441-5).
    pool : str
        Whom it may name when its convention says nothing: ``any``, ``state_priority``, ``priority``, ``public_agent``,
        ``als_employee``, ``own_tenants`` or ``relocated``. Only ``own_tenants`` names the tenants of the dwelling's landlord.
    replaceable : bool
        Whether the column ``accounts`` of an application replaces the pool.
    everywhere : bool
        Whether it receives every dwelling of the flux without a convention line.
    remainder : bool
        Whether it takes what the others leave of the flux; one kind only.
    own : bool
        Whether the landlord names its households where no convention line says who does.
    exclusions : tuple of str
        Values of ``assiette_exclusion`` that leave the dwelling to this account alone.
    priority_target : str
        Whether a quarter of its leases go to publics prioritaires: ``always``, ``line`` (where it has a convention line) or ``""``.
    state : bool
        Whether it is the préfet's reservation.
    dalo : bool
        Whether it is the account that houses DALO households first.
    caps : tuple of str
        Caps on its share: ``agents``, ``state``, ``guarantees``.
    lean : bool
        Whether the engine may lean for or against it when it chooses the account of a dwelling.
    of_fr, of_en : str
        « du contingent Action Logement »: whose candidates; ``{label}`` stands for the words of the account.
    """

    code: str
    order: int
    fr: str
    en: str
    source: str
    shown: int = 4
    prefix: bool = False
    code_pattern: str = r"[^\s.|;]+"
    rest_fr: str = "code"
    rest_en: str = "code"
    place: bool = False
    outside_flux: bool = False
    pool: str = ANY
    replaceable: bool = True
    everywhere: bool = False
    remainder: bool = False
    own: bool = False
    exclusions: tuple[str, ...] = ()
    priority_target: str = ""
    state: bool = False
    dalo: bool = False
    caps: tuple[str, ...] = ()
    lean: bool = True
    of_fr: str = "du contingent {label}"
    of_en: str = "on account {label}"

    @property
    def pattern(self) -> str:
        """Regular expression of the codes of the kind."""
        return rf"{self.code}:{self.code_pattern}" if self.prefix else self.code

    def form(self, lang: Lang = "fr") -> str:
        """The code as help texts say it: ``ALS``, ``OTHER:<nom>``."""
        return f"{self.code}:<{self.rest_fr if lang == 'fr' else self.rest_en}>" if self.prefix else self.code


@dataclass(frozen=True)
class Account:
    """One account: its code in the tables and its kind."""

    code: str
    kind: AccountKind

    @property
    def rest(self) -> str:
        """What follows the prefix: the code of the collectivité, the name of another réservataire; else empty."""
        return self.code.partition(":")[2] if self.kind.prefix else ""

    @property
    def place(self) -> str:
        """Code of the commune, EPCI or département it belongs to; empty for an account without a place."""
        return self.rest if self.kind.place else ""

    def known(self, places: Collection[str]) -> bool:
        """Whether the account can exist where ``places`` are the codes of communes, EPCI and départements."""
        return self.rest in places if self.kind.place else bool(self.rest) or not self.kind.prefix

    def label(self, lang: Lang = "fr", places: Mapping[str, str] | None = None) -> str:
        """The account in words; that of a place by its name in ``places``."""
        if self.place and places and self.place in places:
            return places[self.place]
        return (self.kind.fr if lang == "fr" else self.kind.en).replace("{code}", self.rest)

    def of_label(self, lang: Lang = "fr", places: Mapping[str, str] | None = None) -> str:
        """Whose candidates: « du contingent Action Logement », « en mutation interne »."""
        words = self.kind.of_fr if lang == "fr" else self.kind.of_en
        return words.replace("{label}", self.label(lang, places))


REGISTERED: dict[str, AccountKind] = {}
"""Kinds of account by code, as far as their files have been loaded."""


def kind(found: AccountKind) -> AccountKind:
    """Register a kind of account.

    Raises
    ------
    ValueError
        An empty field, a code or a place of the vocabulary that another kind has, a second remainder, a word that is none of
        its closed list, an exclusion that leaves the dwelling to another kind already.
    """
    words = ("code", "fr", "en", "source")
    worded(f"account {found.code!r}", **{name: getattr(found, name) for name in words})
    if found.code in REGISTERED:
        raise ValueError(f"account {found.code!r} is declared twice")
    in_order(
        f"account {found.code!r}", found.order, {other.code: other.order for other in REGISTERED.values()}
    )
    _words(found)
    for other in REGISTERED.values():
        if other.remainder and found.remainder:
            raise ValueError(f"account {found.code!r}: {other.code!r} takes the remainder already")
        if both := sorted(set(other.exclusions) & set(found.exclusions)):
            raise ValueError(f"account {found.code!r}: {other.code!r} has the exclusions {', '.join(both)}")
    REGISTERED[found.code] = found
    return found


def _words(found: AccountKind) -> None:
    """Refuse a word of a kind that is none of its closed list: nothing would read it, and the account be another than meant."""
    if not CODE.fullmatch(found.code):
        raise ValueError(f"account {found.code!r}: a code is of capitals A-Z, digits and _")
    for name, given, known in (
        ("pool", (found.pool,), POOLS),
        ("priority_target", (found.priority_target,), TARGETS),
        ("caps", found.caps, CAPS),
        ("exclusions", found.exclusions, KEPT),
    ):
        if unknown := [word for word in given if word not in known]:
            raise ValueError(f"account {found.code!r}: {name} {unknown[0]!r}, not one of {', '.join(known)}")
    if ("guarantees" in found.caps) != found.place:
        raise ValueError(f"account {found.code!r}: the cap guarantees is that of accounts of a place")
    if found.place and not found.prefix:
        raise ValueError(f"account {found.code!r}: an account of a place needs prefix=True")
    re.compile(found.code_pattern)


@cache
def all_kinds() -> tuple[AccountKind, ...]:
    """Every kind of the folder, in the order of the vocabulary."""
    load_all("optimizer.domain.accounts", REGISTERED.__len__)
    return tuple(sorted(REGISTERED.values(), key=lambda k: k.order))


@cache
def find_account(code: str) -> Account | None:
    """The account of a code, None when no kind has such codes (a place that does not exist is not looked at)."""
    head, colon, rest = code.partition(":")
    for one in all_kinds():
        if one.code == head and one.prefix == bool(colon) and (rest or not one.prefix):
            return Account(code, one)
    return None


def proper_code(word: str) -> str:
    """The code of a kind that exists, written in any case, as it is written here; any other word unchanged.

    Examples
    --------
    >>> proper_code("als"), proper_code("coll:25056"), proper_code("Other:Hôpital"), proper_code("Besançon")
    ('ALS', 'COLL:25056', 'OTHER:Hôpital', 'Besançon')
    """
    head, colon, rest = word.partition(":")
    code = head.strip().upper() + colon + rest.strip()
    return code if find_account(code) is not None else word


def account_of(code: str) -> Account:
    """The account of a code.

    Raises
    ------
    KeyError
        No kind has such codes.

    Examples
    --------
    >>> account_of("COLL:25056").place, account_of("MUTATION").kind.outside_flux
    ('25056', True)
    """
    found = find_account(code)
    if found is None:
        raise KeyError(code)
    return found


def vocabulary(codes: Iterable[str]) -> tuple[str, ...]:
    """Accounts in order: every kind with one account, and those of ``codes`` that belong to the others, by code point.

    >>> vocabulary(["OTHER:caf", "COLL:25056", "ALS"])[3:5]
    ('COLL:25056', 'OTHER:caf')
    """
    given = sorted(set(codes))
    found: list[str] = []
    for one in all_kinds():
        own = [c for c in given if c.startswith(f"{one.code}:")] if one.prefix else [one.code]
        found += own
    return tuple(found)


def account_order(code: str) -> tuple[int, str]:
    """Sort key of the order accounts are shown in: État, Action Logement, collectivités, others, the landlord."""
    found = find_account(code)
    return (AccountKind.shown if found is None else found.kind.shown), code


@cache
def outside_flux() -> tuple[str, ...]:
    """Codes of the accounts whose leases are no part of the flux."""
    return tuple(k.code for k in all_kinds() if k.outside_flux)


def in_flux(code: str) -> bool:
    """Whether leases on the account are part of the flux, unless the table says otherwise."""
    found = find_account(code)
    return found is None or not found.kind.outside_flux


@cache
def remainder() -> str:
    """Code of the account that takes what the others leave of the flux."""
    return next(k.code for k in all_kinds() if k.remainder)


@cache
def transfers() -> tuple[str, ...]:
    """Codes of the accounts that name the tenants of the dwelling's own landlord."""
    return tuple(k.code for k in all_kinds() if k.pool == OWN_TENANTS)


@cache
def state_accounts() -> tuple[str, ...]:
    """Codes of the préfet's reservations."""
    return tuple(k.code for k in all_kinds() if k.state)


def has_priority_target(code: str) -> bool:
    """Whether a quarter of the account's leases go to publics prioritaires (CCH L. 441-1)."""
    found = find_account(code)
    return found is not None and bool(found.kind.priority_target)


def place_of(code: str) -> str:
    """Code of the place of the account of a collectivité, empty for every other."""
    found = find_account(code)
    return "" if found is None else found.place


@cache
def of_place(place: str) -> frozenset[str]:
    """Codes of the accounts of a commune, an EPCI or a département."""
    return frozenset(f"{k.code}:{place}" for k in all_kinds() if k.place)


@cache
def convention_pattern() -> str:
    """Regular expression of the accounts a convention line may name."""
    return "|".join(k.pattern for k in all_kinds() if not k.outside_flux)


def convention_forms(lang: Lang) -> str:
    """The accounts a convention line may name, as help texts say them: ``ETAT_PRIO, …, OTHER:<nom> ou BAILLEUR``."""
    return _listed([k.form(lang) for k in all_kinds() if not k.outside_flux], "ou" if lang == "fr" else "or")


def account_forms(lang: Lang) -> str:
    """Every account as help texts say them: ``ETAT_PRIO, …, BAILLEUR ; MUTATION et RELOGEMENT hors conventions``."""
    inside = ", ".join(k.form(lang) for k in all_kinds() if not k.outside_flux)
    outside = [k.form(lang) for k in all_kinds() if k.outside_flux]
    if lang == "fr":
        return f"{inside} ; {_listed(outside, 'et')} hors conventions"
    return f"{inside}; {_listed(outside, 'and')} outside conventions"


def _listed(words: list[str], last: str) -> str:
    """``a, b ou c``."""
    return f" {last} ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]


def is_convention_account(code: str) -> bool:
    """Whether a convention line may name the account."""
    return re.fullmatch(convention_pattern(), code) is not None
