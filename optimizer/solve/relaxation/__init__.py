"""The linear relaxation of a node by column generation: a restricted master over the pairs known so far, and its pricing.

What lives here. ``columns`` (units, columns and rows in HiGHS), ``entering`` (their coefficients, gathered by array), ``pricing``
(pairs of positive reduced cost, found over all eligible pairs), ``subproblem`` (the Lagrangian subproblem: the best assignment at
given multipliers, with the household prices that prove it), ``matching`` (its prices for a few dozen dwellings), ``master`` (the
loop, warm from node to node).

Why so. Pairs are hundreds of thousands and an optimum uses a few hundred; rules see pairs only through counts, so branchings are
bounds on count rows and the subproblem stays an assignment (Barnhart et al. 1998 call this branching compatible with pricing).

Rejected: all pairs in one LP (hundreds of thousands, for the few hundred that pay); the LP's own household prices (they bound loosely).

References
----------
G. Desaulniers, J. Desrosiers, M. Solomon (eds.), *Column Generation*, Springer 2005.
C. Barnhart et al., *Branch-and-price: column generation for solving huge integer programs*, Operations Research 46 (1998), 316-329.
"""
