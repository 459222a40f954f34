"""``why``: one household's answer in words, from the index of a result, for staff or as a letter.

For staff: where it is eligible, its place, what passed before it, what single change would bring a first rank. The letter
stands under the four heads of article R. 311-3-1-2 of the CRPA; it gives counts, distributions and rules, the household's own
data, and nothing of anybody else: no number, no score, no reason. So it names no rule beside a dwelling (a rule beside a
dwelling tells what the household proposed there is), gives no number of missing points (their difference is another's
score), and writes no count below five.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.arguments import FLAG, LANG, RESULT, TEXT, WORDS, optional, takes
from optimizer.errors import day_words
from optimizer.runs.why_reading import Index, Place, open_index
from optimizer.runs.why_words import (
    ACCESS,
    ALIKE,
    ALWAYS_TOLD,
    BY_SCORE,
    BY_STATE,
    CLOSED,
    CLOSED_EXCHANGED,
    CONTRIBUTION,
    COULD_BE_FREED,
    DALO,
    DESIGNATED,
    DOSSIERS,
    ELSEWHERE,
    EMPTY,
    FEW,
    FIRST_RANK,
    HEADS,
    HOUSED,
    LAW,
    NO_QUARTILE,
    NOT_A_DECISION,
    ON_CONDITION,
    PRIORITY,
    PROOFS,
    QUARTILE_WRITTEN,
    QUARTILES,
    REASONS,
    RELOCATED,
    RELOCATED_TENANT,
    SEAT_KEPT,
    SITUATIONS,
    SOURCES,
    STATUS,
    STEPS,
    UNIT_WRITTEN,
    WAITING,
    WAITS,
    many,
    place,
    points,
    points_noun,
    say,
    sizes,
    whole,
)

if TYPE_CHECKING:
    from optimizer.errors import Lang
    from optimizer.runs.result import Result

SHOWN = 15
"""Dwellings written one by one."""
NO_LIST: dict[int, tuple[str, str]] = {
    ELSEWHERE: (
        "il va à un contingent qui ne peut pas vous désigner",
        "it goes to an account that may not name you",
    ),
    WAITING: ("son réservataire désigne lui-même ses candidats", "its réservataire names its own households"),
    EMPTY: ("il n'a pas de liste", "it has no list"),
}
"""Of a dwelling without a list that the household could stand on: what its letter says in place of a place by score."""


@dataclass(frozen=True)
class Answer:
    """What `why` says of one household.

    Attributes
    ----------
    lines : the answer in the language asked, line by line
    facts : the same as data (staff only, empty for a letter)
    """

    lines: tuple[str, ...]
    facts: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return "\n".join(self.lines)


@takes(
    result=RESULT,
    application=TEXT,
    dwelling=optional(TEXT),
    letter=FLAG,
    seen=optional(WORDS),
    lang=LANG,
)
def why(
    result: Path | str | Result,
    application: str,
    dwelling: str | None = None,
    *,
    letter: bool = False,
    seen: Collection[str] | None = None,
    lang: Lang = "fr",
) -> Answer:
    """Why a household has the rank it has, or none.

    Parameters
    ----------
    result : folder written by ``propose``, or a `Result`
        The case is not read.
    application : number of the application
    dwelling : only this one
    letter : for the household itself, else for staff
    seen : dwellings that may be named to who asks, beside ``dwelling`` (None: every one); a maire reads those of the commune

    Raises
    ------
    AttrifluxError
        ``WHY_NO_INDEX``, ``WHY_UNKNOWN_APPLICATION``, ``WHY_UNKNOWN_DWELLING``
    """
    index = open_index(Path(result)) if isinstance(result, (Path, str)) else _of(result, lang)
    asked = _Asked(index, application, index.application(application), dwelling, lang)
    asked.seen = seen
    return Answer(tuple(asked.letter())) if letter else Answer(tuple(asked.told()), asked.facts())


def _of(result: Result, lang: Lang) -> Index:
    """The index of a result in memory."""
    import json

    from optimizer.runs.why_index import index_arrays

    arrays = _Arrays(index_arrays(result, lang))
    return Index(arrays, json.loads(bytes(arrays["meta"]).decode("utf-8")))


class _Arrays(dict[str, Any]):
    """Arrays in memory under the interface of an open file."""

    @property
    def files(self) -> list[str]:
        return list(self)


class _Asked:
    """One question and the rows that answer it."""

    def __init__(self, index: Index, number: str, a: int, dwelling: str | None, lang: Lang) -> None:
        self.index, self.number, self.a, self.lang = index, number, a, lang
        self.name_of = index.home
        self.seen: Collection[str] | None = None
        self.meta = index.meta
        self.only = -1 if dwelling is None else index.dwelling(dwelling)
        self.everywhere = index.places(a)
        """Its best places where it fits more dwellings than a large result keeps of each household; `total` counts them all."""
        self.total = index.every(a)
        self.places = [p for p in self.everywhere if self.only < 0 or p.dwelling == self.only]
        self.status: str = self.meta["status"][int(index["status"][a])]
        self.reason: str = self.meta["state_reason"][int(index["state_reason"][a])]
        self.needed, self.nearest = int(index["points_needed"][a]), int(index["nearest"][a])
        self.confirmed = bool(index["confirmed"][a])
        self.if_reached = int(index["if_reached"][a]) if index.has("if_reached") else -1
        after = index["after"].tolist() if index.has("after") else []
        self.after = {home: before for home, before in enumerate(after) if before >= 0}
        """Of the dwellings that a tenant still lives in: the one which that tenant is first called for."""
        self.could_be_freed = bool(index.has("could_be_freed") and index["could_be_freed"][a])

    def _say(self, fr: str, en: str) -> str:
        return fr if self.lang == "fr" else en

    # ---- for staff

    def told(self) -> list[str]:
        """The answer for staff."""
        lines = [f"{self._say('Demande', 'Application')} {self.number} : {self._status()}."]
        if self.lang != "fr":
            lines[0] = lines[0].replace(" :", ":")
        lines += self._scored()
        if self.only >= 0 and not self.places:
            return lines + [self._refused_there()]
        if self.places:
            if self.only < 0:
                lines.append(
                    self._say(
                        f"Recevable pour {many(self.total, 'logement', 'logements', 'fr')} :",
                        f"Eligible for {many(self.total, 'dwelling', 'dwellings', 'en')}:",
                    )
                )
            shown = self._shown()
            lines += [f"  {self._place(p)}" for p in shown]
            more = self.total - len(shown) if self.only < 0 else 0
            if more:
                lines.append(
                    self._say(
                        f"  … et {many(more, 'autre', 'autres', 'fr')}.",
                        f"  … and {whole(more, 'en')} more.",
                    )
                )
        lines += self._change()
        if self.only < 0:
            lines += self._refusals()
        return lines

    def _shown(self) -> list[Place]:
        """The best places, and every list it stands on, however far down."""
        return [p for i, p in enumerate(self.places) if i < SHOWN or p.rank]

    def _status(self) -> str:
        key = self.reason if self.reason in STATUS else self.status
        text = say(STATUS[key], self.lang)
        best = self._best()
        if best is not None:
            home = self.index.home(best.dwelling)
            words = self._say(f"logement {home}", f"dwelling {home}")
            if not self._names(best.dwelling):
                words = self._say("un autre logement", "another dwelling")
            where = ", ".join((words, *self._waits(best.dwelling)))
            text += (
                f" ({where})" if best.rank == 1 else f" ({self._say('rang', 'rank')} {best.rank}, {where})"
            )
        return text

    def _best(self) -> Place | None:
        """Where its best rank is."""
        held = [p for p in self.everywhere if p.rank]
        if not held or self.status not in ("proposed", "reserve"):
            return None
        return min(held, key=lambda p: (p.rank, p.dwelling))

    def _names(self, home: int) -> bool:
        """Whether a dwelling may be named to who asks."""
        return self.seen is None or home == self.only or self.index.home(home) in self.seen

    def _waits(self, home: int) -> tuple[str, ...]:
        """What a dwelling that a tenant still lives in waits for, for staff; nothing of a vacant one."""
        if home not in self.after or not (self._names(home) and self._names(self.after[home])):
            return ()
        return (say(WAITS, self.lang).format(after=self.index.home(self.after[home])),)

    def _scored(self) -> list[str]:
        found: dict[int, list[tuple[str, int]]] = {}
        ranks: Counter[int] = Counter()
        for epci, criterion, title, amount in self.index.criteria(self.a):
            parts = found.setdefault(epci, [])
            ranks[epci] += amount
            # the step from the points of a grid to their percentile rank is no criterion: the rank is told beside them
            if criterion != self.meta.get("conversion"):
                parts.append((title, amount))
        wanted = {int(self.meta["homes"][p.dwelling][4]) for p in self.places}
        names = [str(x) for x in self.index["epcis"]]
        if not wanted and self.meta["grids"]:  # who fits no dwelling has a score all the same
            for epci in self._scored_in():
                found.setdefault(epci, [])
        codes = {code: name for code, name in self.meta["epcis"]}
        out = []
        told = {names[epci] for epci in found}
        for code, name in (self.meta["epcis"][epci] for epci in sorted(wanted) if epci >= 0):
            if code not in told and self.meta["grids"]:
                # no criterion gave a point: the score is none the less known
                out.append(self._say(f"Cotation ({name}) : 0.", f"Score ({name}): 0."))
        for epci, parts in found.items():
            code = names[epci]
            if wanted and [c for c, _ in self.meta["epcis"]].index(code) not in wanted:
                continue
            where, total = codes.get(code, code), sum(amount for _, amount in parts)
            detail = (" ; " if self.lang == "fr" else "; ").join(
                f"{title} {points(amount, self.lang)}" for title, amount in parts
            )
            of_what = f" ({detail})" if parts else ""
            head = self._say(
                f"Cotation ({where}) : {points(total, self.lang)}",
                f"Score ({where}): {points(total, self.lang)}",
            )
            out.append(f"{head}{of_what}{self._ranked(ranks[epci])}.")
        return out

    def _ranked(self, rank: int) -> str:
        """The percentile rank that stands for points where several grids or EPCI meet; nothing elsewhere."""
        if not self._by_rank or not self.meta["grids"]:
            return ""
        text = points(rank, self.lang)
        # points of two grids are never compared: each application is ranked among those of its own
        several = len(self.meta["grids"]) > 1
        return self._say(
            f", soit un rang centile de {text} parmi les demandes de l'EPCI{' cotées par la même grille' if several else ''}",
            f", a percentile rank of {text} among the applications of the EPCI{' that the same grid scores' if several else ''}",
        )

    @property
    def _by_rank(self) -> bool:
        """Whether scores are percentile ranks (an index of an earlier version does not say it)."""
        return bool(self.meta.get("ranked"))

    def _home(self, d: int) -> str:
        commune, rooms, financing, _, _ = self.meta["homes"][d]
        return f"{self.name_of(d)} ({commune}, T{rooms}, {financing})"

    def _place(self, p: Place) -> str:
        account = say(self.meta["accounts"][p.account], self.lang)
        stands = place(p.place, p.size, self.lang)
        head = self._say(
            f"{self._home(p.dwelling)}, {account} : {stands} à la cotation",
            f"{self._home(p.dwelling)}, {account}: {stands} by score",
        )
        rank = self._say(f"rang {p.rank}", f"rank {p.rank}") if p.rank > 1 else ""
        return (" ; " if self.lang == "fr" else "; ").join(
            x for x in (head, rank, self._reason(p.passed_by), self._behind(p), *self._waits(p.dwelling)) if x
        )

    def _behind(self, p: Place) -> str:
        """The reserve of a lower score that stands before it on the dwelling's list, where one does, and why."""
        if not p.behind:
            return ""
        words = say(self.meta["words"][p.behind_by], self.lang)
        return self._say(f"passée au rang {p.behind} par : {words}", f"passed at rank {p.behind} by: {words}")

    def _reason(self, number: int) -> str:
        if number < 0:
            return say(REASONS[number], self.lang)
        words = say(self.meta["words"][number], self.lang)
        return self._say(f"passée par : {words}", f"passed by: {words}")

    def _change(self) -> list[str]:
        """The single change that would bring a first rank, if the grid can give it."""
        if self.status == "proposed":
            return []
        if self.status == "ineligible":
            return [self._why_none()]
        if self.if_reached >= 0 and self.only in (-1, self.if_reached):
            home = self._home(self.if_reached)
            return [
                self._say(
                    f"Ce qui aurait changé la réponse : un dossier joignable ({home}).",
                    f"What would have changed the answer: a file that could be reached ({home}).",
                )
            ]
        if self.nearest < 0:
            return self._closed()
        if self.only not in (-1, self.nearest):
            return []
        home = self._home(self.nearest)
        if self.needed < 0:
            return [
                self._say(
                    "Les autres premiers rangs restant les mêmes, aucun nombre de points que la grille peut donner n'aurait suffi.",
                    "With the other first ranks as they are, no number of points that the grid can give would have been enough.",
                )
            ]
        if not self.needed:
            if not self.meta["proven"]:
                return [self._say("Calcul arrêté avant la preuve.", "The run stopped before the proof.")]
            return [
                self._say(
                    f"À égalité ({home}) : départagée par les règles d'égalité.",
                    f"Tied ({home}): decided by the tie rules.",
                )
            ]
        amount = points(self.needed, self.lang)
        noun = points_noun(self.needed, self.lang, ranked=self._by_rank)
        # so many points exactly draw level: the tie rules then decide
        fr = f"plus de {amount} {noun} {'supplémentaires' if noun.startswith('points') else 'supplémentaire'}"
        en = f"more than {amount} further {noun}"
        # a dwelling that may wait for a réservataire: the median that its seat is worth may rise with this household
        seat = bool(self.index.has("pooled") and self.index["pooled"][self.a])
        if seat:
            fr, en = fr + SEAT_KEPT[0], en + SEAT_KEPT[1]
        # the median score of a pool, which more points of its household may raise, is part of what a seat is worth
        if self.confirmed and not self.meta.get("seats"):
            return [
                self._say(
                    f"Ce qui aurait changé la réponse : {fr} ; moins n'aurait pas suffi ({home}).",
                    f"What would have changed the answer: {en}; fewer would not have been enough ({home}).",
                )
            ]
        if not self.meta["proven"]:
            return [
                self._say(
                    f"Ce qui aurait changé cette proposition : {fr} ({home}) ; son optimum n'est pas prouvé, il en faut peut-être moins ou davantage.",
                    f"What would have changed this proposal: {en} ({home}); its optimum is not proven, fewer or more may be needed.",
                )
            ]
        less = "" if seat else self._say(" ; moins aurait peut-être suffi", "; fewer might have been enough")
        return [
            self._say(
                f"Ce qui aurait changé la réponse : {fr}{less} ({home}).",
                f"What would have changed the answer: {en}{less} ({home}).",
            )
        ]

    def _why_none(self) -> str:
        """What kept a household that fits no dwelling from the one it came nearest to."""
        words = say(self.meta["misses"][int(self.index["miss"][self.a])], self.lang)
        words = words or self._say("aucun logement dans cette proposition", "no dwelling in this proposal")
        why = self._say(f"Pourquoi : {words}.", f"Why: {words}.")
        return f"{why} {say(COULD_BE_FREED, self.lang)}" if self.could_be_freed else why

    def _closed(self) -> list[str]:
        """That no number of points opens a first rank; nothing where the state itself says that every dwelling is taken."""
        closed = CLOSED_EXCHANGED if self.meta.get("exchanged") else CLOSED
        return [] if self.reason in STATUS else [say(closed, self.lang)]

    def _refusals(self) -> list[str]:
        counts = self.index["code_counts"][self.a].tolist()[1:]
        total = sum(counts)
        if not total:
            return []
        named = sorted(((n, i) for i, n in enumerate(counts) if n), reverse=True)
        words = ", ".join(
            f"{say(self.meta['codes'][i], self.lang)} ({whole(n, self.lang)})" for n, i in named
        )
        if self.lang == "fr":
            return [f"Non recevable pour {many(total, 'logement', 'logements', self.lang)} : {words}."]
        return [f"Not eligible for {many(total, 'dwelling', 'dwellings', self.lang)}: {words}."]

    def _refused_there(self) -> str:
        code = int(self.index["codes"][self.only, self.a]) if self.index.has("codes") else -1
        home = self._home(self.only)
        if code > 0:
            words = say(self.meta["codes"][code - 1], self.lang)
            return self._say(f"{home} : non recevable, {words}.", f"{home}: not eligible, {words}.")
        if code == 0 and self.index.has("under_way") and not self.index["under_way"][self.only]:
            best = whole(len(self.everywhere), self.lang)
            return self._say(
                f"{home} : recevable ; ce résultat ne garde que les {best} meilleures places de chaque demande.",
                f"{home}: eligible; this result keeps the {best} best places of each application only.",
            )
        if code == 0:
            return self._say(
                f"{home} : recevable, mais le logement est déjà en cours d'attribution.",
                f"{home}: eligible, but the dwelling is already in progress.",
            )
        return self._say(
            f"{home} : pas parmi les places gardées de cette demande.",
            f"{home}: not among the places kept of this application.",
        )

    def facts(self) -> dict[str, Any]:
        """The answer as data."""
        return {
            "application_id": self.number,
            "status": self.status,
            "reason": self.reason,
            "points_needed": self.needed / 100 if self.needed >= 0 else None,
            "confirmed": self.confirmed,
            "nearest": self.index.home(self.nearest) if self.nearest >= 0 else None,
            "eligible_for": self.total,
            "places": [
                {
                    "dwelling_id": self.index.home(p.dwelling),
                    "account": self.meta["accounts"][p.account][1],
                    "place": p.place,
                    "of": p.size,
                    "rank": p.rank or None,
                    "why": self._reason(p.passed_by),
                    "why_reserve": self._behind(p) or None,
                    "waits_for": self.index.home(self.after[p.dwelling])
                    if p.dwelling in self.after
                    else None,
                }
                for p in self.places
            ],
        }

    # ---- for the household

    def letter(self) -> list[str]:
        """The letter, without anything of anybody else."""
        self.name_of = self.index.plain_home
        colon = self._say(" : ", ": ")
        lines = [say(NOT_A_DECISION, self.lang), ""]
        lines.append(self._say(f"Demande n° {self.number}", f"Application no. {self.number}"))
        lines.append(f"{self.meta['title']}{self._say(', règles du ', ', rules of ')}{self._day()}")
        for head, body in zip(
            HEADS, (self._degree(), self._data(), self._weights(), self._steps()), strict=True
        ):
            lines += ["", say(head, self.lang), *body]
        return [*lines, "", self._say("Textes", "Texts") + colon + say(LAW, self.lang)]

    def _day(self) -> str:
        return day_words(date.fromisoformat(str(self.meta["on"])), self.lang)

    def _degree(self) -> list[str]:
        best = self._best()
        waits = best is not None and best.dwelling in self.after
        condition = f"{self._say(' ; ', '; ')}{say(ON_CONDITION, self.lang)}" if waits else ""
        return [
            say(CONTRIBUTION, self.lang),
            self._say(
                f"Votre demande {self._standing()}{condition}.",
                f"Your application is {self._standing()}{condition}.",
            ),
        ]

    def _standing(self) -> str:
        words = say(STATUS[self.reason if self.reason in STATUS else self.status], self.lang)
        if self.lang != "fr":
            return words
        # « aucun » takes the negation that the list for staff does without
        return f"n'est {words}" if self.status == "ineligible" else f"est {words}"

    def _data(self) -> list[str]:
        own = {
            name: self.index[f"own_{name}"][self.a].item()
            for name in (
                "days",
                "persons",
                "uc",
                "income",
                "declared",
                "dalo",
                "priority",
                "proof",
                "choices",
                "dossier",
            )
        }
        unknown = self._say("non renseignées", "not given")
        income = unknown
        if own["income"] >= 0:
            proof = (
                self._say("déclarées", "declared") if own["declared"] else self._say("vérifiées", "verified")
            )
            income = f"{points(own['income'], self.lang)} € {self._say('par mois', 'a month')} ({proof})"
        rows = (
            (
                self._say("ancienneté", "seniority"),
                many(own["days"], *(("jour", "jours") if self.lang == "fr" else ("day", "days")), self.lang),
            ),
            (self._say("personnes à loger", "persons to house"), str(own["persons"])),
            *self._size(own["persons"]),
            (self._say("unités de consommation", "consumption units"), points(own["uc"], self.lang)),
            (self._say("ressources", "income"), income),
            *self._limits(),
            *self._quartile(),
            *self._situation(),
            (self._say("titre de priorité", "priority"), self._title(own)),
            *self._sector(own["choices"]),
            (self._say("état du dossier", "state of the file"), say(DOSSIERS[own["dossier"]], self.lang)),
        )
        colon = self._say(" : ", ": ")
        return [*(f"- {name}{colon}{value}" for name, value in rows), say(SOURCES, self.lang)]

    def _title(self, own: Mapping[str, Any]) -> str:
        """Its priority and whether anybody has seen the proof; of the letters of L. 441-1 only that there are some."""
        designated = self.index.has("own_designated") and bool(self.index["own_designated"][self.a])
        if not own["dalo"]:
            by_state = say(BY_STATE, self.lang)
            if not own["priority"]:
                return by_state if designated else self._say("aucun", "none")
            title = f"{say(PRIORITY, self.lang)} ({say(PROOFS[own['proof']], self.lang)})"
            return f"{title}, {by_state}" if designated else title
        if designated:
            return say(DESIGNATED, self.lang)
        declared = PROOFS[own["proof"]] == PROOFS[0]
        return f"{say(DALO, self.lang)} ({say(PROOFS[0], self.lang)})" if declared else say(DALO, self.lang)

    def _size(self, persons: int) -> list[tuple[str, str]]:
        """How many persons the size was looked for, where these are more than those to house."""
        counted = int(self.index["own_size"][self.a]) if self.index.has("own_size") else persons
        if counted == persons:
            return []
        name = self._say(
            "personnes comptées pour la taille du logement (avec les enfants en visite, en garde alternée ou à naître)",
            "persons counted for the size (with children visiting, in shared custody or to be born)",
        )
        return [(name, str(counted))]

    def _sector(self, choices: int) -> list[tuple[str, str]]:
        """Where a dwelling was looked for."""
        fixed, districts = (
            int(self.index[x][self.a]) if self.index.has(x) else 0 for x in ("own_perimeter", "own_districts")
        )
        if fixed:
            name = self._say(
                "communes fixées par la commission de médiation, à la place des communes souhaitées",
                "communes that the commission de médiation fixed, in place of those wanted",
            )
            return [(name, str(fixed))]
        rows = [(self._say("communes souhaitées", "communes wanted"), str(choices))]
        if districts:
            rows.append((self._say("quartiers souhaités", "districts wanted"), str(districts)))
        if self.index.has("own_extend") and self.index["own_extend"][self.a]:
            name = self._say(
                "demande élargie aux autres communes de l'EPCI",
                "application widened to the other communes of the EPCI",
            )
            rows.append((name, self._say("oui", "yes")))
        return rows

    def _limits(self) -> list[tuple[str, str]]:
        """What was compared with the ceilings, sizes and access of dwellings; nothing in an index that does not hold it."""
        if not self.index.has("own_tax"):
            return []
        tax, rooms, need = (int(self.index[f"own_{x}"][self.a]) for x in ("tax", "rooms", "mobility"))
        year = self._say("non renseigné", "not given")
        if tax >= 0:
            year = f"{points(tax, self.lang)} € {self._say('par an', 'a year')}"
        return [
            (
                self._say("revenu fiscal comparé aux plafonds", "tax income compared with the ceilings"),
                year,
            ),
            *self._category(),
            (self._say("tailles de logement acceptées", "sizes accepted"), sizes(rooms, self.lang)),
            (self._say("besoin d'accessibilité", "need of access"), say(ACCESS[need], self.lang)),
        ]

    def _category(self) -> list[tuple[str, str]]:
        """Whose ceiling that income was compared with: without it nobody can check the comparison."""
        if not self.index.has("own_category"):
            return []
        category, beyond = (int(self.index[f"own_{x}"][self.a]) for x in ("category", "beyond"))
        one, several = (
            ("personne de plus", "personnes de plus")
            if self.lang == "fr"
            else ("more person", "more persons")
        )
        more = f"{self._say(' et ', ' and ')}{many(beyond, one, several, self.lang)}" if beyond else ""
        name = self._say("catégorie de ménage pour les plafonds", "category of household for the ceilings")
        return [(name, f"{category}{more}")]

    def _quartile(self) -> list[tuple[str, str]]:
        """Whether its income counts as first quartile (LEC), where a dwelling of the proposal has a threshold."""
        state = int(self.index["own_quartile"][self.a]) if self.index.has("own_quartile") else -1
        if state < 0:
            return []
        name = self._say("premier quartile des ressources (LEC)", "first quartile of income (LEC)")
        return [(name, say(QUARTILES[state], self.lang) + self._judged_by(state))]

    def _judged_by(self, state: int) -> str:
        """The figure and the threshold that gave that answer, or that the file itself says so: else nobody can check it."""
        if state == NO_QUARTILE or not self.index.has("quartile_limits"):
            return ""
        whence = int(self.index["own_quartile_from"][self.a])
        if whence == QUARTILE_WRITTEN:
            return self._say(" (écrit ainsi dans votre dossier)", " (so written in your file)")
        low, high = (points(int(x), self.lang) for x in self.index["quartile_limits"])
        limit = self._say(f"seuil : {low} €", f"threshold: {low} €")
        if low != high:
            limit = self._say(
                f"seuil selon l'EPCI du logement : {low} à {high} €",
                f"threshold by EPCI of the dwelling: {low} to {high} €",
            )
        unit = points(int(self.index["own_per_unit"][self.a]), self.lang)
        written = self._say(", écrits dans votre dossier", ", written in your file")
        return (
            f" ({unit} € {self._say('par an et par unité de consommation', 'a year and consumption unit')}"
            f"{written if whence == UNIT_WRITTEN else ''} ; {limit})"
        ).replace(" ; ", self._say(" ; ", "; "))

    def _situation(self) -> list[tuple[str, str]]:
        """What the file says that opens or closes an account, and what it does not say: a household may see what is wrong or missing."""
        if not self.index.has("own_situation"):
            return []
        bits = int(self.index["own_situation"][self.a])
        situations = (RELOCATED_TENANT, *SITUATIONS[1:]) if bits >> RELOCATED & 1 else SITUATIONS
        is_so = [say(words, self.lang) for bit, words in enumerate(situations) if bits >> bit & 1]
        is_not = [
            say(words, self.lang) for bit, words in enumerate(SITUATIONS[:ALWAYS_TOLD]) if not bits >> bit & 1
        ]
        # what stands in brackets of its own explains a yes
        plain = [words.partition(" (")[0] for words in is_not]
        told = ", ".join(is_so) or self._say("aucune", "none")
        no = f" ({self._say('non', 'not')}{self._say(' : ', ': ')}{', '.join(plain)})" if plain else ""
        name = self._say(
            "situation pour les réservataires et les objectifs",
            "situation for the réservataires and the targets",
        )
        return [(name, told + no)]

    def _weights(self) -> list[str]:
        colon = self._say(" : ", ": ")
        lines = [f"- {line}" for line in self._scored()]
        grids = ", ".join(self.index.grid_titles(self.a))
        if grids:
            lines.insert(0, self._say("Grille de cotation", "Scoring grid") + colon + grids)
        lines += self._spread()
        lines.append(
            self._say("Règles et poids d'un bail manquant :", "Rules, and the weight of one missing lease:")
        )
        for fr, en, low, high, price in (row[:2] + row[2] for row in self.meta["rules"]):
            share = self._shares(low, high)
            lines.append(
                f"- {fr if self.lang == 'fr' else en}{colon}{share}, {points(round(price * 100), self.lang)} points"
            )
        return lines

    def _shares(self, low: float, high: float) -> str:
        def percent(x: float) -> str:
            # a number of households may be more than the dwellings there are: the rule then asks for all of them
            text = f"{100 * min(x, 1.0):g}"
            return (text.replace(".", ",") + " %") if self.lang == "fr" else text + "%"

        if low == high:
            return percent(low)
        return self._say(f"{percent(low)} à {percent(high)}", f"{percent(low)} to {percent(high)}")

    def _spread(self) -> list[str]:
        """How many applications have a score in each band, where the household is scored."""
        found = self._scored_in()
        bands = self.index["spread"]
        if not found:
            return []
        top, n = int(self.meta["top"]), bands.shape[1]
        codes = {code: name for code, name in self.meta["epcis"]}
        names = [str(x) for x in self.index["epcis"]]
        lines = []
        for epci in found:
            where = codes.get(names[epci], names[epci])
            lines.append(
                self._say(
                    f"Répartition des rangs centiles ({where}) :",
                    f"How percentile ranks are spread ({where}):",
                )
                if self._by_rank
                else self._say(f"Répartition des cotations ({where}) :", f"How scores are spread ({where}):")
            )
            counts = bands[epci].tolist()
            below = int(self.index["below"][epci]) if self.index.has("below") else 0
            spans = [
                f"{points(top * j // n, self.lang)}–{points(top * (j + 1) // n, self.lang)}" for j in range(n)
            ]
            if below:
                spans, counts = [self._say("moins de 0", "below 0"), *spans], [below, *counts]
            for span, count in zip(spans, counts, strict=True):
                said = (
                    whole(count, self.lang)
                    if count >= FEW or not count
                    else self._say(f"moins de {FEW}", f"fewer than {FEW}")
                )
                lines.append(f"  {span} : {said}" if self.lang == "fr" else f"  {span}: {said}")
        return lines

    def _scored_in(self) -> list[int]:
        """EPCI where the household is scored, whether or not it has a point there."""
        if self.index.has("scored"):
            return [int(e) for e in self.index["scored"][self.a].nonzero()[0]]
        return sorted({epci for epci, _, _, _ in self.index.criteria(self.a)})

    def _steps(self) -> list[str]:
        lines = [say(STEPS, self.lang)]
        if self.only >= 0:
            lines.append(self._there())
        elif self.total == 1:
            lines.append(
                self._say(
                    f"Vous remplissez les conditions d'un logement ; {self._best_place()}.",
                    f"You meet the conditions of one dwelling; {self._best_place()}.",
                )
            )
            lines += self._groups()
        elif self.everywhere:
            count = many(
                self.total,
                *(("logement", "logements") if self.lang == "fr" else ("dwelling", "dwellings")),
                self.lang,
            )
            lines.append(
                self._say(
                    f"Vous remplissez les conditions de {count} ; {self._best_place()}.",
                    f"You meet the conditions of {count}; {self._best_place()}.",
                )
            )
            lines += self._groups()
        lines += self._lived_in()
        if self.only < 0:
            lines += self._refusals()
        if self.status == "ineligible":
            lines.append(self._why_none())
        elif self.if_reached >= 0 and self.only in (-1, self.if_reached):
            lines.append(
                self._say(
                    "Un dossier joignable aurait changé cette proposition.",
                    "A file that could be reached would have changed this proposal.",
                )
            )
        elif self.status != "proposed" and self.nearest < 0:
            lines += self._closed() if self.places else []
        elif self.status != "proposed" and self.only in (-1, self.nearest):
            # of a dwelling that is not the nearest, more points say nothing
            lines.append(
                self._say(
                    "Davantage de points, que la grille peut donner, auraient pu changer cette proposition.",
                    "More points, which the grid can give, could have changed this proposal.",
                )
                if self.needed >= 0
                else self._say(
                    "Les autres premiers rangs restant les mêmes, aucun nombre de points que la grille peut donner ne vous en aurait donné un.",
                    "With the other first ranks as they are, no number of points that the grid can give would have given you one.",
                )
            )
        return lines

    def _lived_in(self) -> list[str]:
        """How many of the dwellings that the letter speaks of a tenant still lives in."""
        places, total = (self.places, len(self.places)) if self.only >= 0 else (self.everywhere, self.total)
        count = sum(p.dwelling in self.after for p in places)
        if self.only < 0 and self.index.has("every_lived_in"):
            count = int(self.index["every_lived_in"][self.a])
        if not count:
            return []
        if count == total == 1:
            return [
                self._say(
                    "Ce logement est encore occupé : il n'est à louer que si son locataire en part.",
                    "This dwelling is still lived in: it is to be let only if its tenant leaves it.",
                )
            ]
        if count == 1:
            return [
                self._say(
                    "Parmi eux, 1 logement est encore occupé : il n'est à louer que si son locataire en part.",
                    "Of these, 1 dwelling is still lived in: it is to be let only if its tenant leaves it.",
                )
            ]
        return [
            self._say(
                f"Parmi eux, {whole(count, self.lang)} logements sont encore occupés : chacun n'est à louer que si son locataire en part.",
                f"Of these, {whole(count, self.lang)} dwellings are still lived in: each is to be let only if its tenant leaves it.",
            )
        ]

    def _best_place(self) -> str:
        """The best place on a list that may name the household; a place on an account the dwelling does not go to is none."""
        counted = [p for p in self.everywhere if p.passed_by not in NO_LIST]
        if not counted and self.total == 1:
            return self._say(
                "il n'a pas de liste d'un contingent qui peut vous désigner",
                "it has no list of an account that may name you",
            )
        if not counted:
            return self._say(
                "aucun n'a de liste d'un contingent qui peut vous désigner",
                "none has a list of an account that may name you",
            )
        best = min(counted, key=lambda p: (p.place, p.size, p.dwelling))
        stands = place(best.place, best.size, self.lang)
        return self._say(
            f"votre meilleure place à la cotation est {stands}", f"your best place by score is {stands}"
        )

    def _there(self) -> str:
        if not self.places:
            return self._refused_there()
        p = self.places[0]
        stands = self._say("{} à la cotation", "{} by score").format(place(p.place, p.size, self.lang))
        if p.passed_by in NO_LIST:  # a place on an account that the dwelling does not go to is none
            stands = self._say(*NO_LIST[p.passed_by])
        elif p.passed_by == HOUSED:
            stands += self._say(
                " ; vous êtes au premier rang d'un autre logement",
                "; you hold the first rank of another dwelling",
            )
        text = self._say(
            f"{self._home(p.dwelling)} : vous remplissez les conditions ; {stands}",
            f"{self._home(p.dwelling)}: you meet the conditions; {stands}",
        )
        if p.rank:
            text += self._say(f" ; rang proposé : {p.rank}", f"; rank proposed: {p.rank}")
        return text + "."

    def _groups(self) -> list[str]:
        """What decided, counted over the dwellings: a reason beside a dwelling would tell who is proposed there."""
        groups = {
            BY_SCORE: ("cotation", "score"), ALIKE: ("cotation", "score"), FIRST_RANK: ("premier rang", "first rank"),
            HOUSED: ("vous êtes au premier rang d'un autre logement", "you hold the first rank of another dwelling"),
            ELSEWHERE: ("contingent qui ne peut pas vous désigner", "an account that may not name you"),
            WAITING: ("réservataire qui désigne lui-même", "a réservataire that names its own"),
            EMPTY: ("logement sans liste", "dwelling without list"),
        }  # fmt: skip
        rest = (
            "préférence, taux d'effort, ordre ou part d'un réservataire, décision enregistrée, objectif légal ou autre règle",
            "preference, effort rate, order or share of a réservataire, recorded decision, legal target or another rule",
        )
        both = ("cotation, avec une autre règle", "score, with another rule")
        groups |= dict.fromkeys(self.meta.get("score_and", ()), both)
        mine = ("votre dossier, signalé injoignable", "your file, marked unreachable")
        groups |= dict.fromkeys(self.meta.get("unreachable", ()), mine)  # an older index has none
        beside = (f"{mine[0]}, avec une autre règle", f"{mine[1]}, with another rule")
        groups |= dict.fromkeys(self.meta.get("unreachable_and", ()), beside)
        tally: Counter[str] = Counter()
        for number, count in self.index.tally(self.a).items():
            tally[say(groups.get(number, rest), self.lang)] += count
        words = ", ".join(f"{text} ({whole(n, self.lang)})" for text, n in tally.most_common())
        return [
            self._say(f"Ce qui a compté, par logement : {words}.", f"What decided, by dwelling: {words}.")
        ]
