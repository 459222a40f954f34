"""Arguments shared by several commands, declared once so that their help reads the same everywhere."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.languages import both


class Language(StrEnum):
    """Languages of the screen and of the sentences in the files."""

    fr = "fr"
    en = "en"


class CsvStyle(StrEnum):
    """Dialect of the written tables."""

    french = "french"
    international = "international"


BACKENDS = Path(__file__).parents[1] / "solve" / "backends"


def registered_backends(folder: Path = BACKENDS) -> list[str]:
    """What the drop-in folder registers, read without loading it: a page of help does not wait for solver libraries.

    A file that is no Python has none: loading it will tell.
    """
    found: list[str] = []
    for path in folder.glob("[!_]*.py"):
        try:
            module = ast.parse(path.read_bytes())
        except (SyntaxError, ValueError):
            continue
        functions = (node for node in module.body if isinstance(node, ast.FunctionDef))
        found += [name for function in functions for mark in function.decorator_list for name in _names(mark)]
    return sorted(found)


def _names(mark: ast.expr) -> Iterator[str]:
    """The name that a decorator registers a backend under, however it is written."""
    if isinstance(mark, ast.Call) and ast.unparse(mark.func).rpartition(".")[2] == "backend":
        for given in [*mark.args[:1], *(word.value for word in mark.keywords if word.arg == "id")]:
            if isinstance(given, ast.Constant) and isinstance(given.value, str):
                yield given.value


if TYPE_CHECKING:

    class Backend(StrEnum):
        """Solvers of the same problem; ``auto`` chooses by size and time allowed, and says why."""

        auto = "auto"
else:
    Backend = StrEnum("Backend", {name: name for name in ("auto", *registered_backends())})

FOLDER = both("DOSSIER", "FOLDER")
FILE = both("FICHIER", "FILE")
NUMBER = both("NOMBRE", "NUMBER")
CASE = both("CAS", "CASE")
COUNT = "N"


CaseArgument = Annotated[
    Path,
    typer.Argument(
        metavar=CASE,
        help=both(
            "Le cas : son dossier, ou son classeur .xlsx.", "The case: its folder, or its .xlsx workbook."
        ),
    ),
]
MappingOption = Annotated[
    str,
    typer.Option(
        "--mapping",
        metavar=both("NOM", "NAME"),
        help=both(
            "Correspondance livrée des noms de colonnes (imhoweb, sne, bailleur, fichier_partage) ; « mapping » dans "
            "case.yaml la garde.",
            "Shipped mapping of column names (imhoweb, sne, bailleur, fichier_partage); “mapping” in case.yaml keeps it.",
        ),
    ),
]
OutOption = Annotated[
    Path,
    typer.Option(
        "--out",
        metavar=FOLDER,
        help=both("Dossier à écrire, nouveau ou vide.", "Folder to write, new or empty."),
    ),
]
ForceOption = Annotated[
    bool,
    typer.Option(
        "--force",
        help=both("Remplace le contenu du dossier de sortie.", "Replaces the content of the output folder."),
    ),
]
LangOption = Annotated[
    Language,
    typer.Option(
        "--lang",
        metavar="fr|en",
        help=both(
            "Langue : fr ou en (ou la variable ATTRIFLUX_LANG).",
            "Language: fr or en (or the variable ATTRIFLUX_LANG).",
        ),
    ),
]
JsonOption = Annotated[
    bool,
    typer.Option(
        "--json", help=both("Réponse en JSON sur la sortie standard.", "Answers in JSON on standard output.")
    ),
]
CsvOption = Annotated[
    CsvStyle,
    typer.Option(
        "--csv",
        metavar="|".join(CsvStyle),
        help=both(
            "Tables : french (point-virgule, virgule décimale) ou international.",
            "Tables: french (semicolons, decimal comma) or international.",
        ),
    ),
]
ModelsOption = Annotated[
    Path | None,
    typer.Option(
        "--models",
        metavar=FOLDER,
        help=both(
            "Autre dossier de règles que celui livré.", "Another folder of rules than the shipped one."
        ),
        show_default=False,
    ),
]
WarmStartOption = Annotated[
    Path | None,
    typer.Option(
        "--warm-start",
        metavar=FOLDER,
        help=both(
            "Résultat antérieur d'où partir (autre semaine, part changée) : plus rapide, même réponse prouvée.",
            "Earlier result to start from (another week, a changed share): faster, same proven answer.",
        ),
        show_default=False,
    ),
]
KeepOption = Annotated[
    Path | None,
    typer.Option(
        "--keep",
        metavar=both("RESULTAT", "RESULT"),
        help=both(
            "Résultat dont garder les premiers rangs autant que possible ; changes.csv dit ce qui change et pourquoi.",
            "Result whose first ranks to keep as far as possible; changes.csv says what changes and why.",
        ),
        show_default=False,
    ),
]
ChainsOption = Annotated[
    str,
    typer.Option(
        "--chains",
        metavar="L|all",
        help=both(
            "Propose aussi ce que des locataires libèrent en partant : L logements au plus à la suite d'un logement vacant, ou all.",
            "Also proposes what tenants free by leaving: at most L dwellings after a vacant one, or all.",
        ),
    ),
]

ExchangesOption = Annotated[
    bool,
    typer.Option(
        "--exchanges",
        help=both(
            "Avec --chains L : deux ou trois locataires peuvent aussi échanger leurs logements.",
            "With --chains L: two or three tenants may exchange their dwellings as well.",
        ),
    ),
]


def chains_of(text: str) -> int:
    """The number that ``--chains`` asks for; any number for ``all``.

    Raises
    ------
    typer.BadParameter
        Neither a number of at least 0 nor ``all``.
    """
    from optimizer.chains import length_of

    found = length_of(text)
    if found is None:
        words = both("un nombre d'au moins 0, ou all", "a number of at least 0, or all")
        raise typer.BadParameter(words, param_hint="--chains")
    return found


PriceAssumedOption = Annotated[
    bool,
    typer.Option(
        "--price-assumed",
        help=both(
            "Fait peser aussi les objectifs supposés (cas réel) ; chaque page les nomme.",
            "Makes assumed targets weigh too (real case); each page names them.",
        ),
    ),
]
AssumedOption = Annotated[
    bool,
    typer.Option(
        "--accept-assumed",
        help=both(
            "Accepte un seuil de premier quartile supposé sur un cas réel.",
            "Accepts an assumed first-quartile threshold on a real case.",
        ),
    ),
]
_BACKEND = both(
    "Moteur de calcul ; auto choisit selon la taille et le temps accordé, et dit pourquoi.",
    "Solver; auto chooses by size and time allowed, and says why.",
)
BackendOption = Annotated[Backend, typer.Option("--backend", metavar="|".join(Backend), help=_BACKEND)]
EngineOption = Annotated[
    Backend, typer.Option("--backend", "--engine", metavar="|".join(Backend), help=_BACKEND)
]
"""The same under both of its names."""
GapOption = Annotated[
    float,
    typer.Option(
        "--gap",
        min=0.0,
        max=1.0,
        metavar=NUMBER,
        help=both(
            "Écart relatif accepté, de 0 à 1 ; 0 : jusqu'à la preuve, ou 0,0002 avec le moteur scale (0,0005 peut suffire au-delà de 20 000 logements).",
            "Accepted relative gap, from 0 to 1; 0: to the proof, or 0.0002 with backend scale (0.0005 may be enough above 20,000 dwellings).",
        ),
    ),
]
WorkersOption = Annotated[
    str | None,
    typer.Option(
        "--workers",
        metavar="2|threads:4|tcp://…",
        help=both(
            "Qui calcule : un nombre de processus, threads:N, ou un ordonnanceur Dask (tcp://hôte:8786) ; défaut : un processus par cœur.",
            "Who computes: a number of processes, threads:N, or a Dask scheduler (tcp://host:8786); default: one process per core.",
        ),
        show_default=False,
    ),
]
