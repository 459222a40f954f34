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
    "FAIRNESS_GROUP_GUARDED",
    "« {what} » ne fait pas de groupes : ses lettres disent des situations protégées (violences, traite).",
    "“{what}” makes no groups: its letters tell of protected situations (violence, trafficking).",
    remedy_fr="Demandez le groupe priority (DALO, priorité prouvée, déclarée, autre)",
    remedy_en="Ask for the group priority (DALO, proven, declared, other)",
)
define(
    "FAIRNESS_GROUP_NAMING",
    "« {what} » ne fait pas de groupes : chaque valeur y désigne un ménage, et cette comparaison ne nomme personne.",
    "“{what}” makes no groups: each value of it names a household, and this comparison names nobody.",
    remedy_fr="Demandez une colonne que plusieurs ménages partagent",
    remedy_en="Ask for a column that several households share",
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
    "FAIRNESS_LEFT_OUT",
    "{names_fr} : laissées de côté. Leur programme aurait {columns} colonnes pour {types} sortes de ménages ; au-delà de {reach} colonnes il demande de longues minutes, ou des heures.",
    "{names_en}: left out. Their program would have {columns} columns for {types} kinds of households; beyond {reach} columns it takes many minutes, or hours.",
    remedy_fr="Demandez-les par leur nom (--mechanisms {ids}), ou comparez sur moins de logements : une commune, une semaine",
    remedy_en="Ask for them by name (--mechanisms {ids}), or compare on fewer dwellings: a commune, a week",
)
define(
    "FAIRNESS_LONG",
    "{names_fr} : leur programme a {columns} colonnes pour {types} sortes de ménages ; au-delà de {reach} colonnes il demande de longues minutes, ou des heures.",
    "{names_en}: their program has {columns} columns for {types} kinds of households; beyond {reach} columns it takes many minutes, or hours.",
    remedy_fr="Ctrl-C arrête, et --resume garde ce qui est fini ; --mechanisms all les laisse de côté",
    remedy_en="Ctrl-C stops, and --resume keeps what is finished; --mechanisms all leaves them out",
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
