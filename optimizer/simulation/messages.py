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
