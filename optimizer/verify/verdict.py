"""What a verification says: a list of checks, and one of three verdicts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any
from zipfile import BadZipFile

from numpy.typing import NDArray

from optimizer.errors import AttrifluxError, Lang, define
from optimizer.verify.details import english

CERTIFIED = "certified"
WITHIN = "certified within"
REFUSED = "refused"

UNREADABLE = define(
    "VERIFY_UNREADABLE",
    "{file} : contenu illisible ({what}).",
    "{file}: content cannot be read ({what}).",
)

TITLES: dict[str, tuple[str, str]] = {
    "reading": ("fichiers du dossier et du résultat lus", "files of the case and of the result read"),
    "format": ("format du résultat", "format of the result"),
    "manifest": (
        "chaque fichier du résultat est celui que le calcul a écrit",
        "every file of the result is the one the run wrote",
    ),
    "record": (
        "fiche du calcul (run.json) conforme au dossier, aux tableaux écrits et à la preuve (options, versions, durées et liste des valeurs supposées : scellées)",
        "record of the run (run.json) agrees with the case, the tables written and the proof (options, versions, timings and the list of assumed values: sealed)",
    ),
    "form": (
        "tableaux et preuve écrits comme le calcul les écrit : une seule écriture de chaque nombre et de chaque texte",
        "tables and proof written as the run writes them: one way of writing each number and each text",
    ),
    "inputs": ("empreintes des fichiers d'entrée conformes", "hashes of the input files match"),
    "law": (
        "règles de models/ telles que le calcul les a lues",
        "rules of models/ as the run read them",
    ),
    "lines": ("lignes bien formées, rangs 1, 2, 3…", "lines well formed, ranks 1, 2, 3…"),
    "first_ranks": (
        "chaque demande et chaque logement au plus une fois au premier rang, décisions respectées",
        "each application and dwelling at most once at first rank, decisions kept",
    ),
    "eligibility": (
        "chaque demande proposée est recevable pour le logement et le contingent",
        "each proposed application is eligible for the dwelling and the account",
    ),
    "nominations": (
        "au premier rang, aucune demande désignée n'est passée par une demande moins bien placée par le réservataire",
        "at first rank nobody passes a household that the réservataire placed before",
    ),
    "scores": ("cotations recalculées", "scores recomputed"),
    "values": (
        "adéquations, charges, inflexions et valeurs recalculées",
        "fits, burdens, leans and values recomputed",
    ),
    "labels": (
        "quartile, priorité, taux d'effort et signalements recalculés",
        "quartile, priority, effort rate and flags recomputed",
    ),
    "rows": (
        "lignes de règles recalculées, de la part au bail manquant et au prix",
        "rows of the rules recomputed, from the share to the missing lease and the price",
    ),
    "gauges": (
        "baux attendus recalculés ; points marginaux : nuls ou du multiplicateur de la racine, sinon (résolus à nouveau) entre les bornes de la preuve",
        "expected leases recomputed; marginal points: nil or the root's multiplier, else (solved again) within the bounds of the proof",
    ),
    "objective": (
        "valeurs moins prix des baux manquants = objectif",
        "values minus price of the missing leases = objective",
    ),
    "ties": (
        "départages recalculés (ancienneté, tirage) ; que l'optimum soit le seul est dit, non recalculé",
        "tie stages recomputed (seniority, lottery); that the optimum is the only one is said, not recomputed",
    ),
    "equals": (
        "aucune proposition de même valeur ne passe devant par les règles d'égalité : cherché parmi celles qui changent un premier rang, puis deux, jusqu'à 10 000 essais, puis davantage jusqu'à autant (1 000 logements au plus ; davantage : 200)",
        "no proposal of the same value comes before by the tie rules: looked for among those that change one first rank, then two, up to 10,000 trials, then more up to as many (1,000 dwellings at most; more than two: 200)",
    ),
    "undrawn": (
        "règles d'égalité non menées à leur terme : cette proposition est l'une de celles de sa valeur",
        "tie rules not carried to their end: this proposal is one of those of its value",
    ),
    "tree": ("l'arbre de preuve couvre tous les cas", "the proof tree covers every case"),
    "multipliers": ("multiplicateurs permis", "multipliers allowed"),
    "bound": (
        "bornes recalculées sur toutes les paires recevables",
        "bounds recomputed over all eligible pairs",
    ),
    "status": ("état annoncé conforme à la preuve", "stated status agrees with the proof"),
    "applications": (
        "aucune demande perdue, états et raisons cohérents",
        "no application lost, statuses and reasons consistent",
    ),
    "dwellings": (
        "état, contingent, nombre de candidats et échéance de chaque logement",
        "status, account, number of candidates and deadline of each dwelling",
    ),
    "shortlists": ("rangs 2 et suivants recalculés", "ranks 2 and following recomputed"),
    "leapfrogs": (
        "passages devant une demande mieux cotée : aucun ne manque, chaque raison est la première qui vaut",
        "leapfrogs: none is missing, each reason is the first that applies",
    ),
    "orientation": (
        "fiche d'orientation : toutes les colonnes recalculées (avec chaînes, perte au moins : tenue entre 0 et la perte au plus)",
        "orientation sheet: every column recomputed (with chains, loss at least: held between 0 and the loss at most)",
    ),
    "explanations": (
        "explications : chacun y est, places et points d'un échange recalculés (points confirmés : ceux du tirage, jamais au-delà de cet échange ni en deçà de la preuve)",
        "explanations: everybody is there, places and points of an exchange recomputed (confirmed ones: those drawn, never beyond it nor below the proof)",
    ),
    "sentences": (
        "phrases redonnées mot à mot à partir des codes et des nombres vérifiés",
        "sentences rebuilt word for word from the codes and numbers checked",
    ),
    "lottery": (
        "loteries additionnées de nouveau : poids, attributions, chances publiées",
        "lotteries added up again: weights, allocations, published chances",
    ),
    "program": (
        "programme de chaque loterie refait depuis le dossier : types, colonnes, lignes, baux, manques",
        "program of each lottery put together again from the case: types, columns, rows, lettings, shortfalls",
    ),
    "stages": (
        "multiplicateurs de chaque étape recalculés sur toutes les colonnes du programme",
        "multipliers of each stage recomputed over every column of the program",
    ),
    "chains": (
        "chaînes retrouvées à partir des premiers rangs : ordre, conditions, chances, dates",
        "chains found again from the first ranks: order, conditions, chances, dates",
    ),
    "readback": (
        "ce que la séance et why reprennent (sheets.json, why.npz) dit ce que disent les tableaux : listes, rangs, cotations, états, raisons, points (les autres mots des pages : scellés)",
        "what a session and why take again (sheets.json, why.npz) says what the tables say: lists, ranks, scores, statuses, reasons, points (other words of the pages: sealed)",
    ),
    "prospects": (
        "ménages à appeler : listes refaites avec autant de rangs, cotations et valeurs",
        "households to call: lists drawn again with as many ranks, scores and values",
    ),
    "changes": (
        "changements depuis le résultat gardé : listes d'aujourd'hui, nature de chacun, premiers rangs d'alors selon kept.csv (causes scellées)",
        "changes since the result kept: lists of today, kind of each, first ranks of then by kept.csv (causes sealed)",
    ),
    "earlier": (
        "résultat gardé : empreinte, premiers rangs qui ont pesé (kept.csv), listes d'alors",
        "result kept: its hash, first ranks that weighed (kept.csv), lists of then",
    ),
    "as_told": (
        "kept.csv pris tel quel : pour le comparer au résultat gardé, --keep ANCIEN",
        "kept.csv taken as it is: to compare it with the result kept, --keep EARLIER",
    ),
    "order": ("lignes de chaque tableau dans l'ordre promis", "rows of every table in the order promised"),
    "breakdown": ("le détail des points redonne la cotation", "the breakdown adds up to the score"),
}


ADVICE: dict[str, tuple[str, str]] = {
    "format": (
        "une version antérieure l'a écrit ; refaites-le : attriflux propose CAS --out RESULTAT --force",
        "an earlier version wrote it; make it again: attriflux propose CASE --out RESULT --force",
    ),
    "law": (
        "elles ont changé depuis : vérifiez avec celles du calcul, --models DOSSIER, ou refaites le calcul",
        "they have changed since: verify with those of the run, --models FOLDER, or make the run again",
    ),
}
"""What to do when a check fails, where there is something to do."""
MALFORMED = (
    ArithmeticError, AttributeError, EOFError, LookupError, MemoryError, OSError, RuntimeError, TypeError, ValueError,
    BadZipFile,
)  # fmt: skip
"""What nonsense in a file may raise in the libraries that read it."""


@dataclass(frozen=True)
class Check:
    """One thing that was checked; ``count`` is the number of problems found (0 when ``ok``)."""

    id: str
    ok: bool
    count: int = 0
    detail: str = ""
    """Short and technical: never an application number."""

    @property
    def fr(self) -> str:
        return self.text("fr")

    @property
    def en(self) -> str:
        return self.text("en")

    def text(self, lang: Lang) -> str:
        """The sentence of the check, with the number of problems when there are some."""
        head = TITLES[self.id][0 if lang == "fr" else 1]
        if self.ok:
            return head
        colon = " :" if lang == "fr" else ":"
        if self.id in ADVICE:
            what = self.detail if lang == "fr" else english(self.detail)
            return f"{head}{colon} {what} ({ADVICE[self.id][lang != 'fr']})"
        many = "s" if self.count > 1 else ""
        tail = f"{self.count} écart{many}" if lang == "fr" else f"{self.count} difference{many}"
        what = self.detail if lang == "fr" else english(self.detail)
        return f"{head}{colon} {tail}" + (f" ({what})" if what else "")


def _apart(points: str, lang: Lang) -> str:
    """An exact decimal as the pages print it, with at least its hundredths: ``15 291,40`` (fr), ``15,291.40`` (en)."""
    whole, _, tail = points.partition(".")
    if not whole.isdigit():
        return points
    thousands, hundredths = f"{int(whole):,}", tail.ljust(2, "0")
    return (
        f"{thousands.replace(',', chr(0x202F))},{hundredths}" if lang == "fr" else f"{thousands}.{hundredths}"
    )


@dataclass(frozen=True)
class Verdict:
    """The verdict, the checks behind it, objective and bound in points (exact decimal strings)."""

    verdict: str
    checks: tuple[Check, ...]
    within: str = ""
    objective: str = ""
    bound: str = ""

    @property
    def refused(self) -> bool:
        return self.verdict == REFUSED

    def sentence(self, lang: Lang = "fr") -> str:
        """The verdict in one sentence, ready for a screen."""
        bad = sum(not c.ok for c in self.checks)
        within = _apart(self.within, lang)
        if self.verdict == WITHIN and any(c.id == "lottery" for c in self.checks):
            return self._lottery_within(within, lang)
        if self.verdict == CERTIFIED and any(c.id == "lottery" for c in self.checks):
            proved = any(c.id == "stages" for c in self.checks)
            if lang == "fr":
                return "Certifié : les loteries se recomptent" + (
                    ", leurs étapes sont prouvées." if proved else "."
                )
            return "Certified: the lotteries add up" + (", their stages are proved." if proved else ".")
        if self.verdict == CERTIFIED:
            said = (
                "Certifié : conforme aux règles saisies, aucune meilleure solution (preuve revérifiée)"
                if lang == "fr"
                else "Certified: follows the rules entered, no better solution exists (proof checked again)"
            )
            # equals that were not told apart: a household may stand there before another that the rules set first
            open_ties = [c.text(lang) for c in self.checks if c.id == "undrawn"]
            return (" ; " if lang == "fr" else "; ").join([said, *open_ties]) + "."
        if self.verdict == WITHIN:
            return (
                f"Certifié à {within} points près : conforme aux règles saisies, aucune solution ne fait mieux que cela."
                if lang == "fr"
                else f"Certified within {within} points: follows the rules entered, nothing is better by more."
            )
        many = "s" if bad > 1 else ""
        which = (" ; " if lang == "fr" else "; ").join(c.text(lang) for c in self.checks if not c.ok)
        return (
            f"Refusé : {bad} contrôle{many} en échec. {which}."
            if lang == "fr"
            else f"Refused: {bad} check{many} failed. {which}."
        )

    def _lottery_within(self, within: str, lang: Lang) -> str:
        """Of a comparison of mechanisms: how far its chances, and its optimum, may be from what is proven."""
        points = decimal_text(Fraction(self.bound or "0") - Fraction(self.objective or "0"))
        said = [
            "Certifié : les loteries se recomptent" if lang == "fr" else "Certified: the lotteries add up"
        ]
        if within:
            said.append(
                f"aucune chance n'est à plus de {within} de sa valeur prouvée"
                if lang == "fr"
                else f"no chance is further than {within} from its proven value"
            )
        if points != "0":
            said.append(
                f"l'optimum est à {points.replace('.', ',')} points près"
                if lang == "fr"
                else f"the optimum is within {points} points"
            )
        return (" ; " if lang == "fr" else "; ").join(said) + "."

    def to_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        return {
            "verdict": self.verdict,
            "within": self.within,
            "objective": self.objective,
            "bound": self.bound,
            "checks": [
                {"id": c.id, "ok": c.ok, "count": c.count, "fr": c.fr, "en": c.en, "detail": c.detail}
                for c in self.checks
            ],
        }


class Unreadable(AttrifluxError):
    """A file does not contain what it must; the verification refuses."""

    def __init__(self, file: str, what: str) -> None:
        super().__init__(UNREADABLE, file=file, what=what)


@dataclass
class Findings:
    """Collects problems per check while the verification goes on."""

    counts: dict[str, int] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)

    def start(self, check: str) -> None:
        """The check is being made (it appears in the verdict even without a problem)."""
        self.counts.setdefault(check, 0)

    def add(self, check: str, detail: str = "", count: int = 1) -> None:
        """``count`` problems of a check; the first detail is kept."""
        self.counts[check] = self.counts.get(check, 0) + count
        if detail:
            self.details.setdefault(check, detail)

    def rows(self, check: str, table: str, rows: NDArray[Any], what: str = "") -> None:
        """Problems in rows of a table, by position below its header: the first one is named."""
        if len(rows):
            self.add(check, place(table, int(rows.min()), what), len(rows))

    def demand(self, check: str, fine: bool, detail: str) -> None:
        """A problem unless ``fine``."""
        self.start(check)
        if not fine:
            self.add(check, detail)

    @contextmanager
    def guard(self, check: str) -> Iterator[None]:
        """Any malformed content met inside is a problem of that check, never a crash."""
        self.start(check)
        try:
            yield
        except AttrifluxError as error:
            self.add(check, error.text("fr"))
        except MALFORMED as error:
            self.add(check, f"contenu inattendu ({type(error).__name__})")

    def join(self, more: Findings) -> None:
        """Add what another reading found."""
        for check, count in more.counts.items():
            self.add(check, more.details.get(check, ""), count)

    @property
    def failed(self) -> bool:
        return any(self.counts.values())

    def checks(self) -> tuple[Check, ...]:
        return tuple(
            Check(name, not self.counts[name], self.counts[name], self.details.get(name, ""))
            for name in TITLES
            if name in self.counts
        )


def place(table: str, row: int, what: str = "") -> str:
    """A row of a table as a spreadsheet numbers it, and what is wrong there: ``proposals, ligne 5, effort``."""
    return f"{table}, ligne {row + 2}" + (f", {what}" if what else "")


def decimal_text(value: Fraction) -> str:
    """An exact decimal with as few digits as needed (rounded up beyond ten decimals)."""
    scaled = -((-value.numerator * 10**10) // value.denominator)
    sign = "-" if scaled < 0 else ""
    whole, rest = divmod(abs(scaled), 10**10)
    return sign + (f"{whole}.{rest:010d}".rstrip("0").rstrip(".") if rest else str(whole))
