"""Wording of the problems of tables: headers, cells, keys, references."""

from __future__ import annotations

from optimizer.errors import define

define(
    "READ_COLUMN_MISSING",
    "la colonne obligatoire « {column} » manque.",
    "the required column “{column}” is missing.",
    expected_fr="une colonne {either_fr}",
    expected_en="a column {either_en}",
    remedy_fr="Ajoutez-la, ou dites dans columns.yaml sous quel nom elle figure{near_fr}",
    remedy_en="Add it, or say in columns.yaml under which name it is found{near_en}",
)
define(
    "READ_COLUMN_TWICE",
    "la colonne « {value} » figure deux fois (colonnes {first} et {second} du tableau).",
    "the column “{value}” appears twice (columns {first} and {second} of the table).",
    remedy_fr="Supprimez ou renommez l'une des deux",
    remedy_en="Remove or rename one of them",
)
define(
    "READ_DIGITS_LOST",
    "« {value} » finit par des zéros comme tous les numéros longs de la colonne : un tableur ne garde que quinze chiffres.",
    "“{value}” ends on zeros like every long number of the column: a spreadsheet keeps fifteen digits only.",
    expected_fr="les numéros du logiciel d'origine",
    expected_en="the numbers of the original software",
    remedy_fr="Comparez-en un ; s'il a changé, réexportez la colonne au format Texte",
    remedy_en="Compare one of them; if it has changed, export the column again as Text",
)
define(
    "READ_COLUMN_UNKNOWN",
    "la colonne « {value} » est inconnue et n'est pas lue{near_fr}{lost_fr}.",
    "the column “{value}” is unknown and is not read{near_en}{lost_en}.",
    remedy_fr="Renommez-la, ou dites dans columns.yaml ce qu'elle est",
    remedy_en="Rename it, or say in columns.yaml what it is",
)
define(
    "READ_COLUMNS_UNREAD",
    "{count:colonne n'est pas lue/colonnes ne sont pas lues} : {names}.",
    "{count:column is/columns are} not read: {names}.",
    remedy_fr="Rien à faire si vous n'en avez pas besoin ; sinon, donnez leur sens dans columns.yaml",
    remedy_en="Nothing to do if you do not need them; else give their meaning in columns.yaml",
)
define(
    "READ_COLUMN_REFUSED",
    "la colonne « {value} » n'entre pas ({why}) : elle est laissée sans être lue.",
    "the column “{value}” must not enter ({why}): it is left out unread.",
    remedy_fr="Retirez-la de vos exports : le calcul n'en a pas besoin",
    remedy_en="Take it out of your exports: the computation does not need it",
)
define(
    "READ_LOST_WITHOUT",
    "la colonne « {column} » manque ou reste vide partout : {lost}.",
    "the column “{column}” is missing or empty everywhere: {lost}.",
    expected_fr="cette colonne, au moins pour une partie des lignes",
    expected_en="this column, at least for some of the rows",
    remedy_fr="Ajoutez-la si vous l'avez",
    remedy_en="Add it if you have it",
)
define(
    "READ_AGES_TAKEN",
    "les âges sont comptés à la date du dossier ({names}), puis les dates de naissance sont oubliées.",
    "ages are counted to the date of the case ({names}), then birth dates are dropped.",
    remedy_fr="Rien à faire",
    remedy_en="Nothing to do",
)
define(
    "READ_BIRTH_DATE",
    "une date de naissance est illisible ou à venir : la composition du ménage n'en est pas déduite.",
    "a birth date cannot be read or is to come: the household is not derived from it.",
    remedy_fr="Corrigez la date, ou remplissez les colonnes de composition du ménage",
    remedy_en="Correct the date, or fill the columns of the household",
)
define(
    "READ_LABEL_COLUMN",
    "« {value} » n'est le nom d'aucune colonne.",
    "“{value}” is the name of no column.",
    expected_fr="le nom d'une colonne des tables, par exemple statut",
    expected_en="the name of a column of the tables, for example status",
    remedy_fr="Écrivez le nom d'une colonne de cette table, ou retirez la ligne",
    remedy_en="Write the name of a column of this table, or remove the line",
)
define(
    "READ_OWN_VALUE",
    "« {value} » ne convient pas.",
    "“{value}” does not fit.",
    expected_fr="{expected_fr}",
    expected_en="{expected_en}",
    remedy_fr="Corrigez la cellule",
    remedy_en="Correct the cell",
)
define(
    "READ_MAPPING_UNKNOWN",
    "aucune correspondance ne s'appelle « {value} ».",
    "no mapping is called “{value}”.",
    expected_fr="{known}",
    expected_en="{known}",
    remedy_fr="Écrivez l'un de ces noms, ou nommez vos colonnes dans columns.yaml",
    remedy_en="Write one of these names, or name your columns in columns.yaml",
)
define(
    "READ_MAPPING_CHOSEN",
    "les noms de colonnes sont ceux de la correspondance « {value} », qui est appliquée.",
    "the column names are those of the mapping “{value}”, which is applied.",
    remedy_fr="Pour l'écrire au dossier : « mapping: {value} » dans case.yaml",
    remedy_en="To write it in the case: “mapping: {value}” in case.yaml",
)
define(
    "READ_COLUMN_WITHOUT_NAME",
    "{count:colonne contient des valeurs et n'a pas de nom/colonnes contiennent des valeurs et n'ont pas de nom} : {positions}.",
    "{count:column holds values and has no name/columns hold values and have no name}: {positions}.",
    remedy_fr="Donnez un nom à chaque colonne, ou videz-la",
    remedy_en="Give each column a name, or empty it",
)
define(
    "READ_MAPPED_NOWHERE",
    "columns.yaml annonce « {value} » pour « {column} », mais aucun fichier n'a cette colonne{near_fr}.",
    "columns.yaml announces “{value}” for “{column}”, but no file has such a column{near_en}.",
    remedy_fr="Corrigez le nom dans columns.yaml, ou retirez la ligne",
    remedy_en="Correct the name in columns.yaml, or remove the line",
)
define(
    "READ_COLUMN_MAPPED_ABSENT",
    "columns.yaml annonce « {value} » pour « {name} », mais le fichier n'a pas cette colonne{near_fr}.",
    "columns.yaml announces “{value}” for “{name}”, but the file has no such column{near_en}.",
    remedy_fr="Corrigez le nom dans columns.yaml, ou retirez la ligne",
    remedy_en="Correct the name in columns.yaml, or remove the line",
)
define(
    "READ_COLUMN_TYPE",
    "la colonne « {column} » est enregistrée dans un type illisible ici ({value}).",
    "the column “{column}” is stored in a type that cannot be read here ({value}).",
    expected_fr="{expected_fr}",
    expected_en="{expected_en}",
    remedy_fr="Réexportez la colonne dans l'un de ces types",
    remedy_en="Export the column again in one of these types",
)
for _code, _fr, _en in (
    ("READ_NUMBER", "« {value} » n'est pas un nombre.", "“{value}” is not a number."),
    ("READ_INTEGER", "« {value} » n'est pas un nombre entier.", "“{value}” is not a whole number."),
    ("READ_ROOMS", "« {value} » n'est pas un nombre de pièces.", "“{value}” is not a number of rooms."),
    ("READ_DATE", "« {value} » n'est pas une date.", "“{value}” is not a date."),
    ("READ_BOOLEAN", "« {value} » ne veut dire ni oui ni non.", "“{value}” means neither yes nor no."),
    ("READ_CHOICE", "« {value} » n'est pas une valeur admise.", "“{value}” is not an accepted value."),
    (
        "READ_INSEE",
        "« {value} » n'est pas un code INSEE de commune.",
        "“{value}” is not the INSEE code of a commune.",
    ),
    (
        "READ_QPV",
        "« {value} » n'est ni oui, ni non, ni un code de QPV.",
        "“{value}” is neither yes, nor no, nor a QPV code.",
    ),
):
    define(
        _code, _fr, _en,
        expected_fr="{expected_fr}", expected_en="{expected_en}", remedy_fr="{remedy_fr}", remedy_en="{remedy_en}",
    )  # fmt: skip
define(
    "READ_MENDED",
    "{words}.",
    "{words}.",
    remedy_fr="Rien à faire si c'est bien cela ; sinon, corrigez la cellule",
    remedy_en="Nothing to do if that is right; else correct the cell",
)
define(
    "READ_COMMUNE_SEVERAL",
    "« {value} » est le nom de plusieurs communes.",
    "“{value}” is the name of several communes.",
    expected_fr="l'un de ces codes : {codes}",
    expected_en="one of these codes: {codes}",
    remedy_fr="Écrivez le code de la bonne commune",
    remedy_en="Write the code of the right commune",
)
define(
    "READ_QPV_ELSEWHERE",
    "le quartier « {value} » n'est pas dans la commune de cette ligne ({communes}).",
    "the district “{value}” is not in the commune of this row ({communes}).",
    remedy_fr="Corrigez la commune ou le quartier ; le logement est lu en QPV",
    remedy_en="Correct the commune or the district; the dwelling is read as in a QPV",
)
define(
    "READ_LIST_ITEM",
    "dans la liste, « {item} » ne convient pas.",
    "in the list, “{item}” does not fit.",
    expected_fr="{expected_fr}, séparés par |",
    expected_en="{expected_en}, separated by |",
    remedy_fr="{remedy_fr}",
    remedy_en="{remedy_en}",
)
define(
    "READ_NUMBER_AMBIGUOUS",
    "« {value} » peut se lire de deux façons : milliers ou décimales.",
    "“{value}” can be read in two ways: thousands or decimals.",
    expected_fr="{expected_fr}",
    expected_en="{expected_en}",
    remedy_fr="Écrivez le nombre sans séparateur de milliers, avec deux décimales au plus",
    remedy_en="Write the number without thousands separator, with two decimals at most",
)
define(
    "READ_OUT_OF_RANGE",
    "« {value} » est hors des valeurs possibles.",
    "“{value}” is outside the possible values.",
    expected_fr="{range_fr}",
    expected_en="{range_en}",
    remedy_fr="{remedy_fr}",
    remedy_en="{remedy_en}",
)
define(
    "READ_TOO_LONG",
    "« {value} » compte {length:caractère/caractères}.",
    "“{value}” has {length:character/characters}.",
    expected_fr="au plus {limit:caractère/caractères}",
    expected_en="at most {limit:character/characters}",
    remedy_fr="Raccourcissez la valeur",
    remedy_en="Shorten the value",
)
define(
    "READ_VALUE_MISSING",
    "la valeur est obligatoire et manque.",
    "the value is required and missing.",
    expected_fr="{expected_fr}",
    expected_en="{expected_en}",
    remedy_fr="Remplissez la cellule, ou retirez la ligne",
    remedy_en="Fill the cell, or remove the row",
)
define(
    "READ_NUMBER_AS_TEXT_LOST",
    "« {value} » est enregistré comme un nombre : ses derniers chiffres ou ses zéros de tête sont perdus.",
    "“{value}” is stored as a number: its last digits or leading zeros are lost.",
    expected_fr="un identifiant enregistré comme du texte",
    expected_en="an identifier stored as text",
    remedy_fr=(
        "Réexportez la colonne au format Texte depuis le logiciel d'origine : changer le format après coup "
        "ne rend pas les chiffres perdus"
    ),
    remedy_en=(
        "Export the column again as Text from the original software: changing the format afterwards does not bring "
        "the lost digits back"
    ),
)
define(
    "READ_CELL_ERROR",
    "la cellule contient l'erreur de tableur « {value} ».",
    "the cell holds the spreadsheet error “{value}”.",
    remedy_fr="Corrigez la formule, ou collez la valeur",
    remedy_en="Correct the formula, or paste the value",
)
define(
    "READ_FORMULA_EMPTY",
    "la formule « {value} » n'a pas de résultat enregistré.",
    "the formula “{value}” has no stored result.",
    remedy_fr="Ouvrez le classeur dans un tableur et enregistrez-le, ou collez les valeurs",
    remedy_en="Open the workbook in a spreadsheet and save it, or paste the values",
)
define(
    "READ_FORMULA_TEXT",
    "« {value} » est une formule restée telle quelle dans un fichier texte : elle serait lue comme un nom.",
    "“{value}” is a formula left as it is in a text file: it would be read as a name.",
    expected_fr="la valeur seule",
    expected_en="the value alone",
    remedy_fr="Ouvrez le fichier dans un tableur et enregistrez-le en .xlsx, ou retirez le signe = et les guillemets",
    remedy_en="Open the file in a spreadsheet and save it as .xlsx, or remove the equals sign and the quotes",
)
define(
    "READ_DOUBLE_ENCODED",
    "« {value} » a été abîmé par un mauvais changement d'encodage.",
    "“{value}” was damaged by a wrong change of encoding.",
    remedy_fr="Réexportez le fichier en UTF-8 : « Ã© » est un « é » relu de travers",
    remedy_en="Export the file again in UTF-8: “Ã©” is an “é” read the wrong way",
)
define(
    "READ_CONTROL_CHARACTER",
    "« {value} » contient un caractère invisible.",
    "“{value}” holds an invisible character.",
    remedy_fr="Ressaisissez la cellule",
    remedy_en="Type the cell again",
)
define(
    "READ_PARTING_SIGN",
    "« {value} » contient « ; » ou « ] », qui séparent les périmètres dans les tables publiées.",
    "“{value}” holds “;” or “]”, which part the scopes in the published tables.",
    expected_fr="un nom sans ces deux signes",
    expected_en="a name without these two signs",
    remedy_fr="Remplacez-les par une virgule ou une parenthèse, dans toutes les tables",
    remedy_en="Put a comma or a bracket in their place, in every table",
)
define(
    "READ_TOTAL_LINE",
    "la ligne « {value} » ressemble à un total.",
    "the line “{value}” looks like a total.",
    remedy_fr="Supprimez les lignes de total : chaque ligne est un logement, une demande…",
    remedy_en="Remove total lines: each line is a dwelling, an application…",
)
define(
    "READ_HEADER_AGAIN",
    "la ligne répète les noms des colonnes (« {value} »…).",
    "the line says the names of the columns again (“{value}”…).",
    expected_fr="les noms des colonnes sur la première ligne seulement",
    expected_en="the names of the columns on the first line only",
    remedy_fr="Supprimez cette ligne",
    remedy_en="Remove this line",
)
define(
    "READ_APOSTROPHE",
    "« {value} » commence par une apostrophe : elle serait lue comme une partie du numéro.",
    "“{value}” begins with an apostrophe: it would be read as a part of the number.",
    expected_fr="la valeur seule",
    expected_en="the value alone",
    remedy_fr="Retirez l'apostrophe dans toute la colonne (Rechercher et remplacer) ; le format Texte suffit à garder les zéros",
    remedy_en="Take the apostrophe out of the whole column (find and replace); the Text format is enough to keep zeros",
)
define(
    "READ_LONG_AGO",
    "la date {day} précède de plus de {years:an/ans} la date du dossier : elle est lue telle quelle.",
    "the date {day} is more than {years:year/years} before the date of the case: it is read as it stands.",
    remedy_fr="Vérifiez la date : un logiciel écrit souvent 01/01/1900 pour une date vide",
    remedy_en="Check the date: software often writes 01/01/1900 for an empty date",
)
define(
    "READ_DUPLICATE",
    "« {value} » figure déjà ligne {first}.",
    "“{value}” is already on row {first}.",
    expected_fr="une seule ligne par {key}",
    expected_en="a single row per {key}",
    remedy_fr="Gardez la bonne ligne",
    remedy_en="Keep the right row",
)
define(
    "READ_RENEWED_BEFORE_FIRST",
    "le renouvellement du {value} précède la première demande du {first}.",
    "the renewal of {value} comes before the first application of {first}.",
    remedy_fr="Vérifiez les deux dates : le renouvellement est lu tel quel",
    remedy_en="Check both dates: the renewal is read as it is",
)
define(
    "READ_AFTER_CASE_DATE",
    "la date {value} est postérieure à la date du dossier ({on}).",
    "the date {value} is later than the date of the case ({on}).",
    remedy_fr="Corrigez la date, ou la clé « on » de case.yaml",
    remedy_en="Correct the date, or the key “on” of case.yaml",
)
define(
    "READ_VACANT_LATER",
    "{count:logement vacant/logements vacants} depuis une date postérieure à celle du dossier ({on} ; le premier, {value}) : 0 jour de vacance.",
    "{count:dwelling/dwellings} vacant since a date later than that of the case ({on}; the first, {value}): 0 days of vacancy.",
    remedy_fr="Logement encore occupé : laissez vacant_depuis vide et remplissez disponible_le ; sinon corrigez la date",
    remedy_en="Still lived in: leave vacant_since empty and fill available_on; otherwise correct the date",
)
define(
    "READ_LEASE_OTHER_YEAR",
    "{count:bail signé/baux signés} dans une autre année que {year} (le premier, le {value}) : hors du compte de l'année.",
    "{count:lease/leases} signed in another year than {year} (the first on {value}): not counted in the year.",
    remedy_fr="La table des baux contient ceux de l'année du dossier ; corrigez la date ou la clé « year » de case.yaml",
    remedy_en="The leases table holds those of the year of the case; correct the date, or the key “year” of case.yaml",
)
define(
    "READ_LEASE_OUTSIDE_FLUX",
    "{count:bail dit/baux dits} dans le flux sur un contingent qui n'en est jamais (le premier : {value}) : hors de l'assiette du flux.",
    "{count:lease/leases} said to be in the flux on an account that never is (the first: {value}): outside the flux base.",
    remedy_fr="Écrivez non dans dans_le_flux, ou corrigez le réservataire",
    remedy_en="Write no in in_flux, or correct the account",
)
define(
    "READ_UNKNOWN_REFERENCE",
    "« {value} » ne figure pas dans {table} : la ligne est sans effet.",
    "“{value}” is not in {table}: the row has no effect.",
    remedy_fr="Vérifiez l'identifiant",
    remedy_en="Check the identifier",
)
define(
    "READ_OTHER_SPELLING",
    "« {value} » s'écrit « {written} » dans {table} : ce sont ici deux noms différents, la ligne ne compte pas avec les autres.",
    "“{value}” is written “{written}” in {table}: these are two names here, the row does not count with the others.",
    remedy_fr="Écrivez partout le même nom, à la lettre",
    remedy_en="Write the same name everywhere, to the letter",
)
define(
    "READ_SEVERAL_IN_ONE",
    "« {value} » est lu comme un seul nom, alors que « {written} » figure dans {table} : la demande ne convient à aucun des deux.",
    "“{value}” is read as one name, while “{written}” stands in {table}: the application suits neither.",
    remedy_fr="Séparez les noms par |",
    remedy_en="Separate the names by |",
)
define(
    "READ_EVENT_UNKNOWN_DWELLING",
    "Le logement « {value} » n'est décrit ni dans les logements, ni dans les en_cours, ni dans les baux, ni par son suivi (bailleur, commune) : "
    "son orientation n'est comptée sur aucun contingent.",
    "Dwelling “{value}” is described neither in dwellings, nor in_progress, nor leases, nor by its events (landlord, commune): its orientation is counted on no account.",
    remedy_fr="Ajoutez-le à l'une de ces tables : bailleur et commune y sont lus",
    remedy_en="Add it to one of these tables: landlord and commune are read there",
)
define(
    "READ_PERSONS_BELOW_PARTS",
    "le nombre de personnes à loger est « {value} », alors que les adultes et les enfants de moins de 14 ans sont {parts}.",
    "the number of persons to house is “{value}”, while adults and children under 14 are {parts}.",
    remedy_fr="Vérifiez la composition du ménage",
    remedy_en="Check the household",
)
define(
    "READ_DEPENDANTS_ABOVE",
    "le nombre de personnes à charge est « {value} », pour {persons:personne/personnes} à loger, demandeur compris : plafonds et aide au logement les suivent.",
    "the number of dependants is “{value}”, for {persons:person/persons} to house, the applicant among them: ceilings and housing allowance follow them.",
    remedy_fr="Vérifiez la composition du ménage : le demandeur n'est pas à sa propre charge",
    remedy_en="Check the household: the applicant is no dependant of its own",
)
define(
    "READ_HOUSED_APPLICANT",
    "{count:bail/baux} au nom d'une demande antérieure qui figure encore dans les demandes (« {value} », bail du {signed}) : "
    "le ménage logé peut être proposé à nouveau.",
    "{count:lease/leases} of an earlier application that still stands among the applications (“{value}”, lease of {signed}): "
    "the household housed may be proposed again.",
    remedy_fr="Retirez la demande ou écrivez radiée dans son statut ; rien à faire si le ménage demande un autre logement",
    remedy_en="Remove the application or write struck_off in its status; nothing to do if the household asks for another dwelling",
)
define(
    "READ_ASSIETTE_NEGATIVE",
    "l'assiette retire plus de logements ({minus}) qu'il n'en est libéré ({value}).",
    "the assiette takes off more dwellings ({minus}) than are vacated ({value}).",
    expected_fr="des retraits (mutations, ANRU, ORCOD, insalubrité, vente, en stock) qui ne dépassent pas les logements libérés",
    expected_en="subtractions (mutation, anru, orcod, unfit, sale, stock) that do not exceed the dwellings vacated",
    remedy_fr="Corrigez les retraits, ou le nombre de logements libérés",
    remedy_en="Correct the subtractions, or the number of dwellings vacated",
)
define(
    "READ_COMMITMENT_NOTHING",
    "l'engagement ne dit pas ce qu'il apporte.",
    "the commitment does not say what it brings.",
    expected_fr="des logements du parc (colonne logements), ou une part du flux (colonne part)",
    expected_en="dwellings of the stock (column dwellings), or a share of the flux (column share)",
    remedy_fr="Remplissez l'une des deux colonnes ; la part compte si les deux sont données",
    remedy_en="Fill one of the two columns; the share counts where both are given",
)
define(
    "READ_COMMITMENT_ENDS_BEFORE",
    "l'engagement finit avant d'avoir commencé.",
    "the commitment ends before it begins.",
    expected_fr="une date de fin après celle du début, et un prêt remboursé après la signature",
    expected_en="an end after the beginning, and a loan repaid after the signature",
    remedy_fr="Corrigez la date de début, de fin ou de remboursement",
    remedy_en="Correct the date it begins, ends or is repaid",
)
define(
    "READ_COMMITMENT_ACCOUNT",
    "« {value} » ne peut pas tenir de droits de réservation.",
    "“{value}” cannot hold reservation rights.",
    expected_fr="un réservataire des conventions : {forms_fr}",
    expected_en="an account of the agreements: {forms_en}",
    remedy_fr="Corrigez le réservataire ; ce qui n'est pas réservé n'a pas d'engagement",
    remedy_en="Correct the account; what is not reserved has no commitment",
)
define(
    "READ_PUBLICITY_PARTIAL",
    "la publicité du logement n'est pas tenue pour prouvée.",
    "the advertising of the dwelling is not taken as proven.",
    expected_fr="son premier jour, où elle a été faite et la référence de la preuve",
    expected_en="its first day, where it was made and the reference of the proof",
    remedy_fr="Complétez publie_le, publie_ou et preuve_publicite",
    remedy_en="Complete published_on, published_at and publication_proof",
)
