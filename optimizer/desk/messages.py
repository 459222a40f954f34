"""What the desk says of its inputs and of what it could not carry over."""

from __future__ import annotations

from optimizer.errors import define

define(
    "DESK_HOUSED_ASKS",
    "Le ménage qui a signé le bail du logement « {dwelling} » le {day} a dans l'import une demande déposée ou renouvelée depuis : elle sort du dossier, son numéro unique ayant été attribué.",
    "The household that signed the lease of dwelling “{dwelling}” on {day} has in the import an application made or renewed since: it leaves the case, its number having been housed.",
    remedy_fr="Radier cette demande (« À reporter ») ; si le ménage demande à nouveau un logement, sa nouvelle demande a un autre numéro unique",
    remedy_en="Strike that application off (“À reporter”); if the household asks for a dwelling again, its new application has another number",
)
define(
    "DESK_STRUCK_OFF_ACTIVE",
    "Le ménage déclaré irrecevable pour le logement « {dwelling} » le {day}, à radier depuis le {until}, est actif dans un import d'un jour postérieur : il n'est pas radié du dossier.",
    "The household found ineligible for dwelling “{dwelling}” on {day}, to be struck off since {until}, is active in an import of a later day: it is not struck off in the case.",
    remedy_fr="S'il a corrigé sa demande ou obtenu gain de cause, rien à faire ; sinon faire la radiation (« À reporter »), ou écrire « radiée » dans « statut »",
    remedy_en="If it corrected its application or won its appeal, nothing to do; else strike it off (“À reporter”), or write “struck_off” in “status”",
)
define(
    "DESK_NO_REPLY_ACTIVE",
    "Le ménage que l'on n'avait pu joindre pour le logement « {dwelling} », à radier sans réponse depuis le {until}, est actif dans un import d'un jour postérieur : il n'est pas radié du dossier.",
    "The household that could not be reached for dwelling “{dwelling}”, to be struck off for want of an answer since {until}, is active in an import of a later day: it is not struck off in the case.",
    remedy_fr="S'il a répondu depuis, rien à faire ; sinon faire la radiation (« À reporter »), ou écrire « radiée » dans « statut »",
    remedy_en="If it has answered since, nothing to do; else strike it off (“À reporter”), or write “struck_off” in “status”",
)
define(
    "DESK_DWELLING_GONE",
    "Le logement « {dwelling} », revenu sans bail de la séance du {day}, n'est plus dans l'import : sa présentation n'y est pas comptée.",
    "Dwelling “{dwelling}”, back without a lease from the session of {day}, is no longer in the import: its presentation is not counted there.",
    remedy_fr="Le remettre dans « logements » s'il est encore à louer",
    remedy_en="Put it back into “dwellings” if it is still to be let",
)
define(
    "DESK_DWELLING_WITHDRAWN",
    "Le logement « {dwelling} », retiré le {day} après sa décision, sort du dossier : il n'est proposé à personne et n'est plus en cours pour son réservataire.",
    "Dwelling “{dwelling}”, withdrawn on {day} after its decision, leaves the case: it is proposed to nobody and no longer in progress for its account.",
    remedy_fr="Un import d'un jour plus récent qui le contient dit qu'il est revenu",
    remedy_en="An import of a later day that holds it says that it is back",
)
define(
    "DESK_DWELLING_OFF_AGENDA",
    "Le logement « {dwelling} », retiré le {day} de l'ordre du jour de la séance du {session} avant son examen ({why}), reste dans le dossier : il peut être proposé à nouveau.",
    "Dwelling “{dwelling}”, taken off on {day} from the agenda of the session of {session} before it was examined ({why}), stays in the case: it may be proposed again.",
    remedy_fr="S'il n'est plus à louer (vente, sinistre, travaux), retirer sa ligne de « logements »",
    remedy_en="If it is no longer to be let (sale, fire, works), take its row out of “dwellings”",
)
define(
    "DESK_DWELLING_ELSEWHERE",
    "Le logement « {dwelling} » n'est plus dans l'import : il est gardé dans « en_cours » avec ce que la commission en a fait.",
    "Dwelling “{dwelling}” is no longer in the import: it is kept in “in_progress” with what the commission did with it.",
)
define(
    "DESK_DECISION_DONE",
    "La décision « {decision} » sur le logement « {dwelling} » est retirée : une séance l'a examiné, ou ses suites l'empêchent.",
    "Decision “{decision}” on dwelling “{dwelling}” is taken out: a session examined it, or what followed forbids it.",
)
define(
    "DESK_NEW_YEAR",
    "Le dossier passe à l'année {year} : {leases:bail de l'année passée en sort/baux de l'année passée en sortent}.",
    "The case passes to the year {year}: {leases:lease of last year leaves it/leases of last year leave it}.",
    remedy_fr="Faire le bilan de l'année passée (attriflux bilan --next) sur le dossier de son 31 décembre (attriflux next --on, depuis le dernier dossier de l'année), puis reprendre ses conventions",
    remedy_en="Make last year's statement (attriflux bilan --next) from the case of its 31 December (attriflux next --on, from the last case of the year), then take its agreements over",
)
define(
    "DESK_NOMINATIONS_OUT",
    "{n:désignation saisie au bureau n'est pas reprise/désignations saisies au bureau ne sont pas reprises} : la demande ou le logement n'est pas dans le dossier.",
    "{n:nomination recorded at the desk is not taken/nominations recorded at the desk are not taken}: the application or the dwelling is not in the case.",
    remedy_fr="Voir la page Réservataire : mettre la demande ou le logement dans l'import, ou demander au réservataire de la retirer",
    remedy_en="See the page Réservataire: put the application or the dwelling into the import, or ask the réservataire to withdraw it",
)
define(
    "DESK_OTHER_NAME",
    "{n:logement du dossier a été à l'ordre du jour/logements du dossier ont été à l'ordre du jour} de séances tenues au nom de « {other} » (la dernière le {day}) : ce dossier, de « {own} », n'en reprend ni bail, ni offre, ni refus.",
    "{n:dwelling of the case was on the agenda/dwellings of the case were on the agenda} of sessions held in the name of “{other}” (the last on {day}): this case, of “{own}”, takes no lease, offer or refusal from them.",
    remedy_fr="Si « {other} » a changé de nom ou a rejoint « {own} » : écrire le dossier suivant depuis le dernier import sous l'ancien nom, y remplacer ce nom dans case.yaml et toutes les tables, et partir de ce dossier-là ; ce qui est encore en cours sous l'ancien nom est à y reporter à la main. Sinon, vérifier les numéros de ces logements",
    remedy_en="If “{other}” changed its name or joined “{own}”: write the next case from the last import under the former name, replace that name in case.yaml and in every table, and go on from that case; what is still in progress under the former name is to be carried over by hand. Else check the numbers of these dwellings",
)
define(
    "DESK_NEXT_BEFORE_CASE",
    "La date demandée ({on}) précède celle du dossier ({last}).",
    "The date asked for ({on}) is before that of the case ({last}).",
    remedy_fr="Prendre un dossier d'avant cette date, ou donner une date égale ou postérieure",
    remedy_en="Take a case from before that date, or give the same date or a later one",
)
define(
    "DESK_NEXT_TOO_EARLY",
    "La date demandée ({on}) précède le dernier acte enregistré ({last}).",
    "The date asked for ({on}) is before the last recorded act ({last}).",
    remedy_fr="Donner une date égale ou postérieure, ou ne pas en donner ; seul un 31 décembre passé peut l'être, pour le bilan de son année",
    remedy_en="Give the same date or a later one, or none; only a 31 December may be past, for the statement of its year",
)
define(
    "DESK_RUN_REFUSED",
    "La proposition « {name} » n'est pas confirmée par la vérification : aucune séance n'en est faite.",
    "The proposal “{name}” is not confirmed by the verification: no session is made from it.",
    remedy_fr="Lire attriflux verify, puis proposer à nouveau",
    remedy_en="Read attriflux verify, then propose again",
)
define(
    "DESK_RUN_NO_SHEETS",
    "Le dossier « {name} » n'a pas les feuilles d'une séance (sheets.json).",
    "The folder “{name}” has no sheets of a session (sheets.json).",
    remedy_fr="Proposer à nouveau avec cette version, sur le dossier d'un seul bailleur",
    remedy_en="Propose again with this version, on the case of one landlord",
)
define(
    "DESK_DWELLING_UNKNOWN",
    "Le logement « {name} » n'a pas de liste dans cette proposition.",
    "Dwelling “{name}” has no list in this proposal.",
    expected_fr="{known}",
    expected_en="{known}",
)
define(
    "DESK_CHAIN_BROKEN",
    "Le logement « {name} » ne se libère que si le ménage appelé en premier pour {after} y va : {after} manque à l'ordre du jour.",
    "Dwelling “{name}” is freed only if the household first called for {after} goes there: {after} is missing from the agenda.",
    remedy_fr="Ajouter {after}, ou retirer « {name} »",
    remedy_en="Add {after}, or leave “{name}” out",
)
define(
    "DESK_AGENDA_EMPTY",
    "La proposition « {name} » n'a aucune liste : il n'y a rien à mettre à l'ordre du jour.",
    "The proposal “{name}” has no list: there is nothing to put on an agenda.",
)
define(
    "DESK_DWELLINGS_TAKEN",
    "{n:logement de la proposition ne peut/logements de la proposition ne peuvent} aller à cet ordre du jour : {names}.",
    "{n:dwelling of the proposal cannot/dwellings of the proposal cannot} go on this agenda: {names}.",
    remedy_fr="Continuer sans : ajouter --without-taken. Pour en reprendre d'une séance en préparation ou convoquée : l'annuler (attriflux session cancel), ou les retirer un à un de son ordre du jour sur la page de chaque logement",
    remedy_en="To go on without: add --without-taken. To take some back from a session in preparation or convened: cancel it (attriflux session cancel), or take them off its agenda on the page of each dwelling",
)
define(
    "DESK_LATE_DWELLING",
    "Le logement « {name} » n'est pas dans cet import : ses faits manqueraient au bail et au procès-verbal.",
    "Dwelling “{name}” is not in this import: the lease and the minutes would lack its facts.",
    remedy_fr="L'ajouter aux « logements » du dossier, l'importer, puis recommencer",
    remedy_en="Add it to the “dwellings” of the case, import it, then try again",
)
define(
    "DESK_LATE_ACCOUNT",
    "« {name} » n'est pas un contingent de cet import.",
    "“{name}” is no account of this import.",
    expected_fr="{known}",
    expected_en="{known}",
)
define(
    "DESK_LATE_HOUSEHOLD",
    "La demande donnée en place {place} n'est pas dans cet import : ses faits manqueraient au bail et aux courriers.",
    "The application given at place {place} is not in this import: the lease and the letters would lack its facts.",
    remedy_fr="Vérifier le numéro, ou importer un dossier qui contient cette demande",
    remedy_en="Check the number, or import a case that holds this application",
)
define(
    "DESK_NO_ITEM",
    "Le logement « {name} » n'est pas à l'ordre du jour de la séance {session}.",
    "Dwelling “{name}” is not on the agenda of session {session}.",
    expected_fr="{known}",
    expected_en="{known}",
)
define(
    "DESK_NO_NAME",
    "Cette demande n'est pas sur la liste du logement « {dwelling} ».",
    "This application is not on the list of dwelling “{dwelling}”.",
    remedy_fr="Voir la feuille Appels du classeur de attriflux session pack",
    remedy_en="See the sheet Appels of the workbook of attriflux session pack",
)
define(
    "DESK_NOT_LISTED",
    "Cette demande n'est sur aucune liste de la séance {session}.",
    "This application is on no list of session {session}.",
    remedy_fr="Vérifier le numéro et la séance (attriflux session list)",
    remedy_en="Check the number and the session (attriflux session list)",
)
define(
    "DESK_NO_NOTICE",
    "Aucun avis de non-réponse ne court pour cette demande.",
    "No notice of no answer is running for this application.",
    remedy_fr="Noter d'abord l'avis : --delivered DATE --proof PREUVE",
    remedy_en="Record the notice first: --delivered DATE --proof PROOF",
)
define(
    "DESK_NOTHING_OFFERED",
    "Le logement « {dwelling} » n'a pas été proposé à cette demande : il n'y a ni réponse ni notification à reprendre.",
    "Dwelling “{dwelling}” was not offered to this application: there is no answer and no notification to take back.",
)
define(
    "DESK_ENTRY_ANSWERED",
    "Une autre réponse est enregistrée : {found}.",
    "Another answer is recorded: {found}.",
    remedy_fr="Si elle a été saisie par erreur, la reprendre d'abord : attriflux session correct {session} {dwelling} DEMANDE --what reponse --reason TEXTE, ou la page Offres",
    remedy_en="If it was typed by mistake, take it back first: attriflux session correct {session} {dwelling} APPLICATION --what answer --reason TEXT, or the page Offers",
)
define(
    "DESK_ENTRY_FORMAT",
    "Le format « {value} » n'est pas lu ici.",
    "The format “{value}” is not read here.",
    expected_fr="le classeur .xlsx de la séance, ou l'une de ses feuilles en CSV",
    expected_en="the .xlsx workbook of the session, or one of its sheets as CSV",
)
define(
    "DESK_ENTRY_NO_SHEET",
    "Aucune feuille de saisie dans ce fichier.",
    "No sheet to record in this file.",
    expected_fr="l'une des feuilles {known}",
    expected_en="one of the sheets {known}",
    remedy_fr="Partir du classeur de attriflux session pack",
    remedy_en="Start from the workbook of attriflux session pack",
)
define(
    "DESK_ENTRY_SHEET_TWICE",
    "La feuille « {value} » figure deux fois.",
    "The sheet “{value}” appears twice.",
    remedy_fr="N'en garder qu'une",
    remedy_en="Keep only one",
)
define(
    "DESK_ENTRY_SHEET_GONE",
    "La feuille « {sheet} » manque dans ce classeur : rien n'en est lu.",
    "The sheet “{sheet}” is missing from this workbook: nothing is read of it.",
    remedy_fr="Si elle a été remplie, lui rendre son nom, ou repartir de attriflux session pack",
    remedy_en="If it was filled in, give it its name back, or start again from attriflux session pack",
)
define(
    "DESK_ENTRY_COLUMN_GONE",
    "Colonnes à remplir absentes de cette feuille : {columns}.",
    "Columns to fill in that this sheet does not have: {columns}.",
    remedy_fr="Repartir de attriflux session pack si elles avaient été remplies ; un classeur d'une version antérieure ne les a pas toutes",
    remedy_en="Start again from attriflux session pack if they had been filled in; a workbook of an earlier version has not all of them",
)
define(
    "DESK_ENTRY_COLUMN_RENAMED",
    "Colonnes à remplir absentes de cette feuille : {columns} ; à leur place, des colonnes que le bureau ne connaît pas : {found}.",
    "Columns to fill in that this sheet does not have: {columns}; in their place columns the desk does not know: {found}.",
    remedy_fr="Rendre leur nom aux colonnes, telles que le classeur a été remis",
    remedy_en="Give the columns their names back, as the workbook was handed out",
)
define(
    "DESK_ENTRY_LEFT",
    "Le procès-verbal est dit signé, mais ces logements ne sont ni décidés ni retirés de l'ordre du jour : {homes}.",
    "The minutes are said to be signed, but these dwellings are neither decided nor taken off the agenda: {homes}.",
    remedy_fr="Remplir leurs lignes de la feuille Saisie (les remettre si elles ont été supprimées), ou « retire_de_l_ordre_du_jour » dans la feuille Votes",
    remedy_en="Fill in their rows of the sheet Saisie (put them back if they were deleted), or “not_examined” in the sheet Votes",
)
define(
    "DESK_ENTRY_BEFORE",
    "Ce jour ({day}) précède la notification ({notified}).",
    "That day ({day}) is before the notification ({notified}).",
    remedy_fr="Corriger l'une des deux dates",
    remedy_en="Correct one of the two dates",
)
define(
    "DESK_ENTRY_CHOICE",
    "« {value} » n'est pas dans la liste.",
    "“{value}” is not in the list.",
    expected_fr="{expected_fr}",
    expected_en="{expected_en}",
    remedy_fr="Choisir dans la liste déroulante",
    remedy_en="Choose from the drop-down list",
)
define(
    "DESK_ENTRY_TWICE",
    "« {value} » figure déjà à la ligne {first}.",
    "“{value}” stands on row {first} already.",
    remedy_fr="Garder une seule des deux lignes",
    remedy_en="Keep only one of the two rows",
)
define(
    "DESK_ENTRY_REFUSED",
    "Refusé : {why_fr}.",
    "Refused: {why_en}.",
)
define(
    "DESK_ENTRY_NOT_CONVENED",
    "La séance n'est pas encore convoquée : les présences et les décisions ne peuvent pas être enregistrées.",
    "The session is not convened yet: neither attendance nor decisions can be recorded.",
    expected_fr="à qui elle a été envoyée, par exemple Préfet du Doubs ; Maire de Besançon",
    expected_en="to whom it was sent, for example Préfet du Doubs ; Maire de Besançon",
    remedy_fr="Remplir la case",
    remedy_en="Fill in the cell",
)
define(
    "DESK_ENTRY_RECIPIENTS",
    "« {value} » est une date : cette case dit à qui la convocation a été envoyée.",
    "“{value}” is a day: this cell says to whom the convocation was sent.",
    expected_fr="par exemple Préfet du Doubs ; Maire de Besançon",
    expected_en="for example Préfet du Doubs ; Maire de Besançon",
    remedy_fr="Écrire les destinataires ; le jour est celui de l'enregistrement",
    remedy_en="Write the recipients; the day is that of the recording",
)
define(
    "DESK_ENTRY_CONVENED_LATE",
    "La convocation est enregistrée après le jour de la séance ({day}) : le procès-verbal le dira.",
    "The convocation is recorded after the day of the session ({day}): the minutes will say so.",
    remedy_fr="Enregistrer la convocation le jour de son envoi : c'est ce jour que le procès-verbal donne",
    remedy_en="Record the convocation on the day it is sent: it is the day that the minutes give",
)
define(
    "DESK_ENTRY_NO_REASON",
    "Un ménage non examiné demande sa raison, et la case est vide.",
    "A household not examined needs its reason, and the cell is empty.",
    expected_fr="{expected_fr}",
    expected_en="{expected_en}",
    remedy_fr="Écrire l'une de ces raisons",
    remedy_en="Write one of these reasons",
)
define(
    "DESK_ENTRY_OTHER_SESSION",
    "Ce classeur est celui de la séance « {value} ».",
    "This workbook is that of session “{value}”.",
    expected_fr="le classeur de la séance {session}",
    expected_en="the workbook of session {session}",
)
define(
    "DESK_ENTRY_DWELLING",
    "Le logement « {value} » n'est pas à l'ordre du jour de cette séance.",
    "Dwelling “{value}” is not on the agenda of this session.",
    remedy_fr="Garder les lignes du classeur telles qu'elles ont été remises",
    remedy_en="Keep the rows of the workbook as they were handed out",
)
define(
    "DESK_ENTRY_HOUSEHOLD",
    "Cette demande n'est pas sur la liste du logement « {dwelling} ».",
    "This application is not on the list of dwelling “{dwelling}”.",
    remedy_fr="Garder le numéro du classeur, ou le refaire (attriflux session pack) : un nom appelé depuis s'y trouve, un ménage effacé n'y est plus",
    remedy_en="Keep the number of the workbook, or write it again (attriflux session pack): a name called up since is there, an erased household no longer",
)
define(
    "DESK_ENTRY_MISSING",
    "La case « {column} » est vide alors que la ligne en a besoin.",
    "Cell “{column}” is empty although the row needs it.",
    remedy_fr="La remplir",
    remedy_en="Fill it in",
)
define(
    "DESK_ENTRY_NEEDED",
    "La décision {decision_fr} demande « {column} ».",
    "Decision {decision_en} needs “{column}”.",
    remedy_fr="Remplir la case, ou choisir une autre décision",
    remedy_en="Fill in the cell, or choose another decision",
)
define(
    "DESK_ENTRY_MOTIVE",
    "Le motif « {value} » n'est pas de cette décision.",
    "Motive “{value}” is not one of this decision.",
    expected_fr="de la liste de la case : N… pour une non-attribution (d), I… pour une irrecevabilité (e)",
    expected_en="from the list of the cell: N… for no attribution (d), I… for ineligibility (e)",
)
define(
    "DESK_ENTRY_SENTENCE",
    "La phrase est trop courte (caractères lus : {value}).",
    "The sentence is too short (characters read: {value}).",
    expected_fr="au moins {least} caractères : les faits qui fondent le motif",
    expected_en="at least {least} characters: the facts the motive rests on",
)
define(
    "DESK_ENTRY_UNDECIDED",
    "Logement « {value} » : le ménage n° {place} de la liste n'a pas de décision.",
    "Dwelling “{value}”: household no. {place} of the list has no decision.",
    remedy_fr="Décider de chaque ménage examiné, ou choisir « non examiné » avec sa raison",
    remedy_en="Decide on each household examined, or choose “not examined” with its reason",
)
define(
    "DESK_ENTRY_TWO_FIRST",
    "Logement « {value} » : une attribution sans rang figure déjà à la ligne {first}.",
    "Dwelling “{value}”: an attribution without rank stands on row {first} already.",
    remedy_fr="Choisir b avec un rang pour les suivants",
    remedy_en="Choose b with a rank for the others",
)
define(
    "DESK_ENTRY_RANK_TWICE",
    "Le rang {value} est déjà donné à la ligne {first}.",
    "Rank {value} is given on row {first} already.",
    remedy_fr="Donner à chacun son rang",
    remedy_en="Give each its own rank",
)
define(
    "DESK_ENTRY_NOT_OPEN",
    "Des décisions sont saisies, mais la séance n'est pas ouverte.",
    "Decisions are filled in, but the session is not open.",
    remedy_fr="Remplir les présences, puis « seance_ouverte : oui » dans la feuille Séance",
    remedy_en="Fill in the attendance, then “opened: yes” in the sheet Séance",
)
define(
    "DESK_ENTRY_NOT_OPEN_YET",
    "Un logement est retiré de l'ordre du jour, mais la séance n'est pas ouverte : ce n'est pas enregistré.",
    "A dwelling is taken off the agenda, but the session is not open: this is not recorded.",
    remedy_fr="Enregistrer de nouveau avec « seance_ouverte : oui »",
    remedy_en="Record again with “opened: yes”",
)
define(
    "DESK_ENTRY_ALONE",
    "« {column} » est rempli et « {needed} » est vide : rien n'en est enregistré.",
    "“{column}” is filled in and “{needed}” is empty: nothing of it is recorded.",
    remedy_fr="Remplir « {needed} », ou vider la case",
    remedy_en="Fill in “{needed}”, or empty the cell",
)
define(
    "DESK_ENTRY_NO_DECISION",
    "Le vote sur le logement « {dwelling} » n'est pas enregistré : la feuille Saisie n'a pas de décision sur lui.",
    "The vote on dwelling “{dwelling}” is not recorded: the sheet Saisie has no decision on it.",
    remedy_fr="Y remplir « decision » pour chaque ménage du logement",
    remedy_en="Fill in “decision” there for each household of the dwelling",
)
define(
    "DESK_ENTRY_GREY",
    "La case grise « {column} » dit autre chose que la séance enregistrée : elle n'est pas lue.",
    "The grey cell “{column}” says something else than the session on record: it is not read.",
    remedy_fr="Changer la date, l'heure, le lieu ou le quorum sur la page de la séance",
    remedy_en="Change the day, the hour, the place or the quorum on the page of the session",
)
define(
    "DESK_ENTRY_NOT_HELD",
    "La feuille dit à la fois que la séance s'est ouverte (« {opened} ») et qu'elle n'a pas été tenue.",
    "The sheet says both that the session was opened (“{opened}”) and that it was not held.",
    remedy_fr="Vider l'une des deux cases",
    remedy_en="Empty one of the two cells",
)
define(
    "DESK_ENTRY_EARLY",
    "La séance est convoquée pour le {day} et s'enregistre avant ce jour.",
    "The session is convened for {day} and is recorded before that day.",
    remedy_fr="Si elle a été avancée, convoquer de nouveau pour sa vraie date",
    remedy_en="Where it was brought forward, convene it again for its true date",
)
define(
    "DESK_ENTRY_HOUR",
    "« {value} » n'est pas une heure.",
    "“{value}” is no hour.",
    expected_fr="HH:MM, par exemple 14:30",
    expected_en="HH:MM, for example 14:30",
)
define(
    "DESK_ENTRY_HOURS",
    "La séance serait close ({value}) avant d'être ouverte ({began}).",
    "The session would be closed ({value}) before it was opened ({began}).",
)
define(
    "DESK_ENTRY_NO_VOICE",
    "Aucun logement de cette séance n'est dans le territoire de ce membre : sa voix ne compte pour aucun.",
    "No dwelling of this session lies in the territory of this member: the voice counts for none.",
    expected_fr="code INSEE de la commune, SIREN de l'EPCI ou numéro du département",
    expected_en="INSEE code of the commune, SIREN of the EPCI or number of the département",
    remedy_fr="Corriger « {column} », sauf si ce membre ne siège pour aucun de ces logements",
    remedy_en="Correct “{column}”, unless this member sits for none of these dwellings",
)
define(
    "DESK_ENTRY_SEATS",
    "Plus de voix que de sièges au même moment, avec celle de ce membre : un suppléant, ou un second représentant, n'a de voix que si le titulaire n'est pas là.",
    "More voices than seats at the same time, with that of this member: a deputy, or a second representative, has a voice only where the member is not there.",
    remedy_fr="Dire le titulaire absent, ou donner l'heure de son départ",
    remedy_en="Enter the member as absent, or give the hour of leaving",
)
define(
    "DESK_ENTRY_EVERYWHERE",
    "Ce membre siège pour une commune ou un EPCI qui n'est pas dit : sa voix compte pour tous les logements, qui sont de plusieurs.",
    "This member sits for a commune or an EPCI that is not told: the voice counts for every dwelling, and they lie in several.",
    expected_fr="code INSEE de la commune ou SIREN de l'EPCI",
    expected_en="INSEE code of the commune or SIREN of the EPCI",
    remedy_fr="Remplir « {column} »",
    remedy_en="Fill in “{column}”",
)
define(
    "DESK_ENTRY_WHEN",
    "Un membre est arrivé ou parti pendant la séance : l'heure de ce logement dirait qui y avait une voix ; sans elle, chaque présent compte.",
    "A member came or left during the session: the hour of this dwelling would say who had a voice there; without it everyone present counts.",
    expected_fr="HH:MM, par exemple 14:30",
    expected_en="HH:MM, for example 14:30",
    remedy_fr="Remplir « {column} » pour chaque logement examiné",
    remedy_en="Fill in “{column}” for each dwelling examined",
)
define(
    "DESK_ENTRY_NOT_NOTIFIED",
    "L'offre n'a pas de date de notification.",
    "The offer has no date of notification.",
    remedy_fr="Remplir « notifie_le » d'abord",
    remedy_en="Fill in “notified_on” first",
)
define(
    "DESK_ENTRY_CHANGED",
    "Une autre date de notification est enregistrée.",
    "Another date of notification is recorded.",
    remedy_fr="Remettre la date enregistrée : un fait enregistré ne s'efface pas",
    remedy_en="Put the recorded date back: a recorded fact is not erased",
)
