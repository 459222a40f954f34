"""The scale kernel: a country's year of allocations as integer arrays, solved to a gap or a proof, with a certificate.

What lives here. ``solve_transport(model, options, progress, warm)`` on a ``LabelledTransport``: classes of identical
dwellings, menus of applicants shared by classes, account labels, priced rows. Nothing else of the product is known
here; an adapter writes the model from a ``Problem`` (`solve.parts`). One file per idea:

- *model*: ``model`` (what is asked and answered), ``structure`` (renumbering), ``cells`` (labels apart from pairs), ``rows``,
  ``leases``, ``evaluation`` and ``certificate`` (both sides recomputed from the model);
- *pricing* (the Lagrangian subproblem): ``lagrangian``, ``pricing``, and the compiled kernels ``shortest_paths``, ``repair``,
  ``market``, ``arcs``, ``heap``; ``initial_multipliers`` (a smoothed market for rows);
- *cuts*: ``mir`` (mixed-integer rounding) and ``capacities`` (how many leases groups can hold at all);
- *restricted master*: ``master``; ``programs`` (its LP and the integer programs, in HiGHS);
- *primal*: ``exchanges`` (the independent pieces between two assignments), ``restricted_mip`` (recombination of assignments over
  them), ``local_search`` (one row's multiplier perturbed from the incumbent), ``primal_schedule`` (when);
- *proof*: ``column_generation`` (the story, with ``run``, its state), ``branch_and_bound``, ``node``, ``branching``, ``count_rows``,
  ``exact_search`` (an integer program on what the bound leaves open), ``warm_start``, ``unions`` (sets that grow together).

What it may import. numpy, scipy.sparse, numba, highspy; of ``optimizer`` only ``solve.tree`` and ``solve.policy``. Money is integer everywhere except
inside HiGHS, whose answers are only hints: multipliers are rounded to a grid, bounds and objectives are recomputed
exactly (only a proof marked ``search`` trusts its branch and bound). No clock decides anything unless a time limit is
asked; HiGHS runs on one thread with a fixed seed, the pricing threads work on separate components, so the same model
and options give the same bytes.

Why this way. *Model.* With n the number of leases per (cell, option), value v of a pair, rows k::

    max  sum v x + sum label values - sum_k p_k s_k,    s_k >= max(0, b_k + c_k . n)

where x is a matching of applicants to dwellings. Rules see x only through counts, so options (accounts) are chosen
for whole pools of cells, in the master, and never multiply the pairs.

*Dual and bound.* For 0 <= y_k <= p_k, ``-p_k s_k <= -y_k (b_k + c_k . n)``. So every solution is worth at most
``L(y) - y . b`` with L the best matching when a pair of cell j is worth ``v + w_j``, ``w_j = max over options of
(label value - y . c)``, and an unhoused dwelling ``o_k = max(0, seats)``. The matching is a linear program with
integral vertices, hence for any class prices u (Koopmans and Beckmann 1957; Egervary 1931)::

    L(y) <= sum_a max(0, max_(a,k) v + w - u_k) + sum over dwellings of max(o_k, u_k + bonus)

with equality at the kernel's prices. One pass over the entries evaluates the right side for *any* y and u: that is
the certificate, whoever produced it. Minimising over y is the Lagrangian dual, equal to the master's linear program
(Dantzig and Wolfe 1960; Geoffrion 1974): columns are assignments of a component, labels and shortfalls are explicit.
The next multipliers stay in a box around the best ones (Marsten, Hogan and Blankenship 1975), one side per row. A
column also brings the independent exchanges of the way from it to the best assignment (``exchanges``): a weight w of the
column may take any of them up to w, so one pricing of a large component gives hundreds of columns, and the master's
model of the dual is a maximum of sums of hinges instead of a maximum of planes. Rounding cuts (``cuts``) are rows too.

*Pricing.* Applicants are inserted in falling order of their best offer; each insertion is one Dijkstra search over
classes (Jonker and Volgenant 1987, on the other side of the market), of radius what the newcomer gains. Where
dwellings are scarce most are refused at once. Entries of the members of a class that lead to the same (menu, type)
collapse into one arc, because the score cancels between two places of one person: the first opening of a (menu,
type) pair at the smallest distance dominates the rest. A search costs O(opened arcs + settled classes log classes);
worst case O(A (N + K log K)) for A applicants, N entries, K classes; measured growth is near linear in entries.
Arcs are kept by falling gain at earlier prices, which only rise, so a search leaves an applicant's list early. The next
pricing starts from the last assignment (``repair``): who is still best placed stays, the others bid again.
A département in which everything is full is another matter: the last vacancies are far from everywhere, each newcomer
floods all of it, and the work grows with its square. From 200,000 arcs on, pricings start from prices near the ones
that clear a smoothed market (``market``), a few dozen passes over the arcs, after which every search ends nearby.

*Primal.* Two assignments differ by independent chains and cycles; a small integer program picks the best subset under
the true objective (``exchanges``). Feasible by construction: every subset respects applicants and capacities, and
shortfalls absorb any rule. Where many assignments are worth the same, what is left to chance is whole numbers: the
incumbent itself is repaired for multipliers that ask one row for a little more, and its few short chains are recombined in
(``local_search``). A recombination chooses accounts afterwards, as real numbers first, so that it sees no loss where shares of one landlord
suit no number of leases together; where the rest is settled one recombination keeps the counts that accounts decide whole
(``Tail.counted``). *Proof.* Bound floored to the objective's grid; else branching on whole counts of leases
(``branch_and_bound``), each leaf with its own multipliers and prices; else an integer program on arcs within the gap.
Floors that nobody can meet need no treatment apart: their multiplier rests at the price, and rooms (``capacities``)
keep the rounding exact where dwellings must stay empty.

*From an earlier run* (``warm``). Its multipliers, moved as the rounding of the rows has, bound a changed problem as
closely as some twenty pricings, and the first pricing repairs its assignment at its prices. For a proof its nodes are
gone over (``branch_and_bound``), first the one that its proposal lies in: once a good proposal is known the others close after a
pricing or two. For a gap it is the proposal that is missing, and of it whole leases: rows that lack a third of one at the
whole price, and others that have two thirds of one too many. So each of the rows that cost most is pushed a little, and
what moves is recombined all at once, with whole counts, as far as no exchange excludes another (``local_search``, ``exchanges.apart``).

What a whole département needs. Its EPCI are tied by long-distance wishes: one component, one convexity row, where plain columns
leave the linear gap open after dozens of pricings and exchanges close it. What is then missing are whole leases that a few points
each would give: the incumbent is repaired for the best multipliers, recombined three pricings apart (``primal_schedule``), and
perturbed row by row.

What a region needs. The first pricing of one large component begins at market prices (entering households one by one floods it), and
later ones that are far too; repair stays for small moves. Exchanges are bundled to some 1,500 per pricing (``exchanges``), because
the master's time grows with them. And the smoothed market clears rows as well as dwellings (``initial_multipliers``), so that two or three
pricings do what seven to ten did. Figures: ``benchmarks/results/scale-*.md``.

What was rejected, with measurements in ``benchmarks/results``: dwellings inserted one by one with full lists (10 to 25
times slower than applicants with pair filters); epsilon-scaling auctions (a free applicant must end at price 0, which
warm prices break); Sinkhorn's two-sided scaling for market prices (a shift of all prices moves nothing for dozens of
passes) and searches that accept any end within a point (the floods look for the first end, not for a better one);
labels inside the pricing problem (columns become all-or-nothing per account); rounding a single column (hundreds of
units from feasible at a bound within 0.05 %); MIP over near-tight arcs before branching (ten nodes close the
same gap sooner); whole labels beside exchanges in one program (bounds creep for seconds); dividing on the count
farthest from whole (``branch_and_bound``); a guide master with one convexity row per loosely tied part of a chained component (no
gain on the chain, long recombination programs elsewhere); general MIP solvers on pairs (stop at a few hundred dwellings)."""

from optimizer.solve.transport.certificate import MenuBlock, bound_beyond, bound_of, bound_of_leaves
from optimizer.solve.transport.column_generation import solve_transport
from optimizer.solve.transport.evaluation import objective_of
from optimizer.solve.transport.model import (
    DualSolution,
    LabelledTransport,
    PricingProgress,
    ScaleOptions,
    ScaleResult,
    WarmStart,
)

__all__ = [
    "DualSolution",
    "LabelledTransport",
    "PricingProgress",
    "ScaleOptions",
    "ScaleResult",
    "WarmStart",
    "MenuBlock",
    "bound_beyond",
    "bound_of",
    "bound_of_leaves",
    "objective_of",
    "solve_transport",
]
