"""``orientation`` and ``explanations``: what staff read beside the lists agrees with the lists and the raw data.

The loss of choosing another account comes from the solver; here it is only held to its sign (0 where chosen). The
candidates of each account, the best score and the account chosen are recomputed.
"""

from __future__ import annotations

import numpy as np

from optimizer.verify.classes import Classes
from optimizer.verify.outputs import Out
from optimizer.verify.solution import Line
from optimizer.verify.verdict import Findings


def check_orientation(out: Out, classes: Classes, lines: list[Line], found: Findings) -> None:
    """One row per dwelling × account that may receive it; the chosen one is that of the first rank."""
    found.start("orientation")
    world = classes.world
    chosen_account = {x.dwelling: x.account for x in lines if x.rank == 1}
    ids, accounts = out.strings("dwelling_id"), out.strings("account")
    chosen, candidates = out.scaled("chosen", 1), out.scaled("candidates", 1)
    loss, best = out.scaled("loss_points", 100), out.scaled("best_score", 100)
    shown: dict[int, list[str]] = {}
    at = np.array([world.dwellings.number.get(name, -1) for name in ids], np.int64)
    found.demand("orientation", not bool((at < 0).any()), "logement inconnu")
    rank = np.where(at < 0, -1, classes.order[classes.klass[at]]) if len(classes) else at
    for i in np.argsort(rank, kind="stable").tolist():
        d, account = int(at[i]), accounts[i]
        if d < 0:
            continue
        shown.setdefault(d, []).append(account)
        mine = chosen_account.get(d) == account
        found.demand("orientation", bool(chosen[i]) == mine, "contingent retenu")
        found.demand("orientation", loss[i] == 0 if mine else loss[i] >= 0, "perte de points")
        entries = classes.entries(int(classes.klass[d]))
        if account not in entries.accounts:
            found.add("orientation", "contingent qui ne peut pas recevoir le logement")
            continue
        here = entries.named >> entries.accounts.index(account) & 1 > 0
        top = int(entries.score[here].max()) if here.any() else 0
        found.demand("orientation", candidates[i] == int(np.count_nonzero(here)), "nombre de candidats")
        found.demand("orientation", best[i] == top, "meilleure cotation")
    for d, account in sorted(chosen_account.items()):
        found.demand("orientation", shown.get(d, []).count(account) == 1, "contingent retenu absent")


def check_explanations(out: Out, classes: Classes, lines: list[Line], found: Findings) -> None:
    """Known applications without a first rank, at most once each; known dwellings; no negative number of points."""
    found.start("explanations")
    world = classes.world
    placed = {x.app for x in lines if x.rank == 1}
    apps = [world.apps.number.get(x, -2) for x in out.strings("application_id")]
    places = [world.dwellings.number.get(x, -1) if x else 0 for x in out.strings("dwelling_id")]
    points = out.scaled("points_needed", 100)
    found.demand("explanations", len(set(apps)) == len(apps), "demande deux fois")
    for a, d, need in zip(apps, places, points.tolist(), strict=True):
        fine = a >= 0 and a not in placed and d >= 0 and need >= 0
        found.demand("explanations", fine, "demande, logement ou points")
