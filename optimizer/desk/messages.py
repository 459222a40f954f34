"""What the desk says of its inputs and of what it could not carry over."""

from __future__ import annotations

from optimizer.errors import define

define(
    "DESK_DWELLING_GONE",
    "Le logement « {dwelling} », revenu sans bail de la séance du {day}, n'est plus dans l'import : sa présentation n'y est pas comptée.",
    "Dwelling “{dwelling}”, back without a lease from the session of {day}, is no longer in the import: its presentation is not counted there.",
    remedy_fr="Le remettre dans « logements » s'il est encore à louer",
    remedy_en="Put it back into “dwellings” if it is still to be let",
)
define(
    "DESK_DWELLING_ELSEWHERE",
    "Le logement « {dwelling} » n'est plus dans l'import : il est gardé dans « en_cours » avec ce que la commission en a fait.",
    "Dwelling “{dwelling}” is no longer in the import: it is kept in “in_progress” with what the commission did with it.",
)
define(
    "DESK_DECISION_DONE",
    "La décision « {decision} » sur le logement « {dwelling} » est retirée : une séance l'a examiné, ou ses suites l'empêchent.",
    "Decision “{decision}” on dwelling “{dwelling}” is taken out: a session examined it, or what followed forbids it.",
)
define(
    "DESK_RUN_REFUSED",
    "La proposition « {name} » n'est pas confirmée par la vérification : aucune séance n'en est faite.",
    "The proposal “{name}” is not confirmed by the verification: no session is made from it.",
    remedy_fr="Lire attriflux verify, puis proposer à nouveau",
    remedy_en="Read attriflux verify, then propose again",
)
define(
    "DESK_RUN_NO_SHEETS",
    "Le dossier « {name} » n'a pas les feuilles d'une séance (sheets.json).",
    "The folder “{name}” has no sheets of a session (sheets.json).",
    remedy_fr="Proposer à nouveau avec cette version, sur le dossier d'un seul bailleur",
    remedy_en="Propose again with this version, on the case of one landlord",
)
define(
    "DESK_DWELLING_UNKNOWN",
    "Le logement « {name} » n'a pas de liste dans cette proposition.",
    "Dwelling “{name}” has no list in this proposal.",
    expected_fr="{known}",
    expected_en="{known}",
)
define(
    "DESK_AGENDA_EMPTY",
    "La proposition « {name} » n'a aucune liste : il n'y a rien à mettre à l'ordre du jour.",
    "The proposal “{name}” has no list: there is nothing to put on an agenda.",
)
