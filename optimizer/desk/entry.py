"""The sheets of the workbook *Saisie*: one definition for whoever writes them and whoever reads them.

Facts are filled and grey, what the commission or the household says is blank until it is known. A row is one household on one
dwelling, one dwelling, one member; the keys are the dwelling and the unique number.
"""

from __future__ import annotations

from optimizer.domain import Column, Table

A_CELL = 32_767
"""Most characters of a cell of a workbook: what the pack writes is read again, however long a reason is."""


def _c(
    name: str, kind: str, alias: str, fr: str, en: str, *, required: bool = False, **more: object
) -> Column:
    return Column(name, kind, alias, required, fr=fr, en=en, **more)  # type: ignore[arg-type]


_DWELLING = _c("dwelling_id", "id", "logement", "Logement", "Dwelling", required=True)
_NUMBER = _c(
    "application_id", "id", "numero_unique", "Numéro unique", "Unique number", required=True, max_length=18
)

SESSION = Table(
    "session", "Séance", fr="La séance", en="The session",
    columns=(
        _c("session_id", "id", "seance", "Référence de la séance", "Reference of the session", required=True),
        _c("on", "date", "date", "Date", "Date"), _c("hour", "text", "heure", "Heure", "Hour"),
        _c("place", "text", "lieu", "Lieu", "Place"),
        _c("quorum", "int", "quorum", "Quorum du règlement intérieur", "Quorum of the rules of procedure", low=1, high=12),
        _c("recipients", "text", "convocation_envoyee_a", "Convocation, ordre du jour et procès-verbal précédent envoyés à (séparés par ;)", "Convocation sent to (separated by ;)"),
        _c("opened", "text", "seance_ouverte", "oui : la séance a été ouverte, le quorum étant atteint", "yes: the session was opened with its quorum"),
        _c("sat_from", "text", "ouverte_a", "Ouverte à (HH:MM), comme le dira le procès-verbal", "Opened at (HH:MM), as the minutes will say"),
        _c("sat_to", "text", "close_a", "Close à (HH:MM)", "Closed at (HH:MM)"),
        _c("no_quorum_at", "text", "carence_constatee_a", "La séance n'a pas pu se tenir : heure (HH:MM) à laquelle le quorum a été constaté non atteint, les présences étant remplies", "The session could not sit: hour (HH:MM) at which the quorum was found missing, attendance being filled in"),
        _c("cancelled", "text", "annulee_parce_que", "La séance a été annulée avant de se tenir, parce que…", "The session was cancelled before it was held, because…"),
        _c("chair", "text", "president", "Président de séance, qui signe le procès-verbal", "Chair, who signs the minutes"),
        _c("signed", "text", "pv_signe", "oui : le procès-verbal est signé", "yes: the minutes are signed"),
    ),
)  # fmt: skip

CALLS = Table(
    "calls", "Appels", key=("dwelling_id", "application_id"), fr="Appels et pièces avant la séance", en="Calls and documents before the session",
    columns=(
        _DWELLING, _c("order", "int", "ordre", "Ordre sur la liste", "Place on the list"), _NUMBER,
        _c("file", "text", "dossier", "État du dossier", "File"),
        _c("call", "text", "resultat_appel", "intéressé, décline (ce n'est pas un refus) ou injoignable", "interested, declines (no refusal) or unreachable"),
        _c("call_reason", "text", "motif", "Raison, quand le ménage décline", "Reason, when the household declines"),
        _c("asked", "text", "piece_demandee", "Pièce demandée", "Document asked for"),
        _c("asked_on", "date", "demandee_le", "Demandée le", "Asked on"),
        _c("received", "text", "piece_recue", "Pièce reçue", "Document received"),
        _c("received_on", "date", "recue_le", "Reçue le", "Received on"),
        _c("replaced", "text", "remplace_parce_que", "Retiré de la liste avant la séance, parce que…", "Taken off the list before the session, because…"),
    ),
)  # fmt: skip

MEMBERS = Table(
    "members", "Présences", key=("member",), fr="Membres, présences et déports", en="Members, attendance and recusals",
    columns=(
        _c("member", "text", "membre", "Nom du membre", "Name of the member"),
        _c("quality", "text", "qualite", "Qualité, telle qu'elle s'imprime", "Quality, as printed"),
        _c("voice", "text", "voix", "Titre auquel il siège", "By what right he or she sits"),
        _c("territory", "text", "territoire", "Commune du maire (INSEE), EPCI (SIREN) ; vide : tous les logements", "Commune of the maire (INSEE), EPCI (SIREN); empty: every dwelling"),
        _c("presence", "text", "presence", "présent, représenté ou absent", "present, represented or absent"),
        _c("represented_by", "text", "represente_par", "Représenté par", "Represented by"),
        _c("arrived_at", "text", "arrivee", "Arrivée (HH:MM)", "Arrival (HH:MM)"),
        _c("left_at", "text", "depart", "Départ (HH:MM)", "Departure (HH:MM)"),
        _c("recused", "list", "deports", "Logements pour lesquels il s'est retiré, séparés par |", "Dwellings for which he or she left the room, separated by |", items="text"),
    ),
)  # fmt: skip

DECISIONS = Table(
    "entry", "Saisie", key=("dwelling_id", "application_id"), fr="Décisions de la commission, ménage par ménage", en="Decisions of the commission, household by household",
    columns=(
        _c("number", "int", "n", "Place à l'ordre du jour", "Place on the agenda"), _DWELLING,
        _c("home", "text", "description", "Le logement en une ligne", "The dwelling in one line", max_length=A_CELL),
        _c("account_label", "text", "contingent", "Réservataire imputé", "Account", max_length=A_CELL),
        _c("order", "int", "rang_propose", "Rang proposé", "Proposed rank"), _NUMBER,
        _c("household", "text", "menage", "Le ménage en une ligne", "The household in one line", max_length=A_CELL),
        _c("why", "text", "pourquoi", "Pourquoi", "Why", max_length=A_CELL),
        _c("decision", "text", "decision", "Décision de la commission (CCH R. 441-3)", "Decision of the commission"),
        _c("rank", "int", "rang", "Rang décidé (b, et c derrière d'autres)", "Rank decided", low=1, high=99),
        _c("document", "text", "piece", "Pièce de la condition (c)", "Document of the condition (c)"),
        _c("due_on", "date", "avant_le", "À remettre avant le (c)", "Due before (c)"),
        _c("motive", "text", "motif_decision", "Motif, de la liste de la case (d : N…, e : I…)", "Motive, from the list of the cell (d: N…, e: I…)"),
        _c("sentence", "text", "phrase", "La phrase de la commission (d, e : 30 caractères au moins ; non examiné : l'une des raisons de la feuille Votes)", "The commission's own sentence (d, e: at least 30 characters; not examined: one of the reasons of the sheet Votes)"),
    ),
)  # fmt: skip

DWELLINGS = Table(
    "votes", "Votes", key=("dwelling_id",), fr="Votes et écarts, logement par logement", en="Votes and departures, dwelling by dwelling",
    columns=(
        _c("number", "int", "n", "Place à l'ordre du jour", "Place on the agenda"), _DWELLING,
        _c("home", "text", "description", "Le logement en une ligne", "The dwelling in one line", max_length=A_CELL),
        _c("hour", "text", "examine_a", "Examiné à (HH:MM), si un membre est arrivé ou parti pendant la séance", "Examined at (HH:MM), where a member came or left during the session"),
        _c("votes_for", "int", "pour", "Voix pour", "Votes for", low=0, high=30),
        _c("votes_against", "int", "contre", "Voix contre", "Votes against", low=0, high=30),
        _c("abstentions", "int", "abstentions", "Abstentions", "Abstentions", low=0, high=30),
        _c("casting", "text", "voix_preponderante", "Sens de la voix prépondérante du maire, en cas de partage", "How the maire's casting vote went, on a tie"),
        _c("few_reason", "text", "moins_de_trois", "Pourquoi trop peu de candidats (R. 441-3)", "Why too few households (R. 441-3)"),
        _c("departure", "text", "ecart", "Écart avec la proposition : motif", "Departure from the proposal: why"),
        _c("not_examined", "text", "retire_de_l_ordre_du_jour", "Retiré avant examen, parce que…", "Taken off before examination, because…"),
        _c("withdrawn", "text", "retire_apres_decision", "Retiré après la décision, parce que…", "Withdrawn after the decision, because…"),
    ),
)  # fmt: skip

OFFERS = Table(
    "offers", "Offres", key=("dwelling_id", "application_id"), fr="Offres, réponses, conditions et baux", en="Offers, answers, conditions and leases",
    columns=(
        _DWELLING, _c("order", "int", "rang_decide", "Rang décidé", "Rank decided"), _NUMBER,
        _c("notified_on", "date", "notifie_le", "Offre notifiée le", "Offer notified on"),
        _c("proof", "text", "preuve", "Preuve de notification (elle fait courir le délai)", "Proof of notification (it starts the clock)"),
        _c("proof_on", "date", "preuve_le", "Date de la preuve", "Date of the proof"),
        _c("deadline", "date", "repondre_avant_le", "Dernier jour pour répondre, à 24 h", "Last day to answer, until 24:00"),
        _c("answer", "text", "reponse", "accepte (par écrit), refuse, silence, se désiste", "accepts (in writing), refuses, silence, withdraws"),
        _c("answered_on", "date", "reponse_le", "Réponse du", "Answer of"),
        _c("refusal_reason", "text", "motif_refus", "Raison du refus", "Reason of the refusal"),
        _c("legitimate", "text", "refus_legitime", "Refus légitime : oui, non, à décider", "Legitimate refusal: yes, no, to decide"),
        _c("condition", "text", "condition", "Condition suspensive", "Condition"),
        _c("condition_on", "date", "condition_le", "Constaté le", "Established on"),
        _c("lease_on", "date", "bail_signe_le", "Bail signé le", "Lease signed on"),
    ),
)  # fmt: skip

SHEETS = (SESSION, CALLS, MEMBERS, DECISIONS, DWELLINGS, OFFERS)
"""In the order in which a session fills them."""
FACTS: dict[str, frozenset[str]] = {
    "session": frozenset({"session_id", "on", "hour", "place", "quorum"}),
    "calls": frozenset({"dwelling_id", "order", "application_id", "file"}),
    "members": frozenset(),
    "entry": frozenset(
        {"number", "dwelling_id", "home", "account_label", "order", "application_id", "household", "why"}
    ),
    "votes": frozenset({"number", "dwelling_id", "home"}),
    "offers": frozenset({"dwelling_id", "order", "application_id", "deadline"}),
}
"""Columns that the pack fills and `record` only checks or ignores."""
LATER: dict[str, frozenset[str]] = {
    "session": frozenset({"no_quorum_at", "cancelled", "sat_from", "sat_to"}),
    "votes": frozenset({"hour"}),
}
"""Columns that a workbook made before they existed does not have; nothing can have been written there."""
LISTS: dict[str, dict[str, str]] = {
    "session": {"opened": "signed", "signed": "signed"},
    "calls": {"call": "call", "call_reason": "call_reason", "asked": "asked", "received": "received"},
    "members": {"voice": "voice", "presence": "presence"},
    "entry": {"decision": "decision", "document": "document", "motive": "motive"},
    "votes": {"casting": "casting", "few_reason": "few_reason", "not_examined": "not_examined", "withdrawn": "withdrawn"},
    "offers": {"proof": "proof", "answer": "answer", "refusal_reason": "refusal_reason", "legitimate": "legitimate", "condition": "condition"},
}  # fmt: skip
"""Sheet -> column -> closed list of :func:`optimizer.desk.lists.choices`."""
