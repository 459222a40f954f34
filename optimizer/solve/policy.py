"""How the search goes about it: every limit, pace, budget and threshold of the prover as one value.

None of these numbers is mathematics, and none changes what a certificate proves: with other values a search ends sooner or
later, with a better or a worse proposal, and says so. Tolerances of exact arithmetic, the steps of grids and what is compiled
into the kernels' numerical methods stay where they are used.

A policy is no option of ``propose``: it goes with `SolveOptions` (``SolveOptions(policy=...)``) and with the scale kernel's own
options, for who compares ways of searching. ``python -m benchmarks.ablation`` measures what each number is worth.

It imports nothing, so that every room of the prover, the kernel included, may read it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any


@dataclass(frozen=True)
class ChoicePolicy:
    """Which backend and which proof a size gets, and what is tried before a tree."""

    implicit_from: int = 400
    """Dwellings from which ``auto`` may take a backend that never lists the pairs, and from which a tree gets a head start."""
    proven_to: int = 1_000
    """Dwellings up to which ``auto`` would rather have a proof than a proposal soon."""
    seconds_a_dwelling: float = 0.3
    """Seconds of time limit per dwelling under which that proof is not to be hoped for."""
    loose_gap: float = 5e-4
    """Relative gap asked from which proposals alone are wanted."""
    tree_to: int = 5_000
    """Dwellings above which the certificate's tree is not grown: the root bound of the backend's multipliers is published."""
    head_start_pricings: int = 12
    """Pricings of the scale kernel for a first proposal."""
    head_start_gap: float = 1e-3
    """Relative gap at which fewer are enough."""
    head_start_time: float = 0.5
    """Part of the time left under a limit that they may take."""


@dataclass(frozen=True)
class BranchingPolicy:
    """Which count a node is divided on, in every tree: the published one, the kernel's, that of the ties."""

    trials: int = 12
    """Counts tried in the LP at most (strong branching) before a node is divided."""
    trial_patience: int = 5
    """Counts looked at in vain after the best one."""
    trial_steps: int = 40
    """Simplex steps of a trial."""
    reliable: int = 3
    """Trials of each side from which a pseudocost is believed."""
    dearer: float = 1 / 8
    """Weight, in what a division is worth, of the side that loses more."""
    untried: float = 1_000.0
    """Loss per unit of distance thought of a count without a price that was never tried: points, days or draws."""


@dataclass(frozen=True)
class TreePolicy:
    """Branch and bound of the published proof (`search`), and the programs that look for proposals in it (`primal`)."""

    rounds: tuple[int, ...] = (1, *(20,) * 10, *(100,) * 10)
    """Nodes of the tree between two dives."""
    large_rounds: tuple[int, ...] = (1, 60, 60, 120, *(240,) * 15)
    """The same where a look for proposals goes through the tree itself (`search.plunging`)."""
    looks_again: tuple[int, ...] = (0, 2, 8, 30, 100)
    """Nodes after which a problem asked again looks for a better proposal (`solve.again`)."""
    complete_nodes: int = 4_000
    """Nodes of the complete program over the columns that the root's reduced costs leave."""
    complete_columns: int = 40_000
    """Columns above which it is left out."""
    pace_from: int = 400
    """Nodes before the pace of the bound is judged."""
    pace_work: int = 2 * 10**10
    """Work (`highs_lp.work_of`) from which it is judged though the nodes are fewer: some fifty seconds of a processor."""
    work: int = 10**11
    """Work that the tree may take: some four minutes of a processor. Of 250 dwellings that are proven (seed 2) 4.3 times 10**10, of 60
    and 100 a hundredth of it; of 500 a node takes two seconds, and a budget of nodes alone was an hour for a tenth of the gap."""
    pace_margin: float = 3
    """How many times too slow the pace must be before the rest of the budget is given back."""
    waiting: int = 300
    """Solved nodes that may wait to be divided: each holds the solution and the basis of its LP."""
    postponed_below: int = 100_000
    """A side that falls below its parent by more than one part in so many of the bound is left unfinished."""
    postponed_from: int = 10_000_000
    """Micropoints from which that part is worth it."""
    close_within: int = 2_000
    """The best proposal is near when it is within one part in so many of the bound: better ones then come from the tree."""
    rounding_wait: int = 5
    """Nodes after which a proposal is looked for again next to an LP solution, the first time that none was found."""
    untried_binding: float = 0.05
    """Part of its row's price that a lease of a binding row's count is thought to lose before it was ever tried."""
    untried_idle: float = 0.005
    """The same of a row that asks for nothing at the moment."""
    nearly_settled: float = 0.3
    """Part of such a household by which it may be from a whole number to be held to it during a dive."""
    nearly_whole: int = 20
    """Counts, households and departures that an LP solution with chains has in part, at most, for a proposal to be looked for next to it
    before local search: on 300 dwellings one where the ceiling of transfers alone weighs, where that takes a third of a second instead of
    twenty; 93 under every rule, where it takes twenty for nothing."""
    dive_steps: int = 120
    """Counts made whole one after the other in a dive, at most."""
    exchanged_to: int = 60
    """Dwellings up to which every better proposal is improved by exchanges: their number grows with the square."""
    recombined_to: int = 300
    """Dwellings up to which proposals are put together by an integer program: 6 s of the processor on 250, which leave 66 to 123 points
    to the root's bound instead of 266 to 307 (seeds 2 to 4); above it was not tried."""
    recombined_nodes: int = 50
    """Nodes of that program."""
    recombined_gap: float = 1e-6
    """Relative gap at which it is left."""
    plunge_depth: int = 200
    """Divisions in a row on the way down to a proposal, at most."""
    plunge_trials: int = 4
    """Counts tried in the LP at most before a node is divided on a way down that is forgotten (`BranchingPolicy.trials` elsewhere)."""
    plunge_patience: int = 2
    """Counts looked at in vain there."""
    plunge_doubt: float = 5.0
    """Points by which a side may lose more there than the other was thought to, before that one is bounded too."""
    plunged_first: tuple[int, int] = (151, 400)
    """Dwellings from which, and to which, a way down is tried before local search: below a search takes two seconds, above a node takes
    two. On 250 it takes 6 to 17 s and ends nearer than two searches and what they give together, but for one seed in five."""
    plunged_far: int = 25_000
    """Local search is asked at once where the way down ends farther from the root's bound than one part in so many of it: twice the
    distance that leaves it out later (`AnnealingPolicy.near`), as some nodes of the tree close the rest as soon."""
    plunge_idle: int = 5
    """Divisions in a row that cost nothing before a node's LP solution is made whole."""
    replay_within: int = 100_000
    """An earlier tree is let go when a node of it stays above the best proposal by more than one part in so many."""
    rounding_nodes: int = 50
    """Nodes of the program next to an LP solution."""
    rounding_loss: int = 200_000
    """Micropoints a column may lose to stand in that program."""
    rounding_within: int = 30_000
    """What it finds may lose one part in so many of the node's bound."""


@dataclass(frozen=True)
class RelaxationPolicy:
    """Pricing of a node's LP as a whole transport problem (`relaxation.subproblem`), and its cuts (`cuts`)."""

    assigned_from: int = 100
    """Dwellings from which a node is priced so; below, the LP's own prices take less time."""
    bid_step: int = 50
    """Hundredths of a point by which dwellings outbid one another before the LP of a case with chains (`relaxation.chain_auction`)."""
    bids: int = 40
    """Bids of a dwelling at most, on average."""
    turns: int = 8
    """Pairs of each class that it begins with."""
    answers_kept: int = 32
    """Earlier answers from which the next may start."""
    answer_far: int = 1_000
    """An answer is far when costs moved, on average, by more than one part in so many of what households bring."""
    envelope_worth: float = 0.004
    """Points by which an LP solution must miss an envelope for it to be added: less than half a step of the values, which are whole
    hundredths. What is left out at two steps keeps nodes open that nothing but divisions closes."""
    envelope_rounds: int = 60
    """Points of a window that are looked for one by one."""
    mixed_from: int = 30
    """Dwellings from which an envelope holds what an account must have beside what others may have. Its weights are no simple
    fractions, and what is lost to multipliers of whole micropoints can leave the bound of a small case one or two of them above
    its optimum, where dividing alone is quick and exact."""
    multiples: int = 20
    """Multiples of a single row that are rounded."""
    rows_together: int = 6
    """Rows of one denominator all of whose sums are rounded; of more, only pairs."""


@dataclass(frozen=True)
class AnnealingPolicy:
    """Local search on a proposal itself (`primal.annealing`)."""

    least: int = 100
    """Dwellings from which it is asked; below, the tree's own proposals are soon the best."""
    most: int = 1_000
    """Dwellings up to which it is: of a year of thousands, what nominees say of one another takes gigabytes."""
    runs: int = 4
    """Times in one proof that it is, at most."""
    starts: int = 2
    """Runs each time, every one from the proposal next to the root, that there was before any. From a near one they end where that
    stands (100 dwellings, seed 5: 386 to 408 points from the root's bound from one at 750, 237 to 275 from that at 9,174); from a
    greedy one some never have all orders kept (250 dwellings, seed 4: 207,340 points; 197 and 208 from that next to the root)."""
    near: int = 50_000
    """A proposal within one part in so many of the bound is left to the tree."""
    steps: int = 2_500
    """Steps of a run for each dwelling."""
    hot: float = 50e6
    """Micropoints that a step may lose, about, to begin with."""
    cold: float = 1e6
    """The same at the end."""
    helpers: int = 2
    """Dwellings that may choose again after a step that would be refused."""
    scan: int = 8
    """Of the dwellings that can help a row, how many are looked at."""
    anybody: int = 25
    """Times in a hundred that a dwelling is taken at random instead, and makes its best choice."""
    taken: int = 20
    """Steps in a hundred that may take a household from another dwelling."""
    loss: int = 20_000_000
    """Micropoints that a pair may lose at the bound's multipliers to be looked at."""
    households: int = 3
    """Best households looked at of each dwelling and kind."""
    order: int = 300_000_000
    """Micropoints that a first rank out of order costs meanwhile."""


@dataclass(frozen=True)
class ListsPolicy:
    """Local search on a proposal whose réservataires' orders are lists (`primal.list_annealing`)."""

    steps: int = 300
    """Steps for each dwelling."""
    hot: float = 10e6
    """Micropoints that a step may lose, about, to begin with."""
    cold: float = 0.3e6
    """The same at the end."""
    helpers: int = 5
    """Dwellings that may choose again after a step that would be refused."""
    taken: int = 20
    """Steps in a hundred that may take a household from another dwelling."""
    loss: int = 10_000_000
    """Micropoints that a first rank may lose at the bound's multipliers to be looked at; a nominee's best place may lose more."""
    households: int = 3
    """Households looked at of each class and kind, nominees aside."""
    order: int = 1_000_000_000
    """Micropoints that passing over a nominee counts for when a dwelling chooses again."""
    again: int = 8
    """Dwellings drawn in place of one that loses little, one after the other."""
    small: int = 1_000_000
    """Micropoints that count as little."""
    piece: int = 4_000
    """Dwellings, about, that choose at a time in a part of more: on one of 7,000 a fifth of the seconds less, for 0.0005 % of the
    value."""


@dataclass(frozen=True)
class TiesPolicy:
    """Search for the one among equal proposals (`ties`)."""

    leaves_apart: int = 400
    """Leaves of the proof above which ties are broken at the root, all leaves at once."""
    pairs_listed: int = 60_000_000
    """(class, household) pairs above which equal proposals are not told apart."""
    columns_reduced: int = 60_000
    """Columns of a leaf above which the exact reduction of `problem.explicit` is tried."""
    columns_listed: int = 4_000_000
    """Columns above which ties are left unbroken, and said to be."""
    effort: int = 4_000_000
    """Columns of all LPs together after which a search is given up."""
    left: int = 40_000
    """Candidates still worth it after a dive, above which a search is given up."""
    few_columns: tuple[int, ...] = (0, 3)
    """Columns of each dwelling, besides those of the LP, in the first programs of a node whose counts are whole."""
    program_nodes: int = 2_000
    """Nodes of one of them; ten times as many of the last, which is to end."""
    columns_at_once: int = 4
    """Columns taken in a round of each dwelling and of each household."""


@dataclass(frozen=True)
class PartsPolicy:
    """The implicit backend (`by_kernel`): one part or many, and how far each is solved."""

    gap: float = 1e-4
    """Relative gap asked of the kernel when none is given."""
    part_gap: float = 2e-4
    """The same of each part of a country."""
    small_to: int = 600
    """Dwellings of a part up to which ``near_gap`` is asked: one lease that a rule lacks is more than ``part_gap`` of it."""
    near_gap: float = 5e-4
    """Relative gap asked of such a part, and enough for any other once `GenerationPolicy.near_pricings` more do not close it."""
    bound_gap: float = 4e-5
    """What the bound of a part may still lose, relative, where réservataires' orders are lists: naming and annealing make another proposal
    of the kernel's anyway, so that it is asked for the bound alone."""
    whole_bound_gap: float = 2e-5
    """The same where the case is one part: a year, whose last pricings take a second each."""
    pricings: int = 120
    """Pricings of a part at most."""
    polish: int = 40
    """Perturbations of single rows once the gap is reached."""
    polish_after: int = 4
    """The same from an earlier run, which has been through its own."""
    parts_from: int = 20_000
    """Dwellings above which what shares no household and no rule is solved part by part."""
    long_menus: int = 200_000
    """Menu entries from which a part is first solved with the best of each menu and type."""
    together: int = 60_000_000
    """Menu entries of parts with long menus that are solved at the same time in one process; one may have more, and a quarter is open beside it."""
    first_depth: int = 64
    """How many of the best; those left out that pay are added after."""
    first_a_dwelling: int = 4
    """As many at least for each dwelling a type would get, were those of a menu shared out evenly among its types."""


@dataclass(frozen=True)
class GenerationPolicy:
    """Column generation of the scale kernel: the box of multipliers, the pilot, pricing, the restricted master, earlier runs."""

    first_radius: float = 30.0
    """Half side of the box around the best multipliers to begin with, points per lease: from nothing."""
    pilot_radius: float = 10.0
    """The same after a pilot."""
    bound_radius: float = 200.0
    """The same after the pilot of a part whose bound alone is asked for: its rows may want more than a pilot reaches."""
    warm_radius: float = 3.0
    """The same from an earlier run's multipliers to a proof."""
    grow: float = 3.0
    """Factor of a side that presses while the bound gets better, at the root and in nodes."""
    shrink: float = 0.8
    """Factor of every side when it does not, at the root and in nodes."""
    pressed_part: float = 0.25
    """Part of the gap asked of a bound alone that it may still lose where the box holds its multipliers back."""
    near_pricings: int = 4
    """Pricings more that a part of a country is given to close the gap asked, once it is near."""
    rough: float = 0.01
    """Part of the box's side that a household may lose by staying where the last pricing had it."""
    easy: float = 0.2
    """Part of the gap asked that pricings may leave on the table whatever the multipliers do."""
    slack: float = 0.1
    """Part of the gap that a pricing may leave on the table while the multipliers still move."""
    promised: float = 1.0
    """Steps of the objective that the master may still promise when a run for a proof goes on to its nodes."""
    pilot_arcs: int = 500_000
    """Arcs of the largest component from which first multipliers come from a pilot."""
    pilot_rows: int = 1_000
    """Rows from which they do."""
    pilot_part: float = 0.25
    """Part of all arcs that the largest component must have for it."""
    pilot_gap: float = 5e-3
    """Relative gap that multipliers of nothing must leave for it."""
    pilot_time: float = 0.4
    """Part of the time left that a pilot may take."""
    large_arcs: int = 200_000
    """Arcs of a component from which a pricing starts from the prices of the smoothed market, not from nothing; and of all
    components from which threads price them side by side."""
    apart: float = 1e-4
    """Part of what a household brings by which credits may move on average before a large component is priced anew, not
    repaired."""
    apart_near: float = 1.5e-3
    """The same up to which that is from the last prices, cleared at the lowest heat."""
    apart_bidding: float = 2e-3
    """`apart` where an answer within the slack is enough, so that households bid (`transport.auction`): of 39,000 dwellings a pricing then
    takes 2 s, from cleared prices 4.5."""
    bid_arcs: int = 3_000_000
    """Arcs of a component from which households bid: below, shortest paths are as quick and what they find is nearer."""
    bid_part: int = 8
    """Into how many steps of an auction the slack of a pricing goes: with one, assignments are so rough that more pricings follow."""
    apart_far: float = 3e-3
    """The same beyond which it is without the last prices."""
    exchange_part: float = 0.05
    """Part of the dwellings from which a component's columns bring their exchanges to the master."""
    exchange_age: int = 4
    """Pricings after which the exchanges of a column without weight are dropped."""
    exchanges: int = 1_500
    """Exchanges of one pricing; beyond, those alike are taken together."""
    lost_after: int = 8
    """Pricings after which an earlier run's multipliers are given up where a gap is asked for."""
    lost_within: float = 1.25
    """Times the gap asked up to which they are kept all the same."""
    lost_longest: int = 3
    """Times as many pricings after which they no longer are."""
    leases_kept: float = 0.99
    """Part of an earlier run's leases that must still be possible for its accounts to be looked for."""
    warm_nodes: int = 50
    """Nodes after which an earlier run's start is given up where a proof is asked for without a time limit."""


@dataclass(frozen=True)
class PrimalPolicy:
    """Where the scale kernel looks for solutions, when and how hard."""

    first_try: float = 2e-4
    """Gap between bound and master at which solutions are first looked for, relative; half the gap asked when that is more."""
    try_apart: int = 10
    """Pricings between two tries to recombine assignments."""
    try_soon: int = 3
    """The same when the last try found much of what was missing."""
    found_much: float = 0.3
    """Part of what is missing from which a try has found much."""
    found_little: float = 0.05
    """Part of what is missing below which a try has found little."""
    loose_rows: float = 5e-3
    """Relative gap of the first pricing, without any multiplier, up to which rows hardly bind: recombinations are made at once."""
    warm_tries: int = 6
    """Pricings of a warm run after each of which assignments are recombined."""
    warm_near: float = 2e-3
    """Relative gap up to which the nodes of an earlier run are gone over once the bound moves slowly."""
    warm_slow: float = 0.1
    """Part of what is missing below which a pricing has moved the bound slowly."""
    catch_up_within: float = 3.0
    """Times the gap asked up to which a warm run catches up."""
    nodes_within: float = 5e-5
    """Relative gap below which nodes tell apart what is missing sooner than recombinations at the root."""
    perturbed_within: float = 5e-3
    """Relative gap from which a try is followed by perturbations of single rows."""
    perturbed_settled: float = 0.25
    """Part of the gap asked that the bound may still lose when they begin."""
    perturbations: int = 40
    """Most perturbations after one try."""
    pairs: int = 4
    """Pairs of assignments recombined with whole counts when all else leaves a gap."""
    shake: float = 0.01
    """Part by which multipliers are shaken to see other assignments that are nearly the best."""
    recombined_from: int = 600
    """Dwellings of a part above which what its bound is made of is recombined where the bound alone is asked for: in smaller ones the programs take longer
    than all else, and annealing finds as much without."""
    recombined_missing: float = 0.02
    """Part of what is missing that a recombination may leave."""
    recombined_nodes: int = 20
    """Nodes of its program, after a perturbation or in a node of the tree."""
    recombined_gap: float = 0.25
    """Part of the gap asked that it may leave."""
    kept_from: int = 500
    """Integer columns of a recombination from which the whole values of its relaxation are first kept as they are."""
    kept_nodes: int = 200
    """Nodes of the program over the others."""
    solver_cuts: int = 500
    """Cuts HiGHS keeps of a program with whole counts."""
    labels_many: int = 400
    """Account labels above which those of given leases are searched for less long."""
    labels_part: float = 0.25
    """Part of a recombination's tolerance left to its labels."""
    local_steps: tuple[float, ...] = (1.0, 3.0, 10.0, 30.0, 100.0)
    """Points a lease by which a row's multiplier is raised, in turn."""
    local_stay: float = 1.0
    """Points a household may lose by staying where the incumbent has it."""
    local_shake: float = 0.1
    """Part of a perturbation by which the other multipliers are shaken from the second round on."""
    local_arcs: int = 1_000_000
    """Arcs above which nothing is perturbed."""
    local_in_vain: int = 20
    """Perturbations in a row without a gain after which a polish ends."""
    whole_roughly: float = 0.2
    """The same of a recombination with whole counts that others follow."""
    catch_up_turns: int = 16
    """Most recombinations with which a run from an earlier proposal catches up."""
    catch_up_vain: int = 2
    """How many of them in a row may find little."""
    catch_up_rows: int = 8
    """Rows perturbed for one of them."""
    catch_up_points: float = 3.0
    """By how many points a lease."""
    catch_up_enough: float = 0.95
    """Part of the gap asked at which one of them ends."""
    catch_up_local: int = 20
    """Perturbations of single rows that follow them."""
    not_to_be_had: float = 0.999
    """Part of its price from which a row's multiplier says that the lease is not to be had."""


@dataclass(frozen=True)
class NodesPolicy:
    """Branch and bound of the scale kernel."""

    pricings: int = 40
    """Pricings of a node at most."""
    radius: float = 10.0
    """Half side of the box around a node's best multipliers to begin with, points per lease."""
    branch_radius: float = 300.0
    """The same of the newest branch, whose multiplier nobody knows yet."""
    sure: float = 0.2
    """Part of what a node is sure to leave open that its pricings may leave on the table: it will be divided anyway."""
    settled: float = 0.05
    """Steps of the objective that the master may still promise when a node's pricings end."""
    tells: float = 0.1
    """Part of what is missing that a division on a count of the earlier run must cost for the others not to be asked."""
    shakes: tuple[float, ...] = (0.1, 0.3, 1.0)
    """Points per lease by which multipliers are shaken where dividing promises nothing, in turn."""
    shaken: int = 8
    """Pricings for shaken multipliers that are recombined in a node."""
    shaken_far: float = 4
    """How much more every other one is shaken."""
    heaviest: int = 5
    """Assignments of the master that are recombined in a node."""
    counts_first: int = 30
    """Nodes divided on rule counts alone before an exact search is tried on each."""


@dataclass(frozen=True)
class SearchPolicy:
    """All of it, by the stage it steers; the default is what ``propose`` searches with.

    Attributes
    ----------
    choice : backend and proof by size
    branching : of every tree
    tree, relaxation, annealing, ties : the published proof and the one among equal proposals
    lists : a proposal of a country, whose réservataires' orders are lists
    parts : a country, part by part
    generation, primal, nodes : the scale kernel
    """

    choice: ChoicePolicy = ChoicePolicy()
    branching: BranchingPolicy = BranchingPolicy()
    tree: TreePolicy = TreePolicy()
    relaxation: RelaxationPolicy = RelaxationPolicy()
    annealing: AnnealingPolicy = AnnealingPolicy()
    lists: ListsPolicy = ListsPolicy()
    ties: TiesPolicy = TiesPolicy()
    parts: PartsPolicy = PartsPolicy()
    generation: GenerationPolicy = GenerationPolicy()
    primal: PrimalPolicy = PrimalPolicy()
    nodes: NodesPolicy = NodesPolicy()

    def named(self) -> Iterator[tuple[str, Any]]:
        """Every number by its dotted name (``branching.trials``), in the order of this file."""
        for group in fields(self):
            stage = getattr(self, group.name)
            for field in fields(stage):
                yield f"{group.name}.{field.name}", getattr(stage, field.name)

    def having(self, **changed: Any) -> SearchPolicy:
        """The same with other numbers, a dot written as two underscores: ``having(branching__trials=6)``.

        Raises
        ------
        TypeError
            A name that is none.
        """
        made = self
        for name, value in changed.items():
            group, _, field = name.partition("__")
            if group not in {f.name for f in fields(self)}:
                raise TypeError(f"search policy: no stage {group!r}")
            made = replace(made, **{group: replace(getattr(made, group), **{field: value})})
        return made


DEFAULT = SearchPolicy()
"""What ``propose`` searches with."""
