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
    "SIMULATION_CHAINS",
    "--chains {chains} : les années simulées ne proposent pas de chaînes dans une même séance.",
    "--chains {chains}: simulated years propose no chains within one session.",
    expected_fr="0",
    expected_en="0",
    remedy_fr="Gardez --freed on : ce qu'une mutation libère est attribué après le préavis ; pour une séance, attriflux propose --chains {chains}",
    remedy_en="Keep --freed on: what a move frees is let after its notice; for one session, attriflux propose --chains {chains}",
)
