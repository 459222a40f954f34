"""Leximin, maximin and Nash lotteries without a paid solver.

Three steps. `polytope` says what an allocation of *types* must satisfy (quotas, capacities, most lettings, least shortfall),
whether the types are households of a market or volunteers of a panel. `stages` solves the relaxed program over types: one
linear program a stage, each with its duals. `decompose` writes the answer as a lottery over whole allocations: if it
succeeds, the relaxed answer was the answer, and the lottery is its proof; otherwise the interval that is left is certified.

References
----------
Flanigan, Gölz, Gupta, Hennig & Procaccia (2021), doi:10.1038/s41586-021-03788-6 · Bogomolnaia & Moulin (2004),
doi:10.1111/j.1468-0262.2004.00483.x · Budish, Che, Kojima & Milgrom (2013), doi:10.1257/aer.103.2.585.
"""
