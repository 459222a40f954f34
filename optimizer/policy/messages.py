"""Error codes of ``policy`` with their French and English sentences, and the exception that carries them."""

from __future__ import annotations

from optimizer.errors import AttrifluxError, Finding, Lang, Said, define


class PolicyError(AttrifluxError):
    """A file of ``models/`` or a change cannot be used; ``code`` and ``params`` say which and why."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The problem at its file, line and key; none where it is of no file (a change, an unknown territory)."""
        file, line, value = (self.params.get(name) for name in ("file", "line", "value"))
        if not isinstance(file, str):
            return ()
        return (
            Finding(
                self.code, file=file, row=line if isinstance(line, int) else None,
                column=str(self.params["key"]) if "key" in self.params else None,
                value=None if value is None or isinstance(value, Said) else str(value), params=self.params,
            ),
        )  # fmt: skip

    def text(self, lang: Lang = "fr") -> str:
        """The sentence, after the file, the line and the key it is about."""
        found = self.findings
        return found[0].sentence(lang) if found else super().text(lang)


class PolicyProblems(PolicyError):
    """Several problems of files, told together; ``code`` and ``params`` are those of the first."""

    def __init__(self, errors: list[PolicyError], partial: object = None) -> None:
        super().__init__(errors[0].code, **errors[0].params)
        self.errors = tuple(errors)
        self.partial = partial
        """What could be read of the file all the same, where reading on tells more problems."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every problem at its place."""
        return tuple(finding for error in self.errors for finding in error.findings)

    def __reduce__(self) -> tuple[object, ...]:
        return (PolicyProblems, (list(self.errors),))


class Gathered:
    """Problems of files met one by one and told together: each part is tried in :meth:`each`, :meth:`done` raises them all."""

    def __init__(self) -> None:
        self.errors: list[PolicyError] = []

    def each(self) -> _Part:
        """A part that may be wrong without keeping the next one from being read."""
        return _Part(self)

    def add(self, error: PolicyError) -> None:
        """One problem, or all of those told together; a day that does not exist is not told again as a value that is no day."""
        for one in error.errors if isinstance(error, PolicyProblems) else (error,):
            if _cell(one) not in [_cell(e) for e in self.errors if e.code == "YAML_BAD_DATE"]:
                self.errors.append(one)

    def done(self, partial: object = None) -> None:
        """Raise what was met, if anything: :class:`PolicyProblems`, the first problem first."""
        if self.errors:
            raise PolicyProblems(self.errors, partial)


def _cell(error: PolicyError) -> tuple[object, ...]:
    return error.params.get("file"), error.params.get("line"), str(error.params.get("value")).strip('"')


class _Part:
    """Keeps what is wrong in one part."""

    def __init__(self, met: Gathered) -> None:
        self._met = met

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, PolicyError):
            return False
        self._met.add(error)
        return True


define(
    "YAML_UNREADABLE",
    "le fichier n'est pas du YAML lisible : {detail}",
    "the file is not readable YAML: {detail}",
    expected_fr="une suite de lignes « clé: valeur », en UTF-8",
    expected_en="a series of “key: value” lines, in UTF-8",
    remedy_fr="Corrigez la ligne",
    remedy_en="Correct the line",
)
define(
    "YAML_DUPLICATE_KEY",
    "la clé « {key} » figure deux fois (première fois ligne {first})",
    "the key “{key}” appears twice (first on line {first})",
    remedy_fr="Gardez la bonne ligne",
    remedy_en="Keep the right line",
)
define(
    "YAML_BAD_DATE",
    "la date {value} n'existe pas",
    "the date {value} does not exist",
    expected_fr="un jour AAAA-MM-JJ qui existe",
    expected_en="a day YYYY-MM-DD that exists",
    remedy_fr="Corrigez la date",
    remedy_en="Correct the date",
)
define(
    "YAML_ALIAS",
    "les ancres et alias YAML (& et *) ne sont pas admis",
    "YAML anchors and aliases (& and *) are not accepted",
    remedy_fr="Recopiez la valeur",
    remedy_en="Copy the value",
)
define(
    "POLICY_FILE_OUTSIDE",
    "Le fichier « {missing} » n'est pas dans le dossier de celui qui le nomme : il n'est pas lu.",
    "The file “{missing}” is not in the folder of the one that names it: it is not read.",
)
define(
    "POLICY_FILE_MISSING",
    "Le fichier {missing} n'existe pas dans models/. Un fichier du dossier, à côté de celui qui le nomme, s'écrit en entier, avec « .yaml ».",
    "The file {missing} does not exist in models/. A file of the case, beside the one that names it, is written in full, with “.yaml”.",
)
define(
    "POLICY_TABLE_UNREADABLE",
    "la table n'est pas lisible ({detail})",
    "the table cannot be read ({detail})",
)
define(
    "POLICY_UNKNOWN_KEY",
    "la clé « {key} » est inconnue",
    "the key “{key}” is unknown",
    expected_fr="{known}",
    expected_en="{known}",
    remedy_fr="Corrigez la clé, ou retirez la ligne",
    remedy_en="Correct the key, or remove the line",
)
define(
    "POLICY_MISSING_KEY",
    "il manque la clé « {key} »",
    "the key “{key}” is missing",
    remedy_fr="Ajoutez-la dans la partie qui commence à cette ligne",
    remedy_en="Add it to the part that begins at this line",
)
define(
    "POLICY_BAD_VALUE",
    "« {key} » ne peut pas valoir « {value} »",
    "“{key}” cannot be “{value}”",
    expected_fr="{expected_fr}",
    expected_en="{expected_en}",
    remedy_fr="Corrigez la valeur",
    remedy_en="Correct the value",
)
define(
    "POLICY_UNKNOWN_TERRITORY",
    "Le territoire « {territory} » n'existe pas ; territoires livrés : {known}.",
    "The territory “{territory}” does not exist; shipped territories: {known}.",
    remedy_fr="Corrigez le nom, ou écrivez le vôtre dans un fichier .yaml du dossier",
    remedy_en="Correct the name, or write your own in a .yaml file of the folder",
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
    "La clé modifiée « {key} » n'existe pas. Clés proches : {near}. Corrigez la clé, ou retirez-la ; une clé de scénario (flux.mode, rights…) s'écrit dans un fichier de scénario.",
    "The changed key “{key}” does not exist. Close keys: {near}. Correct the key, or take it out; a key of scenarios (flux.mode, rights…) is written in a scenario file.",
)
define(
    "POLICY_CHANGE_BAD_VALUE",
    "La valeur {value} proposée pour « {key} » ne convient pas ; attendu : {expected_fr}.",
    "The value {value} given for “{key}” does not fit; expected: {expected_en}.",
)
define(
    "POLICY_SHARES_OVER_ONE",
    "Les parts du bailleur {landlord} qui s'appliquent au secteur {area} font {total}, plus que 1{by}.",
    "The shares of landlord {landlord} that apply in the area {area} sum to {total}, more than 1{by}.",
    expected_fr="une somme d'au plus 1 (100 %) dans chaque commune, parts des périmètres plus larges comprises",
    expected_en="a sum of at most 1 (100 %) in every commune, the shares of wider areas included",
    remedy_fr="Réduisez les parts ; BAILLEUR est le reste",
    remedy_en="Reduce the shares; BAILLEUR is what is left",
)
define(
    "POLICY_CONVENTION_TWICE",
    "la convention {landlord} × {departement} × {area} × {account} × {year} figure deux fois",
    "the convention {landlord} × {departement} × {area} × {account} × {year} appears twice",
    remedy_fr="Gardez la bonne ligne",
    remedy_en="Keep the right line",
)
define(
    "POLICY_SETTING_CONFLICT",
    "Deux fichiers du bailleur {landlord} donnent « {key} » : {first} et {second}.",
    "Two files of the landlord {landlord} give “{key}”: {first} and {second}.",
)
define(
    "POLICY_AREA_UNKNOWN",
    "le secteur {area} de la convention {landlord} n'est ni une commune, ni un EPCI, ni un département connus",
    "the area {area} of the convention of {landlord} is no known commune, EPCI or département",
    expected_fr="un code INSEE de commune, un SIREN d'EPCI ou un code de département, entre guillemets",
    expected_en="the INSEE code of a commune, the SIREN of an EPCI or the code of a département, in quotes",
    remedy_fr="Corrigez le code",
    remedy_en="Correct the code",
)
define(
    "POLICY_PLACE_UNKNOWN",
    "le code {place} n'existe pas dans le découpage administratif livré",
    "the code {place} does not exist in the shipped administrative geography",
    remedy_fr="Corrigez le code",
    remedy_en="Correct the code",
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
    "POLICY_BLANKS",
    "le texte du {date} n'a pas les mots qu'une lettre y remplit",
    "the text of {date} does not have the blanks that a letter fills in",
    expected_fr="{blanks}",
    expected_en="{blanks}",
    remedy_fr="Écrivez-les tels quels, entre accolades, dans les deux langues",
    remedy_en="Write them as they are, in braces, in both languages",
)
define(
    "POLICY_SAME_WORDS",
    "« {words} » ({date}) sont déjà les mots de « {other} » : un choix dans cette liste ne dirait pas lequel des deux",
    "“{words}” ({date}) are the words of “{other}” already: a choice in this list would not say which of the two",
    remedy_fr="Donnez à chacun les siens, ou ne gardez qu'un des deux codes",
    remedy_en="Give each its own, or keep one of the two codes only",
)
define(
    "POLICY_REVIEWED_LATER",
    "{file} : « {key} » aurait été vérifié le {reviewed_on}, qui n'est pas encore venu ({today}). Corrigez la date.",
    "{file}: “{key}” is said to have been checked on {reviewed_on}, which is still to come ({today}). Correct the date.",
)
define(
    "POLICY_STALE",
    "{file} : « {key} » a été vérifié le {reviewed_on} ; une relecture était prévue tous les {months} mois.",
    "{file}: “{key}” was last checked on {reviewed_on}; a review is due every {months} months.",
)
