"""Wording of the problems of files: folders, encodings, workbooks, Parquet, ``case.yaml`` and ``columns.yaml``."""

from __future__ import annotations

from optimizer.errors import define

define(
    "READ_NOT_A_FILE",
    "« {value} » n'est pas un fichier : c'est un dossier, ou un lien dont la cible manque.",
    "“{value}” is no file: it is a folder, or a link whose target is missing.",
    expected_fr="le fichier de la table",
    expected_en="the file of the table",
    remedy_fr="Mettez le fichier à sa place, ou renommez-le si ce n'est pas une table",
    remedy_en="Put the file in its place, or rename it if it is no table",
)
define(
    "READ_CASE_NOT_FOUND",
    "le dossier ou classeur « {value} » n'existe pas.",
    "the folder or workbook “{value}” does not exist.",
    remedy_fr="Vérifiez le chemin, ou créez un dossier avec attriflux template",
    remedy_en="Check the path, or make a case with attriflux template",
)
define(
    "READ_CASE_NOT_A_FOLDER",
    "« {value} » n'est ni un dossier ni un classeur .xlsx.",
    "“{value}” is neither a folder nor an .xlsx workbook.",
    remedy_fr="Donnez le dossier qui contient case.yaml et les tables, ou un seul classeur",
    remedy_en="Give the folder that holds case.yaml and the tables, or a single workbook",
)
define(
    "READ_ARCHIVE",
    "« {value} » est une archive : ce qu'elle contient n'est pas lu.",
    "“{value}” is an archive: what it holds is not read.",
    remedy_fr="Décompressez-la et posez ses fichiers dans le dossier du cas",
    remedy_en="Unpack it and put its files into the folder of the case",
)
define(
    "READ_TABLE_MISSING",
    "il manque la table « {alias} » ({name}).",
    "the table “{name}” ({alias}) is missing.",
    remedy_fr="Ajoutez {alias}.csv, {name}.parquet ou une feuille « {alias} » ; avec les seuls en-têtes si elle est vide",
    remedy_en="Add {name}.csv, {name}.parquet or a sheet “{name}”; with headers only if it is empty",
)
define(
    "READ_TABLE_TWICE",
    "la table « {name} » se trouve à la fois dans {first} et dans {second}.",
    "the table “{name}” is both in {first} and in {second}.",
    remedy_fr="Gardez un seul des deux",
    remedy_en="Keep only one of them",
)
define(
    "READ_FILE_UNKNOWN",
    "le nom de ce fichier n'est celui d'aucune table : il n'est pas lu{near_fr}.",
    "this file bears the name of no table and is not read{near_en}.",
    remedy_fr="Donnez-lui le nom de sa table, ou retirez-le du dossier",
    remedy_en="Give it the name of its table, or take it out of the case",
)
define(
    "READ_RULES_UNNAMED",
    "ce fichier de règles n'est pas lu : le territoire du dossier ne le nomme pas.",
    "this file of rules is not read: the territory of the case does not name it.",
    remedy_fr="Des parts de convention : remplissez la table conventions ; sinon, voir docs/how-to-add.md (un territoire à vous), ou retirez le fichier",
    remedy_en="Shares of an agreement: fill the table conventions; else see docs/how-to-add.md (a territory of your own), or take the file out",
)
define(
    "READ_FOLDER_OF_RULES",
    "les fichiers du sous-dossier « {value} » ne sont pas lus : le territoire du dossier ne les nomme pas.",
    "the files of the folder “{value}” inside the case are not read: the territory of the case does not name them.",
    remedy_fr="Des parts de convention : remplissez la table conventions ; tout un dossier de règles se donne par --models ; sinon, retirez le sous-dossier",
    remedy_en="Shares of an agreement: fill the table conventions; a whole folder of rules is given by --models; else take the folder out",
)
define(
    "READ_FILE_UNNAMED",
    "le territoire {territory} ne nomme pas ce fichier : il n'est pas lu.",
    "the territory {territory} does not name this file: it is not read.",
    remedy_fr="Nommez-le dans « conventions » (ou « grid ») de {territory}, ou retirez-le du dossier",
    remedy_en="Name it under “conventions” (or “grid”) of {territory}, or take it out of the case",
)
define(
    "READ_TERRITORY_ELSEWHERE",
    "le fichier de territoire « {value} » n'est pas dans le dossier du cas.",
    "the territory file “{value}” is not in the folder of the case.",
    expected_fr="un fichier du dossier, ou le nom d'un territoire livré",
    expected_en="a file of the folder, or the name of a shipped territory",
    remedy_fr="Copiez le fichier dans le dossier, ou écrivez le nom d'un territoire livré",
    remedy_en="Copy the file into the case, or write the name of a shipped territory",
)
define(
    "READ_SHEET_UNKNOWN",
    "la feuille « {value} » n'est le nom d'aucune table et n'est pas lue{near_fr}.",
    "the sheet “{value}” bears the name of no table and is not read{near_en}.",
    remedy_fr="Donnez-lui le nom de sa table, ou laissez-la : elle est sans effet",
    remedy_en="Give it the name of its table, or leave it: it has no effect",
)
define(
    "READ_SHEET_BY_FILE",
    "la seule feuille, « {value} », est lue comme la table « {name} » dont le fichier porte le nom.",
    "the only sheet, “{value}”, is read as the table “{name}” that the file is named after.",
    remedy_fr="Rien à faire si c'est bien cela ; sinon, donnez à la feuille le nom de sa table",
    remedy_en="Nothing to do if that is right; else give the sheet the name of its table",
)
define(
    "READ_HIDDEN_ROWS",
    "{count:ligne masquée (filtre ou masquage) est lue comme les autres/lignes masquées (filtre ou masquage) sont lues comme les autres}.",
    "{count:hidden row (filtered or hidden) is read like the others/hidden rows (filtered or hidden) are read like the others}.",
    remedy_fr="Supprimez celles qui ne doivent pas entrer ; sinon, rien à faire",
    remedy_en="Delete those that must not come in; else nothing to do",
)
define(
    "READ_HIDDEN_SHEET",
    "la feuille est masquée, et lue comme les autres.",
    "the sheet is hidden, and read like the others.",
    remedy_fr="Supprimez-la si elle ne doit pas entrer ; sinon, affichez-la et relisez-la",
    remedy_en="Delete it if it must not come in; else show it and read it through",
)
define(
    "READ_NO_TABLE_SHEET",
    "aucune feuille ne porte le nom d'une table (feuilles trouvées : {value}).",
    "no sheet bears the name of a table (sheets found: {value}).",
    expected_fr="des feuilles nommées {known}",
    expected_en="sheets named {known}",
    remedy_fr="Renommez les feuilles",
    remedy_en="Rename the sheets",
)
define(
    "READ_EMPTY_FILE",
    "le fichier est vide.",
    "the file is empty.",
    expected_fr="au moins une ligne d'en-têtes",
    expected_en="at least a header line",
    remedy_fr="Remplissez le fichier, ou retirez-le du dossier",
    remedy_en="Fill the file, or take it out of the case",
)
define(
    "READ_UTF16",
    "le fichier est en UTF-16 (« Unicode » des tableurs).",
    "the file is in UTF-16 (what spreadsheets call “Unicode”).",
    remedy_fr="Enregistrez-le au format « CSV UTF-8 »",
    remedy_en="Save it as “CSV UTF-8”",
)
define(
    "READ_ENCODING",
    "le texte n'est ni en UTF-8 ni en Windows-1252.",
    "the text is neither in UTF-8 nor in Windows-1252.",
    remedy_fr="Enregistrez-le au format « CSV UTF-8 »",
    remedy_en="Save it as “CSV UTF-8”",
)
define(
    "READ_NOT_TEXT",
    "le fichier n'est pas du texte : c'est {found_fr}.",
    "the file is not text: it is {found_en}.",
    remedy_fr="Donnez-lui sa vraie extension, ou enregistrez-le au format « CSV UTF-8 »",
    remedy_en="Give it its real extension, or save it as “CSV UTF-8”",
)
define(
    "READ_DELIMITER",
    "les colonnes sont séparées par « | », qui sépare ici les éléments d'une liste.",
    "columns are separated by “|”, which here separates the items of a list.",
    expected_fr="« ; », « , » ou tabulation",
    expected_en="“;”, “,” or tab",
    remedy_fr="Réexportez le fichier avec l'un de ces séparateurs",
    remedy_en="Export the file again with one of these separators",
)
define(
    "READ_TITLE_ABOVE_HEADER",
    "la ligne « {value} » précède les en-têtes, qui semblent être ligne {header}.",
    "the line “{value}” comes before the headers, which seem to be on row {header}.",
    expected_fr="les noms des colonnes sur la première ligne",
    expected_en="the column names on the first line",
    remedy_fr="Supprimez les lignes au-dessus des en-têtes",
    remedy_en="Remove the lines above the headers",
)
define(
    "READ_RAGGED_ROW",
    "la ligne compte {count:cellule/cellules} pour {width:colonne/colonnes}.",
    "the row has {count:cell/cells} for {width:column/columns}.",
    remedy_fr="Une valeur contient sans doute le séparateur : mettez-la entre guillemets ; ou le fichier est tronqué",
    remedy_en="A value probably holds the separator: put it between quotes; or the file is truncated",
)
define(
    "READ_ROW_LIMIT",
    "la dernière ligne est la {value}ᵉ, la limite d'un tableur : la suite a pu être coupée.",
    "the last row is number {value}, the limit of a spreadsheet: the rest may have been cut.",
    remedy_fr="Comparez le nombre de lignes avec le logiciel d'origine",
    remedy_en="Compare the number of rows with the original software",
)
define(
    "READ_QUOTE_OPEN",
    "un guillemet ouvert sur cette ligne n'est jamais refermé.",
    "a quote opened on this row is never closed.",
    remedy_fr="Fermez le guillemet ; à l'intérieur d'une valeur, doublez-le (\"\")",
    remedy_en='Close the quote; inside a value, double it ("")',
)
define(
    "READ_QUOTE_MISPLACED",
    "un guillemet est mal placé sur cette ligne.",
    "a quote is misplaced on this row.",
    remedy_fr="À l'intérieur d'une valeur entre guillemets, doublez-le (\"\")",
    remedy_en='Inside a quoted value, double it ("")',
)
define(
    "READ_CELL_HUGE",
    "une cellule de cette ligne dépasse {limit:caractère/caractères}.",
    "a cell of this row exceeds {limit:character/characters}.",
    remedy_fr="Vérifiez les guillemets de cette ligne",
    remedy_en="Check the quotes of this row",
)
define(
    "READ_TOO_MANY_COLUMNS",
    "le fichier a {count:colonne/colonnes}.",
    "the file has {count:column/columns}.",
    expected_fr="au plus {limit:colonne/colonnes}",
    expected_en="at most {limit:column/columns}",
    remedy_fr="Gardez les colonnes des tables, retirez les autres",
    remedy_en="Keep the columns of the tables, remove the others",
)
define(
    "READ_FILE_TOO_BIG",
    "le fichier pèse {size} Mo.",
    "the file weighs {size} MB.",
    expected_fr="au plus {limit} Mo pour ce format",
    expected_en="at most {limit} MB for this format",
    remedy_fr="Fournissez la table en Parquet",
    remedy_en="Provide the table as Parquet",
)
define(
    "READ_UNFOLDS_TOO_BIG",
    "les données comprimées du fichier font {size} Mo une fois dépliées.",
    "the compressed data of the file take {size} MB once unfolded.",
    expected_fr="au plus {limit} Mo pour un fichier de cette taille",
    expected_en="at most {limit} MB for a file of this size",
    remedy_fr="Vérifiez d'où vient ce fichier ; enregistrez la table de nouveau, sans lignes ni colonnes inutiles",
    remedy_en="Check where this file comes from; save the table again, without useless rows or columns",
)
define(
    "READ_YAML_TOO_BIG",
    "le fichier est trop grand pour des réglages.",
    "the file is too big for settings.",
    expected_fr="au plus {limit} ko",
    expected_en="at most {limit} kB",
    remedy_fr="Gardez les réglages, et donnez le reste en tables",
    remedy_en="Keep the settings, and give the rest as tables",
)
define(
    "READ_FORMAT_UNREAD",
    "le format {value} n'est pas lu.",
    "the format {value} is not read.",
    remedy_fr="Enregistrez le fichier au format .xlsx (classeur sans macro) ou « CSV UTF-8 »",
    remedy_en="Save the file as .xlsx (workbook without macros) or “CSV UTF-8”",
)
define(
    "READ_NOT_A_WORKBOOK",
    "malgré son extension, ce fichier n'est pas un classeur .xlsx : c'est {found_fr}.",
    "despite its extension, this file is no .xlsx workbook: it is {found_en}.",
    remedy_fr="Ouvrez-le dans un tableur et enregistrez-le au format .xlsx, ou donnez-lui sa vraie extension",
    remedy_en="Open it in a spreadsheet and save it as .xlsx, or give it its real extension",
)
define(
    "READ_WORKBOOK_PASSWORD",
    "le classeur est protégé par un mot de passe.",
    "the workbook is protected by a password.",
    remedy_fr="Enregistrez-en une copie sans mot de passe",
    remedy_en="Save a copy without password",
)
define(
    "READ_WORKBOOK_MACROS",
    "le classeur contient des macros.",
    "the workbook holds macros.",
    remedy_fr="Enregistrez-le au format .xlsx (classeur sans macro)",
    remedy_en="Save it as .xlsx (workbook without macros)",
)
define(
    "READ_WORKBOOK_DAMAGED",
    "le classeur est abîmé et ne peut pas être lu.",
    "the workbook is damaged and cannot be read.",
    remedy_fr="Ouvrez-le dans un tableur et enregistrez-le de nouveau",
    remedy_en="Open it in a spreadsheet and save it again",
)
define(
    "READ_WORKBOOK_BOMB",
    "décompressé, le classeur serait démesuré ({detail}).",
    "unpacked, the workbook would be enormous ({detail}).",
    expected_fr="au plus {limit}",
    expected_en="at most {limit}",
    remedy_fr="N'ouvrez pas ce fichier s'il vient d'un inconnu ; pour de grandes tables, fournissez du CSV ou du Parquet",
    remedy_en="Do not open this file if it comes from a stranger; for large tables, provide CSV or Parquet",
)
define(
    "READ_WORKBOOK_FAR_CELL",
    "la feuille a une cellule {value}, très loin du tableau.",
    "the sheet has a cell {value}, far away from the table.",
    expected_fr="au plus {rows:ligne/lignes} et {columns:colonne/colonnes}",
    expected_en="at most {rows:row/rows} and {columns:column/columns}",
    remedy_fr="Supprimez les lignes et colonnes vides au-delà du tableau, ou fournissez du CSV ou du Parquet",
    remedy_en="Delete the empty rows and columns beyond the table, or provide CSV or Parquet",
)
define(
    "READ_WORKBOOK_DTD",
    "le classeur contient une déclaration XML interdite (DTD ou entité) dans {value}.",
    "the workbook holds a forbidden XML declaration (DTD or entity) in {value}.",
    remedy_fr="N'ouvrez pas ce fichier s'il vient d'un inconnu : aucun tableur n'en écrit",
    remedy_en="Do not open this file if it comes from a stranger: no spreadsheet writes any",
)
define(
    "READ_WORKBOOK_LIMITS",
    "la lecture du fichier a dépassé la mémoire ou le temps permis.",
    "reading the file exceeded the memory or time allowed.",
    remedy_fr="Fournissez ces tables en CSV ou en Parquet",
    remedy_en="Provide these tables as CSV or Parquet",
)
define(
    "READ_MERGED_CELLS",
    "des cellules sont fusionnées ({value}) : seule la première garde sa valeur.",
    "cells are merged ({value}): only the first one keeps its value.",
    remedy_fr="Défusionnez les cellules et recopiez la valeur dans chacune",
    remedy_en="Unmerge the cells and copy the value into each",
)
define(
    "READ_NOT_PARQUET",
    "le fichier n'est pas du Parquet lisible.",
    "the file is not readable Parquet.",
    remedy_fr="Exportez de nouveau la table",
    remedy_en="Export the table again",
)
define(
    "READ_TOO_MANY_ROWS",
    "le fichier a {count:ligne/lignes}.",
    "the file has {count:row/rows}.",
    expected_fr="au plus {limit:ligne/lignes}",
    expected_en="at most {limit:row/rows}",
    remedy_fr="Partagez le dossier, par département ou par bailleur",
    remedy_en="Divide the case, by département or by landlord",
)
define(
    "READ_YAML",
    "le fichier n'est pas du YAML lisible : {detail}.",
    "the file is not readable YAML: {detail}.",
    expected_fr="une suite de lignes « clé: valeur », en UTF-8",
    expected_en="a series of “key: value” lines, in UTF-8",
    remedy_fr="Corrigez la ligne, ou repartez du fichier que donne attriflux template",
    remedy_en="Correct the line, or begin with the file that attriflux template gives",
)
define(
    "READ_YAML_ALIAS",
    "les ancres et alias YAML (& et *) ne sont pas admis.",
    "YAML anchors and aliases (& and *) are not accepted.",
    remedy_fr="Recopiez la valeur",
    remedy_en="Copy the value",
)
define(
    "READ_YAML_TWICE",
    "la clé « {column} » figure deux fois (première fois ligne {first}).",
    "the key “{column}” appears twice (first on line {first}).",
    remedy_fr="Gardez la bonne ligne",
    remedy_en="Keep the right line",
)
define(
    "READ_KEY_UNKNOWN",
    "la clé « {column} » est inconnue{near_fr}.",
    "the key “{column}” is unknown{near_en}.",
    expected_fr="{known_fr}",
    expected_en="{known_en}",
    remedy_fr="Corrigez la clé, ou retirez la ligne",
    remedy_en="Correct the key, or remove the line",
)
define(
    "READ_KEY_MISSING",
    "la clé « {column} » est obligatoire et manque.",
    "the key “{column}” is required and missing.",
    expected_fr="{expected_fr}",
    expected_en="{expected_en}",
    remedy_fr="Ajoutez la clé",
    remedy_en="Add the key",
)
define(
    "READ_KEY_VALUE",
    "« {column} » ne peut pas valoir « {value} ».",
    "“{column}” cannot be “{value}”.",
    expected_fr="{expected_fr}",
    expected_en="{expected_en}",
    remedy_fr="Corrigez la valeur de la clé",
    remedy_en="Correct the value of the key",
)
define(
    "READ_SETTINGS_MISSING",
    "il manque case.yaml (ou, dans un classeur, la feuille « dossier »).",
    "case.yaml (or, in a workbook, the sheet “dossier”) is missing.",
    expected_fr="un fichier avec au moins title, territory, on et year",
    expected_en="a file with at least title, territory, on and year",
    remedy_fr="Partez d'un dossier vide : attriflux template mon-dossier",
    remedy_en="Start from an empty case: attriflux template my-case",
)
