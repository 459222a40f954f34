"""Dwellings of a session that a sitting tenant frees: the case that has them, and where each departure stands.

Pure: records of the store and a case in, records and a case out.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from optimizer.chains import IN_EXCHANGE, UNBOUNDED, with_homes
from optimizer.domain import Case
from optimizer.errors import Lang, said, texts
from optimizer.store.chained import CYCLE, link_of
from optimizer.store.records import CandidateRecord, ItemRecord, SessionRecord
from optimizer.store.states import GOES, STAYS, TAKEN_BY, TENANT_STAYS

Departure = Literal["gone", "accepted", "waited", "stays", "stranded"]
"""A lease is signed; accepted in writing; not known yet; the tenant keeps its dwelling, and nothing here holds; it keeps it although
somebody has signed for it (in an exchange, where leases are signed once all have accepted)."""
NO_LIMIT = 1 << 31
texts(
    "CHAIN",
    {
        "length_none": ("aucune", "none"),
        "length_one": (
            "une mutation à la suite",
            "one transfer in a row",
        ),
        "length_many": (
            "jusqu'à {n} mutations à la suite",
            "up to {n} transfers in a row",
        ),
        "length_all": ("sans limite, échanges compris", "without limit, exchanges included"),
        "and_exchanges": (
            ", échanges de deux ou trois ménages compris",
            ", exchanges of two or three households included",
        ),
        "gone": ("libéré : le locataire a signé pour {after}", "freed: the tenant has signed for {after}"),
        "gone_elsewhere": (
            "libéré : le locataire a signé un bail ailleurs",
            "freed: the tenant has signed a lease elsewhere",
        ),
        "accepted": (
            "sous condition : le locataire a accepté {after}, son bail reste à signer",
            "on condition: the tenant has accepted {after}, its lease is still to be signed",
        ),
        "another_home": ("un autre logement de la séance", "another dwelling of the session"),
        "waited": (
            "sous condition : sans effet si le ménage appelé en premier pour {after} n'y va pas",
            "on condition: void if the household first called for {after} does not go there",
        ),
        "taken_back": (
            "sans effet : retiré sur une réponse pour {after}, reprise depuis",
            "void: taken off upon an answer for {after} that was taken back since",
        ),
        "stays": (
            "sans effet : le locataire en place ne prend pas {after}",
            "void: the tenant in place does not take {after}",
        ),
        "stranded": (
            "loué, mais le locataire en place ne prend pas {after} : à régler avant la remise des clés",
            "let, but the tenant in place does not take {after}: to be settled before the keys are handed over",
        ),
    },
)


def length_words(chains: int, lang: Lang) -> str:
    """How far the chains of a proposal may go, in words (``optimizer.chains.UNBOUNDED``: any length)."""
    key = {0: "NONE", 1: "ONE", UNBOUNDED: "ALL"}.get(chains, "MANY")
    return said(f"CHAIN.LENGTH_{key}", lang, n=chains)


def chains_words(session: SessionRecord, lang: Lang) -> str:
    """How far the chains of a session's proposal may go, and that tenants exchange dwellings beside them; empty where it has none."""
    chains = session.run.chains if session.run is not None else 0
    if not chains:
        return ""
    links = (link_of(item.facts) for item in session.items)
    beside = chains != UNBOUNDED and any(link is not None and link["kind"] == CYCLE for link in links)
    return length_words(chains, lang) + (said("CHAIN.AND_EXCHANGES", lang) if beside else "")


@dataclass(frozen=True)
class Waits:
    """What a dwelling waits for.

    Attributes
    ----------
    after : the dwelling of the session that its tenant is first called for.
    tenant : that candidature; None where it was erased from the session.
    cycle : the dwellings are exchanged, none of them vacant.
    departure : how far it is.
    """

    after: str
    tenant: CandidateRecord | None
    cycle: bool
    departure: Departure

    def words(self, lang: Lang, named: bool = True) -> str:
        """In one sentence, with no number of a household; ``named``: with the dwelling that is waited for, to who may see it."""
        after = self.after if named else said("CHAIN.ANOTHER_HOME", lang)
        status = "" if self.tenant is None else self.tenant.status
        key = self.departure.upper()
        if key == "GONE" and status == "superseded":
            key = "GONE_ELSEWHERE"
        elif key == "STAYS" and status and status not in STAYS:
            key = "TAKEN_BACK"
        return said(f"CHAIN.{key}", lang, after=after)


def waits_of(session: SessionRecord, item: ItemRecord) -> Waits | None:
    """What the dwelling waits for; None where it is vacant."""
    link = link_of(item.facts)
    if link is None:
        return None
    before = session.homes.get(str(link["after"]))
    named = [] if before is None else [c for c in before.candidates if c.source == "proposal"]
    tenant = min(named, key=lambda c: (c.position, c.candidate_id), default=None)
    status = "released" if tenant is None else tenant.status
    left = item.end_reason == TENANT_STAYS
    departure: Departure = (
        "gone" if status in GOES else "stays" if left else "accepted" if status in TAKEN_BY else "waited" if status not in STAYS
        else "stranded" if item.status == "let" else "stays"
    )  # fmt: skip
    return Waits(str(link["after"]), tenant, link["kind"] == CYCLE, departure)


def held_back(session: SessionRecord, item: ItemRecord) -> bool:
    """Whether no offer may go out yet: the tenant has not accepted the dwelling it is called for."""
    waits = waits_of(session, item)
    return waits is not None and not waits.cycle and waits.departure in ("waited", "stays")


def still_lived_in(session: SessionRecord, item: ItemRecord) -> bool:
    """Whether the dwelling is to be let only once its tenant, who has not signed for another one yet, has left it."""
    waits = waits_of(session, item)
    return waits is not None and waits.departure in ("waited", "accepted")


def void(session: SessionRecord, item: ItemRecord) -> bool:
    """Whether the dwelling was never to be let: its tenant keeps it."""
    waits = waits_of(session, item)
    return waits is not None and waits.departure == "stays"


def stranded(session: SessionRecord, item: ItemRecord) -> bool:
    """Whether somebody has signed for a dwelling that its tenant keeps: a person has to settle it."""
    waits = waits_of(session, item)
    return waits is not None and waits.departure == "stranded"


def bare(name: str, position: int) -> str:
    """Identifier of a freed dwelling without the mark of its place in a chain."""
    exchanged = IN_EXCHANGE.fullmatch(name)
    if exchanged is not None:
        return exchanged["home"]
    return name.removesuffix(f"~{position}") if position > 1 else name


def link_from(form: Mapping[str, Any]) -> dict[str, Any] | None:
    """``chain`` of a form of `optimizer.presentation.sheets`, as an agenda freezes it; None of a dwelling in no chain."""
    told = form.get("chain")
    if not told:
        return None
    return {
        "number": int(told["number"]), "kind": str(told["kind"]), "position": int(told["position"]),
        "after": bare(str(told["after"]), int(told["position"]) - 1) if told["after"] else "",
    }  # fmt: skip


def with_freed(case: Case, names: Iterable[str]) -> Case:
    """The case with these dwellings of sitting tenants; the case itself where it is asked for none."""
    wanted = sorted(set(names))
    if not wanted:
        return case
    people = case.table("applications")
    there = people["current_commune"].dropna() if "current_commune" in people.columns else ()
    return with_homes(case, 1, frozenset(map(str, there)), limit=NO_LIMIT, only=wanted)


def waits_words(
    sessions: Iterable[SessionRecord], lang: Lang, seen: Container[str] | None = None
) -> dict[int, str]:
    """Item -> what it waits for, of the dwellings that a tenant frees; only dwellings that are ``seen`` are named (None: all)."""
    told = ((item.item_id, waits_of(s, item)) for s in sessions for item in s.items)
    return {
        item: waits.words(lang, seen is None or waits.after in seen)
        for item, waits in told
        if waits is not None
    }


def freed_of(session: SessionRecord) -> list[str]:
    """Dwellings of a session that a tenant frees."""
    return [item.dwelling_id for item in session.items if link_of(item.facts) is not None]
