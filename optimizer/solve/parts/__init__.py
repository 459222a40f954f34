"""Parts of a problem that share no household and no rule, as transport models, solved side by side.

What lives here. ``components`` (what the parts are), ``carving`` (a part as a `transport` model), ``tasks`` (who solves them:
`optimizer.workers`). The way back is `solve.from_transport`.

Why so. A country is mostly départements; their proposals never compete, so the best proposal is the parts' best ones and the
bounds add up.

Rejected: sharing one pricing over processes (no gain in time, the arrays travel each round).
"""
