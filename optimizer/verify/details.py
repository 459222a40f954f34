"""What a check found, in English: findings are noted in French, with the places and names that need no translation.

A finding is made of parts, between `` : `` and ``, `` and inside the brackets of a sentence; each part that is a phrase of
:data:`ENGLISH` is said in English, what is a name of a file, a column or a dwelling stays as it is.
"""

from __future__ import annotations

import re

ENGLISH: dict[str, str] = {
    "absent": "missing",
    "ancre ou alias": "anchor or alias",
    "arbre vide": "empty tree",
    "arrondi sans borne du dénominateur": "rounding without a bound on the denominator",
    "au plus deux décimales": "two decimals at most",
    "au plus quatre décimales": "four decimals at most",
    "aucune borne prouvée": "no bound proven",
    "aucune valeur en vigueur": "no value in force",
    "autre ménage que sur la liste publiée": "another household than on the published list",
    "autre proposition de même valeur": "another proposal of the same value",
    "baux": "lettings",
    "baux d'une attribution": "lettings of an allocation",
    "best_position ou of": "best_position or of",
    "borne annoncée": "bound stated",
    "borne d'une feuille": "bound of a leaf",
    "borne sous l'objectif": "bound below the objective",
    "calcul dit prouvé": "run said to be proven",
    "chance d'un type": "chance of a type",
    "changement absent": "change missing",
    "chances sans loterie": "chances without a lottery",
    "classe de logements différents": "class of different dwellings",
    "clé absente ou inconnue": "key missing or unknown",
    "clé inconnue": "unknown key",
    "colonne": "column",
    "colonnes": "columns",
    "commune hors du territoire": "commune outside the territory",
    "contingent absent ou en trop": "account missing or too many",
    "contingent qui ne peut pas recevoir le logement": "account that may not receive the dwelling",
    "contingent retenu absent": "chosen account missing",
    "coupe que le cas ne garantit pas": "cut that the case does not guarantee",
    "couple d'une loterie": "pair of a lottery",
    "demande absente": "application missing",
    "demande absente ou en trop": "application missing or too many",
    "demande deux fois": "application twice",
    "demande non recevable": "application not eligible",
    "deux décisions orient sur un logement": "two orient decisions on one dwelling",
    "deux décisions pin pour une demande": "two pin decisions for one application",
    "deux décisions pin sur un logement": "two pin decisions on one dwelling",
    "deux fois": "twice",
    "deux formats": "two formats",
    "deux simulations d'une paire": "two simulations of one pair",
    "départages": "tie stages",
    "effort d'une orientation sans ménage": "effort of an orientation without household",
    "en trop": "too many",
    "feuille dite vide sans raison": "leaf said to be empty without a reason",
    "fichier que run.json ne connaît pas": "file that run.json does not know",
    "format que la vérification ne lit pas": "a format that the verification does not read",
    "gap ou need d'un calcul prouvé": "gap or need in a proven run",
    "identifiant inconnu": "unknown identifier",
    "identifiant inconnu ou nombre absent": "unknown identifier or missing number",
    "exact ou kind": "exact or kind",
    "lien de chaîne que le cas n'a pas": "chain link that the case does not have",
    "ligne absente": "row missing",
    "ligne absente ou en trop": "row missing or too many",
    "ligne d'un logement inconnu ou sans liste": "row of a dwelling that is unknown or has no list",
    "ligne deux fois": "row twice",
    "lignes": "rows",
    "lignes absentes": "rows missing",
    "en trop ou déplacées": "too many or moved",
    "règle que ce programme-ci ne compte pas": "rule that this program does not count",
    "contingent que ce programme-ci ne connaît pas": "account that this program does not know",
    "lignes de règles du certificat": "rows of the rules in the certificate",
    "lignes trop longues": "lines too long",
    "liste d'aujourd'hui": "list of today",
    "liste d'avant": "list of before",
    "liste sans premier rang": "list without a first rank",
    "logement absent ou en trop": "dwelling missing or too many",
    "logement de l'optimum": "dwelling of the optimum",
    "logement deux fois": "dwelling twice",
    "logement inconnu": "unknown dwelling",
    "logement libéré que ces options ne permettent pas": "freed dwelling that these options do not allow",
    "logement ou demande": "dwelling or application",
    "logements des classes": "dwellings of the classes",
    "manque plus que publié": "more missing than published",
    "marques d'un bail": "marks of a lease",
    "modifié après le calcul": "changed after the run",
    "moyenne des chances": "mean of the chances",
    "multiplicateur au-dessus du prix": "multiplier above the price",
    "multiplicateur négatif": "negative multiplier",
    "multiplicateurs hors limites": "multipliers beyond the limits",
    "ménage d'un type": "household of a type",
    "ménage d'une liste publiée absent": "household of a published list missing",
    "ménage deux fois": "household twice",
    "ménages": "households",
    "nombre de lignes": "number of rows",
    "nombre écrit autrement que le calcul ne l'écrit": "number written otherwise than the run writes it",
    "numéro écrit autrement que le calcul ne l'écrit": "row number written otherwise than the run writes it",
    "preuve dite absente": "proof said to be missing",
    "nombre entier attendu": "whole number expected",
    "nombre trop grand": "number too large",
    "objectif": "objective",
    "objectif du certificat": "objective of the certificate",
    "objet attendu": "object expected",
    "optimalité prouvée": "optimality proven",
    "optimalité non prouvée": "optimality not proven",
    "ordre de désignation que le cas n'a pas": "order of nomination that the case does not have",
    "ordre des rangs": "order of the ranks",
    "orient : ce contingent ne peut pas recevoir le logement": "orient: this account may not receive the dwelling",
    "orientation impossible": "impossible orientation",
    "pas de l'objectif": "step of the objective",
    "pentes ou chance nulle": "slopes or chance of zero",
    "plus de places que de ménages": "more places than households",
    "poids": "weights",
    "points absents": "points missing",
    "points ou place sans logement ou sans preuve": "points or place without a dwelling or without proof",
    "premier rang absent": "first rank missing",
    "premier rang de l'optimum": "first rank of the optimum",
    "premier rang gardé": "first rank kept",
    "premiers rangs": "first ranks",
    "probabilité": "probability",
    "produit des chances": "product of the chances",
    "priority ou flags d'une orientation sans ménage": "priority or flags of an orientation without household",
    "raison d'irrecevabilité ou best_rank": "reason of ineligibility or best_rank",
    "règles d'égalité d'un calcul non prouvé": "tie rules of a run that is not proven",
    "score ou value": "score or value",
    "son locataire ne part pas": "its tenant does not leave",
    "territoire inconnu": "unknown territory",
    "trop de décimales": "too many decimals",
    "trop grand": "too large",
    "type fixé deux fois": "type fixed twice",
    "types sans chance": "types without a chance",
    "un cas n'est pas couvert": "a case is not covered",
    "un contingent par logement": "one account for each dwelling",
    "un fichier hors du dossier": "a file outside the folder",
    "un échange de plus de trois locataires": "an exchange of more than three tenants",
    "une demande deux fois au premier rang": "an application twice at first rank",
    "valeur d'une orientation": "value of an orientation",
    "valeurs trop emboîtées": "values nested too deep",
    "écart annoncé": "gap stated",
    "état inconnu": "unknown status",
    "étapes": "stages",
    "étapes manquantes": "stages missing",
    "état": "status",
    "rang ou raison": "rank or reason",
    "rang": "rank",
    "contingent": "account",
    "demande ou logement en cours": "application or dwelling in progress",
    "état ou nombre de candidats": "status or number of candidates",
    "demande": "application",
    "logement ou points": "dwelling or points",
    "nombre ou raison absents": "number or reason missing",
}
"""Part of a finding in French -> in English."""
_PATTERNS = (
    (r"ligne (\d+)", r"row \1"),
    (r"colonnes du type (\d+)", r"columns of type \1"),
    (r"colonne (.+) absente", r"column \1 missing"),
    (r"colonne (.+) deux fois", r"column \1 twice"),
    (r"étape (\d+)", r"stage \1"),
    (r"critère (.*)", r"criterion \1"),
    (r"entrée (.*)", r"input \1"),
    (r"opérateur (.*)", r"operator \1"),
    (r"vivier (.*)", r"pool \1"),
    (r"(\S+) attendue", r"\1 expected"),
    (r"demande sans cotation", "application without a score"),
    (r"sans grille à (.*)", r"without a grid in \1"),
    (r"contenu inattendu \((.*)\)", r"unexpected content (\1)"),
)
"""Parts that name something, as regular expressions."""


def english(detail: str) -> str:
    """A finding in English."""
    met = re.fullmatch(r"(.*) : contenu illisible \((.*)\)\.", detail, re.DOTALL)
    if met:
        return f"{met[1]}: content cannot be read ({english(met[2])})"
    if detail in ENGLISH:
        return ENGLISH[detail]
    clauses = [
        ": ".join(", ".join(map(_part, half.split(", "))) for half in clause.split(" : "))
        for clause in detail.split(" ; ")
    ]
    return "; ".join(clauses)  # "en": French has a space before it


def _part(text: str) -> str:
    if text in ENGLISH:
        return ENGLISH[text]
    for pattern, said in _PATTERNS:
        met = re.fullmatch(pattern, text)
        if met:
            return met.expand(said)
    return text
