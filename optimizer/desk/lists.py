"""The closed lists of the workbook: what a cell may say, by code or by its words in either language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from optimizer.desk import texts as texts
from optimizer.errors import LANGS, Lang, said
from optimizer.importers.words import plain
from optimizer.store.law import CommissionLaw

DECISIONS = ("attribution", "ranked", "conditional", "not_attributed", "ineligible", "not_examined")
ANSWERS = ("accepted", "refused", "silent", "desisted")
CONDITIONS = ("met", "failed", "access")
LEGITIMATE = ("yes", "no", "to_decide")
CALLS = ("interested", "declines", "unreachable")
PRESENCES = ("present", "represented", "absent")
VOICES = ("board", "prefet", "epci", "mayor", "mandant", "consultative")
CASTING = ("for", "against")
YES_NO = ("yes", "no")


@dataclass(frozen=True)
class Choice:
    """A closed list. ``codes`` stand before their words where people know them (N2, I1).

    ``words`` has every code that may have been recorded; ``offered`` those that may be chosen (all of them where it is None).
    """

    words: Mapping[str, tuple[str, str]]
    coded: bool = False
    offered: tuple[str, ...] | None = None

    def shown(self, code: str, lang: Lang) -> str:
        """What a drop-down list proposes for a code."""
        fr, en = self.words[code]
        text = fr if lang == "fr" else en
        return f"{code} – {text}" if self.coded else text

    def options(self, lang: Lang) -> list[str]:
        return [self.shown(code, lang) for code in self._choosable]

    @property
    def _choosable(self) -> tuple[str, ...]:
        return tuple(self.words) if self.offered is None else self.offered

    def read(self, text: str) -> str | None:
        """The code that a cell says, or None: its code, its words in either language, or what the list shows."""
        wanted = plain(text)
        # a code that left the list may have the words of the one that took its place
        for code in dict.fromkeys((*self._choosable, *self.words)):
            words = self.words[code]
            # « a – attribution »: the letter alone says it
            heads = (word.partition(" – ")[0] for word in words if " – " in word)
            known = {
                *map(plain, heads),
                plain(code),
                *map(plain, words),
                *(plain(self.shown(code, lang)) for lang in ("fr", "en")),
            }
            if wanted in known:
                return code
        return None


def _spoken(family: str, codes: Iterable[str]) -> Choice:
    return Choice(
        {
            code: (said(f"{family}.{code}".upper(), "fr"), said(f"{family}.{code}".upper(), "en"))
            for code in codes
        }
    )


def _printed(
    name: str, *laws: CommissionLaw, codes: Iterable[str] | None = None, coded: bool = False
) -> Choice:
    """Labels of ``models/national/commission.yaml``: those in force by any of the laws are offered."""
    french, english = (laws[0].known(name, lang) for lang in LANGS)
    offered = dict.fromkeys(code for law in laws for code in law.labels(name)) if codes is None else codes
    return Choice({code: (french[code], english[code]) for code in french}, coded, tuple(offered))


def choices(law: CommissionLaw, today: date) -> dict[str, Choice]:
    """Every closed list, by the name of its column.

    Decisions are those of ``law``, of the day of the session. Calls, documents and answers come before and after it: a list that
    has changed since also offers what it holds ``today``, as the pages do.
    """
    either = (law, law.at(today))
    return {
        "decision": _spoken("ENTRY.DECISION", DECISIONS),
        "motive": _printed("motives", law, coded=True),
        "document": _printed("documents", *either),
        "casting": _spoken("ENTRY.CASTING", CASTING),
        "few_reason": _spoken("ENTRY.FEW", law.few_reasons),
        "not_examined": _printed("not_examined_reasons", *either),
        "withdrawn": _printed("withdrawal_reasons", *either),
        "voice": _printed("voice_labels", law, codes=VOICES),
        "presence": _spoken("ENTRY.PRESENCE", PRESENCES),
        "call": _spoken("ENTRY.CALL", CALLS),
        "call_reason": _printed("decline_reasons", *either),
        "asked": _printed("documents", *either),
        "received": _printed("documents", *either),
        "proof": _printed("proofs", *either),
        "answer": _spoken("ENTRY.ANSWER", ANSWERS),
        "refusal_reason": _printed("refusal_reasons", *either),
        "legitimate": _spoken("ENTRY.LEGITIMATE", LEGITIMATE),
        "condition": _spoken("ENTRY.CONDITION", CONDITIONS),
        "signed": _spoken("ENTRY.YES_NO", YES_NO),
    }
