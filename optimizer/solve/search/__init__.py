"""How a proof is found: what the branch and bound (`tree`) is given of a problem.

What lives here. ``branch_and_bound`` (nodes, their relaxation and their division; a budget of nodes, never of seconds),
``open_nodes``, ``branching`` (the
candidates of a node: counts of a row, households of an order, accounts, pairs), ``diving`` and ``plunging``
(proposals on the way down), ``annealing`` (proposals by local search) and ``recombination`` (of several the best), ``replay`` (an earlier run's tree on another problem, by names) and ``reuse`` (the same tree, other demands).

Why so. Branching on counts of leases splits what rules see and leaves pricing an assignment; on pairs it would double a tree of
hundreds of thousands. The tree is the same on every machine, because nothing in it depends on a clock.

Rejected: the farthest count from whole (most can be made whole for nothing, and raise no bound); depth first (the bound that is
published is that of the worst open node).
"""
