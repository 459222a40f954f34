"""Proposals: by a greedy pass, by a restricted MIP near an LP solution, and what keeps the réservataires' orders.

What lives here. ``greedy``, ``restricted_mip`` (the integer program over the columns that reduced costs leave), ``orders``.
Diving and plunging, which walk the tree, are in `search`; local search between assignments is in `transport`.

Why so. A primal heuristic proves nothing and may use anything: its proposals are counted again in integers (`incumbent`).
"""
