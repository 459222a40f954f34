"""One sentence in French for every column of every table, and an example: for the empty case people start from."""

from __future__ import annotations

from optimizer.domain import Column, Table
from optimizer.domain.account import account_forms
from optimizer.importers.words import in_french

_MEANING: dict[str, str] = {
    "account": f"Réservataire : {account_forms('fr')} ; une commune peut s'écrire par son nom",
    "anru": "Logements relouables pour les relogements de renouvellement urbain (hors assiette)",
    "application_id": "Numéro unique de la demande, texte de 18 caractères au plus",
    "area": "Périmètre de la ligne : code de commune, d'EPCI ou de département ; vide = celui de COLL:…, sinon le département",
    "attributed_on": "Date de la décision d'attribution",
    "author": "Qui a pris la décision",
    "basis": "Nature des chiffres : prévision de l'année ou réel",
    "cap_receiver": "Réservataire qui reçoit l'excédent d'un plafond ; vide = BAILLEUR",
    "carry_over": "Report du solde d'une année sur l'autre",
    "commune": "Code INSEE de la commune, 5 caractères",
    "construction_year": "Année de construction",
    "convention": "Référence de la convention d'où vient la réservation",
    "count_rule": "Étape à partir de laquelle un logement est décompté du flux",
    "decision": "Ménage imposé sur le logement ou écarté, ou logement orienté vers un réservataire",
    "departement": "Code du département",
    "dwelling_id": "Identifiant du logement",
    "dwellings": "Nombre de logements",
    "ends_on": "Date de fin des droits",
    "epci": "SIREN de l'EPCI dont la grille s'applique",
    "essential_worker": "Attribué à un travailleur essentiel",
    "expires_on": "Dernier jour de validité de la décision ; vide = sans limite",
    "financing": "Financement : PLAI, PLUS ou PLS",
    "fragility": "Fragilité de la résidence, en clair",
    "grid": "Nom de la grille de cotation",
    "in_flux": "Bail compté dans l'assiette du flux ; vide = oui, sauf bail de mutation ; jamais sur MUTATION ni RELOGEMENT",
    "landlord": "Code du bailleur",
    "management_mode": "Gestion : directe (le réservataire désigne), déléguée (le bailleur propose) ou partielle",
    "mutation": "Mutation interne au parc du bailleur ; dans l'assiette : nombre de mutations",
    "opening_balance": "Solde reporté au 1er janvier, en logements (positif : le réservataire a reçu plus que sa part)",
    "orcod": "Logements relouables pour les relogements d'ORCOD (hors assiette)",
    "oriented_on": "Date d'orientation vers le réservataire",
    "outcome": "Issue, en clair",
    "pool": "Vivier qui remplace celui du réservataire ; vide = vivier habituel",
    "presented_on": "Date de présentation à la commission",
    "priority_codes": "Motifs de priorité du ménage : DALO et lettres de l'article L. 441-1, ou leurs mots, séparés par |",
    "priority_status": "Preuve de la priorité",
    "proposal_deadline_days": "Délai laissé au réservataire pour désigner",
    "q1": "Ménage du premier quartile : oui, non ou inconnu",
    "q1_share": "Part de ménages du premier quartile dans la résidence",
    "qpv": "En QPV : oui/non, ou code du quartier",
    "rank": "Ordre de préférence du réservataire, 1 = premier",
    "reason": "Motif ; d'une décision : un motif de sa liste fermée (« check » la donne pour un autre)",
    "recent_q1_share": "Part de ménages du premier quartile parmi les emménagés récents",
    "relocation": "Relogement opérationnel du ménage",
    "residence": "Nom de la résidence",
    "rights_kind": "Droits renouvelés à chaque libération, droit unique, ou droits vides (plus aucune désignation : au compte du bailleur)",
    "rooms": "Nombre de pièces principales : 1 à 6 (6 = 6 et plus), « T3 » accepté",
    "sale": "Logements gardés vacants pour la vente (hors assiette)",
    "score": "Cotation, en points ; vide = grille du territoire ; avec plusieurs EPCI, convertie en rang centile par EPCI et grille",
    "share": "Part du flux du bailleur dans le périmètre, au plus 4 décimales",
    "signed_on": "Date de signature du bail",
    "since": "Depuis quand le logement est à cette étape",
    "stage": "Étape : orienté, désigné, en commission, proposé au ménage",
    "stock": "Logements qui restent réservés en stock (hors assiette)",
    "tolerance": "Écart toléré sur la part",
    "turnover": "Taux de rotation annuel",
    "unfit": "Logements relouables pour la lutte contre l'habitat indigne (hors assiette)",
    "vacant": "Nombre de logements vacants",
    "vacated": "Logements libérés dans l'année",
    "year": "Année concernée",
}
_EXAMPLE: dict[str, str] = {
    "dwelling_id": "OPH25-000123", "application_id": "A25000000000000001", "landlord": "OPH25", "commune": "25056",
    "rooms": "T3", "financing": "PLUS", "qpv": "non", "surface_m2": "64,5", "rent_eur": "412,30",
    "charges_eur": "95", "floor": "2", "available_on": "01/12/2026", "vacant_since": "15/10/2026",
    "attempts": "0", "reserved_to": "ALS", "ceiling_factor": "1", "residence": "Les Tilleuls", "district": "Planoise",
    "construction_year": "1974", "first_registered_on": "03/04/2024", "renewed_on": "03/04/2026", "persons": "3",
    "choices": "25056|Pontarlier", "adults": "2", "children_under_14": "1", "visiting_children": "0",
    "household_category": "3", "ages_sum": "62", "disabled_persons": "0", "dependants": "1",
    "tax_income_eur": "18500", "tax_income_n1_eur": "17900", "monthly_income_eur": "1650",
    "housing_allowance_eur": "120", "districts_wanted": "Planoise|Battant", "rooms_wanted": "T2|T3",
    "priority_codes": "DALO|difficultés particulières", "dalo_perimeter": "25056", "dalo_rooms": "T3", "current_landlord": "OPH25",
    "current_dwelling": "OPH25-000077", "current_rooms": "2", "current_rent_eur": "380", "current_surface_m2": "48",
    "current_commune": "25056", "current_financing": "PLUS", "current_qpv": "non", "current_floor": "1", "current_available_on": "01/03/2027",
    "address": "12 rue des Tilleuls", "rpls": "250560012345", "heating": "collectif gaz", "consumption_units": "1,8",
    "income_per_uc": "11000", "resources_on": "09/2026", "max_rent_eur": "550", "alternate_custody_children": "1",
    "expected_children": "1", "allowance_eur": "210,40", "rls_eur": "38,20", "effort": "0,31",
    "accounts": "ALS|COLL:25056", "score": "142,5", "refusals": "0", "acceptance": "0,6", "epci": "242500361",
    "grid": "demonstration", "account": "ALS", "rank": "1", "since": "02/11/2026", "signed_on": "12/03/2026",
    "oriented_on": "05/01/2026", "presented_on": "20/01/2026", "attributed_on": "28/01/2026",
    "outcome": "refus du candidat", "reason": "renonce par écrit", "author": "secrétariat CALEOL",
    "expires_on": "31/12/2026", "dwellings": "48", "q1_share": "0,42", "fragility": "forte", "vacant": "3",
    "recent_q1_share": "0,5", "departement": "25", "year": "2026", "area": "25", "share": "0,155", "pool": "", "order": "1", "column": "statut", "label": "En cours d'instruction", "word": "active", "threshold": "11000", "source": "arrêté du …", "target": "DALO", "place": "25", "value": "12", "rubric": "Publics prioritaires", "criterion": "Reconnu DALO", "points": "100", "cap": "160",
    "tolerance": "0,02", "opening_balance": "-2", "proposal_deadline_days": "30", "cap_receiver": "BAILLEUR",
    "turnover": "0,09", "convention": "CONV-2019-04", "ends_on": "31/12/2041", "vacated": "630", "mutation": "95",
    "anru": "12", "orcod": "0", "unfit": "3", "sale": "8", "stock": "20", "as_of": "30/06/2026", "proposed": "3",
    "agreed": "2", "answered_on": "15/07/2026", "from_account": "ALS", "to_account": "ETAT_PRIO", "handed": "1",
    "handed_on": "02/03/2026", "returned": "1", "returned_on": "14/09/2026",
    "programme": "NPNRU Planoise", "offers": "3", "promised_on": "05/01/2026", "due_on": "31/12/2026",
    "published_on": "02/11/2026", "published_at": "bienveo.fr", "publication_proof": "annonce 2026-1187",
    "reference": "DEL-2019-112", "begins_on": "01/07/2019", "loan_repaid_on": "30/06/2049", "expected": "1,5", "arrivals": "4",
}  # fmt: skip


def meaning(column: Column) -> str:
    """What the column says, with its unit."""
    text = column.fr or _MEANING[column.name]
    text = text.replace("OTHER:", "AUTRE:")
    return f"{text} ({column.unit})" if column.unit and column.unit not in text else text


def example(table: Table, column: Column) -> str:
    """One cell as it may be typed."""
    if column.kind == "bool":
        return "oui"
    if column.values and column.kind == "choice":
        return in_french(column)[0][1]
    if table.name == "assiette" and column.name == "stock":
        return "20"
    return _EXAMPLE.get(column.name, "")
