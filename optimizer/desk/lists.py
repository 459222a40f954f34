"""The closed lists of the workbook: what a cell may say, by code or by its words in either language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from optimizer.desk import texts as texts
from optimizer.errors import Lang, said
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
    """A closed list. ``codes`` stand before their words where people know them (N2, I1)."""

    words: Mapping[str, tuple[str, str]]
    coded: bool = False

    def shown(self, code: str, lang: Lang) -> str:
        """What a drop-down list proposes for a code."""
        fr, en = self.words[code]
        text = fr if lang == "fr" else en
        return f"{code} – {text}" if self.coded else text

    def options(self, lang: Lang) -> list[str]:
        return [self.shown(code, lang) for code in self.words]

    def read(self, text: str) -> str | None:
        """The code that a cell says, or None: its code, its words in either language, or what the list shows."""
        wanted = plain(text)
        for code, words in self.words.items():
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
    law: CommissionLaw, name: str, codes: Iterable[str] | None = None, *, coded: bool = False
) -> Choice:
    """Labels of ``models/national/commission.yaml``."""
    french, english = law.words(name, "fr"), law.words(name, "en")
    return Choice(
        {code: (french[code], english[code]) for code in (french if codes is None else codes)}, coded
    )


def choices(law: CommissionLaw) -> dict[str, Choice]:
    """Every closed list, by the name of its column."""
    return {
        "decision": _spoken("ENTRY.DECISION", DECISIONS),
        "motive": _printed(law, "motives", coded=True),
        "document": _printed(law, "documents"),
        "casting": _spoken("ENTRY.CASTING", CASTING),
        "few_reason": _spoken("ENTRY.FEW", law.few_reasons),
        "not_examined": _printed(law, "not_examined_reasons"),
        "withdrawn": _printed(law, "withdrawal_reasons"),
        "voice": _printed(law, "voice_labels", VOICES),
        "presence": _spoken("ENTRY.PRESENCE", PRESENCES),
        "call": _spoken("ENTRY.CALL", CALLS),
        "call_reason": _printed(law, "decline_reasons"),
        "asked": _printed(law, "documents"),
        "received": _printed(law, "documents"),
        "proof": _printed(law, "proofs"),
        "answer": _spoken("ENTRY.ANSWER", ANSWERS),
        "refusal_reason": _printed(law, "refusal_reasons"),
        "legitimate": _spoken("ENTRY.LEGITIMATE", LEGITIMATE),
        "condition": _spoken("ENTRY.CONDITION", CONDITIONS),
        "signed": _spoken("ENTRY.YES_NO", YES_NO),
    }
