"""What the desk keeps of a dwelling or of a household that no sheet of a proposal describes, from the import itself.

A name called up from behind the list, a late name, a dwelling added to an agenda: their leases, letters and minutes need the
same facts as the others'. Nothing is ranked here; the check of eligibility is the proposal's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from optimizer import eligibility, policy
from optimizer.desk import messages as messages
from optimizer.domain import Case
from optimizer.domain.account import transfers
from optimizer.domain.schema import DWELLINGS
from optimizer.eligibility import CODES, EFFORT_STATUS, Q1_NO, Q1_YES
from optimizer.eligibility.messages import REFUSALS
from optimizer.errors import AttrifluxError, Lang, said, texts
from optimizer.presentation import texts as page_words  # noqa: F401  the lines are worded as on the A4 pages
from optimizer.presentation.bilingual import in_both
from optimizer.presentation.numbers import day, decimal, percent
from optimizer.presentation.session import title_words
from optimizer.presentation.words import allowance_words, first_quartile_word
from optimizer.runs.tables import place_names
from optimizer.shortlist.details import DOSSIERS, counted_in_effort
from optimizer.shortlist.labels import account_label
from optimizer.store.records import NewCandidate, NewItem

Line = list[list[str]]
QUARTILES = {Q1_NO: "no", Q1_YES: "yes"}
texts(
    "LATE",
    {
        "check": ("Contrôle", "Check"),
        "in_order": ("en ordre à la date de l'import", "in order on the date of the import"),
        "home": ("Logement", "Dwelling"),
        "address": ("Adresse", "Address"),
        "kind": ("Type", "Type"),
        "rent": ("Loyer et charges par mois", "Rent and charges per month"),
        "account": ("Réservataire imputé", "Account"),
        "vacant": ("Vacant depuis", "Vacant since"),
    },
)


class Described:
    """The dwellings and households of an import, as a session keeps them: what is printed, in both languages.

    Parameters
    ----------
    case : Case
        The last import.
    """

    def __init__(self, case: Case, *, models: Path | None = None) -> None:
        self.case = policy.with_own_changes(case, models)
        self.rules = policy.rules_of(self.case.settings, models)
        self.facts = eligibility.examine(self.case, self.rules, accept_assumed=True).facts
        self.homes = {str(r["dwelling_id"]): r for r in case.table("dwellings").to_dict("records")}
        self.people = {str(r["application_id"]): r for r in case.table("applications").to_dict("records")}
        self._home = {name: i for i, name in enumerate(self.facts.dwellings.ids)}
        self._app = {name: i for i, name in enumerate(self.facts.applications.ids)}

    @property
    def under_way(self) -> frozenset[str]:
        """Dwellings of the import that a former week's lists, offers or orientation hold (design §3)."""
        homes = self.facts.dwellings
        return frozenset(name for name, held in zip(homes.ids, homes.blocked.tolist(), strict=True) if held)

    def item(self, dwelling: str, account: str, numbers: Sequence[str]) -> NewItem:
        """A dwelling of the import with the households put forward for it, in their order.

        Raises
        ------
        AttrifluxError
            ``DESK_LATE_DWELLING``, ``DESK_LATE_ACCOUNT``, ``DESK_LATE_HOUSEHOLD``: the import does not hold it.
        """
        d = self._dwelling(dwelling)
        if account not in self.facts.accounts:
            raise AttrifluxError(
                "DESK_LATE_ACCOUNT", name=account, known=", ".join(sorted(self.facts.accounts))
            )
        named = tuple(self.name(dwelling, account, n, position=i) for i, n in enumerate(numbers, start=1))
        row, dw = self.homes[dwelling], self.facts.dwellings
        facts = {c.name: plain(row.get(c.name)) for c in DWELLINGS.columns if c.name in row}
        commune = self.facts.communes[int(dw.commune[d])]
        at = self.facts.accounts.index(account)
        facts |= {
            "commune_name": str(self.rules.communes["name"].to_dict().get(commune, commune)),
            "epci": self.facts.epcis[int(dw.epci[d])] if dw.epci[d] >= 0 else "",
            "departement": self.facts.departements[int(dw.departement[d])],
            "mode": self.facts.mode_of(at, self.facts.line_of(d, at)),
            "account_label": in_both(lambda lang: account_label(account, lang, place_names(self.rules))),
            "vacancy_days": int(dw.vacancy_days[d]),
            "effort_limit": self.effort_limit(str(facts["landlord"])),
        }
        facts["form"] = {
            "rpls": str(facts.get("rpls") or ""),
            "lines": in_both(lambda lang: self._lines(dwelling, facts, lang)),
            "close": [],
            "foot": "",
        }
        return NewItem(dwelling, account, named, facts=facts)

    def effort_limit(self, landlord: str) -> dict[str, Any] | None:
        """The effort rate above which a landlord resolved to refuse, with its deliberation; None where it resolved nothing."""
        limit = self.rules.effort_threshold(landlord)
        if limit.deliberated_on is None:
            return None
        return {
            "threshold": float(limit.threshold),
            "deliberation": limit.deliberation,
            "on": limit.deliberated_on.isoformat(),
        }

    def _dwelling(self, dwelling: str) -> int:
        if dwelling not in self._home:
            raise AttrifluxError("DESK_LATE_DWELLING", name=dwelling)
        return self._home[dwelling]

    @staticmethod
    def _lines(dwelling: str, facts: dict[str, Any], lang: Lang) -> list[Line]:
        """The dwelling in the words of the A4 page: what is known of it, nothing counted."""

        def word(name: str) -> str:
            return said(f"LATE.{name}".upper(), lang)

        def amount(name: str) -> str:
            return "–" if facts.get(name) is None else f"{decimal(float(facts[name]), 2, lang)} €"

        where = ", ".join(str(x) for x in (facts.get("address"), facts["commune_name"]) if x)
        since = facts.get("vacant_since")
        return [
            [[word("home"), dwelling], [word("address"), where]],
            [
                [word("kind"), f"T{facts['rooms']} {facts['financing']}"],
                [word("rent"), f"{amount('rent_eur')} + {amount('charges_eur')}"],
                [word("vacant"), day(pd.Timestamp(since).date(), lang) if since else "–"],
            ],
            [[word("account"), str(facts["account_label"][lang])]],
        ]

    def name(
        self, dwelling: str, account: str, number: str, *, position: int, queue: bool = False
    ) -> NewCandidate:
        """A household put forward for a dwelling: what its lease and its page will say, and the check of eligibility.

        Raises
        ------
        AttrifluxError
            ``DESK_LATE_DWELLING``, ``DESK_LATE_HOUSEHOLD``.
        """
        d = self._dwelling(dwelling)
        if number not in self._app:
            # never the number itself: a message may be kept
            raise AttrifluxError("DESK_LATE_HOUSEHOLD", place=position)
        a = self._app[number]
        one = np.array([a], np.int32)
        people, row = self.facts.applications, self.people[number]
        epci = int(self.facts.dwellings.epci[d])
        q1 = QUARTILES.get(int(eligibility.q1_state(self.facts, one, epci)[0]), "unknown")
        published = epci >= 0 and int(self.facts.q1_threshold_cents[epci]) >= 0
        effort = eligibility.effort(self.facts, self.rules, d, one)
        rate, income = int(effort.rate[0]), int(people.monthly_income_cents[a])
        dalo, designated = bool(people.dalo[a]), bool(people.prefet_designated[a])
        codes = plain(row.get("priority_codes"))
        proof = str(plain(row.get("priority_status")) or "declared")
        now, there = int(people.current_landlord[a]), int(self.facts.dwellings.landlord[d])
        kept: dict[str, Any] = {
            "persons": plain(row.get("persons")),
            "dossier": DOSSIERS[int(people.dossier[a])],
            "q1": q1,
            "effort": rate / 10_000 if rate >= 0 else None,
            "effort_status": EFFORT_STATUS[int(effort.status[0])],
            "counted": counted_in_effort(self.facts, d, effort),
            "income_month_eur": income / 100 if income >= 0 else None,
            "dalo": dalo,
            "designated": designated,
            "title": in_both(
                lambda lang: title_words(f"{codes} ({proof})" if codes else "", designated, lang)
            ),
            "transfer": "" if now < 0 else "internal" if now == there else "external",
            "lease": self.lease(number, account, q1),
            # what the store asks for a signal to the préfet: that it is DALO, no letter
            "priority_codes": "DALO" if dalo else "",
        }
        found = int(eligibility.pair_code(self.facts, d, one)[0])
        code = CODES[found - 1] if found else ""
        kept["lines"] = in_both(lambda lang: self._household(row, kept, position, code, published, lang))
        return NewCandidate(number, position=position, queue=queue, facts=kept)

    @staticmethod
    def _household(
        row: dict[Any, Any],
        kept: dict[str, Any],
        position: int,
        code: str,
        published: bool,
        lang: Lang,
    ) -> list[Line]:
        def word(name: str) -> str:
            return said(f"SHEETS.{name}".upper(), lang)

        first = plain(row.get("first_registered_on"))
        income = kept["income_month_eur"]
        before = f" {word('before')}" if kept["effort_status"] == "before_allowance" else ""
        verdict = said("LATE.IN_ORDER", lang) if not code else getattr(REFUSALS[code], lang)
        return [
            [
                [word("rank"), str(position)],
                [word("persons"), str(kept["persons"] or "–")],
                [word("first_asked"), day(pd.Timestamp(first).date(), lang) if first else "–"],
                [word("transfer"), word(f"transfer_{kept['transfer'] or 'none'}")],
            ],
            [
                [word("income"), "–" if income is None else f"{decimal(income, 2, lang)} €"],
                ["Q1", first_quartile_word(kept["q1"], published, lang)],
                [
                    word("allowance"),
                    allowance_words(kept["counted"], kept["effort_status"], lang),
                ],
                [
                    word("effort"),
                    "–" if kept["effort"] is None else percent(kept["effort"], 1, lang) + before,
                ],
            ],
            [
                [word("title"), kept["title"][lang]],
                [word("file"), word(f"file_{kept['dossier']}")],
                [said("LATE.CHECK", lang), verdict],
            ],
        ]

    def lease(self, who: str, account: str, q1: str) -> dict[str, Any]:
        """What the table of leases says of a household: never for a screen, some letters of L. 441-1 tell violence."""
        row = self.people.get(who, {})
        names = ("priority_codes", "priority_status", "relocation", "essential_worker")
        found = {name: plain(row.get(name)) for name in names}
        return {"q1": q1 or None, **found, "mutation": account in transfers()}


def plain(value: Any) -> Any:
    """A cell as JSON holds it: a missing value is null, a day is ISO."""
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return value.item() if hasattr(value, "item") else value
