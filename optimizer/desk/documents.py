"""What the desk knows of a household's file: the documents it was asked for, by name, and those it has brought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from optimizer.errors import LANGS, Lang, said
from optimizer.presentation.bilingual import in_one
from optimizer.presentation.numbers import day
from optimizer.store.records import CandidateRecord, DocumentRecord

BLANK = "……"
"""What a hand fills in on paper, on the page of a file to complete."""


def documents_on(candidate: CandidateRecord, on: date | None = None) -> tuple[DocumentRecord, ...]:
    """Documents asked of a household or brought by it; as it stood on the evening of ``on``, where a day is given."""
    found = [
        DocumentRecord(
            d.candidate_id,
            d.document,
            d.asked_on if on is None or (d.asked_on or on) <= on else None,
            d.received_on if on is None or (d.received_on or on) <= on else None,
        )
        for d in candidate.documents
    ]
    return tuple(d for d in found if d.asked_on is not None or d.received_on is not None)


def missing(candidate: CandidateRecord, on: date | None = None) -> tuple[DocumentRecord, ...]:
    """Documents that a household was asked for and has not brought."""
    return tuple(d for d in documents_on(candidate, on) if d.received_on is None)


def document_words(documents: Sequence[DocumentRecord], labels: Mapping[str, str], lang: Lang) -> str:
    """``Avis d'imposition (demande du 30/11/2026)``, one after the other."""
    return ", ".join(f"{labels.get(d.document, d.document)} ({_days(d, lang)})" for d in documents)


def _days(d: DocumentRecord, lang: Lang) -> str:
    told = (("ASKED_FOR_ON", d.asked_on), ("BROUGHT_ON", d.received_on))
    return said("WORDS.LIST", lang).join(
        said(f"ENTRY.{word}", lang, day=day(when, lang)) for word, when in told if when
    )


def out_of_reach(candidate: CandidateRecord) -> bool:
    """Whether nobody reaches a household: its last call found nobody, or the import said so and nobody has called since."""
    return candidate.call == "unreachable" or (
        candidate.facts.get("dossier") == "unreachable" and not candidate.call
    )


def after_calls(candidate: CandidateRecord, frozen: str, lang: Lang) -> str:
    """What the import said of a file (``frozen``, in words), with what the calls have found since.

    The commission decides on it: whoever answered is no longer out of reach, and a complete file does not say that nobody answers.
    """
    imported = candidate.facts.get("dossier")
    if out_of_reach(candidate):
        lost = said("ENTRY.FILE.UNREACHABLE", lang)
        return f"{lost}, {frozen}" if imported == "to_verify" or BLANK in frozen else lost
    return said("ENTRY.FILE.REACHED", lang) if imported == "unreachable" else frozen


def file_words(candidate: CandidateRecord, labels: Mapping[str, str], lang: Lang) -> str:
    """State of a file by the documents the desk has asked for; empty where it has asked for none and none was brought.

    A household that nobody reaches stays so beside its documents.
    """
    known = documents_on(candidate)
    if not known:
        return ""
    wanted = missing(candidate)
    state = said("ENTRY.FILE.TO_VERIFY" if wanted else "ENTRY.FILE.COMPLETED", lang)
    if out_of_reach(candidate):
        state = f"{said('ENTRY.FILE.UNREACHABLE', lang)}, {state}"
    return said("ENTRY.FILE_OF", lang, state=state, documents=document_words(wanted or known, labels, lang))


def to_settle(candidate: CandidateRecord, labels: Mapping[str, str], lang: Lang) -> str:
    """What is to be settled of a household's file before the session; empty where it is in order.

    A household that answered since is no longer out of reach, whatever the import said.
    """
    if missing(candidate):
        return file_words(candidate, labels, lang)
    words = [said("ENTRY.FILE.UNREACHABLE", lang)] if out_of_reach(candidate) else []
    if candidate.facts.get("dossier") == "to_verify" and not documents_on(candidate):
        words.append(said("ENTRY.FILE_UNNAMED", lang))
    return ", ".join(words)


def household_lines(
    candidate: CandidateRecord, labels: Mapping[str, str], lang: Lang, *, screen: bool = False
) -> list[list[Sequence[str]]]:
    """The lines of a household as the agenda froze them, with the state of its file now, and whether it can be reached.

    On paper a document that nobody has named is a blank to fill in; on a ``screen`` it is said to be named still.
    """
    heads = {said("SHEETS.FILE", name) for name in LANGS}
    kept = in_one(candidate.facts.get("lines") or (), lang)
    now = file_words(candidate, labels, lang)

    def value(label: str, frozen: str) -> str:
        if label not in heads:
            return frozen
        words = said("ENTRY.FILE_UNNAMED", lang) if screen and BLANK in frozen else frozen
        return now or after_calls(candidate, words, lang)

    return [[(label, value(label, text)) for label, text in line] for line in kept]
