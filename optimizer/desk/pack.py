"""The pack of a session: the A4 page of each dwelling as the run printed it, at the day and in the order of the session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from optimizer.desk.agenda import NUMBER
from optimizer.desk.chained import still_lived_in, waits_of
from optimizer.desk.documents import household_lines
from optimizer.desk.entry_rows import home_words, household_words
from optimizer.desk.following import free_since, items_of, left_before, on_the_list
from optimizer.desk.papers.wording import examined
from optimizer.errors import LANGS, Lang, said
from optimizer.presentation.bilingual import in_one
from optimizer.presentation.sheets import BOX, paged
from optimizer.store.chained import link_of
from optimizer.store.law import CommissionLaw
from optimizer.store.records import CandidateRecord, ItemRecord, SessionRecord
from optimizer.store.together import owner_of, sits_for_several


@dataclass(frozen=True)
class PackHead:
    """Title, day, language and banners of a pack."""

    title: str
    on: date
    lang: Lang
    banners: tuple[str, ...] = ()


def pack_head(session: SessionRecord, lang: Lang) -> PackHead:
    """The head of a session's pack."""
    return PackHead(f"{session.commission} – {session.landlord}", session.on, lang)


def pack_pages(session: SessionRecord, law: CommissionLaw, lang: Lang) -> list[dict[str, Any]]:
    """Pages as `optimizer.presentation.sheets` sets them, with the households listed now: some were called up, some left.

    A dwelling taken off before the session has none; the others keep their numbers, by which members leave the room for them.
    """
    items = items_of(session)
    gone = {item.dwelling_id for item in items if left_before(session, item)}
    pages = paged([_form(session, item, law, lang) for item in items], session.on, lang)
    return [page for page in pages if page["dwelling"] not in gone]


def _form(session: SessionRecord, item: ItemRecord, law: CommissionLaw, lang: Lang) -> dict[str, Any]:
    kept = item.facts.get("form") or {}
    listed = [c for c in item.candidates if on_the_list(c)]
    cards = [_card(c, law, lang) for c in sorted(listed, key=lambda c: c.position)]
    lines = home_lines(item, lang, session.on) or [[["", home_words(item.facts, lang)]]]
    if sits_for_several(session):
        lines = [[[said("PAGE.LANDLORD", lang), owner_of(session, item)]], *lines]
    waits = waits_of(session, item)
    if waits is not None and waits.departure != "waited":  # what is printed said the day of the run
        lines = [*lines, [[said("SHEETS.CHAIN", lang), waits.words(lang)]]]
    return {
        "dwelling": item.dwelling_id, "rpls": str(kept.get("rpls") or item.facts.get("rpls") or ""),
        "lines": lines, "candidates": cards, "lived_in": still_lived_in(session, item),
        "close": in_one(kept.get("close"), lang) or _close(lang), "foot": str(in_one(kept.get("foot"), lang) or ""),
    }  # fmt: skip


def home_lines(item: ItemRecord, lang: Lang, on: date, chained: bool = True) -> list[list[Sequence[str]]]:
    """The lines of a dwelling as the run printed them, with what has moved since: how many households are on its list, some having come
    late and some left, and how long it stands empty on the day of the session.

    Parameters
    ----------
    on : day of the session, which heads the page: the run counted the days without a tenant to an earlier one.
    chained : with the line of its chain, which tells where a household of the list lives now.
    """
    told = {said("SHEETS.EXAMINED", one): str(len(examined(item))) for one in LANGS}
    # each in the language of its label: an earlier version kept the lines in one only
    told |= {said("SHEETS.VACANT", one): words for one in LANGS if (words := _vacancy(item, on, one))}
    chain = {said("SHEETS.CHAIN", one) for one in LANGS}
    lines: list[list[Sequence[str]]] = [
        [(label, told.get(label, value)) for label, value in line if chained or label not in chain]
        for line in in_one((item.facts.get("form") or {}).get("lines"), lang) or ()
    ]
    return [line for line in lines if line]


def _vacancy(item: ItemRecord, on: date, lang: Lang) -> str:
    """Days without a tenant on a day, or that the dwelling is not free yet; empty where the case told no day, or a tenant lives there."""
    since = free_since(item)
    if since is None or link_of(item.facts) is not None:
        return ""
    return said("SHEETS.NOT_FREE_YET", lang) if since > on else said("SHEETS.DAYS", lang, n=(on - since).days)


def _card(c: CandidateRecord, law: CommissionLaw, lang: Lang) -> dict[str, Any]:
    """The four lines of a household; its number, kept apart by the store, comes back behind the rank."""
    lines = household_lines(c, law.known("documents", lang), lang)
    if not lines:
        lines = [[[said("SHEETS.RANK", lang), str(c.position)]], [["", household_words(c, lang)]]]
    number = c.application_id or c.ref
    lines[0] = [*lines[0][:1], [NUMBER, number], *lines[0][1:]]
    return {
        "rank": c.position, "application": number, "lines": [line for line in lines if line != [["", ""]]],
        "decision": said("SHEETS.DECISION", lang, box=BOX),
    }  # fmt: skip


def _close(lang: Lang) -> Sequence[Sequence[Sequence[str]]]:
    """Vote, departure, remarks and signatures of a dwelling that came after the run."""
    return [
        [[said("SHEETS.VOTE", lang), said("SHEETS.VOTE_COUNT", lang, box=BOX)]], [[said("SHEETS.DEPARTURE", lang), "……"]],
        [[said("SHEETS.REMARKS", lang), "……"]], [[said("SHEETS.SIGNATURES", lang), said("SHEETS.SIGNED_BY", lang)]],
    ]  # fmt: skip
