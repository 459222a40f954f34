"""``nearest_miss`` in words: what kept a household from every dwelling, or what it would have taken, rebuilt word for word."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.errors import Lang
from optimizer.verify.blocks import accepted_rooms
from optimizer.verify.cells import I64
from optimizer.verify.classes import Classes, Door
from optimizer.verify.coverage import CODES
from optimizer.verify.law import FINANCINGS
from optimizer.verify.naming import Named
from optimizer.verify.wording import noun_of_points, nth, pick, points_text, spaced

CEILING = CODES.index("CEILING") + 1
NEVER = np.iinfo(np.int64).max
LISTED_ONLY = (
    "recevable, mais aucun premier rang ne lui est ouvert (ordre du réservataire ou décision enregistrée)",
    "eligible, but no first rank is open to it (the réservataire's order or a recorded decision)",
)
LISTED_OR_EXCHANGED = (
    "recevable, mais aucun premier rang ne lui est ouvert (ordre du réservataire, décision enregistrée ou échange entre locataires)",
    "eligible, but no first rank is open to it (the réservataire's order, a recorded decision or an exchange between tenants)",
)
IN_PROGRESS = (
    "recevable seulement pour des logements déjà en cours d'attribution",
    "eligible only for dwellings already in progress",
)
UNPROVEN = (
    "aucun point ne lui manquait : calcul arrêté avant la preuve",
    "it lacked no point: stopped before the proof",
)
SEAT_KEPT = (
    ", si la place gardée au réservataire ne comptait pas davantage",
    ", if the seat kept for the réservataire counted for no more",
)
TIED = ("à égalité : départagée par les règles d'égalité", "tied: decided by the tie rules")
FIXED = {
    "INACTIVE": ("demande radiée ou non renouvelée à temps", "application struck off or not renewed in time"),
    "LIVE_OFFER": (
        "déjà en commission ou destinataire d'une offre",
        "already before a commission or offered",
    ),
    "OWN_DWELLING": ("le seul logement possible est le vôtre", "the only possible dwelling is your own"),
    "FORBIDDEN": (
        "écartée par un refus, un désistement ou une décision motivée",
        "kept away by a refusal, a withdrawal or a reasoned decision",
    ),
}
NOBODY_NAMES = (
    "aucun réservataire des logements possibles ne peut désigner ce ménage",
    "no account of the possible dwellings can name this household",
)
ALL_KEPT = ("les logements possibles sont gardés pour ", "the possible dwellings are kept for ")
OTHERS_KEPT = (" ; d'autres sont gardés pour ", "; others are kept for ")
FOR_WHOM = {
    "mutation": ("des mutations internes", "transfers of own tenants"),
    "relocation": ("des relogements", "relocations"),
}
NONE_IS = (
    "aucun des logements possibles (commune, taille, plafond) n'est ",
    "none of the possible dwellings (commune, size, ceiling) is ",
)
ACCESS = (
    ("sans escalier", "without stairs"),
    ("accessible et sans escalier", "accessible and without stairs"),
    ("adapté et sans escalier", "adapted and without stairs"),
)
MEDIATION = (
    "dans le périmètre fixé par la commission de médiation",
    "in the area that the commission de médiation fixed",
)
DISTRICTS = ("dans vos communes et quartiers souhaités", "in your communes and districts")
COMMUNES = ("dans vos communes", "in your communes")
EACH_TABLE = (", d'après la table de chaque bailleur", ", by each landlord's table")


class Excess:
    """The least by which each household is above a ceiling that refuses it, read door by door."""

    def __init__(self, classes: Classes) -> None:
        self.classes = classes
        n = len(classes.world.apps)
        self.cents = np.full(n, NEVER, np.int64)
        self.financing: list[set[int]] = [set() for _ in range(n)]
        """Financings of the dwellings where it is the least: any of them may be named."""

    def read(self, door: Door, named: Sequence[tuple[int, Named]]) -> None:
        """Add a door."""
        at = np.flatnonzero(door.code == CEILING)
        if not len(at):
            return
        world = self.classes.world
        d = self.classes.members[named[0][0]][0]
        financing = int(world.dwellings.financing[d])
        cap = self.classes.cap_of(d)
        apps = door.block.app[at]
        kind = world.apps.category[apps]
        limit = cap[np.minimum(np.maximum(kind, 1), 6) - 1] + np.maximum(0, kind - 6) * cap[6]
        above = world.apps.income[apps] - limit // 10_000
        for a, cents in zip(apps.tolist(), above.tolist(), strict=True):
            if cents <= self.cents[a]:
                if cents < self.cents[a]:
                    self.financing[a].clear()
                self.cents[a] = cents
                self.financing[a].add(financing)


class Withheld:
    """For whom the dwellings are that suit a household and that no account may name it for, read door by door."""

    def __init__(self, classes: Classes) -> None:
        self.classes = classes
        n = len(classes.world.apps)
        self.from_nobody = np.zeros(n, bool)
        """Some that the landlord keeps for no operation."""
        self.kept = {name: np.zeros(n, bool) for name in FOR_WHOM}

    def read(self, door: Door, named: Sequence[tuple[int, Named]]) -> None:
        """Add a door with its classes."""
        kind, apps = door.type[door.fine], door.block.app[door.fine]
        for c, who in named:
            left = apps[who.named[kind] == 0]
            if not len(left):
                continue
            reason = self.classes.world.dwellings.exclusion[self.classes.members[c][0]]
            if reason == "mutation":
                self.kept["mutation"][left] = True
            elif reason in ("anru", "orcod", "unfit", "sale"):
                self.kept["relocation"][left] = True
            else:
                self.from_nobody[left] = True

    def told(self, a: int, lang: Lang) -> str:
        """The sentence of a household."""
        names = pick((" ou ", " or "), lang).join(
            pick(words, lang) for name, words in FOR_WHOM.items() if self.kept[name][a]
        )
        if not self.from_nobody[a]:
            return pick(ALL_KEPT, lang) + names
        return pick(NOBODY_NAMES, lang) + (pick(OTHERS_KEPT, lang) + names if names else "")


class Misses:
    """The sentence of each household without a first rank."""

    def __init__(self, classes: Classes, excess: Excess, withheld: Withheld, codes: I64, lang: Lang) -> None:
        """``codes`` (A,): the last refusal any dwelling reached, 0 where one is eligible, 10 without dwellings."""
        self.world, self.excess, self.codes, self.lang = classes.world, excess, codes, lang
        self.withheld = withheld
        self.ranked = classes.scores.percentile
        tables = sorted({self.world.law_rooms(x) for x in self.world.dwellings.landlord})
        self.rooms = np.zeros(len(self.world.apps), np.int64)
        self.everywhere = np.full(len(self.world.apps), -1, np.int64)
        for name in tables:
            accepted = accepted_rooms(self.world, name)[0]
            self.rooms |= accepted
            self.everywhere &= accepted

    def refused(self, a: int) -> set[str]:
        """What may be said of a household that fits no dwelling."""
        code, lang = int(self.codes[a]), self.lang
        if not 0 < code <= len(CODES):
            return {""}
        name = CODES[code - 1]
        if name == "COMMUNE":
            return {f"{pick(('aucun logement libre', 'no vacant dwelling'), lang)} {self._wished(a)}"}
        if name == "ROOMS":
            return {self._rooms(a)}
        if name == "ACCESSIBLE":
            need = ACCESS[max(0, int(self.world.apps.mobility[a]) - 1)]
            return {pick(NONE_IS, lang) + pick(need, lang)}
        if name == "CEILING":
            euros = -(-int(self.excess.cents[a]) // 100)
            kinds = [FINANCINGS[x].upper() for x in self.excess.financing[a]]
            fr, en = f"dépassé de {spaced(euros)}\u202f€", f"exceeded by €{euros:,}"
            return {pick((f"plafond {x} {fr}", f"{x} ceiling {en}"), lang) for x in kinds}
        if name == "ACCOUNT":
            return {self.withheld.told(a, lang)}
        return {pick(FIXED[name], lang)}

    def _wished(self, a: int) -> str:
        """Where a dwelling would have to lie."""
        apps = self.world.apps
        narrowed = int(apps.districts.lengths[a]) > 0
        return pick(MEDIATION if apps.perimeter[a] else DISTRICTS if narrowed else COMMUNES, self.lang)

    def _rooms(self, a: int) -> str:
        mask = int(self.rooms[a])
        if not mask:
            words = (
                "la taille souhaitée ne convient pas au nombre de personnes",
                "the wanted size does not suit the number of persons",
            )
            return pick(words, self.lang)
        names = [f"T{r}{'+' if r == 6 else ''}" for r in range(1, 7) if mask >> (r - 1) & 1]
        last = pick((" ou ", " or "), self.lang)
        text = last.join([x for x in (", ".join(names[:-1]), names[-1]) if x])
        head = pick((f"aucun {text} libre", f"no vacant {text}"), self.lang)
        tail = pick(EACH_TABLE, self.lang) if mask != int(self.everywhere[a]) else ""
        return f"{head} {self._wished(a)}{tail}"

    def lacking(self, hundredths: int, elsewhere: bool, proven: bool, seat: bool) -> str:
        """What more than so many points would have brought; ``elsewhere``: on another account than the dwelling's;
        ``seat``: it counts in what a réservataire's seat there is worth."""
        away = (
            ", sur un contingent auquel le logement n'est pas orienté",
            ", on an account that the dwelling does not go to",
        )
        tail = pick(away, self.lang) if elsewhere else ""
        if not hundredths:
            return pick(TIED if proven else UNPROVEN, self.lang) + tail
        text = points_text(hundredths, self.lang)
        noun = noun_of_points(hundredths, self.lang, ranked=self.ranked)
        several = noun.startswith("points")
        tail_fr = "supplémentaires auraient donné" if several else "supplémentaire aurait donné"
        level = pick(
            (
                f"plus de {text} {noun} {tail_fr} un premier rang",
                f"more than {text} further {noun} would have brought a first rank",
            ),
            self.lang,
        )
        if seat:
            tail += pick(SEAT_KEPT, self.lang)
        unproven = "" if proven else pick((" (optimum non prouvé)", " (optimum not proven)"), self.lang)
        return f"{level}{unproven}{tail}"

    def beyond(self, place: int, of: int, elsewhere: bool) -> str:
        """No number of points that the grid can give; ``elsewhere``: the place is that of an account the dwelling does not go to."""
        fr = "NOT_BY_SCORE : les autres premiers rangs restant les mêmes, aucun nombre de points de la grille n'aurait suffi ; "
        en = "NOT_BY_SCORE: with the other first ranks as they are, no number of points of the grid would have been enough; "
        said = (f"{fr}{nth(place, 'fr')} sur {of} à la cotation", f"{en}place {place} of {of} by score")
        other = (
            " d'un contingent auquel le logement n'est pas orienté",
            " on an account that the dwelling does not go to",
        )
        return pick(said, self.lang) + (pick(other, self.lang) if elsewhere else "")
