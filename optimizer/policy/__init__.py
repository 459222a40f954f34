"""Reading of ``models/``: the law, the agreements and the territories as dated values.

What lives here. The strict YAML reader, the check of every file of ``models/``, and :func:`load`, which freezes what is
in force on one date for one territory into a :class:`RuleSet`. The public names::

    load(territory, on, changes={}, models=None) -> RuleSet     territory: name in models/territories/ or a .yaml path
    rules_of(settings, models=None) -> RuleSet                  the same for a case, from its settings
    check_changes(changes, territory, on, models=None)          raises what load would raise; reads no case
    check_models(models=None, today=None, rules=None) -> list[Finding]   every problem of every file (empty when sound)
    list_territories(models=None) -> tuple[str, ...]
    read_yaml(path) -> YamlMap                                  dict with .line_of(key) and .path; strict
    read_grid(path) -> Grid                                     one file of models/cotation/
    law_mark(models=None) -> str                                SHA-256 over every file of the folder, read or not
    span(grid, accrual_years) -> int                            how many hundredths of a point a grid puts between households
    PREFIXES = ("national.", "territory.", "conventions.", "cotation.")   keys that ``changes`` may carry here
    ZONES = ("paris_adjacent", "ile_de_france", "other_regions", "overseas")          zone code = position
    FINANCINGS = ("PLAI", "PLUS", "PLS")

    RuleSet.value(key) -> Parameter      RuleSet.get(key) -> bare value     RuleSet.keys() -> tuple[str, ...]
        number(key) -> float             integer(key) -> int                text(key) -> str (typed forms of get)
        title, territory, on, changes, market ("tense"|"relaxed"), departements (sorted codes)
        ceilings(financing) -> int64 array (4 zones, 7): euros per year, categories 1..6 then one extra person
        rooms_table(landlord=None) -> RoomsTable(name, accepted, first_choice, t1_single_only): bool arrays
            (max_persons + 1, 7); row = persons (.row(persons) clips to the last row), column = rooms (6 = 6 and more)
        effort_threshold(landlord) -> EffortThreshold(threshold, weight, deliberation, deliberated_on): the landlord's own
            where its file deliberates one, else the shipped one
        dalo_of(landlord) -> {departement: DALO households of the year} from the landlord's convention files
        communes: DataFrame index insee; name, epci ("" for four islands), departement, region, population,
            zone (int8), qpv (bool), qpv_share; only the territory's départements. all_communes, all_epci: the country
        epci: DataFrame index siren; name, type, population, lec (bool)
        lec_epci: {epci: Parameter} thresholds in euros per year and consumption unit, only EPCI under LEC
        conventions: DataFrame with the fourteen columns of the ``conventions`` table, none missing;
            pool = "default" | "priority" | "public_agent" | "als_employee" | "any"
        landlords: {code: name};  dalo_numbers: {departement: Parameter};  essential_shares: {epci: Parameter}
        rule(id, share_key="") -> RuleTerms(id, share: Parameter | None, tolerance: Parameter, price: Parameter)
        grids: tuple[Grid, ...];  grid_for(epci, mutation=False) -> Grid | None
        assumed() -> tuple[Parameter, ...]   assumed values read so far; assumed(everything=True): all in scope
        files -> tuple[(name, sha256), ...]; fingerprint() -> SHA-256 over them, ``on`` and the changes
        with_changes(changes) -> RuleSet     further changes on top of the present ones

    Parameter(key, title, value, unit, status, source, link, in_force_from, reviewed_on); .is_assumed
    Grid(id, title, invented, status, source, in_force_from, reviewed_on, columns, rubrics); points in hundredths;
        .inputs(), .input_type(name); the criteria and their arithmetic: models/cotation/README.md

Dotted keys: ``national.<file>.<name>`` (``national.lec.first_quartile_share``, ``national.prices.flux``,
``national.rules.<rule>.tolerance``, ``national.ceilings.PLUS.other_regions``), ``territory.<name>``
(``territory.market``, ``territory.grid``, ``territory.mutation_grid`` ("none" = no grid),
``territory.lec.q1_threshold.<epci>``, ``territory.dalo.<departement>``, ``territory.vacated.<departement>``, ``territory.essential_workers.<epci>``,
``territory.qpv_share.<insee>``), ``conventions.<landlord>.<account>.<field>`` or, for one area,
``conventions.<landlord>.<account>.<area>.<field>``; in changes ``*`` stands for every landlord or account, ``COLL``
for every ``COLL:…``; ``cotation.<grid>.<rubric>.<criterion>.points`` for a criterion that has one number. A key that
names several unequal lines is ``POLICY_AMBIGUOUS`` when read, and reaches all of them when changed; precise keys win
over general ones. A changed value is ``assumed``, source « hypothèse du scénario ».

What it may import: ``optimizer.errors`` and ``optimizer.datadirs`` and, of ``optimizer.domain``, accounts and what a case says of itself; never a table, a
rule file of ``problem/`` or a solver, so that a jurist's change to a value cannot depend on what is optimised.

Why so: one legal table is one file, values are keyed by the date they come into force, and each has a source or is
marked ``assumed``. A wrong key, a wrong unit, a duplicate key or a date that does not exist stops the reading with the
line: a silent default would be a wrong answer given to a commission.

Rejected: one number per file (hides the table, lets a cell ten times too big through); values in Python (law inside
code); expressions in YAML (a second language to test); the plain YAML loader (last duplicate wins, ``on`` is true,
``01004`` is octal 516, dates such as 31 February crash without a line).
"""

from optimizer.policy.changes import PREFIXES
from optimizer.policy.checks import check_models
from optimizer.policy.geography import ZONES
from optimizer.policy.grid import Grid
from optimizer.policy.grid_reader import read_grid
from optimizer.policy.grid_span import span
from optimizer.policy.loading import check_changes, list_territories, load, rules_of
from optimizer.policy.mark import law_mark
from optimizer.policy.messages import PolicyError
from optimizer.policy.own_lines import with_own_changes
from optimizer.policy.parameter import Parameter
from optimizer.policy.places import place_in
from optimizer.policy.ruleset import FINANCINGS, EffortThreshold, RoomsTable, RuleSet, RuleTerms
from optimizer.policy.strict_yaml import YamlMap, read_yaml

__all__ = [
    "FINANCINGS",
    "PREFIXES",
    "ZONES",
    "EffortThreshold",
    "Grid",
    "Parameter",
    "PolicyError",
    "RoomsTable",
    "RuleSet",
    "RuleTerms",
    "YamlMap",
    "check_changes",
    "check_models",
    "law_mark",
    "list_territories",
    "load",
    "place_in",
    "read_grid",
    "read_yaml",
    "rules_of",
    "span",
    "with_own_changes",
]
