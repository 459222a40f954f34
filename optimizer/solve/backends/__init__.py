"""Solver backends, drop-in: one file each, registered with ``@backend``; nothing else lists them.

What lives here. ``highs`` (LP by column generation, then the MIP that reduced costs leave), ``cpsat`` (OR-Tools, all
integers), ``pulp`` (the reference MIP: CBC, or HiGHS where CBC is absent), ``scale`` (implicit pairs, when present). Each
gives ``solve(job, options, watch) -> RawSolution``.

What a file may import: its own library, inside its functions only (asking what exists must not load OR-Tools), and
``optimizer.solve`` beside it.

Why so. A backend is only trusted for proposals: its value is counted again in integers, its claim is checked by our own
tree, and ties are broken in one place. So all of them give the same files, and a wrong one is corrected and named.

Rejected: one adapter class for every solver API (a wide interface nobody implements whole); duals taken from a library as
the published bound (they are only a suggestion for our integer bound).
"""
