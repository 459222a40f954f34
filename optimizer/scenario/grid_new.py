"""A grid from an ordered list of criteria: shapes taken from another grid, points from the order, a file to edit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

from optimizer import policy
from optimizer.arguments import COUNT, DAY, PATH, TEXT, WORDS, of_type, optional, takes
from optimizer.datadirs import models_dir
from optimizer.disk import write_files
from optimizer.errors import AttrifluxError, define
from optimizer.policy.grid import (
    BracketsCriterion,
    CodeCriterion,
    CodesCriterion,
    Criterion,
    FlagCriterion,
    Grid,
    MonthsCriterion,
    Rubric,
)
from optimizer.policy.grid_reader import parse_grid
from optimizer.policy.strict_yaml import parse_yaml
from optimizer.scenario import messages as messages
from optimizer.scenario.grid_yaml import column_lines, criterion_lines, quoted
from optimizer.scenario.weights import Method, enough_points, method, points_of, rank_weights, tells_apart

define(
    "COTATION_CRITERION_UNKNOWN",
    "Critère « {name} » absent de la grille de base ; critères : {known}.",
    "Criterion “{name}” is not in the base grid; criteria: {known}.",
    remedy_fr="Prendre un nom de « attriflux cotation criteria », ou une autre grille avec --base",
    remedy_en="Take a name from “attriflux cotation criteria”, or another grid with --base",
)
define(
    "COTATION_CRITERION_TWICE",
    "Le critère « {name} » est donné deux fois.",
    "Criterion “{name}” is given twice.",
)
define(
    "COTATION_NO_CRITERION",
    "Aucun critère n'est donné.",
    "No criterion is given.",
    remedy_fr="Donner les critères du plus au moins important",
    remedy_en="Give the criteria from the most to the least important",
)
define(
    "COTATION_NO_MAXIMUM",
    "Le critère « {name} » de la grille de base n'a pas de maximum : son poids ne peut pas être fixé.",
    "Criterion “{name}” of the base grid has no maximum: its weight cannot be set.",
    remedy_fr="Lui donner un plafond (cap) dans la grille de base",
    remedy_en="Give it a cap in the base grid",
)
define(
    "COTATION_POINTS_TOO_FEW",
    "{points:point ne suffit/points ne suffisent} pas à départager {count:critère/critères} ; il en faut {enough}.",
    "{points:point is/points are} too few to tell {count:criterion/criteria} apart; {enough} are needed.",
)
define(
    "COTATION_EXISTS",
    "Le fichier « {name} » existe déjà.",
    "The file “{name}” already exists.",
    remedy_fr="Choisir un autre nom",
    remedy_en="Choose another name",
)

CATALOGUE = "catalogue"
BLANK = "_"


@dataclass(frozen=True)
class Chosen:
    """One criterion of the new grid: where its shape comes from, its weight, its points at most (or its malus)."""

    name: str
    rubric: Rubric
    criterion: Criterion
    weight: Fraction
    points: int


@dataclass(frozen=True)
class NewGrid:
    """What :func:`new_grid` made: the text of the file, the grid it reads as, and how its points came."""

    text: str
    grid: Grid
    method: Method
    chosen: tuple[Chosen, ...]

    @property
    def total(self) -> int:
        """Points of all criteria together."""
        return sum(c.points for c in self.chosen)

    @property
    def reads_priorities(self) -> bool:
        """Whether some criterion reads the publics prioritaires, which a grid must serve (CCH L. 441-1)."""
        return "priority_codes" in self.grid.inputs()


@takes(
    criteria=WORDS,
    weighting=TEXT,
    points=optional(COUNT),
    ratio=optional(of_type(Fraction)),
    base=PATH,
    title=TEXT,
    name=TEXT,
    on=optional(DAY),
    models=optional(PATH),
)
def new_grid(
    criteria: Sequence[str],
    weighting: str = "centroid",
    *,
    points: int | None = None,
    ratio: Fraction | None = None,
    base: str = CATALOGUE,
    title: str = "Grille à compléter",
    name: str = "nouvelle",
    on: date | None = None,
    models: Path | None = None,
) -> NewGrid:
    """A grid whose weights come from the order of its criteria.

    Parameters
    ----------
    criteria : sequence of str
        From the most to the least important: criteria of ``base``, ``criterion`` or ``rubric.criterion``; ``a=b`` puts two
        at the same place; ``_`` is a blank card of the method `simos`.
    weighting : str
        A method of :data:`~optimizer.scenario.weights.METHODS`.
    points : int, optional
        Points shared out; default: the smallest multiple of 100 that tells all weights apart.
    base : str
        Grid the shapes come from: a name of ``models/cotation/`` or a file. Its points only give proportions inside each
        criterion; caps of rubrics are dropped.
    on : date, optional
        Date written in the file; default: today.

    Raises
    ------
    AttrifluxError
        ``COTATION_…``: unknown or repeated criterion, unknown method, criterion without a maximum, too few points.
    """
    source = read_base(base, models)
    places = _places(criteria, source)
    flat = [(label, rubric, criterion) for place in places for label, rubric, criterion in place]
    if not flat:
        raise AttrifluxError("COTATION_NO_CRITERION")
    weights = rank_weights([len(place) for place in places], weighting, ratio)
    enough = enough_points(weights, weighting)
    shared = points_of(weights, enough if points is None else points)
    if not tells_apart(weights, shared):
        raise AttrifluxError("COTATION_POINTS_TOO_FEW", points=points, count=len(flat), enough=enough)
    chosen = tuple(
        Chosen(label, rubric, criterion, weight, n)
        for (label, rubric, criterion), weight, n in zip(flat, weights, shared, strict=True)
    )
    text = _text(
        chosen, source, method(weighting), title, on or datetime.now(ZoneInfo("Europe/Paris")).date()
    )
    return NewGrid(
        text, parse_grid(parse_yaml(text.encode(), f"{name}.yaml"), name), method(weighting), chosen
    )


def new_grid_to(file: Path, criteria: Sequence[str], weighting: str = "centroid", **more: object) -> NewGrid:
    """Write :func:`new_grid` to a new file. Raises ``COTATION_EXISTS`` too."""
    if file.exists():
        raise AttrifluxError("COTATION_EXISTS", name=file.name)
    made = new_grid(criteria, weighting, name=file.stem, **more)  # type: ignore[arg-type]
    write_files([(file, lambda work: work.write_text(made.text, encoding="utf-8"))], force=None)
    return made


def read_base(base: str, models: Path | None = None) -> Grid:
    """A grid by its name in ``models/cotation/`` or by its path. Raises ``COTATION_GRID_UNKNOWN``."""
    folder = models_dir(models) / "cotation"
    known = sorted(p.stem for p in folder.glob("*.yaml"))
    path = folder / f"{base}.yaml" if base in known else Path(base)
    if not path.is_file():
        raise AttrifluxError("COTATION_GRID_UNKNOWN", name=base, known=", ".join(known))
    return policy.read_grid(path)


def _places(criteria: Sequence[str], source: Grid) -> list[list[tuple[str, Rubric, Criterion]]]:
    """The criteria place by place; an empty place is a blank card."""
    everything = [(r, c) for r in source.rubrics for c in r.criteria]
    short = [c.id for _, c in everything]
    names = {(c.id if short.count(c.id) == 1 else f"{r.id}.{c.id}"): f"{r.id}.{c.id}" for r, c in everything}
    full = {f"{r.id}.{c.id}": (r, c) for r, c in everything}
    seen: set[str] = set()
    places = []
    for token in criteria:
        place = []
        for word in [] if token == BLANK else token.split("="):
            key = names.get(word, word)
            if key not in full:
                raise AttrifluxError("COTATION_CRITERION_UNKNOWN", name=word, known=", ".join(names))
            if key in seen:
                raise AttrifluxError("COTATION_CRITERION_TWICE", name=word)
            seen.add(key)
            place.append((word, *full[key]))
        places.append(place)
    return places


def highest(criterion: Criterion) -> int:
    """Largest points of a criterion in hundredths, whatever the sign; 0 when it has no maximum."""
    if isinstance(criterion, FlagCriterion):
        return abs(criterion.points_c)
    if isinstance(criterion, CodeCriterion):
        return max(abs(n) for _, n in criterion.points_c)
    if isinstance(criterion, CodesCriterion):
        most = criterion.first_c + (len(criterion.codes) - 1) * criterion.each_other_c
        return most if criterion.cap_c is None else min(most, criterion.cap_c)
    if isinstance(criterion, MonthsCriterion):
        return criterion.cap_c or 0
    if isinstance(criterion, BracketsCriterion):
        return max(abs(n) for n in criterion.points_c)
    return abs(criterion.each_c) * criterion.max_count


def _text(chosen: Sequence[Chosen], source: Grid, how: Method, title: str, on: date) -> str:
    width = max(len(c.name) for c in chosen)
    total = sum(c.points for c in chosen)
    lines = [
        "# Grille à délibérer. Poids tirés d'un ordre, à modifier librement, puis à essayer :",
        f"#   attriflux cotation test {source.id if source.id != CATALOGUE else 'demonstration'} CE_FICHIER CAS --out essai",
        f"# Méthode « {how.name} ». {how.fr}",
        f"#   {how.formula.fr}, i = rang, n = nombre de critères",
        f"#   source : {how.source.fr}",
        f"# Ordre, poids, points au plus ({total} en tout après arrondi au point) :",
        *(f"#   {c.name:<{width}}  {_percent(c.weight)}  {c.points:>4}" for c in chosen),
        f"# Formes des critères : grille « {source.id} ». Langage : models/cotation/README.md.",
        "",
        f"title: {quoted(title)}",
        "invented: false",
        "status: assumed",
        f"source: {quoted(f'projet, non délibéré : ordre des critères, méthode {how.name} ({how.source.fr})')}",
        f"in_force_from: {on.isoformat()}",
        f"reviewed_on: {on.isoformat()}",
        'by: "à compléter"',
        "",
    ]
    rubrics = list(dict.fromkeys(c.rubric.id for c in chosen))
    used = _inputs(chosen)
    columns = [c for c in source.columns if c.name in used]
    if columns:
        lines += ["columns:", *(line for column in columns for line in column_lines(column)), ""]
    lines.append("rubrics:")
    for rubric_id in rubrics:
        mine = [c for c in chosen if c.rubric.id == rubric_id]
        rubric = mine[0].rubric
        lines += [
            f"  {rubric.id}:",
            f"    title: {quoted(rubric.title)}",
            f"    combine: {rubric.combine}",
            "    criteria:",
        ]
        for c in mine:
            top = highest(c.criterion)
            if not top:
                raise AttrifluxError("COTATION_NO_MAXIMUM", name=c.name)
            lines += criterion_lines(c.criterion, Fraction(c.points * 100, top))
    return "\n".join(lines) + "\n"


def _percent(weight: Fraction) -> str:
    tenths = int(weight * 1000 + Fraction(1, 2))
    return f"{tenths // 10:>3},{tenths % 10} %"


def _inputs(chosen: Sequence[Chosen]) -> set[str]:
    names: set[str] = set()
    for c in chosen:
        names.update(x.input for x in c.criterion.when)
        names.add(str(getattr(c.criterion, "input", "")))
        names.add(str(getattr(c.criterion, "expires_column", "")))
    return names
