"""What scenarios and the stock-to-flux command say of their inputs, in both languages."""

from __future__ import annotations

from optimizer.errors import define

define(
    "FLUX_UNKNOWN_COMMUNE",
    "La commune {commune} n'est pas connue : le département de {count:logement/logements} manque pour compter l'assiette.",
    "Commune {commune} is not known: the département of {count:dwelling/dwellings} is missing to count the assiette.",
    remedy_fr="Corriger le code INSEE de la table logements",
    remedy_en="Correct the INSEE code in the dwellings table",
)
define(
    "FLUX_RECEIVER_UNKNOWN",
    "« {receiver} » ne peut pas recevoir l'excédent d'un plafond : ce n'est pas un réservataire d'une convention.",
    "“{receiver}” cannot receive what is above a cap: it is no account of an agreement.",
    remedy_fr="Corriger national.flux.cap_receiver, ou cap_receiver de la convention",
    remedy_en="Correct national.flux.cap_receiver, or cap_receiver of the agreement",
)
define(
    "FLUX_SEVERAL_RECEIVERS",
    "{landlord} ({departement}) : plusieurs bénéficiaires d'excédent dans la convention ; {receiver} est retenu.",
    "{landlord} ({departement}): several cap receivers in the agreement; {receiver} is used.",
)
define(
    "SCENARIO_KEY_UNKNOWN",
    "la clé « {column} » est inconnue",
    "the key “{column}” is unknown",
    expected_fr="une clé comme {near}",
    expected_en="a key such as {near}",
    remedy_fr="Corrigez ou retirez la clé",
    remedy_en="Correct or remove the key",
)
define(
    "SCENARIO_BAD_VALUE",
    "« {value} » ne convient pas",
    "“{value}” does not fit",
    expected_fr="{expected_fr}",
    expected_en="{expected_en}",
    remedy_fr="Corrigez la valeur",
    remedy_en="Correct the value",
)
define(
    "SCENARIO_EMPTY_VALUE",
    "« {column} » n'a pas de valeur",
    "“{column}” has no value",
    expected_fr="{expected_fr}",
    expected_en="{expected_en}",
    remedy_fr="Écrivez-en une, ou retirez la clé",
    remedy_en="Write one, or remove the key",
)
define(
    "SCENARIO_MISSING",
    "la clé « {column} » manque ou reste vide",
    "the key “{column}” is missing or empty",
    expected_fr="un texte",
    expected_en="a text",
    remedy_fr="Ajoutez-la : elle titre ou explique le scénario sur les pages",
    remedy_en="Add it: it titles or explains the scenario on pages",
)
define(
    "SCENARIO_TWICE",
    "« {column} » est déjà dans changes, ou dans over",
    "“{column}” stands in changes already, or in over",
    remedy_fr="Gardez la clé à un seul endroit",
    remedy_en="Keep the key in one place",
)
define(
    "SCENARIO_CYCLE",
    "based_on tourne en rond ({chain})",
    "based_on goes round in circles ({chain})",
    remedy_fr="Retirez l'un des based_on",
    remedy_en="Remove one of the based_on",
)
define(
    "SCENARIO_NAME_TWICE",
    "Deux scénarios portent le nom « {name} ».",
    "Two scenarios are named “{name}”.",
    remedy_fr="Donnez chaque fichier une seule fois, ou un autre nom à l'un d'eux",
    remedy_en="Give each file once, or one of them another name",
)
define(
    "SCENARIO_NOT_FOUND",
    "le scénario de base « {value} » est introuvable",
    "the base scenario “{value}” cannot be found",
    remedy_fr="Placez-le dans le même dossier, ou choisissez un scénario livré",
    remedy_en="Put it in the same folder, or choose a shipped scenario",
)
define(
    "SCENARIO_UNKNOWN",
    "« {name} » n'est ni un fichier ni un scénario livré ; livrés : {known}.",
    "“{name}” is neither a file nor a shipped scenario; shipped: {known}.",
)
define("SCENARIO_REFUSED", "{why}", "{why}")
define(
    "SCENARIO_NO_LANDLORD",
    "la clé vise {landlord}, qui n'a de convention ni dans ce cas ni dans son territoire ({territory})",
    "the key is about {landlord}, which has an agreement neither in this case nor in its territory ({territory})",
    remedy_fr="Écrire un de ses bailleurs ({known}), ou choisir un autre cas",
    remedy_en="Write one of its landlords ({known}), or choose another case",
)
define(
    "SCENARIO_PROBLEM",
    "avec la valeur {value}, le cas n'est plus utilisable. {why}",
    "with the value {value}, the case can no longer be used. {why}",
)
define(
    "SCENARIO_NO_STOCK",
    "Le scénario « {name} » fixe flux.mode, mais le cas n'a pas de table stock.",
    "Scenario “{name}” sets flux.mode, but the case has no stock table.",
    remedy_fr="Ajouter la table stock au cas, ou choisir un autre cas",
    remedy_en="Add the stock table to the case, or choose another case",
)
define(
    "SCENARIO_MODE_MISSING",
    "Le scénario « {name} » demande le mode {mode}, qui ne peut être calculé sur ce cas ({why}).",
    "Scenario “{name}” asks for mode {mode}, which cannot be computed on this case ({why}).",
)
define(
    "SCENARIO_TOO_MANY",
    "les clés over et variants donnent {count:scénario/scénarios}",
    "the keys over and variants give {count:scenario/scenarios}",
    expected_fr="{most} au plus",
    expected_en="{most} at most",
    remedy_fr="Essayez moins de valeurs, ou partagez-les entre plusieurs fichiers",
    remedy_en="Try fewer values, or share them out among several files",
)
define(
    "SCENARIO_NOT_A_RUN",
    "Le dossier « {name} » ne contient pas de résultat de scénario.",
    "The folder “{name}” holds no scenario result.",
    remedy_fr="Donnez un dossier que scenario run a écrit",
    remedy_en="Give a folder that scenario run wrote",
)
define(
    "SCENARIO_OTHER_FORMAT",
    "Le dossier « {name} » a été écrit par une autre version ({found}, attendu {expected}).",
    "The folder “{name}” was written by another version ({found}, expected {expected}).",
    remedy_fr="Relancer scenario run sur les mêmes fichiers : les calculs seront refaits",
    remedy_en="Run scenario run again on the same files: the runs are made anew",
)
define(
    "SCENARIO_EXISTS",
    "Le fichier « {name} » existe déjà.",
    "The file “{name}” already exists.",
    remedy_fr="Choisir un autre nom",
    remedy_en="Choose another name",
)
define(
    "SCENARIO_SHARE_CUT",
    "{landlord} : {account} devrait recevoir {due} du flux de son périmètre, les autres parts n'en laissent que {share}.",
    "{landlord}: {account} should receive {due} of the flux of its area, the other shares leave only {share}.",
)
define(
    "SCENARIO_NOTHING",
    "« {key} » ne désigne rien dans ce cas : ni bailleur, ni contingent, ni table de ce nom.",
    "“{key}” names nothing in this case: no landlord, account or table of that name.",
    remedy_fr="Corriger le code du bailleur ou du contingent, ou ajouter la table au cas",
    remedy_en="Correct the code of the landlord or account, or add the table to the case",
)
define(
    "SCENARIO_SHARE_OVERRULED",
    "{key} ne change rien : flux.mode recalcule les parts de ce bailleur.",
    "{key} changes nothing: flux.mode computes the shares of this landlord anew.",
)
define(
    "SCENARIO_ON_EACH",
    "{key} met {value} sur chacune des {lines:ligne/lignes} d'assiette qu'elle vise (une par bailleur et département), soit {total} en tout : rien n'est réparti.",
    "{key} puts {value} on each of the {lines:line/lines} of the assiette it names (one per landlord and département), {total} in all: nothing is shared out.",
    remedy_fr="Pour un seul département, changer la table assiette d'une copie du cas",
    remedy_en="For one département alone, change the assiette table of a copy of the case",
)
define(
    "SCENARIO_KEY_UNUSED",
    "{key} ne change rien : {mode} s'en sert, et {now}.",
    "{key} changes nothing: {mode} reads it, and {now}.",
    remedy_fr="Fixer flux.mode dans le scénario, ou retirer la clé",
    remedy_en="Set flux.mode in the scenario, or remove the key",
)
define(
    "SCENARIO_KEY_ELSEWHERE",
    "{key} ne change rien : {reader}, aucun calcul de scénario.",
    "{key} changes nothing: {reader}, no computation of a scenario does.",
    remedy_fr="Retirer la clé",
    remedy_en="Remove the key",
)
define(
    "SCENARIO_KEY_UNREAD",
    "{key} ne change rien ici : aucun calcul de ce cas ne lit cette valeur (elle attend un marché, une table ou un réglage que le cas n'a pas).",
    "{key} changes nothing here: no computation of this case reads that value (it waits for a market, a table or a switch that the case does not have).",
    remedy_fr="Retirer la clé, ou fixer aussi ce dont elle dépend",
    remedy_en="Remove the key, or set what it depends on as well",
)
define(
    "SCENARIO_MATRIX",
    "Le scénario « {name} » essaie plusieurs valeurs (over) : la conversion n'en prend qu'une.",
    "Scenario “{name}” tries several values (over): the conversion takes one.",
    remedy_fr="Choisir un scénario sans over, ou faire tourner la matrice avec scenario run",
    remedy_en="Choose a scenario without over, or run the matrix with scenario run",
)
define(
    "SCENARIO_KEY_NOT_FLUX",
    "La clé {key} ne change rien ici : la conversion du stock en flux ne la lit pas.",
    "The key {key} changes nothing here: the stock-to-flux conversion does not read it.",
    remedy_fr="La faire tourner avec scenario run, ou la retirer",
    remedy_en="Run it with scenario run, or remove it",
)
define(
    "SCENARIO_MODE_BESIDE",
    "La clé flux.mode (ici {mode}) ne choisit rien ici : les modes sont montrés côte à côte.",
    "The key flux.mode (here {mode}) chooses nothing: the modes are shown side by side.",
    remedy_fr="Ajouter --modes {mode} pour ne voir que celui-là",
    remedy_en="Add --modes {mode} to see that one alone",
)
define(
    "SHADOW_NONE",
    "« {name} » ne contient pas de résultat écrit avec une grille en test.",
    "“{name}” holds no result written with a grid in test.",
    remedy_fr="Faire tourner propose avec --shadow-grid",
    remedy_en="Run propose with --shadow-grid",
)
define(
    "SHADOW_MIXED",
    "Ces semaines n'ont pas été testées avec la même grille : {titles}.",
    "These weeks were not tested with the same grid: {titles}.",
    remedy_fr="N'additionner que les semaines d'une même version de la grille",
    remedy_en="Add up weeks of one version of the grid only",
)
define(
    "SHADOW_TWICE",
    "Deux résultats portent sur le même jour ({on}) : {names}.",
    "Two results are about the same day ({on}): {names}.",
    remedy_fr="Ne garder que celui de la séance",
    remedy_en="Keep the one of the session only",
)
define(
    "COTATION_WEEKS_OUT",
    "--weeks écrit une page : il y faut --out.",
    "--weeks writes a page: it needs --out.",
)
define(
    "COTATION_TWO_GRIDS",
    "Donner deux grilles et un cas, ou des semaines (--weeks).",
    "Give two grids and a case, or weeks (--weeks).",
)
