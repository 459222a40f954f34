"""The tables of a case: canonical column names, French aliases, kinds, units (design §2).

The importers read by this schema, the template and the documentation are generated from it, ``synth`` writes by it.
Canonical dtypes of a frame: ``id/text/insee/choice/list/qpv`` -> pandas ``str`` (missing: NaN; a list keeps its items
joined by ``|``; choices are the lower-case words of ``values``); ``int/rooms`` -> ``Int64``; ``decimal/money/rate`` ->
``float64`` (NaN missing); ``bool`` -> ``boolean``; ``date`` and ``month`` (its first day) -> ``datetime64[s]``
(NaT missing).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

import pandas as pd

Kind = Literal[
    "id",
    "text",
    "insee",
    "int",
    "rooms",
    "decimal",
    "money",
    "rate",
    "bool",
    "date",
    "month",
    "choice",
    "list",
    "qpv",
]

_DTYPES: dict[str, str] = {
    "id": "str", "text": "str", "insee": "str", "choice": "str", "list": "str", "qpv": "str",
    "int": "Int64", "rooms": "Int64", "decimal": "float64", "money": "float64", "rate": "float64",
    "bool": "boolean", "date": "datetime64[s]", "month": "datetime64[s]",
}  # fmt: skip

MOST_A_MONTH, MOST_A_YEAR = 1_000_000, 100_000_000
"""Euros at most: nobody has as much, and a number of a household in the column of an income or a rent is told."""
MANY = 10_000_000
"""Dwellings, or places on a list, at most: France has some five million dwellings of social housing."""
MOST_POINTS = 1_000_000
"""Points of a score at most, above or below zero: the micropoints of a country's first ranks together still are whole numbers of 64 bits,
and a score with its two decimals a number that a spreadsheet writes exactly. Grids in use stay below a thousand or so."""


@dataclass(frozen=True)
class Column:
    """One column: canonical name, French alias, kind, closed values, unit and what it says in both languages."""

    name: str
    kind: Kind
    alias: str = ""
    required: bool = False
    values: tuple[str, ...] = ()
    unit: str = ""
    low: float | None = None
    high: float | None = None
    max_length: int | None = None
    items: Kind | None = None
    """For lists: the kind of one item (``insee``, ``choice``, ``rooms`` or ``text``)."""
    fr: str = ""
    en: str = ""
    also: tuple[str, ...] = ()
    """Other names under which files give it."""

    @property
    def dtype(self) -> str:
        return _DTYPES[self.kind]

    @property
    def names(self) -> tuple[str, ...]:
        """Every name the column is known by, the canonical one first."""
        return tuple(n for n in (self.name, self.alias, *self.also) if n)


@dataclass(frozen=True)
class Table:
    """One table: canonical name, French alias (sheet or file stem), columns, key columns."""

    name: str
    alias: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    extra: bool = False
    """Whether columns outside the schema are kept (criteria declared by a grid)."""
    fr: str = ""
    en: str = ""

    def column(self, name: str) -> Column:
        """The column of that canonical name (KeyError when there is none)."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


def _c(name: str, kind: Kind, alias: str = "", fr: str = "", en: str = "", **more: object) -> Column:
    return Column(name, kind, alias, fr=fr, en=en, **more)  # type: ignore[arg-type]


FINANCINGS = ("plai", "plus", "pls")
ACCESS = ("none", "accessible", "adapted")
MOBILITY = ("none", "no_stairs", "accessible", "adapted")
EXCLUSIONS = ("none", "mutation", "anru", "orcod", "unfit", "sale", "stock")
RELOCATIONS = ("none", "npnru", "orcod", "unfit", "sale")
PRIORITY_CODES = tuple(["dalo", *"abcdefg", "gbis", *"hijklmn"])
PROOFS = ("declared", "verified", "labelled")
STAGES = ("oriented", "nominated", "commission", "offered")
MODES = ("direct", "delegated", "partial")
ENERGY_LABELS = tuple("abcdefg")
DECISIONS_TAKEN = ("pin", "forbid", "orient")
COUNT_RULES = ("oriented", "presented", "attributed", "signed")

DWELLINGS = Table(
    "dwellings", "logements", key=("dwelling_id",),
    fr="Logements libérés à proposer", en="Vacated dwellings to propose",
    columns=(
        _c("dwelling_id", "id", "logement", "Identifiant du logement, unique", "Dwelling identifier, unique", required=True),
        _c("landlord", "text", "bailleur", "Code du bailleur", "Landlord code", required=True),
        _c("commune", "insee", "commune", "Code INSEE de la commune, 5 caractères", "INSEE code, 5 characters", required=True),
        _c("rooms", "rooms", "pieces", "Nombre de pièces principales : 1 à 6 (6 = 6 et plus), « T3 » accepté", "Main rooms 1..6 (6 = 6 or more), T3 accepted", required=True, low=1, high=6),
        _c("financing", "choice", "financement", "Financement : PLAI, PLUS ou PLS", "Financing: PLAI, PLUS or PLS", required=True, values=FINANCINGS),
        _c("qpv", "qpv", "qpv", "En QPV : oui/non, ou code du quartier", "In a QPV: yes/no, or the QPV code"),
        _c("surface_m2", "decimal", "surface", "Surface habitable", "Living area", unit="m²", low=5, high=500),
        _c("rent_eur", "money", "loyer", "Loyer principal mensuel", "Monthly rent", unit="€/mois", low=0, high=MOST_A_MONTH),
        _c("charges_eur", "money", "charges", "Charges mensuelles", "Monthly charges", unit="€/mois", low=0, high=MOST_A_MONTH),
        _c("accessible", "choice", "pmr", "Accessibilité : non accessible, accessible, adapté", "Accessibility", values=ACCESS),
        _c("floor", "int", "etage", "Étage (0 = rez-de-chaussée)", "Floor (0 = ground)", low=-5, high=60),
        _c("lift", "bool", "ascenseur", "Ascenseur", "Lift"),
        _c("available_on", "date", "disponible_le", "Date de disponibilité", "Available on"),
        _c("vacant_since", "date", "vacant_depuis", "Vacant depuis", "Vacant since"),
        _c("attempts", "int", "orientations_precedentes", "Orientations précédentes sans suite", "Previous orientations", low=0, high=1_000),
        _c("reserved_to", "text", "reserve_a", "Compte auquel le logement est réservé (en stock ou première mise en location promise)", "Account it is reserved to"),
        _c("assiette_exclusion", "choice", "exclusion_assiette", "Motif d'exclusion de l'assiette du flux", "Reason for exclusion from the flux base", values=EXCLUSIONS),
        _c("ceiling_factor", "decimal", "derogation_plafond", "Dérogation au plafond de ressources (1 = sans)", "Factor on the income ceiling (1 = none)", low=0.5, high=3),
        _c("first_letting", "bool", "premiere_mise_en_location", "Première mise en location", "First letting"),
        _c("priority_mix_residence", "bool", "residence_mixite", "Résidence à enjeu prioritaire de mixité sociale", "Priority-mix residence"),
        _c("residence", "text", "residence", "Résidence", "Residence"),
        _c("district", "text", "quartier", "Quartier", "District"),
        _c("construction_year", "int", "annee", "Année de construction", "Construction year", low=1600, high=2100),
        _c("address", "text", "adresse", "Adresse (imprimée, jamais cotée)", "Address (printed, never scored)"),
        _c("energy_label", "choice", "dpe", "Étiquette énergie (DPE), A à G (imprimée, jamais cotée)", "Energy label, A to G (printed, never scored)", values=ENERGY_LABELS),
        _c("rpls", "text", "numero_rpls", "Numéro RPLS (imprimé, jamais coté)", "RPLS number (printed, never scored)"),
        _c("heating", "text", "chauffage", "Chauffage (imprimé, jamais coté)", "Heating (printed, never scored)"),
        _c("published_on", "date", "publie_le", "Premier jour de la publicité du logement (imprimé, jamais coté)", "First day the dwelling was advertised (printed, never scored)"),
        _c("published_at", "text", "publie_ou", "Où il a été publié : site, agence, commune (imprimé, jamais coté)", "Where it was advertised: site, agency, commune (printed, never scored)", max_length=120),
        _c("publication_proof", "text", "preuve_publicite", "Référence de la preuve de publicité : annonce, capture, constat (imprimée, jamais cotée)", "Reference of the proof of advertising: notice, screenshot, report (printed, never scored)", max_length=80),
        _c("subsidy_d331_25_1", "bool", "subvention_d331_25_1", "Logement financé par la subvention de CCH D. 331-25-1 : un candidat suffit", "Financed by the subsidy of CCH D. 331-25-1: one candidate is enough"),
    ),
)  # fmt: skip

APPLICATIONS = Table(
    "applications", "demandes", key=("application_id",), extra=True,
    fr="Demandes actives", en="Active applications",
    columns=(
        _c("application_id", "id", "numero_unique", "Numéro unique, texte de 18 caractères au plus", "Unique number, text of at most 18 characters", required=True, max_length=18),
        _c("first_registered_on", "date", "premiere_demande_le", "Date de la première demande", "First registered on", required=True),
        _c("persons", "int", "personnes", "Personnes à loger", "Persons to house", required=True, low=1, high=30),
        _c("choices", "list", "communes_souhaitees", "Communes souhaitées, codes INSEE ou noms, par ordre de préférence, séparées par |", "INSEE codes in order of preference, separated by |", required=True, items="insee"),
        _c("status", "choice", "statut", "Statut de la demande", "Status", values=("active", "to_renew", "struck_off")),
        _c("renewed_on", "date", "renouvelee_le", "Dernier renouvellement", "Last renewal"),
        _c("adults", "int", "adultes", "Adultes", "Adults", low=0, high=30),
        _c("children_under_14", "int", "enfants_moins_14", "Enfants de moins de 14 ans", "Children under 14", low=0, high=30),
        _c("visiting_children", "int", "enfants_en_visite", "Enfants en droit de visite : comptent pour la taille, pas pour les plafonds", "Visiting children: count for size, not ceilings", low=0, high=30),
        _c("household_category", "int", "categorie", "Catégorie de ménage pour les plafonds, 1 à 6", "Household category 1..6+", low=1, high=20),
        _c("couple", "bool", "couple", "Couple", "Couple"),
        _c("ages_sum", "int", "somme_ages", "Somme des âges du couple", "Sum of the ages of the couple", unit="ans", low=0, high=250),
        _c("disabled_persons", "int", "personnes_handicapees", "Personnes handicapées", "Disabled persons", low=0, high=30),
        _c("dependants", "int", "personnes_a_charge", "Personnes à charge", "Dependants", low=0, high=30),
        _c("tax_income_eur", "money", "revenu_fiscal", "Revenu fiscal de référence N-2", "Reference tax income N-2", unit="€/an", low=0, high=MOST_A_YEAR),
        _c("tax_income_n1_eur", "money", "revenu_fiscal_n1", "Revenu fiscal de référence N-1", "Reference tax income N-1", unit="€/an", low=0, high=MOST_A_YEAR),
        _c("monthly_income_eur", "money", "revenus_mensuels", "Ressources mensuelles du ménage", "Monthly income", unit="€/mois", low=0, high=MOST_A_MONTH),
        _c("income_status", "choice", "statut_revenus", "Revenus déclarés ou vérifiés", "Declared or verified", values=("declared", "verified")),
        _c("housing_allowance_eur", "money", "apl", "Aide au logement du logement actuel (imprimée, jamais reprise pour un autre logement)", "Housing allowance of the present dwelling (printed, never used for another)", also=("apl_actuelle",), unit="€/mois", low=0, high=MOST_A_MONTH),
        _c("consumption_units", "decimal", "unites_consommation", "Unités de consommation du ménage ; données, elles sont reprises telles quelles", "Consumption units of the household; taken as given", unit="UC", low=1, high=30),
        _c("income_per_uc", "money", "revenu_par_uc", "Revenu annuel par unité de consommation ; donné, il est repris tel quel", "Yearly income per consumption unit; taken as given", unit="€/an", low=0, high=MOST_A_YEAR),
        _c("first_quartile", "bool", "premier_quartile", "Ménage du premier quartile ; donné, il est repris tel quel", "Household of the first quartile; taken as given"),
        _c("resources_on", "month", "ressources_au", "Mois des ressources", "Month of the resources"),
        _c("max_rent_eur", "money", "loyer_max", "Loyer que le ménage dit pouvoir payer, charges comprises", "Rent the household says it can pay, charges included", unit="€/mois", low=0, high=MOST_A_MONTH),
        _c("alternate_custody_children", "int", "garde_alternee", "Enfants en garde alternée : comptent pour la taille", "Children in alternate custody: count for size", low=0, high=30),
        _c("expected_children", "int", "enfants_attendus", "Enfants attendus : comptent pour la taille", "Expected children: count for size", low=0, high=10),
        _c("extend", "bool", "elargir", "Accepte les autres communes du même EPCI", "Other communes of the same EPCI"),
        _c("districts_wanted", "list", "quartiers", "Quartiers souhaités, séparés par |", "Districts wanted", items="text"),
        _c("rooms_wanted", "list", "pieces_souhaitees", "Typologies souhaitées, séparées par |", "Rooms wanted", items="rooms"),
        _c("mobility_need", "choice", "besoin_pmr", "Besoin lié au handicap", "Mobility need", values=MOBILITY),
        _c("priority_codes", "list", "publics_prioritaires", "Publics prioritaires : DALO et lettres de l'article L. 441-1, ou leurs mots, séparés par |", "DALO, a..n, gbis", items="choice", values=PRIORITY_CODES),
        _c("priority_status", "choice", "preuve_priorite", "Preuve de la priorité", "Proof", values=PROOFS),
        _c("prefet_designated", "bool", "designe_prefet", "Désigné par le préfet au titre de CCH L. 441-2-3 (un label DALO n'est pas une désignation)", "Designated by the préfet under CCH L. 441-2-3 (a DALO label is not a designation)"),
        _c("dalo_perimeter", "list", "perimetre_dalo", "Communes fixées par la commission de médiation", "Communes fixed by the commission de médiation", items="insee"),
        _c("dalo_rooms", "list", "pieces_dalo", "Typologies fixées par la commission de médiation", "Rooms fixed by the commission de médiation", items="rooms"),
        _c("accepts_qpv", "bool", "accepte_qpv", "Accepte un logement en QPV", "Accepts a dwelling in a QPV"),
        _c("relocation", "choice", "relogement", "Relogement opérationnel", "Relocation", values=RELOCATIONS),
        _c("current_landlord", "text", "bailleur_actuel", "Bailleur actuel (renseigné : locataire du parc social)", "Current landlord (set = sitting social tenant)"),
        _c("current_dwelling", "text", "logement_actuel", "Logement actuel", "Current dwelling"),
        _c("current_rooms", "rooms", "pieces_actuelles", "Pièces du logement actuel", "Current rooms", low=1, high=6),
        _c("current_rent_eur", "money", "loyer_actuel", "Loyer actuel", "Current rent", unit="€/mois", low=0, high=MOST_A_MONTH),
        _c("current_surface_m2", "decimal", "surface_actuelle", "Surface actuelle", "Current surface", unit="m²", low=0, high=1000),
        _c("current_commune", "insee", "commune_actuelle", "Commune du logement actuel, code INSEE", "Commune of the present dwelling, INSEE code"),
        _c("current_financing", "choice", "financement_actuel", "Financement du logement actuel", "Financing of the present dwelling", values=FINANCINGS),
        _c("current_qpv", "qpv", "qpv_actuel", "Logement actuel en QPV : oui/non, ou code du quartier", "Present dwelling in a QPV: yes/no, or the QPV code"),
        _c("current_accessible", "choice", "pmr_actuel", "Accessibilité du logement actuel", "Accessibility of the present dwelling", values=ACCESS),
        _c("current_floor", "int", "etage_actuel", "Étage du logement actuel (0 = rez-de-chaussée)", "Floor of the present dwelling (0 = ground)", low=-5, high=60),
        _c("current_lift", "bool", "ascenseur_actuel", "Ascenseur dans le logement actuel", "Lift in the present dwelling"),
        _c("current_available_on", "date", "liberable_le", "Date à laquelle le logement actuel serait libre", "When the present dwelling would be free"),
        _c("als_employee", "bool", "salarie_al", "Salarié d'une entreprise cotisant à Action Logement", "Action Logement employee"),
        _c("public_agent", "bool", "agent_public", "Agent public", "Public agent"),
        _c("essential_worker", "bool", "travailleur_essentiel", "Travailleur essentiel", "Essential worker"),
        _c("local_job", "bool", "emploi_local", "Emploi sur le territoire", "Local job"),
        _c("accounts", "list", "reservataires", "Réservataires qui peuvent la désigner ; vide = déduits", "Accounts; empty = derived", items="text"),
        _c("score", "decimal", "cotation", "Cotation déjà calculée ; vide = grille", "Score already computed; empty = grid", unit="points", low=-MOST_POINTS, high=MOST_POINTS),
        _c("refusals", "int", "refus", "Refus sans motif légitime, 12 derniers mois", "Refusals without legitimate reason, 12 months", low=0, high=50),
        _c("acceptance", "rate", "acceptation", "Probabilité d'acceptation", "Acceptance probability", low=0, high=1),
        _c("dossier", "choice", "dossier", "État du dossier", "File", values=("complete", "to_verify", "unreachable")),
    ),
)  # fmt: skip

SCORES = Table(
    "scores", "scores", key=("application_id", "epci", "grid"),
    fr="Cotations déjà calculées, par EPCI et grille", en="Scores per EPCI and grid",
    columns=(
        _c("application_id", "id", "numero_unique", required=True, max_length=18),
        _c("epci", "text", "epci", required=True), _c("grid", "text", "grille", required=True),
        _c("score", "decimal", "cotation", required=True, unit="points", low=-MOST_POINTS, high=MOST_POINTS),
    ),
)  # fmt: skip

NOMINATIONS = Table(
    "nominations", "designations", key=("account", "application_id", "dwelling_id"),
    fr="Candidats désignés par les réservataires", en="Households named by the réservataires",
    columns=(
        _c("account", "text", "reservataire", required=True),
        _c("application_id", "id", "numero_unique", required=True, max_length=18),
        _c("dwelling_id", "id", "logement"), _c("rank", "int", "rang", required=True, low=1, high=MANY),
    ),
)  # fmt: skip

IN_PROGRESS = Table(
    "in_progress", "en_cours", key=("dwelling_id", "application_id"),
    fr="Orientations et candidatures en cours", en="Work in progress",
    columns=(
        _c("dwelling_id", "id", "logement", required=True), _c("landlord", "text", "bailleur", required=True),
        _c("commune", "insee", "commune", required=True), _c("qpv", "qpv", "qpv"),
        _c("rooms", "rooms", "pieces", low=1, high=6), _c("financing", "choice", "financement", values=FINANCINGS),
        _c("account", "text", "reservataire", required=True),
        _c("application_id", "id", "numero_unique", max_length=18),
        _c("stage", "choice", "etape", required=True, values=STAGES), _c("since", "date", "depuis", required=True),
    ),
)  # fmt: skip

LEASES = Table(
    "leases", "baux", key=("dwelling_id", "signed_on"),
    fr="Baux signés depuis le 1er janvier", en="Leases signed since 1 January",
    columns=(
        _c("dwelling_id", "id", "logement", required=True), _c("landlord", "text", "bailleur", required=True),
        _c("commune", "insee", "commune", required=True), _c("qpv", "qpv", "qpv"),
        _c("rooms", "rooms", "pieces", low=1, high=6), _c("financing", "choice", "financement", values=FINANCINGS),
        _c("construction_year", "int", "annee", low=1600, high=2100),
        _c("account", "text", "reservataire", required=True),
        _c("application_id", "id", "numero_unique", max_length=18), _c("signed_on", "date", "signe_le", required=True),
        _c("q1", "choice", "q1", values=("yes", "no", "unknown")),
        _c("priority_codes", "list", "publics_prioritaires", items="choice", values=PRIORITY_CODES),
        _c("priority_status", "choice", "preuve_priorite", values=PROOFS),
        _c("relocation", "choice", "relogement", values=RELOCATIONS),
        _c("essential_worker", "bool", "travailleur_essentiel"), _c("mutation", "bool", "mutation"),
        _c("in_flux", "bool", "dans_le_flux"),
    ),
)  # fmt: skip

EVENTS = Table(
    "events", "evenements", key=("dwelling_id", "account", "application_id", "oriented_on"),
    fr="Suivi des orientations", en="Events",
    columns=(
        _c("dwelling_id", "id", "logement", required=True), _c("account", "text", "reservataire", required=True),
        _c("application_id", "id", "numero_unique", max_length=18), _c("oriented_on", "date", "oriente_le"),
        _c("presented_on", "date", "presente_le"), _c("attributed_on", "date", "attribue_le"),
        _c("signed_on", "date", "signe_le"), _c("outcome", "text", "issue"),
        _c("landlord", "text", "bailleur", "Bailleur du logement : avec la commune, le décrit s'il n'est plus ni dans les logements, ni dans les en_cours, ni dans les baux", "Landlord of the dwelling: with the commune, describes one that stands no more in dwellings, in_progress or leases"),
        _c("commune", "insee", "commune", "Code INSEE de la commune du logement, 5 caractères", "INSEE code of the dwelling's commune, 5 characters"),
        _c("qpv", "qpv", "qpv", "En QPV : oui/non, ou code du quartier", "In a QPV: yes/no, or the QPV code"),
        _c("rooms", "rooms", "pieces", "Nombre de pièces principales : 1 à 6 (6 = 6 et plus), « T3 » accepté", "Main rooms 1..6 (6 = 6 or more), T3 accepted", low=1, high=6),
        _c("financing", "choice", "financement", "Financement : PLAI, PLUS ou PLS", "Financing: PLAI, PLUS or PLS", values=FINANCINGS),
        _c("construction_year", "int", "annee", "Année de construction", "Construction year", low=1600, high=2100),
        _c("in_flux", "bool", "dans_le_flux", "Logement de l'assiette du flux ; vide = oui", "Dwelling of the flux base; empty = yes"),
    ),
)  # fmt: skip

SIMULATIONS = Table(
    "simulations", "simulations", key=("dwelling_id", "application_id"),
    fr="Aides au logement et taux d'effort simulés ailleurs, par logement et demande",
    en="Housing allowances and effort rates simulated elsewhere, per dwelling and application",
    columns=(
        _c("dwelling_id", "id", "logement", "Logement", "Dwelling", required=True),
        _c("application_id", "id", "numero_unique", "Numéro unique", "Unique number", required=True, max_length=18),
        _c("allowance_eur", "money", "apl_simulee", "Aide au logement simulée pour ce logement", "Allowance simulated for this dwelling", unit="€/mois", low=0, high=MOST_A_MONTH),
        _c("rls_eur", "money", "rls", "Réduction de loyer de solidarité", "Solidarity rent reduction", unit="€/mois", low=0, high=MOST_A_MONTH),
        _c("effort", "decimal", "taux_effort", "Taux d'effort simulé (0,31 pour 31 %) ; il prime sur tout calcul", "Simulated effort rate (0.31 for 31%); it wins over any computation", low=0, high=10),
    ),
)  # fmt: skip

DECISIONS = Table(
    "decisions", "decisions", key=("dwelling_id", "application_id", "decision"),
    fr="Décisions prises avant le calcul", en="Decisions taken before the run",
    columns=(
        _c("dwelling_id", "id", "logement"), _c("application_id", "id", "numero_unique", max_length=18),
        _c("account", "text", "reservataire", "Réservataire : celui du ménage imposé, celui vers qui le logement est orienté", "Account: that of the pin, or the one the dwelling goes to (orient)"),
        _c("decision", "choice", "decision", required=True, values=DECISIONS_TAKEN),
        _c("reason", "text", "motif", required=True), _c("author", "text", "auteur", required=True),
        _c("expires_on", "date", "expire_le"),
    ),
)  # fmt: skip

FORECAST = Table(
    "forecast", "prevision",
    fr="Logements que le bailleur s'attend à voir libérés d'ici le 31 décembre, une ligne par sorte de logement", en="Dwellings the landlord expects to be vacated by 31 December, one line per kind",
    columns=(
        _c("landlord", "text", "bailleur", required=True), _c("commune", "insee", "commune", required=True),
        _c("rooms", "rooms", "pieces", required=True, low=1, high=6), _c("financing", "choice", "financement", required=True, values=FINANCINGS),
        _c("accessible", "choice", "pmr", "Accessibilité : non accessible, accessible, adapté ; vide = non accessible", "Accessibility; empty = none", values=ACCESS),
        _c("floor", "int", "etage", "Étage (0 = rez-de-chaussée) ; vide = inconnu", "Floor (0 = ground); empty = unknown", low=-5, high=60),
        _c("lift", "bool", "ascenseur", "Ascenseur ; vide = inconnu", "Lift; empty = unknown"),
        _c("expected", "decimal", "attendus", "Logements attendus entre cette séance et le 31 décembre, deux décimales au plus", "Dwellings expected between this session and 31 December, at most two decimals", required=True, unit="logements", low=0, high=1_000),
        _c("arrivals", "int", "arrivees", "Demandes recevables pour eux qui s'ajouteront d'ici là ; vide = 0", "Eligible applications that will come in by then; empty = 0", unit="demandes", low=0, high=100_000),
    ),
)  # fmt: skip

RESIDENCES = Table(
    "residences", "residences", key=("residence",),
    fr="Occupation des résidences", en="Residences",
    columns=(
        _c("residence", "text", "residence", required=True), _c("dwellings", "int", "logements", low=0, high=MANY),
        _c("q1_share", "rate", "part_q1", low=0, high=1), _c("fragility", "text", "fragilite"),
        _c("vacant", "int", "vacants", low=0, high=MANY), _c("recent_q1_share", "rate", "part_q1_recente", low=0, high=1),
    ),
)  # fmt: skip

CONVENTIONS = Table(
    "conventions", "conventions", key=("landlord", "departement", "year", "area", "account"),
    fr="Conventions de réservation", en="Reservation agreements",
    columns=(
        _c("landlord", "text", "bailleur", required=True), _c("departement", "text", "departement", required=True),
        _c("year", "int", "annee", required=True, low=2020, high=2100), _c("area", "text", "perimetre"),
        _c("account", "text", "reservataire", required=True),
        _c("share", "rate", "part", required=True, low=0, high=1), _c("pool", "text", "vivier"),
        _c("management_mode", "choice", "gestion", values=MODES),
        _c("count_rule", "choice", "regle_decompte", values=COUNT_RULES),
        _c("tolerance", "rate", "tolerance", low=0, high=1), _c("carry_over", "bool", "report"),
        _c("opening_balance", "decimal", "solde_ouverture", unit="logements", low=-MANY, high=MANY),
        _c("proposal_deadline_days", "int", "delai_designation", unit="jours", low=0, high=365),
        _c("cap_receiver", "text", "beneficiaire_plafond"),
    ),
)  # fmt: skip

STOCK = Table(
    "stock", "stock",
    fr="Inventaire du parc réservé", en="Inventory of reserved stock",
    columns=(
        _c("landlord", "text", "bailleur", required=True), _c("departement", "text", "departement", required=True),
        _c("account", "text", "reservataire", required=True), _c("commune", "insee", "commune"),
        _c("rooms", "rooms", "pieces", low=1, high=6), _c("financing", "choice", "financement", values=FINANCINGS),
        _c("qpv", "qpv", "qpv"), _c("dwellings", "int", "logements", required=True, low=0, high=MANY),
        _c("turnover", "rate", "rotation", low=0, high=1), _c("convention", "text", "convention"),
        _c("ends_on", "date", "fin_le"),
        _c("rights_kind", "choice", "nature_droits", values=("recurring", "single", "empty")),
    ),
)  # fmt: skip

ASSIETTE = Table(
    "assiette", "assiette", key=("landlord", "departement", "year", "basis"),
    fr="Assiette du flux", en="Flux base",
    columns=(
        _c("landlord", "text", "bailleur", required=True), _c("departement", "text", "departement", required=True),
        _c("year", "int", "annee", required=True, low=2020, high=2100),
        _c("basis", "choice", "nature", required=True, values=("forecast", "actual")),
        _c("vacated", "int", "liberes", required=True, low=0, high=MANY), _c("mutation", "int", "mutations", low=0, high=MANY),
        _c("anru", "int", "anru", low=0, high=MANY), _c("orcod", "int", "orcod", low=0, high=MANY), _c("unfit", "int", "insalubrite", low=0, high=MANY),
        _c("sale", "int", "vente", low=0, high=MANY), _c("stock", "int", "en_stock", low=0, high=MANY),
    ),
)  # fmt: skip

ANSWERS_GIVEN = ("accepted", "amended", "refused")

ANSWERS = Table(
    "answers", "reponses", key=("landlord", "departement", "area", "account", "as_of"),
    fr="Réponses des réservataires au point de milieu d'année", en="Answers of the réservataires to the mid-year sheet",
    columns=(
        _c("landlord", "text", "bailleur", required=True), _c("departement", "text", "departement", required=True),
        _c("area", "text", "perimetre", required=True), _c("account", "text", "reservataire", required=True),
        _c("as_of", "date", "arrete_au", "Date du point auquel on répond", "Date of the sheet answered", required=True),
        _c("proposed", "int", "ajustement_propose", "Logements à orienter en plus (ou en moins) d'ici le 31 décembre", "Dwellings to orient more (or fewer) by 31 December", unit="logements", low=-100_000, high=100_000),
        _c("answer", "choice", "reponse", "Réponse : acceptée, modifiée, refusée ; vide = pas encore", "Answer: accepted, amended, refused; empty = not yet", values=ANSWERS_GIVEN),
        _c("agreed", "int", "ajustement_convenu", "Logements convenus, si la réponse modifie", "Dwellings agreed, where the answer amends", unit="logements", low=-100_000, high=100_000),
        _c("answered_on", "date", "repondu_le", "Date de la réponse", "Date of the answer"),
    ),
)  # fmt: skip

HANDOVERS = Table(
    "handovers", "cessions", key=("landlord", "from_account", "to_account", "dwelling_id", "handed_on"),
    fr="Logements cédés pour un temps d'un réservataire à un autre", en="Dwellings handed for a time from one réservataire to another",
    columns=(
        _c("landlord", "text", "bailleur", required=True), _c("departement", "text", "departement", required=True),
        _c("from_account", "text", "cede_par", "Réservataire qui cède", "Account that hands over", required=True),
        _c("to_account", "text", "cede_a", "Réservataire qui reçoit et qui devra rendre", "Account that receives, and owes", required=True),
        _c("dwelling_id", "id", "logement", "Logement cédé ; vide : une part, en nombre de logements", "Dwelling handed; empty: a share, as a number of dwellings"),
        _c("handed", "int", "logements_cedes", "Logements cédés ; vide = 1", "Dwellings handed; empty = 1", unit="logements", low=1, high=10_000),
        _c("handed_on", "date", "cede_le", "Date de la cession", "Date handed over", required=True),
        _c("returned", "int", "logements_rendus", "Logements rendus à ce jour ; vide = 0", "Dwellings given back; empty = 0", unit="logements", low=0, high=10_000),
        _c("returned_on", "date", "rendu_le", "Date du dernier retour", "Date last given back"),
    ),
)  # fmt: skip

CHARTERS = Table(
    "charters", "chartes", key=("programme", "application_id"),
    fr="Engagements des chartes de relogement, par ménage", en="Promises of relocation charters, by household",
    columns=(
        _c("programme", "text", "operation", "Programme de relogement", "Relocation programme", required=True, max_length=80),
        _c("application_id", "id", "numero_unique", "Ménage à reloger", "Household to relocate", required=True, max_length=18),
        _c("offers", "int", "propositions_promises", "Propositions promises par la charte", "Offers the charter promises", required=True, low=1, high=20),
        _c("promised_on", "date", "promis_le", "Date à laquelle court l'engagement", "Date the promise runs from"),
        _c("due_on", "date", "avant_le", "Date avant laquelle l'engagement est tenu", "Date by which the promise is kept", required=True),
    ),
)  # fmt: skip

COUNTERPARTS = ("guarantee", "financing", "land")

COMMITMENTS = Table(
    "commitments", "engagements", key=("landlord", "departement", "account", "area", "reference", "programme"),
    fr="Engagements : ce que les réservataires apportent, et les droits qu'ils en tirent", en="Commitments: what the réservataires bring, and the rights it gives them",
    columns=(
        _c("landlord", "text", "bailleur", required=True), _c("departement", "text", "departement", required=True),
        _c("account", "text", "reservataire", "Réservataire qui apporte la contrepartie et tient les droits", "Account that brings the counterpart and holds the rights", required=True),
        _c("counterpart", "choice", "contrepartie", "Contrepartie : garantie d'emprunt, financement ou terrain", "Counterpart: guarantee (of a loan), financing or land", required=True, values=COUNTERPARTS),
        _c("reference", "text", "acte", "Référence de l'acte : délibération, convention de garantie, acte de vente", "Reference of the document: deliberation, guarantee agreement, deed", required=True, max_length=80),
        _c("signed_on", "date", "signe_le", "Date de signature de l'acte", "Date the document was signed", required=True),
        _c("begins_on", "date", "debut_le", "Premier jour des droits ; vide = date de signature", "First day of the rights; empty = date signed"),
        _c("ends_on", "date", "fin_le", "Dernier jour des droits d'après l'acte ; vide = sans terme", "Last day of the rights by the document; empty = without end"),
        _c("loan_repaid_on", "date", "pret_rembourse_le", "Dernier versement du prêt garanti : les droits d'une commune ou d'un EPCI courent encore le temps que donne CCH R. 441-6 (national.flux.guarantee_extension_years)", "Last instalment of the guaranteed loan: the rights of a commune or EPCI last for the time that CCH R. 441-6 gives (national.flux.guarantee_extension_years)"),
        _c("dwellings", "int", "logements", "Logements réservés dans le parc ; la part compte si l'acte la donne aussi", "Dwellings reserved in the stock; the share counts where the document gives it too", unit="logements", low=1, high=1_000_000),
        _c("turnover", "rate", "rotation", "Rotation annuelle de ces logements ; vide = moyenne du bailleur", "Yearly turnover of these dwellings; empty = the landlord's mean", low=0, high=1),
        _c("share", "rate", "part", "Part du flux annuel ; vide : celle que valent les logements", "Share of the yearly flux; empty: what the dwellings are worth", low=0, high=1),
        _c("area", "text", "perimetre", "Périmètre de la part ; vide = celui de COLL:…, sinon le département", "Area of the share; empty = that of COLL:…, else the département"),
        _c("programme", "text", "operation", "Programme financé, garanti ou bâti sur le terrain", "Programme financed, guaranteed or built on the land", max_length=80),
        _c("rpls", "list", "numeros_rpls", "Numéros RPLS des logements, séparés par |", "RPLS numbers of the dwellings, separated by |", items="text"),
        _c("convention", "text", "convention", "Convention du stock que l'engagement porte", "Agreement of the stock the commitment stands behind"),
    ),
)  # fmt: skip

TABLES: dict[str, Table] = {
    t.name: t
    for t in (
        DWELLINGS, APPLICATIONS, SCORES, NOMINATIONS, IN_PROGRESS, LEASES, EVENTS, SIMULATIONS, DECISIONS, FORECAST, RESIDENCES,
        CONVENTIONS, STOCK, ASSIETTE, ANSWERS, HANDOVERS, CHARTERS, COMMITMENTS,
    )
}  # fmt: skip


def table(name: str) -> Table:
    """The table of that canonical name (KeyError when there is none)."""
    return TABLES[name]


def empty_frame(name: str) -> pd.DataFrame:
    """A frame with the canonical columns of the table and no rows."""
    return _empty(name).copy(deep=False)


@cache
def _empty(name: str) -> pd.DataFrame:
    # a case asks for the tables it does not have some forty times
    return pd.DataFrame({c.name: pd.Series([], dtype=c.dtype) for c in TABLES[name].columns})
