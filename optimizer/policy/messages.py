"""Error codes of ``policy`` with their French and English sentences, and the exception that carries them."""

from __future__ import annotations

from optimizer.errors import AttrifluxError, define


class PolicyError(AttrifluxError):
    """A file of ``models/`` or a change cannot be used; ``code`` and ``params`` say which and why."""


define(
    "YAML_UNREADABLE",
    "{file}, ligne {line} : le fichier n'est pas du YAML lisible ({detail}).",
    "{file}, line {line}: the file is not readable YAML ({detail}).",
)
define(
    "YAML_DUPLICATE_KEY",
    "{file}, ligne {line} : la clé « {key} » figure deux fois (première fois ligne {first}).",
    "{file}, line {line}: the key “{key}” appears twice (first on line {first}).",
)
define(
    "YAML_BAD_DATE",
    "{file}, ligne {line} : la date {value} n'existe pas.",
    "{file}, line {line}: the date {value} does not exist.",
)
define(
    "YAML_ALIAS",
    "{file}, ligne {line} : les ancres et alias YAML (& et *) ne sont pas admis.",
    "{file}, line {line}: YAML anchors and aliases (& and *) are not accepted.",
)
define(
    "POLICY_FILE_OUTSIDE",
    "Le fichier « {file} » n'est pas dans le dossier de celui qui le nomme : il n'est pas lu.",
    "The file “{file}” is not in the folder of the one that names it: it is not read.",
)
define(
    "POLICY_FILE_MISSING",
    "Le fichier {file} n'existe pas dans models/. Un fichier du dossier, à côté de celui qui le nomme, s'écrit en entier, avec « .yaml ».",
    "The file {file} does not exist in models/. A file of the case, beside the one that names it, is written in full, with “.yaml”.",
)
define(
    "POLICY_TABLE_UNREADABLE",
    "{file} : la table n'est pas lisible ({detail}).",
    "{file}: the table cannot be read ({detail}).",
)
define(
    "POLICY_UNKNOWN_KEY",
    "{file}, ligne {line} : la clé « {key} » est inconnue ; clés admises : {known}.",
    "{file}, line {line}: the key “{key}” is unknown; accepted keys: {known}.",
)
define(
    "POLICY_MISSING_KEY",
    "{file}, ligne {line} : il manque la clé « {key} ».",
    "{file}, line {line}: the key “{key}” is missing.",
)
define(
    "POLICY_BAD_VALUE",
    "{file}, ligne {line} : « {key} » vaut {value} ; attendu : {expected_fr}.",
    "{file}, line {line}: “{key}” is {value}; expected: {expected_en}.",
)
define(
    "POLICY_UNKNOWN_TERRITORY",
    "Le territoire « {territory} » n'existe pas ; territoires livrés : {known}.",
    "The territory “{territory}” does not exist; shipped territories: {known}.",
)
define(
    "POLICY_NO_PARAMETER",
    "« {key} » n'est pas une valeur de models/ pour ce territoire. Clés proches : {near}.",
    "“{key}” is not a value of models/ for this territory. Close keys: {near}.",
)
define(
    "POLICY_RULE_NUMBERS",
    "La règle « {rule} » n'a pas tous ses nombres dans models/ : il manque {missing}.",
    "Rule “{rule}” lacks numbers in models/: {missing}.",
    remedy_fr="Ajoutez ces entrées (prices.yaml pour le prix d'un bail manquant, rules.yaml pour la tolérance), avec "
    "unité, statut et source",
    remedy_en="Add these entries (prices.yaml for the price of a missing lease, rules.yaml for the tolerance), with "
    "unit, status and source",
)
define(
    "POLICY_NOT_IN_FORCE",
    "« {key} » n'a pas de valeur en vigueur le {on} : la première date du {first}.",
    "“{key}” has no value in force on {on}: the first one dates from {first}.",
    remedy_fr="Choisissez une date « on » à partir de là, ou ajoutez dans models/ la valeur en vigueur ce jour",
    remedy_en="Choose a date “on” from then on, or add to models/ the value in force on that day",
)
define(
    "POLICY_AMBIGUOUS",
    "« {key} » désigne plusieurs lignes de conventions de valeurs différentes : précisez le secteur ({areas}).",
    "“{key}” names several convention lines with different values: give the area ({areas}).",
)
define(
    "POLICY_CHANGE_UNKNOWN",
    "La clé modifiée « {key} » n'existe pas. Clés proches : {near}.",
    "The changed key “{key}” does not exist. Close keys: {near}.",
)
define(
    "POLICY_CHANGE_BAD_VALUE",
    "La valeur {value} proposée pour « {key} » ne convient pas ; attendu : {expected_fr}.",
    "The value {value} given for “{key}” does not fit; expected: {expected_en}.",
)
define(
    "POLICY_SHARES_OVER_ONE",
    "Les parts du bailleur {landlord} qui s'appliquent au secteur {area} font {total}, plus que 1.",
    "The shares of landlord {landlord} that apply in the area {area} sum to {total}, more than 1.",
)
define(
    "POLICY_CONVENTION_TWICE",
    "{file} : la convention {landlord} × {departement} × {area} × {account} × {year} figure deux fois.",
    "{file}: the convention {landlord} × {departement} × {area} × {account} × {year} appears twice.",
)
define(
    "POLICY_SETTING_CONFLICT",
    "Deux fichiers du bailleur {landlord} donnent « {key} » : {first} et {second}.",
    "Two files of the landlord {landlord} give “{key}”: {first} and {second}.",
)
define(
    "POLICY_AREA_UNKNOWN",
    "{file} : le secteur {area} de la convention {landlord} n'est ni une commune, ni un EPCI, ni un département connus.",
    "{file}: the area {area} of the convention of {landlord} is no known commune, EPCI or département.",
)
define(
    "POLICY_PLACE_UNKNOWN",
    "{file}, ligne {line} : le code {place} n'existe pas dans le découpage administratif livré.",
    "{file}, line {line}: the code {place} does not exist in the shipped administrative geography.",
)
define(
    "POLICY_ORDER",
    "{file} : « {key} » au {date} devrait être croissant ({detail}).",
    "{file}: “{key}” on {date} should be increasing ({detail}).",
)
define(
    "POLICY_JUMP",
    "{file} : « {key} » varie de plus de {limit} % entre le {before} et le {date} ({detail}).",
    "{file}: “{key}” moves by more than {limit} % between {before} and {date} ({detail}).",
)
define(
    "POLICY_MISSING_CELL",
    "{file} : il manque « {key} » pour le {date}.",
    "{file}: “{key}” is missing for {date}.",
)
define(
    "POLICY_STALE",
    "{file} : « {key} » a été vérifié le {reviewed_on} ; une relecture était prévue tous les {months} mois.",
    "{file}: “{key}” was last checked on {reviewed_on}; a review is due every {months} months.",
)
