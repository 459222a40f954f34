"""The one branch and bound of the prover, and what its users share.

What lives here. ``best_first`` (the open nodes, best bound first, plunges, and the loop), ``pace`` (when a budget is given back),
``pseudocosts`` (reliability branching). The proof (`search`), the kernel (`transport`) and the ties (`ties`) grow their trees on
it, each a `Prover` with its own relaxation and its own branchings: counts of rows, households, accounts and pairs; counts of
rows and cells; counts of one stage.

Why so. Three loops over a heap differed in what a node is, never in the order. A node is a number, a set of multipliers or a
pair of limits: the tree needs only its bound. It is not asked for relaxations one by one: a node of `search` waits, solved, until
its bound is the largest, one of `transport` is priced again when a proposal is missing, and both put it back themselves.

Rejected: a class to inherit from (the three would share its fields); callbacks for every event (seven, of which each user
needed two).
"""
