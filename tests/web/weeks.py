"""The weeks of ``tests.deskwork.weeks`` played on the desk's pages: every row of the workbook as the form a person would send."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from optimizer.desk.lists import choices
from optimizer.store.law import law
from tests.deskwork.room import MEMBERS
from tests.deskwork.weeks import COMMISSION, HEAD, PLACE, QUORUM, RULE, Phase, Weeks, files, parts_of
from tests.web.hands import Hands

PATIENCE = 1500.0
"""Seconds that a computation may take on a machine that is busy with others."""


@dataclass
class Place:
    """Where a dwelling and its households are on the pages."""

    item: str
    position: int
    names: dict[str, str]


def places(page: str) -> dict[str, Place]:
    """The dwellings of an agenda's page: their numbers in addresses, and those of their households."""
    found = {}
    for part in page.split('<section class="home"')[1:]:
        home = re.search(r'>(\d+)\. <a href="[^"]*/logements/(\d+)">([^ <]+)', part)
        assert home is not None
        names = re.findall(r'<li id="c(\d+)"[^>]*><span class="nur">([^<]+)</span>', part)
        found[home[3]] = Place(home[2], int(home[1]), {number: key for key, number in names})
    return found


class Player:
    """A secretary and a chair in front of the pages.

    Parameters
    ----------
    to : sets the desk's clock to a day.
    state : folder of the desk's cases and runs.
    """

    def __init__(self, secretary: Hands, chair: Hands, to: Callable[[date], None], state: Path) -> None:
        self.secretary, self.chair, self.to, self.state = secretary, chair, to, state
        self.job = ""

    # ---------------------------------------------------------------- cases and computations

    def newest_case(self) -> dict[str, bytes]:
        """The files of the case that was imported or made last."""
        return files(max((self.state / "cases").iterdir(), key=lambda p: p.stat().st_mtime_ns))

    def imports(self, case: Path, forward: bool) -> None:
        """Send an import, brought forward by the desk's log; wait for its verified proposal."""
        self.secretary.open("/preparer")
        tick = {"next": "1"} if forward else {}
        self.job, _ = self.secretary.send(
            "/preparer",
            {"title": case.name, **tick},
            files=[p for p in sorted(case.iterdir()) if p.is_file()],
        )
        page = self._until(lambda page: "arreter" not in page)
        assert "/seance" in page, page[-3000:]
        assert not forward or "Du journal : " in page.replace("\u00a0", " ")

    def brings_forward(self) -> dict[str, bytes]:
        """The next case made from the last one; the computation that follows is stopped: nobody waits for its proposal."""
        self.secretary.open(self.job)
        self.job, _ = self.secretary.send("/preparer", {"next": "1", "title": "Séance suivante"})

        def checked(page: str) -> bool:
            """Files of a computation that is stopped before they were checked are erased with it."""
            step = re.search(r'aria-current="step">([^<]*)', page)
            return "arreter" not in page or (
                step is not None and step[1].startswith(("Proposer", "Vérifier"))
            )

        if "arreter" in self._until(checked):
            self.secretary.send(f"{self.job}/arreter", {})
        self._until(lambda page: "arreter" not in page)
        return self.newest_case()

    def _until(self, over: Callable[[str], bool]) -> str:
        end, pause = time.monotonic() + PATIENCE, 0.2
        while not over(page := self.secretary.open(self.job)):
            assert time.monotonic() < end, page[-3000:]
            time.sleep(pause)
            pause = min(2.0, pause * 1.2)  # a machine that is slow is not made slower by looking
        return page

    def begins(self, on: date) -> str:
        """Make a session of the verified proposal."""
        at, _ = self.secretary.send(
            f"{self.job}/seance",
            {
                "on": on.isoformat(), "hour": "14:00", "place": PLACE, "commission": COMMISSION, "mode": "in_person",
                "quorum": str(QUORUM), "quorum_rule": RULE,
            },
        )  # fmt: skip
        return at

    # ---------------------------------------------------------------- a session

    def plays(self, phase: Phase) -> None:
        """One phase of a session's life."""
        self.to(phase.day)
        held = date.fromisoformat(phase.session[:10])
        at, known = f"/seances/{phase.session}", choices(law(held), held)
        here = places(self.secretary.open(at))

        def code(column: str, text: Any) -> str:
            found = known[column].read(str(text))
            assert found is not None, (column, text)
            return found

        getattr(self, f"_{phase.part}")(at, phase, here, code)

    def _late(self, at: str, phase: Phase, here: dict[str, Place], code: Callable[[str, Any], str]) -> None:
        for dwelling, number, cells in parts_of(phase.rows, "Ajout"):
            home = f"{at}/logements/{here[dwelling].item}"
            self.secretary.open(home)
            self.secretary.send(f"{home}/etat", {"what": "late", "number": number, "reason": cells["raison"]})

    def _calls(self, at: str, phase: Phase, here: dict[str, Place], code: Callable[[str, Any], str]) -> None:
        hands = self.secretary
        for dwelling, number, cells in parts_of(phase.rows, "Appels"):
            name = here[dwelling].names[number]
            page, to = f"{at}/demandes/{name}", f"{at}/noms/{name}"
            for column, verb in (("piece_demandee", "ask"), ("piece_recue", "receive")):
                if column in cells:
                    hands.open(page)
                    hands.send(to, {"document": code("asked", cells[column]), "act": verb})
            if "resultat_appel" in cells:
                hands.open(page)
                reason = code("call_reason", cells["motif"]) if "motif" in cells else ""
                told = {"act": "call", "outcome": code("call", cells["resultat_appel"]), "decline": reason}
                hands.send(to, told)
            if "remplace_parce_que" in cells:
                hands.open(page)
                hands.send(to, {"act": "replace", "reason": cells["remplace_parce_que"]})

    def _hold(self, at: str, phase: Phase, here: dict[str, Place], code: Callable[[str, Any], str]) -> None:
        hands = self.secretary
        hands.send(f"{at}/controler", {})
        hands.open(at)
        recipients = [x.strip() for x in HEAD["convocation_envoyee_a"].split(";")]
        hands.send(f"{at}/convoquer", {"recipients": "\n".join(recipients), "checked": "1"})
        hands.open(f"{at}/seance")
        hands.send(f"{at}/presences", members(here, code))
        hands.send(f"{at}/controler", {})
        hands.send(f"{at}/ouvrir", {"checked": "1"})
        votes = {dwelling: cells for dwelling, _, cells in parts_of(phase.rows, "Votes")}
        decisions: dict[str, dict[str, dict[str, Any]]] = {}
        for dwelling, number, cells in parts_of(phase.rows, "Saisie"):
            decisions.setdefault(dwelling, {})[number] = cells
        for dwelling, place in here.items():
            home, vote = f"{at}/logements/{place.item}", votes.get(dwelling, {})
            hands.open(home)
            if "retire_de_l_ordre_du_jour" in vote:
                reason = code("not_examined", vote["retire_de_l_ordre_du_jour"])
                hands.send(f"{home}/etat", {"what": "not_examined", "reason": reason})
                continue
            fields = {}
            for number, cells in decisions[dwelling].items():
                fields |= decision(place.names[number], cells, code)
            for column, name in (
                ("pour", "votes_for"),
                ("contre", "votes_against"),
                ("abstentions", "abstentions"),
            ):
                if column in vote:
                    fields[name] = str(vote[column])
            if "ecart" in vote:
                fields["departure"] = vote["ecart"]
            hands.send(f"{home}/decider", fields)
        self.chair.open(f"{at}/seance")
        self.chair.send(f"{at}/cloturer", {})

    def _after(self, at: str, phase: Phase, here: dict[str, Place], code: Callable[[str, Any], str]) -> None:
        hands = self.secretary
        for dwelling, _, cells in parts_of(phase.rows, "Votes"):
            home = f"{at}/logements/{here[dwelling].item}"
            hands.open(home)
            reason = code("withdrawn", cells["retire_apres_decision"])
            hands.send(f"{home}/etat", {"what": "withdraw", "reason": reason})
        steps: list[tuple[date, int, int, str, dict[str, str]]] = []
        for n, (dwelling, number, cells) in enumerate(parts_of(phase.rows, "Offres")):
            name = here[dwelling].names[number]
            made = [(day or phase.day, told) for day, told in offer_steps(cells, code)]
            steps += [(day, n, k, name, told) for k, (day, told) in enumerate(made)]
        for _, _, _, name, told in sorted(steps, key=lambda s: s[:3]):
            hands.open("/offres")
            to = f"{at}/offres/{name}"
            hands.send(rf"{at}/baux/\d+" if "act" not in told else to, told, inside=f"c{name}")


def members(here: dict[str, Place], code: Callable[[str, Any], str]) -> dict[str, str]:
    """The sheet Présences as the fields of the page."""
    fields = {}
    columns = {
        "member": "membre", "quality": "qualite", "territory": "territoire", "by": "represente_par", "from": "arrivee", "to": "depart",
    }  # fmt: skip
    for n, cells in enumerate(MEMBERS):
        fields |= {f"{name}-{n}": str(cells.get(column, "")) for name, column in columns.items()}
        fields[f"voice-{n}"] = code("voice", cells["voix"])
        fields[f"presence-{n}"] = code("presence", cells["presence"])
        away = [str(here[d].position) for d in str(cells.get("deports", "")).split("|") if d]
        fields[f"recused-{n}"] = " ".join(away)
    return fields


def decision(name: str, cells: dict[str, Any], code: Callable[[str, Any], str]) -> dict[str, str]:
    """A row of the sheet Saisie."""
    fields = {f"kind-{name}": code("decision", cells["decision"])}
    if "rang" in cells:
        fields[f"rank-{name}"] = str(cells["rang"])
    if "piece" in cells:
        fields |= {
            f"document-{name}": code("document", cells["piece"]),
            f"due-{name}": cells["avant_le"].isoformat(),
        }
    if "motif_decision" in cells:
        fields |= {
            f"motive-{name}": code("motive", cells["motif_decision"]),
            f"sentence-{name}": cells["phrase"],
        }
    return fields


def offer_steps(
    cells: dict[str, Any], code: Callable[[str, Any], str]
) -> list[tuple[date | None, dict[str, str]]]:
    """A row of the sheet Offres as the forms of the page, each with its day."""
    steps: list[tuple[date | None, dict[str, str]]] = []
    if "notifie_le" in cells:
        day = cells["notifie_le"]
        told = {"act": "notify", "notified": day.isoformat(), "proof": code("proof", cells["preuve"])}
        steps.append((day, told | {"proof_on": cells["preuve_le"].isoformat()}))
    if cells.get("reponse") == "silence":
        steps.append((None, {"act": "silence"}))
    elif "reponse" in cells:
        accepted = code("answer", cells["reponse"]) == "accepted"
        told = {"act": "answer", "on": cells["reponse_le"].isoformat()}
        if accepted:
            told |= {"answer": "accepted", "written": "1"}
        else:
            told |= {"answer": "refused", "refusal": code("refusal_reason", cells["motif_refus"])}
        steps.append((cells["reponse_le"], told))
        if not accepted:
            judged = {"act": "judge", "legitimate": code("legitimate", cells["refus_legitime"])}
            steps.append((cells["reponse_le"], judged))
    if "condition" in cells:
        steps.append((cells["condition_le"], {"act": "met", "on": cells["condition_le"].isoformat()}))
    if "bail_signe_le" in cells:
        steps.append((cells["bail_signe_le"], {"on": cells["bail_signe_le"].isoformat()}))
    return steps


def play(player: Player, weeks: Weeks) -> dict[str, bytes]:
    """The same three weeks on the pages; the files of the fourth case."""
    for week, phases in enumerate(weeks.phases):
        if week:
            player.to(weeks.days[week - 1] + timedelta(days=6))
        player.imports(weeks.imports[week], forward=week > 0)
        assert player.newest_case() == files(weeks.cases[week]), week
        assert player.begins(weeks.days[week]) == f"/seances/{phases[0].session}"
        for phase in phases:
            player.plays(phase)
    return player.brings_forward()
