"""Errors of the store, and their sentences in both languages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from optimizer.errors import AttrifluxError, Lang, Said, define, said


class StoreError(AttrifluxError):
    """Base of all: a code, its parameters, both languages."""


class StoreUnusable(StoreError):
    """The store cannot be opened: nothing was started."""


class StoreReadOnly(StoreError):
    """The ledger does not verify: everything can be read, nothing written."""


class StoreBusy(StoreError):
    """Locked or without room on the disk: nothing was written, the same command may be sent again."""


_KINDS = {
    "session": ("la séance", "session"), "item": ("le logement", "dwelling"), "candidate": ("la demande", "application"),
    "offer": ("l'offre", "offer"), "person": ("le ménage", "household"), "account": ("le compte", "account"),
}  # fmt: skip
"""What a person calls a row of these tables."""


class StoreMissing(StoreError):
    """No such session, item, candidate, offer…; ``what`` names a table, or is said as it is."""

    def __init__(self, code: str, /, **params: object) -> None:
        kind = _KINDS.get(str(params.get("what", "")))
        super().__init__(code, **params | ({"what": Said(*kind)} if kind else {}))


class StoreForbidden(StoreError):
    """The role of the actor does not allow it."""


class StoreRefused(StoreError):
    """A guard of the state machines, or an invariant of the database, says no.

    ``place`` is the proposed rank of the household it speaks of, where one decision among several is refused, ``candidate`` its number.
    """

    place: int | None = None
    candidate: int | None = None

    def text(self, lang: Lang = "fr") -> str:
        """The sentence, beginning with the household it speaks of."""
        told = super().text(lang)
        return told if self.place is None else said("STORE_OF_PLACE", lang, n=self.place, why=told)


class StoreSeveral(StoreRefused):
    """Several decisions of one dwelling are refused, each for its own reason; by itself it speaks as the first."""

    def __init__(self, refusals: Sequence[StoreRefused]) -> None:
        first = refusals[0]
        super().__init__(first.code, **first.params)
        self.place, self.candidate = first.place, first.candidate
        self.refusals = tuple(refusals)


class StoreConflict(StoreError):
    """Somebody changed it meanwhile. ``record`` is what stands now; ``params``: ``by``, ``at``, ``version``, ``given``."""

    def __init__(self, code: str, /, record: Any = None, **params: object) -> None:
        super().__init__(code, **params)
        self.record = record


# ------------------------------------------------------------------ no start
define(
    "STORE_MISSING",
    "Le bureau {url} n'existe pas.",
    "The desk {url} does not exist.",
    remedy_fr="Le créer : attriflux store upgrade --store {word}",
    remedy_en="Create it: attriflux store upgrade --store {word}",
)
define(
    "STORE_EXISTS",
    "{path} existe déjà : rien n'a été écrit.",
    "{path} exists already: nothing was written.",
)
define(
    "STORE_DESK_THERE",
    "{path} existe déjà : rien n'a été écrit.",
    "{path} exists already: nothing was written.",
    remedy_fr="Restaurer sous un autre nom (--store). Si une restauration interrompue l'a laissé : attriflux store upgrade, puis store verify, --store {word}",
    remedy_en="Restore under another name (--store). If a restore that was interrupted left it: attriflux store upgrade, then store verify, --store {word}",
)
define(
    "STORE_LOG_ALONE",
    "{log} est là sans son bureau : il tient les derniers enregistrements d'un bureau arrêté brutalement. Rien n'a été touché.",
    "{log} is there without its desk: it holds the last recordings of a desk that ended abruptly. Nothing was touched.",
    remedy_fr="Remettre {name} à côté ; s'il est perdu, écarter {log} et {name}-shm, puis restaurer une sauvegarde.",
    remedy_en="Put {name} back beside it; if it is lost, move {log} and {name}-shm away, then restore a backup.",
)
define(
    "STORE_OF_A_SERVER",
    "Cette sauvegarde est celle d'un bureau PostgreSQL : elle ne se restaure pas dans un fichier. Rien n'a été écrit.",
    "This backup is that of a PostgreSQL desk: it is not restored into a file. Nothing was written.",
    remedy_fr="Donner à --store l'adresse d'une base vide, postgres://utilisateur@hôte/base.",
    remedy_en="Give --store the address of an empty base, postgres://user@host/base.",
)
define(
    "STORE_NOT_DELETED",
    "{path} ne se supprime pas ({why}) : aucun ménage n'a été effacé.",
    "{path} cannot be deleted ({why}): no household was erased.",
    remedy_fr="Rendre ce dossier à qui tient le bureau, puis effacer à nouveau.",
    remedy_en="Give this folder back to the account of the desk, then erase again.",
)
define(
    "STORE_NOT_WIPED",
    "{n:ménage effacé/ménages effacés}, mais ce qui en était écrit se lit peut-être encore dans le fichier du bureau ou son « -wal » ({why}).",
    "{n:household/households} erased, but what was written of them may still be read in the desk's file or its “-wal” ({why}).",
    remedy_fr="Faire de la place, fermer ce qui lit ce fichier (copie, sauvegarde, autre programme), puis effacer à nouveau : l'effacement s'achève.",
    remedy_en="Make room, close what reads this file (copy, backup, another program), then erase again: the erasing is completed.",
)
define(
    "STORE_URL",
    "Adresse de bureau non reconnue : {url}",
    "Unknown address of a desk: {url}",
    remedy_fr="Un fichier (bureau.sqlite) ou postgres://utilisateur@hôte/base.",
    remedy_en="A file (desk.sqlite) or postgres://user@host/database.",
)
define(
    "STORE_DRIVER",
    "Pilote PostgreSQL absent.",
    "The PostgreSQL driver is missing.",
    remedy_fr="pip install 'attriflux[postgres]'",
    remedy_en="pip install 'attriflux[postgres]'",
)
define(
    "STORE_UNREACHABLE",
    "La base ne répond pas : {reason}",
    "The database does not answer: {reason}",
    remedy_fr="Vérifier la place du disque, les droits sur le bureau et son dossier, ou que la base PostgreSQL est en marche, puis recommencer.",
    remedy_en="Check the room left on the disk, the rights on the desk and its folder, or that the PostgreSQL base is running, then try again.",
)
define(
    "STORE_FILE_READ_ONLY",
    "La base ne se laisse pas écrire : rien n'a été enregistré.",
    "The database cannot be written: nothing was recorded.",
    remedy_fr="Donner le droit d'écrire dans le fichier du bureau et son dossier au compte qui lance le programme.",
    remedy_en="Let the account that runs the program write the desk's file and its folder.",
)
define(
    "STORE_SERVER_READ_ONLY",
    "Le serveur PostgreSQL ne laisse pas écrire ce compte dans cette base : rien n'a été enregistré.",
    "The PostgreSQL server does not let this account write this database: nothing was recorded.",
    remedy_fr="Demander à son administrateur si ce serveur est une copie qui ne fait que suivre, et quels droits a le compte du bureau.",
    remedy_en="Ask its administrator whether this server is a copy that only follows, and what the account of the desk may do.",
)
define(
    "STORE_NO_HOME",
    "Ce compte de la machine n'a pas de dossier personnel : on ne sait pas où est « {path} ».",
    "This account of the machine has no home folder: where “{path}” is, is not known.",
    remedy_fr="Nommer un dossier par la variable ATTRIFLUX_STATE, et le bureau par son chemin entier.",
    remedy_en="Name a folder by the variable ATTRIFLUX_STATE, and the desk by its whole path.",
)
define(
    "STORE_SCHEMA_OLD",
    "Le bureau date d'une version plus ancienne du programme ({count:étape/étapes} à faire).",
    "The desk comes from an older version of the program ({count:step/steps} to go).",
    remedy_fr="Arrêter le serveur, puis : attriflux store upgrade (une sauvegarde est faite d'abord).",
    remedy_en="Stop the server, then: attriflux store upgrade (a copy is made first).",
)
define(
    "STORE_SCHEMA_NEWER",
    "Le bureau a été écrit par une version plus récente du programme ({name}) : rien n'a démarré.",
    "The desk was written by a newer version of the program ({name}): nothing was started.",
    remedy_fr="Installer cette version ou une plus récente.",
    remedy_en="Install that version or a newer one.",
)
define(
    "STORE_SQLITE_OLD",
    "SQLite {found} est trop ancien : il faut {needed} ou plus.",
    "SQLite {found} is too old: {needed} or later is needed.",
)
define(
    "STORE_ENCODING",
    "Cette base PostgreSQL est en {found} : tous les noms et les phrases ne peuvent pas y être écrits, et rien n'a démarré.",
    "This PostgreSQL database is in {found}: not every name and sentence can be written there, and nothing was started.",
    remedy_fr="Une base en UTF-8 : createdb --encoding=UTF8 --template=template0 NOM",
    remedy_en="A database in UTF-8: createdb --encoding=UTF8 --template=template0 NAME",
)
define(
    "STORE_NOT_SAFE",
    "Le fichier n'est pas tenu comme il le doit ({what}) : rien n'a démarré.",
    "The file is not kept as it must be ({what}): nothing was started.",
    remedy_fr="Le placer sur un disque local, puis : attriflux store upgrade",
    remedy_en="Put it on a local disk, then: attriflux store upgrade",
)
define(
    "STORE_STRANGERS",
    "Le bureau contient des déclencheurs, des vues ou des règles que le programme n'a pas faits : {names}.",
    "The desk holds triggers, views or rules that the program did not make: {names}.",
    remedy_fr="Savoir qui les a mis et les faire retirer, puis vérifier : attriflux store verify. Sinon, repartir d'une sauvegarde.",
    remedy_en="Find out who put them there and have them removed, then check: attriflux store verify. Else start from a backup.",
)
define(
    "STORE_CELLS",
    "Des valeurs écrites hors du programme ne se lisent plus : {cells}. Rien n'a démarré.",
    "Values written outside the program can no longer be read: {cells}. Nothing was started.",
    remedy_fr="attriflux store verify dit ce que le journal en sait ; les remettre comme elles étaient, ou repartir d'une sauvegarde.",
    remedy_en="attriflux store verify says what the ledger knows of them; put them back as they were, or start again from a backup.",
)
define(
    "STORE_HISTORY",
    "Les étapes de version inscrites dans ce bureau ne se suivent pas : il a été modifié hors du programme, rien n'a été fait.",
    "The steps of version written in this desk do not follow one another: it was changed outside the program, nothing was done.",
    remedy_fr="Repartir d'une sauvegarde : attriflux store restore",
    remedy_en="Start from a backup: attriflux store restore",
)
define(
    "STORE_TRIGGERS",
    "Les protections du journal manquent ({names}) : rien n'a démarré.",
    "The protections of the ledger are missing ({names}): nothing was started.",
    remedy_fr="attriflux store verify dit si le journal a changé ; attriflux store upgrade les remet.",
    remedy_en="attriflux store verify says whether the ledger changed; attriflux store upgrade puts them back.",
)
define(
    "STORE_NETWORK_PATH",
    "{path} est sur un disque partagé en réseau, où SQLite peut perdre des écritures : rien n'a démarré.",
    "{path} is on a network share, where SQLite can lose writes: nothing was started.",
    remedy_fr="Un disque local, ou PostgreSQL.",
    remedy_en="A local disk, or PostgreSQL.",
)
define(
    "STORE_CLOCK_BEHIND",
    "L'horloge ({now}) est en retard sur le dernier fait enregistré ({last}).",
    "The clock ({now}) is behind the last recorded fact ({last}).",
    remedy_fr="Régler l'heure de la machine. Si elle était en avance ce jour-là, restaurer la sauvegarde d'avant (attriflux store restore).",
    remedy_en="Set the clock of the machine. If it was ahead on that day, restore the backup made before (attriflux store restore).",
)
define(
    "STORE_KEYS_OPEN",
    "Les clés {path} peuvent être lues par d'autres comptes de la machine : rien n'a démarré.",
    "The keys {path} can be read by other accounts of the machine: nothing was started.",
    remedy_fr="chmod 700 sur le dossier, 600 sur les fichiers.",
    remedy_en="chmod 700 on the folder, 600 on the files.",
)
define(
    "STORE_KEYS_MISSING",
    "La clé {path} manque ou est coupée : sans elle, ce bureau ne s'ouvre pas.",
    "The key {path} is missing or cut: without it this desk does not open.",
    remedy_fr="La remettre depuis la sauvegarde.",
    remedy_en="Put it back from the backup.",
)
define(
    "STORE_NO_DUMP",
    "Aucune copie n'a pu être faite ou relue ({reason}) : rien n'a changé.",
    "No copy could be made or read ({reason}): nothing was changed.",
    remedy_fr="Restaurer dans une base vide ; les outils clients de PostgreSQL sont de la version du serveur.",
    remedy_en="Restore into an empty database; the client tools of PostgreSQL are of the server's version.",
)
define(
    "STORE_KEY_FILE",
    "{path} n'est pas une clé de sauvegarde.",
    "{path} is not a key of a backup.",
    remedy_fr="attriflux store key --out DOSSIER en fait une paire.",
    remedy_en="attriflux store key --out FOLDER makes a pair.",
)
define(
    "STORE_KEY_OTHER",
    "{path} est l'autre clé de la paire : rien n'a été fait.",
    "{path} is the other key of the pair: nothing was done.",
    remedy_fr="Donner {wanted} : une sauvegarde se fait avec la clé publique, se relit avec la clé privée du DPO.",
    remedy_en="Give {wanted}: a backup is made with the public key, read back with the DPO's private key.",
)
define(
    "STORE_FOLDER_READ_ONLY",
    "On ne peut pas écrire dans {folder}, où est le bureau : même pour lire, la base y tient son journal.",
    "The folder of the desk, {folder}, cannot be written: even to read, the database keeps its log there.",
    remedy_fr="Donner le droit d'écrire au compte qui lance le programme, ou copier le bureau et ses clés ailleurs.",
    remedy_en="Let the account that runs the program write there, or copy the desk and its keys elsewhere.",
)
define(
    "STORE_EMPTIED",
    "Le bureau dont les clés sont dans {folder} est vide : son fichier a été coupé ou effacé, ou sa base refaite. Rien n'a été créé à sa place.",
    "The desk whose keys are in {folder} is empty: its file was cut short or erased, or its database made anew. Nothing was made in its place.",
    remedy_fr="Le refaire d'une sauvegarde (attriflux store restore, sous un autre nom) ; pour un bureau neuf, un autre nom, ou retirer d'abord ce dossier de clés.",
    remedy_en="Make it again of a backup (attriflux store restore, under another name); for a new desk, another name, or take this folder of keys away first.",
)
define(
    "STORE_KEYS_OTHER",
    "Les clés de ce bureau ne sont pas dans {folder} : de nouvelles clés ne liraient pas son journal, et rien n'a été fait.",
    "The keys of this desk are not in {folder}: new ones would not fit its ledger, and nothing was done.",
    remedy_fr="Remettre le dossier des clés, ou refaire le bureau d'une sauvegarde (attriflux store restore).",
    remedy_en="Put the folder of keys back, or make the desk again of a backup (attriflux store restore).",
)
define(
    "STORE_SEALED",
    "Cette sauvegarde ne s'ouvre pas : ce n'est pas sa clé, ou le fichier a changé.",
    "This backup does not open: it is not its key, or the file changed.",
)
define(
    "STORE_USER_TAKEN",
    "Le compte {user} existe déjà.",
    "Account {user} exists already.",
)
define(
    "STORE_PASSWORD",
    "Mot de passe refusé : {why}",
    "Password refused: {why}",
)
define(
    "STORE_CLOSED",
    "Ce bureau a été fermé.",
    "This desk has been closed.",
)

# ------------------------------------------------------------------ while it runs
define(
    "STORE_READ_ONLY",
    "Bureau en lecture seule : {reason}",
    "The desk is read only: {reason}",
    remedy_fr="attriflux store verify dit où ; restaurer une sauvegarde ou appeler le DPO.",
    remedy_en="attriflux store verify says where; restore a backup or call the DPO.",
)
define(
    "STORE_BUSY",
    "Le bureau est occupé par une autre écriture : rien n'a été enregistré.",
    "The desk is busy with another writing: nothing was recorded.",
    remedy_fr="Recommencer.",
    remedy_en="Try again.",
)
define(
    "STORE_TOO_LONG",
    "Le serveur PostgreSQL a interrompu cette demande, au bout du temps que son administrateur accorde (statement_timeout) : rien n'a été enregistré.",
    "The PostgreSQL server stopped this request at the limit of time that its administrator set (statement_timeout): nothing was recorded.",
    remedy_fr="Recommencer ; si cela se répète, lui demander de lever cette limite pour le compte du bureau.",
    remedy_en="Try again; if it happens again, ask him to lift that limit for the account of the desk.",
)
define(
    "STORE_COPYING",
    "Une autre copie de ce bureau est en cours : celle-ci n'a pas été faite.",
    "Another copy of this desk is being made: this one was not.",
    remedy_fr="Attendre sa fin, puis recommencer.",
    remedy_en="Wait for its end, then try again.",
)
define(
    "STORE_FULL",
    "Le disque est plein : rien n'a été enregistré.",
    "The disk is full: nothing was recorded.",
    remedy_fr="Faire de la place, puis recommencer.",
    remedy_en="Make room, then try again.",
)
define(
    "STORE_INVARIANT",
    "La base refuse cette écriture ({name}) : rien n'a été enregistré.",
    "The database refuses this writing ({name}): nothing was recorded.",
)
define(
    "STORE_COMMAND_ID",
    "Cet envoi porte le numéro d'un autre, déjà enregistré.",
    "This request bears the number of another one, already recorded.",
    remedy_fr="Recharger la page.",
    remedy_en="Reload the page.",
)
define(
    "STORE_CONFLICT",
    "{by} a modifié cette page le {at} : rien de ce que vous avez saisi n'a été enregistré.",
    "{by} changed this page on {at}: nothing that you typed was recorded.",
    remedy_fr="Comparer les deux valeurs, puis enregistrer à nouveau.",
    remedy_en="Compare both values, then save again.",
)
define(
    "STORE_CHANGED_SINCE",
    "{by} a modifié le logement {dwelling} le {at}, après l'affichage de cette page : la séance n'est pas signée.",
    "{by} changed dwelling {dwelling} on {at}, after this page was shown: the session is not signed.",
    remedy_fr="Relire ce logement, puis signer.",
    remedy_en="Read this dwelling again, then sign.",
)
define(
    "STORE_FORBIDDEN",
    "Votre rôle ({role}) ne permet pas cette action.",
    "Your role ({role}) does not allow this.",
)
define(
    "STORE_NO_SUCH",
    "Introuvable dans le bureau : {what} « {key} ».",
    "Not in the desk: {what} “{key}”.",
)

# ------------------------------------------------------------------ guards of the state machines
_GUARDS: dict[str, tuple[str, str]] = {
    "OF_PLACE": ("Demande proposée au rang {n} : {why}", "Application proposed at rank {n}: {why}"),
    "STATE": (
        "Impossible maintenant – {what} : « {found} » ; attendu : « {expected} ».",
        "Not possible now – {what}: “{found}”; expected: “{expected}”.",
    ),
    "NEEDS_REASON": ("Un motif est demandé.", "A reason is needed."),
    "NEEDS_RUN": (
        "Une séance se convoque sur une proposition vérifiée ; une séance urgente s'en passe, avec son motif.",
        "A session is convened on a verified proposal; an urgent session does without, with its reason.",
    ),
    "DWELLING_LIVE": (
        "Le logement {dwelling} est déjà à l'ordre du jour d'une séance ({session}).",
        "Dwelling {dwelling} is already on the agenda of a session ({session}).",
    ),
    "DWELLING_ELSEWHERE": (
        "Le logement {dwelling} est déjà sur un autre ordre du jour du bureau.",
        "Dwelling {dwelling} is already on another agenda of the desk.",
    ),
    "DWELLING_OTHERS": (
        "Le logement {dwelling} est de {landlord}, et cette séance se tient pour {own} : il va à l'ordre du jour d'une séance de {landlord}.",
        "Dwelling {dwelling} is {landlord}'s, and this session sits for {own}: it goes on the agenda of a session of {landlord}.",
    ),
    "DWELLINGS_TAKEN": (
        "{n:logement de la proposition ne peut/logements de la proposition ne peuvent} aller à cet ordre du jour : {names}.",
        "{n:dwelling of the proposal cannot/dwellings of the proposal cannot} go on this agenda: {names}.",
    ),
    "NONE_LEFT": (
        "Il ne reste aucun logement pour cet ordre du jour : {names}.",
        "No dwelling is left for this agenda: {names}.",
    ),
    "DWELLING_TWICE": (
        "Le logement {dwelling} figure deux fois à l'ordre du jour.",
        "Dwelling {dwelling} is twice on the agenda.",
    ),
    "DWELLING_LET": (
        "Le logement {dwelling} a été loué le {day} : cette proposition est plus ancienne que son bail.",
        "Dwelling {dwelling} was let on {day}: this proposal is older than its lease.",
    ),
    "HOUSED": (
        "Ce ménage a signé un bail : sa demande ne peut plus être présentée.",
        "This household has signed a lease: its application can no longer be put forward.",
    ),
    "CANDIDATE_TWICE": (
        "La même demande figure deux fois pour le logement {dwelling}.",
        "The same application stands twice for dwelling {dwelling}.",
    ),
    "NO_ITEM": ("L'ordre du jour est vide.", "The agenda is empty."),
    "CHECK_MISSING": (
        "Candidats à contrôler à nouveau : {count:candidature/candidatures} sans contrôle.",
        "Candidates to check again: {count:candidature/candidatures} without a check.",
    ),
    "SESSION_OPEN": (
        "Une séance de cette commission est déjà ouverte ({session}).",
        "A session of this commission is already open ({session}).",
    ),
    "HOUR": (
        "Heure illisible ({what}) : « {found} ». Attendu : HH:MM, par exemple 14:30.",
        "An hour cannot be read ({what}): “{found}”. Expected: HH:MM, for example 14:30.",
    ),
    "HOURS": (
        "La séance serait close ({ended}) avant d'être ouverte ({began}).",
        "The session would be closed ({ended}) before it was opened ({began}).",
    ),
    "NO_QUORUM": (
        "Le quorum n'est pas atteint : {present:voix présente ou représentée/voix présentes ou représentées}, {quorum:demandée/demandées}.",
        "No quorum: {present:vote present or represented/votes present or represented}, {quorum} needed.",
    ),
    "QUORUM_THERE": (
        "Le quorum est atteint à cette heure : {present:voix présente ou représentée/voix présentes ou représentées}, {quorum:demandée/demandées}. La séance peut s'ouvrir.",
        "The quorum is there at that hour: {present:vote present or represented/votes present or represented}, {quorum} needed. The session can be opened.",
    ),
    "NO_ATTENDANCE": (
        "Aucune présence n'est enregistrée : dire d'abord qui est présent, représenté ou absent.",
        "No attendance is recorded: say first who is present, represented or absent.",
    ),
    "MEMBER_TWICE": ("Le membre {member} figure deux fois.", "Member {member} stands twice."),
    "UNDECIDED": (
        "{count:candidature n'a/candidatures n'ont} pas de décision.",
        "{count:candidature has/candidatures have} no decision.",
    ),
    "ITEMS_LEFT": (
        "{count:logement n'est ni décidé ni retiré/logements ne sont ni décidés ni retirés} de l'ordre du jour.",
        "{count:dwelling is neither decided nor taken off/dwellings are neither decided nor taken off} the agenda.",
    ),
    "FEW": (
        "{found:demande examinée/demandes examinées} au lieu de {needed} : indiquer le cas de l'article R. 441-3.",
        "{found:application examined/applications examined} instead of {needed}: give the case of article R. 441-3.",
    ),
    "FEW_REASON": ("Cas inconnu : {code}", "Unknown case: {code}"),
    "RANK": (
        "Les rangs doivent se suivre à partir de 1, sans doublon (lus : {ranks}).",
        "Ranks must follow each other from 1, none twice (read: {ranks}).",
    ),
    "NEEDS_RANK": ("Un rang est demandé pour cette décision.", "This decision needs a rank."),
    "NO_RANK": ("Cette décision ne porte pas de rang.", "This decision bears no rank."),
    "ATTRIBUTION_FIRST": (
        "Une attribution est toujours au rang 1.",
        "An attribution always has rank 1.",
    ),
    "CONDITION": (
        "Une attribution sous condition demande une pièce de la liste et une date à venir.",
        "A conditional attribution needs a document of the list and a date to come.",
    ),
    "NO_CONDITION": (
        "Pièce et date ne vont qu'avec une attribution sous condition.",
        "Document and date go with a conditional attribution only.",
    ),
    "MOTIVE": (
        "Le motif {code} n'est pas de la liste pour cette décision.",
        "Motive {code} is not of the list for this decision.",
    ),
    "NO_MOTIVE": ("Une décision favorable n'a pas de motif.", "A favourable decision has no motive."),
    "SENTENCE": (
        "La phrase de la commission est demandée : au moins {needed} caractères (lus : {found}).",
        "The commission's own sentence is needed: at least {needed} characters (read: {found}).",
    ),
    "DEPARTURE": (
        "L'ordre décidé n'est pas l'ordre proposé : dire pourquoi.",
        "The order decided is not the one proposed: say why.",
    ),
    "VOTE": (
        "Voix incohérentes : {cast:exprimée ou abstenue/exprimées ou abstenues} pour {present:présente/présentes} (un maire ou un président d'EPCI ne vote que sur les logements de son territoire).",
        "Votes do not add up: {cast} cast or abstained for {present} present (a maire or a president of an EPCI votes on the dwellings of the own territory only).",
    ),
    "CASTING": (
        "La voix prépondérante du maire ne compte qu'à égalité des voix, et si le maire de la commune du logement est là au moment du vote.",
        "The mayor's casting vote counts on a tie only, and where the mayor of the dwelling's commune is there for the vote.",
    ),
    "NO_CASTING": (
        "Égalité des voix : la voix prépondérante du maire est demandée. Sans elle, rien n'est adopté.",
        "A tie: the mayor's casting vote is needed. Without it nothing is carried.",
    ),
    "NOT_ADOPTED": (
        "Ce vote n'adopte pas ces décisions ({pro} pour, {con} contre, {abstentions:abstention/abstentions}) : saisir celles que la commission a prises, avec leur vote, ou retirer le logement de l'ordre du jour.",
        "This vote does not carry these decisions ({pro} for, {con} against, {abstentions:abstention/abstentions}): enter those that the commission took, with their vote, or take the dwelling off the agenda.",
    ),
    "INELIGIBLE_ELSEWHERE": (
        "Un même ménage est déclaré irrecevable sur {other} et attributaire sur {dwelling} : l'irrecevabilité vaut pour tout le logement social. Revoir l'une des deux décisions.",
        "One household is found ineligible on {other} and given {dwelling}: ineligibility is for all social housing. Look at one of the two decisions again.",
    ),
    "DOCUMENT_NOT_ASKED": (
        "Le motif N1 demande une pièce demandée au ménage et non remise : noter d'abord laquelle et quand, sur la page de la demande ou la feuille Appels.",
        "Motive N1 needs a document that the household was asked for and did not bring: note first which one and when, on the page of the application or the sheet Appels.",
    ),
    "EFFORT_RATE": (
        "Motif N5 : le taux d'effort calculé pour ce logement est {computed} % (le courrier en joint le calcul) ; la phrase écrit {written} %. Écrire le taux calculé ; un taux refait en séance s'écrit à côté de lui, avec ce qui a changé.",
        "Motive N5: the rate of effort computed for this dwelling is {computed}% (its calculation goes with the letter); the sentence writes {written}%. Write the computed rate; one made again in session stands beside it, with what has changed.",
    ),
    "SENTENCE_NAMES": (
        "La phrase porte le numéro ou le nom d'un autre ménage de la séance : elle part dans le courrier de celui-ci. Comparer les situations sans nommer personne.",
        "The sentence holds the number or the name of another household of the session: it goes into this one's letter. Compare the situations and name nobody.",
    ),
    "SAME_PERSON": (
        "La personne qui a préparé la séance ne la signe pas.",
        "Whoever prepared the session does not sign it.",
    ),
    "ALREADY_NOTIFIED": (
        "Une offre de ce logement a été notifiée : seule une nouvelle séance peut y revenir.",
        "An offer of this dwelling was notified: only a new session can come back to it.",
    ),
    "RANK_AHEAD": (
        "Un rang précédent n'est pas épuisé : le rang {rank} passe d'abord.",
        "A better rank is not exhausted: rank {rank} goes first.",
    ),
    "DAYS": (
        "Le délai de réponse ne peut être inférieur à {needed} jours.",
        "The time to answer cannot be shorter than {needed} days.",
    ),
    "PROOF": (
        "La preuve de notification demande sa nature et sa date, ni avant l'envoi ni à venir.",
        "A proof of notification needs its kind and its date, neither before the sending nor to come.",
    ),
    "REACHED": (
        "L'avis de non-réponse va au ménage que le dernier appel n'a pas joint et qu'aucune décision de la séance ne concerne.",
        "A notice of no answer goes to a household that the last call did not reach and that no decision of the session concerns.",
    ),
    "OFFER_LIVE": (
        "Le logement {dwelling} a été proposé à ce ménage le {day} : attendre la fin de cette offre.",
        "Dwelling {dwelling} was offered to this household on {day}: wait for the end of that offer.",
    ),
    "NOTICED": (
        "Un avis de non-réponse court déjà pour ce ménage, jusqu'au {day}.",
        "A notice of no answer is already running for this household, until {day}.",
    ),
    "HOUR_TO_COME": (
        "Il n'est pas encore {hour} : dire l'heure à laquelle le quorum a été compté.",
        "It is not {hour} yet: give the hour at which the quorum was counted.",
    ),
    "FUTURE": ("Cette date est à venir : {day}", "This date is to come: {day}"),
    "BEFORE": ("Cette date précède {what} ({day}).", "This date is before {what} ({day})."),
    "WRITTEN": ("L'acceptation se donne par écrit.", "An acceptance is given in writing."),
    "REASON_CODE": ("Motif inconnu : {code}", "Unknown reason: {code}"),
    "NO_PROOF": (
        "Sans preuve de notification, le silence ne vaut pas refus.",
        "Without a proof of notification silence is no refusal.",
    ),
    "NOT_PAST": (
        "Le délai court encore : jusqu'au {day} à 24 h.",
        "The time is still running: until {day}, 24:00.",
    ),
    "ELSEWHERE": (
        "Ce ménage a accepté un autre logement.",
        "This household has accepted another dwelling.",
    ),
    "CHAIN_WAITS": (
        "Ce logement est encore occupé : il se propose une fois que le ménage appelé en premier pour {dwelling} a accepté par écrit.",
        "This dwelling is still lived in: it is offered once the household first called for {dwelling} has accepted in writing.",
    ),
    "CHAIN_LEASE": (
        "Ce logement n'est pas libéré : le bail du ménage appelé en premier pour {dwelling} vient d'abord (dans un échange, l'accord écrit de tous).",
        "This dwelling is not freed: the lease of the household first called for {dwelling} comes first (in an exchange, the written agreement of all).",
    ),
    "CONDITION_CAME": (
        "La pièce de cette condition a été reçue le {day}, avant son terme : dire que la condition est remplie, ou que la pièce remet en cause l'accès ; d'une pièce qui ne convient pas, la redemander d'abord sur la page de la demande.",
        "The document of this condition came on {day}, in time: say that the condition is met, or that the document puts the access in question; one that does not serve is first asked for again, on the page of the application.",
    ),
    "CONDITION_OPEN": (
        "La condition suspensive n'est pas levée.",
        "The condition is still open.",
    ),
    "ACCEPTED": (
        "Une offre de ce logement a été acceptée.",
        "An offer of this dwelling was accepted.",
    ),
    "CORRECTION_OFFERED": (
        "Trop tard pour revenir sur cette réponse : le rang {rank} a reçu son offre le {day}, qui engage l'organisme. Écrire au ménage, et porter le logement à une nouvelle séance si celui-ci n'est pas loué.",
        "Too late to come back on this answer: rank {rank} was sent its offer on {day}, which binds the landlord. Write to the household, and bring the dwelling to a new session if it is not let.",
    ),
    "CORRECTION_HOUSED": (
        "Ce ménage a signé un bail depuis : son offre ne revient pas.",
        "This household has signed a lease since: its offer does not come back.",
    ),
    "CORRECTION_CHAIN": (
        "Un bail du même échange a été signé sur la foi de cette saisie : elle ne se reprend plus.",
        "A lease of the same exchange was signed on the strength of this entry: it can no longer be taken back.",
    ),
    "CORRECTION_SINCE": (
        "Trop tard : une séance suivante ({session}) a statué sur le logement {dwelling}. Ce qui a été saisi ici ne se reprend plus ; porter le ménage à une nouvelle séance si le logement n'est pas loué.",
        "Too late: a later session ({session}) has decided on dwelling {dwelling}. What was recorded here can no longer be taken back; bring the household to a new session if the dwelling is not let.",
    ),
    "CORRECTION_STAYS": (
        "Le locataire de ce logement reste : remettre d'abord son nom sur la liste du logement pour lequel il était appelé.",
        "The tenant of this dwelling stays: first put that name back on the list of the dwelling it was called for.",
    ),
    "DOCUMENT": ("Pièce hors de la liste : {code}", "Document not of the list: {code}"),
    "TEXT": ("Valeur vide ou trop longue : {what}", "Value empty or too long: {what}"),
    "NUMBER_TAKEN": (
        "Cette désignation existe déjà.",
        "This nomination exists already.",
    ),
    "OUTSIDE": ("{what} inconnu : {found}", "Unknown {what}: {found}"),
}
for _name, (_fr, _en) in _GUARDS.items():
    define(f"STORE_{_name}", _fr, _en)
