"""Why a list is empty or short and what may be done about it (``reason_if_short``, ``advice``), rebuilt word for word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from optimizer.errors import Lang
from optimizer.verify.cells import I64, B
from optimizer.verify.classes import Classes, Door
from optimizer.verify.naming import Named
from optimizer.verify.outputs import Out, read_out
from optimizer.verify.sheets import EXCHANGED
from optimizer.verify.solution import Lines, doubts_of
from optimizer.verify.verdict import Findings, place
from optimizer.verify.wording import account_words, counted, joined, on_so_many, pick, place_names

Two = tuple[str, str]
BLOCKED = ("déjà en cours d'attribution (en_cours)", "already in progress")
TAKEN = (
    "les demandes recevables sont toutes proposées au premier rang ailleurs",
    "every eligible application holds a first rank elsewhere",
)
NOBODY = ("aucune demande recevable", "no application is eligible")
LACK = ("insuffisance du nombre de candidats", "too few candidates")
NO_SERIOUS = (
    "sans candidat sérieux : chaque candidature porte un signalement à lever",
    "no serious candidate: every line carries a flag to be settled",
)
DESIGNATED = (
    "une seule candidature suffit : ménage désigné par le préfet (CCH R441-3)",
    "one candidate is enough: household designated by the préfet (CCH R441-3)",
)
SUBSIDISED = (
    "une seule candidature suffit : logement subventionné (CCH D331-25-1, R441-3)",
    "one candidate is enough: subsidised dwelling (CCH D331-25-1, R441-3)",
)
_MATCH = (
    "rapprocher la liste des ménages à reloger avec l'opération, ou lever « exclusion_assiette »",
    "match the households to relocate with the operation, or lift « exclusion_assiette »",
)
_MATCH_LIST = (
    "rapprocher la liste des ménages à reloger, ou lever « exclusion_assiette »",
    "match the households to relocate, or lift « exclusion_assiette »",
)
HELD: Mapping[str, tuple[Two, Two]] = {
    "mutation": (
        ("logement tenu pour une mutation interne", "dwelling held for a transfer of an own tenant"),
        (
            "examiner les demandes de mutation, ou lever « exclusion_assiette »",
            "look at the transfer requests, or lift « exclusion_assiette »",
        ),
    ),
    "anru": (("logement tenu pour un relogement NPNRU", "dwelling held for an NPNRU relocation"), _MATCH),
    "orcod": (("logement tenu pour un relogement ORCOD", "dwelling held for an ORCOD relocation"), _MATCH),
    "unfit": (
        ("logement tenu pour un relogement d'habitat indigne", "dwelling held for a relocation from unfit housing"),
        _MATCH_LIST,
    ),
    "sale": (
        ("logement tenu pour un relogement après vente", "dwelling held for a relocation after a sale"),
        _MATCH_LIST,
    ),
}  # fmt: skip
REFUSED: Sequence[tuple[Two, Two]] = (
    (
        ("demande radiée ou non renouvelée", "struck off or not renewed"),
        ("faire renouveler les demandes proches de l'échéance", "have expiring applications renewed"),
    ),
    (
        ("déjà en commission ou destinataire d'une offre", "already before a commission or offered"),
        ("publier l'annonce", "advertise the dwelling"),
    ),
    (
        ("hors du secteur de la demande", "outside the area of the application"),
        ("publier l'annonce au-delà de la commune", "advertise beyond the commune"),
    ),
    (
        ("taille inadaptée ou non souhaitée", "size does not fit or is not wanted"),
        (
            "proposer le logement aux ménages de taille voisine (table des typologies du bailleur)",
            "offer it to households of a neighbouring size (the landlord's table of sizes)",
        ),
    ),
    (
        ("plafond de ressources dépassé", "income above the ceiling"),
        (
            "demander une dérogation au plafond, ou publier auprès de ménages aux ressources plus faibles",
            "ask for a derogation from the ceiling, or advertise to households with lower incomes",
        ),
    ),
    (
        ("accessibilité insuffisante", "not accessible enough"),
        ("publier l'annonce, ou prévoir des travaux", "advertise, or plan works"),
    ),
    (
        ("logement actuel du demandeur", "the applicant's present dwelling"),
        ("publier l'annonce", "advertise the dwelling"),
    ),
    (
        (
            "écartée par un refus, un désistement ou une décision motivée",
            "set aside by a refusal, a withdrawal or a reasoned decision",
        ),
        ("publier l'annonce", "advertise the dwelling"),
    ),
    (
        (
            "aucun réservataire du logement ne peut désigner le ménage",
            "no account of the dwelling may name the household",
        ),
        (
            "demander des candidats aux réservataires qui peuvent désigner ici",
            "ask the réservataires who may name here for households",
        ),
    ),
)
"""By refusal code, from INACTIVE on: the refusal, and what could move it."""
FOR_OTHERS: Two = (
    "le logement est tenu pour d'autres ménages",
    "the dwelling is held for other households",
)
"""The last refusal, where the line has said for whom the dwelling is kept."""


@dataclass(frozen=True)
class HouseholdsMet:
    """What the households met at a dwelling: whether an account may name one, the last code any of them reached and how many."""

    reached: bool
    last: int
    stopped: int


@dataclass(frozen=True)
class Eligible:
    """Those an account may name for the dwellings of a class: application numbers."""

    app: I64

    def states(self, placed: B, full: B, dalo: B, on_list: I64) -> tuple[int, int, int]:
        """Of those off a list: how many hold a first rank, stand on every list they may, are DALO; each counted once."""
        off = self.app[~np.isin(self.app, on_list)]
        kind = np.where(placed[off], 0, np.where(full[off], 1, np.where(dalo[off], 2, 3)))
        first, reserve, filler, _ = np.bincount(kind, minlength=4).tolist()
        return first, reserve, filler


class Causes:
    """The two sentences of every dwelling, from what is read door by door."""

    def __init__(self, classes: Classes, lines: Lines, size: int, lang: Lang) -> None:
        self.classes, self.world, self.lines = classes, classes.world, lines
        self.size, self.lang = size, lang
        self.names = place_names(classes.world.law)
        n = len(self.world.dwellings)
        self.first = np.full(n, -1, np.int64)
        at_first = np.flatnonzero(lines.rank == 1)
        self.first[lines.dwelling[at_first]] = at_first
        self.people = np.bincount(lines.dwelling[lines.app >= 0], minlength=n)
        named = np.flatnonzero(lines.app >= 0)
        sound = named[doubts_of(self.world, lines.dwelling[named], lines.app[named]) == 0]
        self.doubtful = (self.people > 0) & (np.bincount(lines.dwelling[sound], minlength=n) == 0)
        apps = self.world.apps
        self._away = np.where(~apps.active, 1, np.where(self.world.live_offer, 2, 3))
        self._behind: dict[int, HouseholdsMet] = {}
        """By class."""
        self._eligible: dict[tuple[int, str], Eligible] = {}
        self.most = self.world.law.whole("national.caleol.max_lists")
        reserves = np.bincount(lines.app[(lines.app >= 0) & (lines.rank > 1)], minlength=len(apps))
        self._full = reserves >= self.most
        self._placed = np.zeros(len(apps), bool)
        self._placed[lines.placed] = True

    def read(self, door: Door, named: Sequence[tuple[int, Named]]) -> None:
        """Add a door with its classes."""
        for c, who in named:
            for d in self.classes.members[c]:
                i = int(self.first[d])
                if i < 0 and not self.world.blocked[d] and c not in self._behind:
                    self._behind[c] = self._stops(door, who)
                elif i >= 0 and self.lines.app[i] >= 0 and self.people[d] < self.size:
                    account = self.lines.accounts[self.lines.account[i]]
                    if (c, account) not in self._eligible and account in who.accounts:
                        may = who.named >> who.accounts.index(account) & 1
                        inside = door.fine[may[door.type[door.fine]] > 0]
                        self._eligible[c, account] = Eligible(door.block.app[inside].astype(np.int64))

    def _stops(self, door: Door, who: Named) -> HouseholdsMet:
        code = door.code.copy()
        some = who.named > 0
        code[door.fine[~some[door.type[door.fine]]]] = 9
        if bool((door.count[some] > 0).any()):
            return HouseholdsMet(True, 0, 0)
        away = np.ones(len(self._away), bool)
        away[door.block.app] = False
        every = np.concatenate([code, self._away[away]])
        last = int(every.max(initial=0))
        return HouseholdsMet(False, last, int(np.count_nonzero(every == last)))

    def check(self, out: Out, folder: Path, found: Findings) -> None:
        """Both columns of every dwelling."""
        found.start("sentences")
        plans = self._plans(folder)
        home = out.index("dwelling_id", self.world.ids.dwellings)
        reason, advice = out.strings("reason_if_short"), out.strings("advice")
        for i, d in enumerate(home.tolist()):
            wanted = self.of(d, plans.get(d, ""))
            for column, said, right in zip(
                ("reason_if_short", "advice"), (reason[i], advice[i]), wanted, strict=True
            ):
                if said != right:
                    where = f"{place('dwellings', i, column)} : dwelling_id={self.world.dwellings.ids[d]}"
                    found.add("sentences", where)

    def _plans(self, folder: Path) -> dict[int, str]:
        """Plan B of each dwelling: of the other accounts with candidates, the one that loses least by the orientation sheet; where
        exchanges are looked for, of those that a household without a first rank may take."""
        out = read_out(folder, "orientation")
        best: dict[int, tuple[tuple[int, int, int], str]] = {}
        if out is None:
            return {}
        home, account = out.index("dwelling_id", self.world.ids.dwellings), out.strings("account")
        chosen, people = out.scaled("chosen", 1), out.scaled("candidates", 1)
        loss, most = out.scaled("loss_points", 100), out.scaled("loss_at_most", 100)
        known = out.filled("loss_at_most")
        exact = len(self.world.dwellings.ids) <= EXCHANGED
        for i, d in enumerate(home.tolist()):
            if chosen[i] == 0 and people[i] > 0 and (known[i] or not exact):
                key = (int(most[i]) if exact else 0, int(loss[i]), i)
                best[d] = min(best.get(d, (key, account[i])), (key, account[i]))
        word = pick(("plan B : ", "plan B: "), self.lang)
        return {d: word + account_words(a, self.lang, self.names) for d, (_, a) in best.items()}

    def of(self, d: int, plan: str) -> Two:
        """Reason and advice of a dwelling."""
        i = int(self.first[d])
        if i < 0:
            return self._empty(d)
        if self.lines.app[i] < 0:
            return "", plan
        reason = advice = ""
        if self.people[d] < self.size:
            reason, advice = self._short(d, i), plan
        if self.doubtful[d]:
            reason = joined([reason, pick(NO_SERIOUS, self.lang)], self.lang)
        return reason, advice

    def _held(self, d: int) -> Two:
        """What keeps the dwelling for somebody, and what may be done about it."""
        dw, lang = self.world.dwellings, self.lang
        if dw.exclusion[d] in HELD:
            cause, act = HELD[dw.exclusion[d]]
            return pick(cause, lang), pick(act, lang)
        if dw.reserved_to[d]:
            name = account_words(dw.reserved_to[d], lang, self.names)
            act = (
                f"demander des candidats ({name}), ou lever « reserve_a »",
                f"ask for households ({name}), or lift « reserve_a »",
            )
            return pick((f"logement réservé : {name}", f"dwelling reserved: {name}"), lang), pick(act, lang)
        if d in self.world.orient:
            name = account_words(self.world.orient[d], lang, self.names)
            cause = (f"logement orienté par décision : {name}", f"dwelling oriented by a decision: {name}")
            return pick(cause, lang), pick(("revoir cette décision", "look at that decision again"), lang)
        return "", ""

    def _empty(self, d: int) -> Two:
        lang = self.lang
        if self.world.blocked[d]:
            return pick(BLOCKED, lang), ""
        cause, act = self._held(d)
        behind = self._behind[int(self.classes.klass[d])]
        if behind.reached:
            return joined([cause, pick(TAKEN, lang)], lang), act
        told = pick(NOBODY, lang)
        if not behind.last:
            return joined([cause, told], lang), act or pick(
                ("publier l'annonce", "advertise the dwelling"), lang
            )
        words, move = (pick(x, lang) for x in REFUSED[behind.last - 1])
        if cause and behind.last == len(REFUSED):
            words = pick(FOR_OTHERS, lang)
        nearest = counted(behind.stopped, "demande la plus proche", "demandes les plus proches")
        told += pick((f" ; {nearest} : {words}", f"; nearest {behind.stopped}: {words}"), lang)
        return joined([cause, told], lang), act or move

    def _short(self, d: int, i: int) -> str:
        lang = self.lang
        if self.world.apps.prefet[self.lines.app[i]]:
            return pick(DESIGNATED, lang)
        if self.world.dwellings.subsidised[d]:
            return pick(SUBSIDISED, lang)
        account = self.lines.accounts[self.lines.account[i]]
        found = self._eligible.get((int(self.classes.klass[d]), account), Eligible(np.zeros(0, np.int64)))
        size = len(found.app)
        many = counted(size, "demande recevable", "demandes recevables") + " sur ce contingent"
        lack = pick(LACK, lang) + pick((f" : {many}", f": {size} eligible on this account"), lang)
        a, b = np.searchsorted(self.lines.dwelling, (d, d + 1))
        on_list = self.lines.app[a:b].astype(np.int64)
        states = found.states(self._placed, self._full, self.world.apps.dalo, on_list)
        words = (
            ("au premier rang d'un autre logement", "first elsewhere"),
            (
                f"déjà en réserve {on_so_many(self.most, 'fr')}",
                f"already reserve {on_so_many(self.most, 'en')}",
            ),
            ("DALO (jamais en complément)", "DALO (never filler)"),
        )
        rest = [f"{n} {pick(said, lang)}" for n, said in zip(states, words, strict=True) if n]
        if rest:
            lack += pick((", dont ", ", of which "), lang) + ", ".join(rest)
        return joined([self._held(d)[0], lack], lang)
