"""What a proof is: nodes, their dual bound in integers, the certificate. How one is found is `search`'s business.

What lives here. ``node`` (a path of branchings and what it allows), ``dual_bound`` (weak duality over all eligible pairs, whatever
the multipliers), ``certificate`` (the published tree), ``published`` (from a tree to it), ``root`` (a proof of one leaf, for
countries).

What it may import: ``cuts``, ``layout`` and the passes over pairs; no linear program.

Why so. The bound is a sum of integers, so it needs no solver to be believed; `verify` has its own copy of all this.

Rejected: a solver's bound (not checkable); bounds in doubles with a tolerance (every tolerance is a lease somewhere).
"""
