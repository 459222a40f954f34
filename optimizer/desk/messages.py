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
