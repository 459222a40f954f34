"""Among the optima, the one that the tie stages make unique: seniority, then the published draw, then identifiers.

What lives here. ``stages`` (the story), ``columns`` (pairs that a proposal of the optimal value can still use, by their reduced
cost in a leaf of the proof), ``model`` (what the optima inside a leaf have in common, as rows), ``stage_lp`` (the LP of a stage,
columns priced in) and ``branch_and_bound`` (on counts, with `tree.pseudocosts`).

Why so. Which of equal proposals is published is a question of fairness: it is settled by published numbers, in one place, and
every backend ends with the same bytes.

Rejected: a lexicographic objective with weights (beyond the precision of doubles); the solver's own optimum (another one on
another machine).
"""
