"""What is said of a simulation that cannot be made."""

from __future__ import annotations

from optimizer.errors import define

define(
    "SIMULATION_UNKNOWN",
    "« {what} » n'est pas une politique connue.",
    "“{what}” is not a known policy.",
    expected_fr="{known}, ou all",
    expected_en="{known}, or all",
)
define(
    "SIMULATION_EMPTY",
    "Rien à simuler : il faut au moins un logement et une demande.",
    "Nothing to simulate: at least one dwelling and one application are needed.",
)
define(
    "SIMULATION_SOURCE",
    "« {name} » n'est ni un dossier ni un profil.",
    "“{name}” is neither a case nor a profile.",
    expected_fr="un dossier, un classeur, ou un profil : {known}",
    expected_en="a folder, a workbook, or a profile: {known}",
)
define(
    "SIMULATION_NUMBER",
    "{name} : {value} ne convient pas.",
    "{name}: {value} cannot be used.",
    expected_fr="{expected_fr}",
    expected_en="{expected_en}",
)
define(
    "SIMULATION_PROFILE_ONLY",
    "{name} ne s'applique qu'à un profil : les ménages d'un cas sont ce qu'ils sont.",
    "{name} applies to a profile only: the households of a case are what they are.",
    remedy_fr="Retirez cette option, ou simulez un profil ({known})",
    remedy_en="Leave this option out, or simulate a profile ({known})",
)
define(
    "SIMULATION_ONE_YEAR",
    "{name} est la borne d'une seule année : sur {years} ans il n'y a rien à calculer.",
    "{name} is the bound of one year: over {years} years there is nothing to compute.",
    remedy_fr="Demandez une année, ou une autre politique avec celle-ci",
    remedy_en="Ask for one year, or another policy beside it",
)
define(
    "SIMULATION_FEW_HOUSEHOLDS",
    "L'assiette libère {dwellings:logement/logements} dans l'année pour {households:demande/demandes} en attente ou à venir : des logements restent "
    "vides faute de demandes, quelle que soit la politique.",
    "The assiette vacates {dwellings:dwelling/dwellings} in the year for {households:application/applications} waiting or to come: dwellings stay "
    "empty for want of applications, whatever the policy.",
    remedy_fr="Joignez les demandes de tout le parc que compte l'assiette, ou dites combien de logements vivre (--dwellings N)",
    remedy_en="Add the applications of the whole stock that the assiette counts, or say how many dwellings to live (--dwellings N)",
)
define(
    "SIMULATION_CHAINS",
    "--chains {chains} avec --freed off : un locataire qui mute n'y libère rien, il n'y a pas de chaîne.",
    "--chains {chains} with --freed off: a tenant who moves leaves nothing there, no chain begins.",
    expected_fr="--freed on, ou --chains 0",
    expected_en="--freed on, or --chains 0",
    remedy_fr="Retirez --freed off, ou --chains",
    remedy_en="Leave out --freed off, or --chains",
)
define(
    "SIMULATION_CHAINS_LONG",
    "--chains {chains} : {homes:locataire pourrait/locataires pourraient} libérer un logement, à chaque place d'une chaîne ; une séance en pèse {limit:place/places} au plus.",
    "--chains {chains}: {homes:tenant/tenants} might free a dwelling, at every place of a chain; a session weighs {limit:place/places} at most.",
    expected_fr="--chains {fits} au plus",
    expected_en="--chains {fits} at most",
    remedy_fr="Écrivez --chains {fits}, ou simulez moins de demandes (--pool, --arrivals)",
    remedy_en="Write --chains {fits}, or simulate fewer applications (--pool, --arrivals)",
)
define(
    "SIMULATION_OTHER_LAW",
    "Les règles (models) ne sont plus celles du début de la simulation, ou un des calculateurs en lit d'autres : ses années ne se compareraient pas.",
    "The rules (models) are no longer those that the simulation began with, or one of the workers reads others: its years could not be compared.",
    remedy_fr="Relancez la simulation, avec le même dossier models sur chaque machine",
    remedy_en="Run the simulation again, with the same models folder on every machine",
)
