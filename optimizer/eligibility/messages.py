"""Wording of what only the rules can tell about a case (the reader has already checked the cells)."""

from __future__ import annotations

from optimizer.domain.account import account_forms
from optimizer.errors import Said, define

REFUSALS = {
    "INACTIVE": Said("demande radiée ou non renouvelée", "struck off or not renewed"),
    "LIVE_OFFER": Said(
        "déjà en commission ou destinataire d'une offre", "already before a commission or offered"
    ),
    "COMMUNE": Said("hors du secteur de la demande", "outside the area of the application"),
    "ROOMS": Said("taille inadaptée ou non souhaitée", "size does not fit or is not wanted"),
    "CEILING": Said("plafond de ressources dépassé", "income above the ceiling"),
    "ACCESSIBLE": Said("accessibilité insuffisante", "not accessible enough"),
    "OWN_DWELLING": Said("c'est le logement actuel du demandeur", "it is the applicant's present dwelling"),
    "FORBIDDEN": Said("écartée par une décision", "kept away by a decision"),
    "ACCOUNT": Said(
        "aucun réservataire de ce logement ne peut désigner ce ménage",
        "no account of this dwelling can name this household",
    ),
}
"""Why a pair is refused, as a message says it."""

UNKNOWN_COMMUNE = define(
    "ELIG_UNKNOWN_COMMUNE",
    "la commune « {value} » n'est pas dans le territoire « {territory} »",
    "commune “{value}” is not in territory “{territory}”",
    expected_fr="un code INSEE de 5 caractères d'une commune du territoire",
    expected_en="the 5-character INSEE code of a commune of the territory",
    remedy_fr="Corrigez le code (celui de l'INSEE, pas le code postal ; d'une commune fusionnée, celui d'aujourd'hui), ou choisissez dans "
    "case.yaml un territoire qui contient cette commune",
    remedy_en="Correct the code (INSEE, not postal; of a merged commune, today's), or choose in case.yaml a territory that contains this commune",
)
COMMUNE_NOWHERE = define(
    "ELIG_COMMUNE_NOWHERE",
    "« {value} » n'est le code d'aucune commune : la ligne ne compte dans aucun objectif du lieu",
    "“{value}” is no commune's code: the row counts in no target of the place",
    expected_fr="un code INSEE de 5 caractères",
    expected_en="a 5-character INSEE code",
    remedy_fr="Écrivez le code INSEE, pas le code postal ; d'une commune fusionnée, celui d'aujourd'hui, ou son nom",
    remedy_en="Write the INSEE code, not the postal one; of a merged commune, today's, or its name",
)
EPCI_NOWHERE = define(
    "ELIG_EPCI_NOWHERE",
    "« {value} » n'est le SIREN d'aucun EPCI : la cotation de la ligne est sans effet",
    "“{value}” is no EPCI's SIREN: the score of the row has no effect",
    expected_fr="le SIREN, 9 chiffres, de l'EPCI des logements",
    expected_en="the SIREN, 9 digits, of the EPCI of the dwellings",
    remedy_fr="Corrigez le code",
    remedy_en="Correct the code",
)
UNKNOWN_ACCOUNT = define(
    "ELIG_UNKNOWN_ACCOUNT",
    "« {value} » n'est pas un réservataire connu",
    "“{value}” is not a known account",
    expected_fr=account_forms("fr"),
    expected_en=account_forms("en"),
    remedy_fr="Corrigez le réservataire : une commune, un EPCI ou un département par son code, une région ou tout autre par OTHER:NOM",
    remedy_en="Correct the account: a commune, an EPCI or a département by its code, a région or any other by OTHER:NAME",
)
NO_CONVENTION = define(
    "ELIG_NO_CONVENTION",
    "le bailleur « {value} » a {count:logement/logements} dans le flux et aucune convention de réservation pour {year}",
    "landlord “{value}” has {count:dwelling/dwellings} in the flux and no convention for {year}",
    expected_fr="au moins une ligne pour ce bailleur dans la feuille ou la table conventions",
    expected_en="at least one line for this landlord in the sheet or table conventions",
    remedy_fr="Remplissez la feuille conventions : bailleur, departement, annee, reservataire et part, une ligne par réservataire",
    remedy_en="Fill the sheet conventions: landlord, departement, year, account and share, one line per account",
)
GRID_LATER = define(
    "ELIG_GRID_LATER",
    "la grille « {value} » n'entre en vigueur que le {since}, après la date du cas ({on}) : ses points sont comptés quand même",
    "grid “{value}” comes into force on {since} only, after the date of the case ({on}): its points are counted all the same",
    remedy_fr="Nommez la grille en vigueur à cette date, ou corrigez in_force_from dans la grille",
    remedy_en="Name the grid in force on that day, or correct in_force_from in the grid",
)
NO_CONVENTION_HERE = define(
    "ELIG_NO_CONVENTION_HERE",
    "le bailleur « {value} » n'a aucune ligne de convention qui couvre {count:de ses logements, laissé à BAILLEUR/de ses logements, laissés à BAILLEUR}",
    "landlord “{value}” has no convention line covering {count:of its dwellings: it goes to BAILLEUR/of its dwellings: they go to BAILLEUR}",
    remedy_fr="Vérifiez le périmètre (perimetre) des lignes de sa convention",
    remedy_en="Check the area of the lines of its convention",
)
UNKNOWN_AREA = define(
    "ELIG_UNKNOWN_AREA",
    "le périmètre « {value} » n'est ni une commune, ni un EPCI, ni un département du territoire",
    "area “{value}” is neither a commune, an EPCI nor a département of the territory",
    remedy_fr="Corrigez le périmètre ; vide, c'est le code de COLL:… ou le département",
    remedy_en="Correct the area; empty, it is the code of COLL:… or the département",
)
AREA_ELSEWHERE = define(
    "ELIG_AREA_ELSEWHERE",
    "le périmètre « {value} » de {account} n'a aucune commune dans le département {departement} : la ligne serait sans effet",
    "area “{value}” of {account} has no commune in département {departement}: the line would have no effect",
    remedy_fr="Corrigez le périmètre ou le département ; une région, ou tout autre réservataire sans code, s'écrit OTHER:NOM, périmètre "
    "vide, une ligne par département",
    remedy_en="Correct the area or the département; a région, or any account without a code, is written OTHER:NAME, area empty, one "
    "line per département",
)
AREA_WHOLE_CITY = define(
    "ELIG_AREA_WHOLE_CITY",
    "le périmètre « {value} » est celui d'une commune entière, et des logements du bailleur y sont codés par arrondissement "
    "({example}) : la ligne ne les compterait pas",
    "area “{value}” is a whole commune, and dwellings of the landlord there bear arrondissements ({example}): the line would not count them",
    remedy_fr="Pour Paris, écrivez le périmètre 75 ; pour Lyon et Marseille, une ligne par arrondissement (périmètre = son code, même part)",
    remedy_en="For Paris, write area 75; for Lyon and Marseille, one line per arrondissement (area = its code, same share)",
)
UNKNOWN_POOL = define(
    "ELIG_UNKNOWN_POOL",
    "le vivier « {value} » n'existe pas",
    "pool “{value}” does not exist",
    expected_fr="vide (vivier du réservataire) ou {known}",
    expected_en="empty (the account's own pool) or {known}",
    remedy_fr="Videz la cellule, ou écrivez l'un de ces noms",
    remedy_en="Empty the cell, or write one of these names",
)
SHARES_ABOVE_ONE = define(
    "ELIG_SHARES_ABOVE_ONE",
    "les parts du bailleur « {value} » font {total} du flux à {commune} : plus que le flux entier",
    "the shares of landlord “{value}” add up to {total} of the flux in {commune}: more than the whole flux",
    expected_fr="une somme d'au plus 1 (100 %) dans chaque commune",
    expected_en="a sum of at most 1 in every commune",
    remedy_fr="Réduisez les parts ; BAILLEUR est le reste",
    remedy_en="Lower the shares; BAILLEUR is the rest",
)
SHARES_ABOVE_CAP = define(
    "ELIG_SHARES_ABOVE_CAP",
    "la convention de {value} donne {total} du flux à {accounts}, au-dessus du plafond de {most} ({key}, CCH R. 441-5) : rien ne l'y ramène",
    "the agreement of {value} gives {total} of the flux to {accounts}, above the cap of {most} ({key}, CCH R. 441-5): nothing lowers it",
    remedy_fr="Vérifiez la convention avec le préfet, ou réduisez la part",
    remedy_en="Check the agreement with the préfet, or lower the share",
)
SHARE_DECIMALS = define(
    "ELIG_SHARE_DECIMALS",
    "« {value} » a plus de 4 décimales",
    "“{value}” has more than 4 decimals",
    expected_fr="une part entre 0 et 1, au plus 4 décimales",
    expected_en="a share between 0 and 1, at most 4 decimals",
    remedy_fr="Arrondissez-la",
    remedy_en="Round it",
)
DUPLICATE_LINE = define(
    "ELIG_DUPLICATE_LINE",
    "deux lignes de convention pour {value} dans le périmètre {area} du bailleur {landlord}",
    "two convention lines for {value} in area {area} of landlord {landlord}",
    remedy_fr="Gardez-en une seule",
    remedy_en="Keep one of them",
)
STOCK_UNRESERVED = define(
    "ELIG_STOCK_UNRESERVED",
    "le logement « {value} » est exclu de l'assiette parce qu'il est en stock, sans réservataire",
    "dwelling “{value}” is excluded from the flux base as stock, without an account",
    expected_fr="reserve_a rempli quand exclusion_assiette est stock",
    expected_en="reserved_to filled when assiette_exclusion is stock",
    remedy_fr="Remplissez reserve_a ou videz exclusion_assiette",
    remedy_en="Fill reserved_to or empty assiette_exclusion",
)
RESERVATION_CONFLICT = define(
    "ELIG_RESERVATION_CONFLICT",
    "le logement « {value} » est réservé à {account} mais son exclusion ({exclusion}) ne le permet pas",
    "dwelling “{value}” is reserved to {account} but its exclusion ({exclusion}) does not allow it",
    remedy_fr="Videz reserve_a ou exclusion_assiette",
    remedy_en="Empty reserved_to or assiette_exclusion",
)
UNKNOWN_REASON = define(
    "ELIG_UNKNOWN_REASON",
    "« {value} » n'est pas un motif admis pour écarter une demande",
    "“{value}” is not an accepted reason to exclude an application",
    expected_fr="un motif parmi {known}",
    expected_en="a reason among {known}",
    remedy_fr="Choisissez un motif de la liste ; une dette de loyer n'en est pas un",
    remedy_en="Choose a reason of the list; arrears are not one",
)
UNKNOWN_PIN_REASON = define(
    "ELIG_UNKNOWN_PIN_REASON",
    "« {value} » n'est pas un motif admis pour imposer un ménage sur un logement",
    "“{value}” is not an accepted reason to pin a household to a dwelling",
    expected_fr="un motif parmi {known}",
    expected_en="a reason among {known}",
    remedy_fr="Choisissez un motif de la liste ; la cotation seule n'en est pas un",
    remedy_en="Choose a reason of the list; the score alone is not one",
)
UNKNOWN_ORIENT_REASON = define(
    "ELIG_UNKNOWN_ORIENT_REASON",
    "« {value} » n'est pas un motif admis pour orienter un logement",
    "“{value}” is not an accepted reason to send a dwelling to an account",
    expected_fr="un motif parmi {known}",
    expected_en="a reason among {known}",
    remedy_fr="Choisissez un motif de la liste",
    remedy_en="Choose a reason of the list",
)
UNKNOWN_REASONS = {
    "forbid": UNKNOWN_REASON,
    "pin": UNKNOWN_PIN_REASON,
    "orient": UNKNOWN_ORIENT_REASON,
}
"""The problem of a reason outside the closed list, by kind of decision."""
PIN_UNKNOWN = define(
    "ELIG_PIN_UNKNOWN",
    "une décision « pin » doit nommer un logement et une demande du dossier",
    "a “pin” decision must name a dwelling and an application of the case",
    remedy_fr="Indiquez le logement et le numéro unique, ou retirez la décision",
    remedy_en="Give the dwelling and the application, or remove the decision",
)
PIN_TWO_APPLICATIONS = define(
    "ELIG_PIN_TWO_APPLICATIONS",
    "{count:demande est fixée/demandes sont fixées} sur le logement « {value} »",
    "{count:application is/applications are} pinned to dwelling “{value}”",
    remedy_fr="Gardez une seule décision « pin » par logement",
    remedy_en="Keep one “pin” decision per dwelling",
)
PIN_TWO_DWELLINGS = define(
    "ELIG_PIN_TWO_DWELLINGS",
    "la même demande est fixée sur {count:logement/logements} ({homes})",
    "the same application is pinned to {count:dwelling/dwellings} ({homes})",
    remedy_fr="Gardez une seule décision « pin » par demande",
    remedy_en="Keep one “pin” decision per application",
)
PIN_AND_FORBID = define(
    "ELIG_PIN_AND_FORBID",
    "la même demande est à la fois fixée sur le logement « {value} » et écartée de ce logement",
    "the same application is both pinned to dwelling “{value}” and excluded from it",
    remedy_fr="Gardez l'une des deux décisions",
    remedy_en="Keep one of the two decisions",
)
PIN_BLOCKED = define(
    "ELIG_PIN_BLOCKED",
    "le logement « {value} » a une orientation en cours : rien ne peut y être fixé",
    "dwelling “{value}” has work in progress: nothing can be pinned to it",
    remedy_fr="Terminez ou retirez la ligne de en_cours, ou retirez la décision",
    remedy_en="Close or remove the in_progress line, or remove the decision",
)
PIN_INELIGIBLE = define(
    "ELIG_PIN_INELIGIBLE",
    "la demande fixée sur le logement « {value} » n'y est pas recevable : {refusal}",
    "the application pinned to dwelling “{value}” is not eligible for it: {refusal}",
    remedy_fr="Corrigez la donnée en cause ou retirez la décision",
    remedy_en="Correct the data concerned or remove the decision",
)
PIN_UNKNOWN_ACCOUNT = define(
    "ELIG_PIN_UNKNOWN_ACCOUNT",
    "le réservataire « {value} » d'une décision ne peut recevoir ce logement ({dwelling}) ; le peuvent : {known}",
    "account “{value}” of a decision may not receive this dwelling ({dwelling}); these may: {known}",
    remedy_fr="Choisissez un réservataire qui peut recevoir le logement, ou videz la colonne reservataire",
    remedy_en="Choose an account that may receive the dwelling, or empty the column account",
)
PIN_OTHER_ACCOUNT = define(
    "ELIG_PIN_OTHER_ACCOUNT",
    "la demande fixée sur le logement « {value} » ne peut y être désignée par {account}{oriented} ; le peuvent : {known}",
    "the application pinned to dwelling “{value}” cannot be named there by {account}{oriented}; these can: {known}",
    remedy_fr="Une décision n'ajoute aucun droit : choisissez un de ces réservataires, ou retirez la décision",
    remedy_en="A decision adds no right: choose one of these accounts, or remove the decision",
)
PIN_NOMINATION_ORDER = define(
    "ELIG_PIN_NOMINATION_ORDER",
    "la demande fixée sur le logement « {value} » passerait l'ordre de {account} : {before} la précèdent et n'ont aucun "
    "autre logement possible",
    "the application pinned to dwelling “{value}” would pass the order of {account}: {before} come before it and have no "
    "other possible dwelling",
    remedy_fr="Fixez la demande qui précède, écartez-la par une décision motivée, ou demandez un autre ordre au réservataire",
    remedy_en="Pin the application that comes before, exclude it with a reason, or ask the account for another order",
)
PIN_AND_ORIENT = define(
    "ELIG_PIN_AND_ORIENT",
    "le logement « {value} » est orienté vers {account} et la demande qui y est fixée l'est pour {pinned}",
    "dwelling “{value}” is oriented to {account} and the application pinned to it is pinned for {pinned}",
    remedy_fr="Gardez le même réservataire dans les deux décisions, ou l'une des deux",
    remedy_en="Keep the same account in both decisions, or one of the two",
)
ORIENT_UNKNOWN = define(
    "ELIG_ORIENT_UNKNOWN",
    "une décision « orient » doit nommer un logement du dossier et un réservataire, sans demande",
    "an “orient” decision must name a dwelling of the case and an account, without an application",
    remedy_fr="Indiquez le logement et le réservataire ; pour nommer aussi le ménage, la décision est « pin »",
    remedy_en="Give the dwelling and the account; to name the household too, the decision is “pin”",
)
ORIENT_ACCOUNT = define(
    "ELIG_ORIENT_ACCOUNT",
    "le logement « {value} » ne peut aller à {account} ; il le peut à : {known}",
    "dwelling “{value}” may not go to {account}; it may go to: {known}",
    remedy_fr="Choisissez un réservataire qui peut recevoir le logement, ou ajoutez sa ligne de convention",
    remedy_en="Choose an account that may receive the dwelling, or add its convention line",
)
ORIENT_TWICE = define(
    "ELIG_ORIENT_TWICE",
    "le logement « {value} » est orienté vers plusieurs réservataires : {accounts}",
    "dwelling “{value}” is oriented to several accounts: {accounts}",
    remedy_fr="Gardez une seule décision « orient » par logement",
    remedy_en="Keep one “orient” decision per dwelling",
)
ORIENT_BLOCKED = define(
    "ELIG_ORIENT_BLOCKED",
    "le logement « {value} » a une orientation en cours : il ne peut être orienté autrement",
    "dwelling “{value}” has work in progress: it cannot be oriented otherwise",
    remedy_fr="Terminez ou retirez la ligne de en_cours, ou retirez la décision",
    remedy_en="Close or remove the in_progress line, or remove the decision",
)
FORBID_ACCOUNT = define(
    "ELIG_FORBID_ACCOUNT",
    "une décision « forbid » vaut pour tous les réservataires : « {value} » n'est pas lu",
    "a “forbid” decision holds for every account: “{value}” is not read",
    remedy_fr="Videz la colonne reservataire de cette décision",
    remedy_en="Empty the column account of this decision",
)
ALLOWANCE_ABOVE_RENT = define(
    "ELIG_ALLOWANCE_ABOVE_RENT",
    "l'aide simulée ({value} €) dépasse le loyer et les charges ({cost} €) : le taux d'effort est pris à 0",
    "the simulated allowance (€{value}) is above the rent and charges (€{cost}): the effort rate is taken as 0",
    remedy_fr="Vérifiez le loyer, les charges et la simulation",
    remedy_en="Check the rent, the charges and the simulation",
)
SIMULATION_EMPTY = define(
    "ELIG_SIMULATION_EMPTY",
    "une ligne de simulations ne dit rien pour le logement « {value} »",
    "a line of simulations says nothing for dwelling “{value}”",
    remedy_fr="Remplissez l'aide, la réduction de loyer ou le taux d'effort, ou retirez la ligne",
    remedy_en="Fill the allowance, the rent reduction or the effort rate, or remove the line",
)
ASSUMED_THRESHOLD = define(
    "ELIG_ASSUMED_THRESHOLD",
    "le seuil du premier quartile de {name} (EPCI {value}) est supposé, et le dossier n'est pas synthétique",
    "the first-quartile threshold of {name} (EPCI {value}) is assumed, and the case is not synthetic",
    expected_fr="le seuil de l'arrêté, dans la feuille seuils du dossier",
    expected_en="the threshold of the arrêté, in the sheet seuils of the case",
    remedy_fr="Saisissez le seuil publié dans la feuille seuils, ou relancez avec --accept-assumed : chaque page le dira",
    remedy_en="Enter the published threshold in the sheet seuils, or run again with --accept-assumed: every page will say so",
)
OLDER_THRESHOLD = define(
    "ELIG_OLDER_THRESHOLD",
    "premier quartile lu au seuil d'une année passée ({names}) : models/ n'en a pas de {year}",
    "first quartile read at the threshold of an earlier year ({names}): models/ has none of {year}",
    remedy_fr="Rien à faire tant que l'arrêté de {year} n'a pas paru ; ensuite, saisissez ses seuils dans la feuille seuils",
    remedy_en="Nothing to do until the arrêté of {year} is out; then enter its thresholds in the sheet seuils",
)
OLDER_CEILINGS = define(
    "ELIG_OLDER_CEILINGS",
    "revenus comparés aux plafonds de ressources d'une année passée ({names}) : models/ n'a pas ceux de {year}, et un ménage de peu "
    "au-dessus serait écarté à tort",
    "incomes compared with the ceilings of an earlier year ({names}): models/ has none of {year}, and a household just above them "
    "would be refused wrongly",
    remedy_fr="Ils changent chaque 1er janvier : prenez la version du programme qui a ceux de {year}, ou écrivez-les dans « changes » de "
    "case.yaml, une ligne par table (catégories 1 à 6, puis par personne de plus) : {keys}",
    remedy_en="They change every 1 January: take the version of the program that has those of {year}, or write them under “changes” of "
    "case.yaml, a line for each table (categories 1 to 6, then each further person): {keys}",
)
SHORT_BY_CHOICE = define(
    "ELIG_SHORT_BY_CHOICE",
    "le dossier demande {count:candidat/candidats} par liste, moins que les {least} que demande l'article R. 441-3 du CCH",
    "the case asks for {count:candidate/candidates} a list, fewer than the {least} that CCH article R. 441-3 asks for",
    expected_fr="{least} ou plus",
    expected_en="{least} or more",
    remedy_fr="Retirez shortlist_size, ou faites justifier chaque liste par la commission : insuffisance du nombre de candidats, "
    "désignation par le préfet, logement subventionné (D. 331-25-1)",
    remedy_en="Remove shortlist_size, or have the commission justify each list: too few candidates, designation by the préfet, "
    "subsidised dwelling (D. 331-25-1)",
)
NOMINEE_OUTSIDE_POOL = define(
    "ELIG_NOMINEE_OUTSIDE_POOL",
    "un ménage désigné par {value} n'est pas de son vivier : il ne sera pas proposé à ce titre",
    "a household named by {value} is not in its pool: it will not be proposed on that account",
    remedy_fr="Vérifiez les colonnes du vivier (salarie_al, agent_public, publics_prioritaires) ou la colonne reservataires",
    remedy_en="Check the columns of the pool (als_employee, public_agent, priority_codes) or the column accounts",
)
NOMINATION_DELEGATED = define(
    "ELIG_NOMINATION_DELEGATED",
    "{value} a délégué la désignation : {count:désignation est/désignations sont} sans effet",
    "{value} has delegated the nomination: {count:nomination has/nominations have} no effect",
    remedy_fr="Si le réservataire désigne lui-même, écrivez directe (direct) ou partielle (partial) dans la colonne gestion de sa convention",
    remedy_en="If the account names households itself, write direct or partial in the column management_mode of its convention",
)
NOMINATION_DELEGATED_HERE = define(
    "ELIG_NOMINATION_DELEGATED_HERE",
    "{value} a délégué la désignation là où est le logement nommé : {count:désignation est/désignations sont} sans effet",
    "{value} has delegated the nomination where the dwelling named is: {count:nomination has/nominations have} no effect",
    remedy_fr="Si le réservataire y désigne lui-même, écrivez directe (direct) ou partielle (partial) dans la colonne gestion de la ligne de convention de ce périmètre",
    remedy_en="If the account names households itself there, write direct or partial in the column management_mode of the convention line of that area",
)
NOMINATION_ELSEWHERE = define(
    "ELIG_NOMINATION_ELSEWHERE",
    "{value} ne peut pas recevoir le logement nommé : {count:désignation est/désignations sont} sans effet",
    "{value} may not receive the dwelling named: {count:nomination has/nominations have} no effect",
    remedy_fr="Corrigez le logement ou le réservataire ; vide, le logement peut être tout logement du réservataire",
    remedy_en="Correct the dwelling or the account; left empty, the dwelling may be any of the account",
)
NOMINATION_NO_LINE = define(
    "ELIG_NOMINATION_NO_LINE",
    "{value} n'a de ligne dans aucune convention du dossier : {count:désignation est/désignations sont} sans effet",
    "{value} has no line in any convention of the case: {count:nomination has/nominations have} no effect",
    remedy_fr="Ajoutez sa ligne de convention, ou corrigez le réservataire",
    remedy_en="Add its convention line, or correct the account",
)
TOLERANCE_CUT = define(
    "ELIG_TOLERANCE_CUT",
    "la tolérance de {value} est ramenée à {kept}, {part} de la part de {account}",
    "the tolerance of {value} is brought down to {kept}, {part} of the share of {account}",
    expected_fr="au plus {kept}",
    expected_en="at most {kept}",
    remedy_fr="Rien à faire si c'est bien cela ; sinon, corrigez la tolérance ou la part",
    remedy_en="Nothing to do if that is right; else correct the tolerance or the share",
)
DALO_ELSEWHERE = define(
    "ELIG_DALO_ELSEWHERE",
    "le nombre de DALO de {value} dans le département {departement} est sans effet : il n'a là ni logement, ni bail dans le dossier",
    "the DALO number of {value} in département {departement} has no effect: it has neither a dwelling nor a lease there in the case",
    remedy_fr="Vérifiez le code du bailleur et celui du département",
    remedy_en="Check the code of the landlord and that of the département",
)
YEAR_OVER = define(
    "ELIG_YEAR_OVER",
    "le dossier est daté du {on} et compte l'année {value}, déjà finie : aucun bail n'y est plus attendu",
    "the case is dated {on} and counts the year {value}, which is over: no lease is expected in it any more",
    expected_fr="l'année de la date du dossier, ou une année à venir",
    expected_en="the year of the case's date, or a year to come",
    remedy_fr="Corrigez la clé year, ou la clé on",
    remedy_en="Correct the key year, or the key on",
)
LANDLORD_ELSEWHERE = define(
    "ELIG_LANDLORD_ELSEWHERE",
    "aucun logement du dossier n'est du bailleur {value} ; ils sont de : {landlords}",
    "no dwelling of the case is of the landlord {value}; they are of: {landlords}",
    expected_fr="le bailleur dont la commission se réunit",
    expected_en="the landlord whose commission meets",
    remedy_fr="Corrigez la clé landlord, ou retirez-la si le dossier est de plusieurs bailleurs",
    remedy_en="Correct the key landlord, or remove it where the case is of several landlords",
)
CONVENTION_LATER = define(
    "ELIG_CONVENTION_LATER",
    "la convention de {value} est de {later}, après l'année du dossier ({year}) : elle est sans effet",
    "the agreement of {value} is of {later}, after the year of the case ({year}): it has no effect",
    remedy_fr="Corrigez l'année, ou laissez la ligne pour le dossier de cette année-là",
    remedy_en="Correct the year, or leave the line for the case of that year",
)
BALANCE_OF_BEFORE = define(
    "ELIG_BALANCE_OF_BEFORE",
    "le solde reporté de {value} est celui du 1er janvier {of} : dans un dossier de {year}, il compte une seconde fois",
    "the opening balance of {value} is that of 1 January {of}: in a case of {year} it counts a second time",
    remedy_fr="Reprenez les conventions du bilan de {of} (attriflux bilan --next), ou écrivez le solde du 1er janvier {year} et cette année",
    remedy_en="Take over the agreements of the statement of {of} (attriflux bilan --next), or write the balance of 1 January {year} and that year",
)
PROGRESS_TWO_ACCOUNTS = define(
    "ELIG_PROGRESS_TWO_ACCOUNTS",
    "le logement « {value} » est en cours pour plusieurs réservataires ({accounts}) : seule sa ligne la plus avancée compte",
    "dwelling “{value}” is in progress for several accounts ({accounts}): only its furthest line counts",
    expected_fr="un logement en cours chez un seul réservataire",
    expected_en="a dwelling in progress with one account",
    remedy_fr="Retirez les lignes qui ne sont plus suivies",
    remedy_en="Remove the lines that are followed no more",
)
UNKNOWN_DEPARTEMENT = define(
    "ELIG_UNKNOWN_DEPARTEMENT",
    "« {value} » n'est pas un code de département : la ligne serait sans effet",
    "“{value}” is not the code of a département: the line would have no effect",
    expected_fr="un code tel que 25, 01, 2A (la Corse n'a plus de 20) ou 974 (outre-mer : trois chiffres)",
    expected_en="a code such as 25, 01, 2A (Corsica has no 20) or 974 (overseas: three digits)",
    remedy_fr="Corrigez le code",
    remedy_en="Correct the code",
)
ASSIETTE_MISSING = define(
    "ELIG_ASSIETTE_MISSING",
    "la table assiette n'a pas de ligne {year} pour {value} dans le département {departement} : ses objectifs ne tiennent pas "
    "compte des logements attendus d'ici le 31 décembre, et rien ne limite ses mutations internes",
    "the table assiette has no line of {year} for {value} in département {departement}: its targets do not know the dwellings "
    "expected until 31 December, and nothing limits its own transfers",
    remedy_fr="Ajoutez la ligne, ou écrivez le bailleur et le département comme dans les logements",
    remedy_en="Add the line, or write the landlord and the département as in the dwellings",
)
NO_TRANSFER_CEILING = define(
    "ELIG_NO_TRANSFER_CEILING",
    "sans table assiette, rien ne limite les mutations internes de {value} : ses locataires déjà logés peuvent recevoir tous les "
    "logements",
    "without the table assiette nothing limits the own transfers of {value}: its sitting tenants may be given every dwelling",
    expected_fr="les logements libérés dans l'année, et ceux que le bailleur garde à ses mutations",
    expected_en="the dwellings vacated in the year, and those that the landlord keeps for its own transfers",
    remedy_fr="Ajoutez la table assiette (une ligne par bailleur et département)",
    remedy_en="Add the table assiette (a line for each landlord and département)",
)
FORBID_UNKNOWN = define(
    "ELIG_FORBID_UNKNOWN",
    "une décision « forbid » doit nommer une demande : elle écarte un ménage d'un logement, ou de tous",
    "a “forbid” decision must name an application: it keeps one household away from a dwelling, or from all",
    remedy_fr="Indiquez le numéro unique, ou retirez la décision",
    remedy_en="Give the application, or remove the decision",
)
CHOICES_OUTSIDE = define(
    "ELIG_CHOICES_OUTSIDE",
    "{count:code souhaité n'est celui/codes souhaités ne sont ceux} d'aucune commune (« {value} ») : sans effet, le rang des autres est gardé",
    "{count:chosen code is/chosen codes are} no commune's (“{value}”): no effect, the rank of the others is kept",
    remedy_fr="Écrivez le code INSEE, pas le code postal ; d'une commune fusionnée, celui d'aujourd'hui, ou son nom",
    remedy_en="Write the INSEE code, not the postal one; of a merged commune, today's, or its name",
)
DESIGNATED_NO_TITLE = define(
    "ELIG_DESIGNATED_NO_TITLE",
    "{count:ménage désigné/ménages désignés} par le préfet, sans public prioritaire : ni titre de priorité, ni place au contingent de l'État (publics prioritaires)",
    "{count:household designated/households designated} by the préfet, without a priority public: neither a title of priority nor a place on the State's account (priority publics)",
    expected_fr="au moins un public prioritaire, « DALO » le plus souvent",
    expected_en="at least one priority public, most often “DALO”",
    remedy_fr="Renseignez publics_prioritaires, ou videz designe_prefet",
    remedy_en="Fill in priority_codes, or empty prefet_designated",
)
