"""What the comparison of mechanisms says of its inputs, in both languages."""

from __future__ import annotations

from optimizer.errors import define

define(
    "FAIRNESS_UNKNOWN",
    "« {what} » n'est pas un mécanisme connu ; connus : {known}.",
    "“{what}” is no known mechanism; known: {known}.",
)
define(
    "FAIRNESS_GROUP",
    "« {what} » n'est pas un groupe connu ; connus : {known}, ou col:COLONNE de la table des demandes.",
    "“{what}” is no known group; known: {known}, or col:COLUMN of the table of applications.",
)
define(
    "FAIRNESS_ORIGIN",
    "Le groupe qpv_origin demande la colonne « {alias} » ({column}) de la table des demandes, que ce cas n'a pas.",
    "The group qpv_origin asks for the column “{column}” ({alias}) of the table of applications, which this case lacks.",
    remedy_fr="Ajoutez la colonne, ou ne demandez pas ce groupe",
    remedy_en="Add the column, or do not ask for this group",
)
define(
    "FAIRNESS_RULE",
    "Aucune ligne de règle avec un prix ne porte « {what} » dans ce cas ; connues : {known}.",
    "No priced line of a rule is named “{what}” in this case; known: {known}.",
)
define(
    "FAIRNESS_OPTION",
    "{option} : {value} ne convient pas (attendu : {expected}).",
    "{option}: {value} does not fit (expected: {expected}).",
)
define(
    "LEXIMIN_INFEASIBLE",
    "Aucun panel ne respecte les quotas ({why_fr}).",
    "No panel meets the quotas ({why_en}).",
    remedy_fr="Élargir un quota ou la taille du panel",
    remedy_en="Widen a quota or the size of the panel",
)
define(
    "LEXIMIN_STUCK",
    "Le calcul du leximin s'est arrêté sans réponse utilisable ({status}).",
    "The leximin computation stopped without a usable answer ({status}).",
)
define(
    "SORTITION_FILE",
    "{file} : {why_fr}.",
    "{file}: {why_en}.",
)
