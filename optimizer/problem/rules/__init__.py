"""The rules of the objective, one drop-in file each; importing a file registers its rule.

What lives here. A rule file gives the lines of its rule for a case, the solver's view (what a first rank on a dwelling
and an account enters) and the measure (which leases count, from the facts). Nothing lists the files: the contract suite,
the rules table and the documentation find them in the register.

What it may import: ``problem.registry``, ``ground``, ``areas`` and ``places``, and the facts below them. Never another
rule file, never a solver.

Why so. The numbers of a rule are dated values of ``models/``; its shape is the file. A law that changes a percentage is
a data commit, a law that changes who is counted is a commit of one file here. Readings shared by all of them: a lease
counts when it is signed, work in progress when it has reached the count rule of its account's convention, and one
dwelling in progress is one lease; a row exists for the landlords and places that have a dwelling in the case; a row that
expects fewer leases in the year than ``national.rules.min_count`` is shown without price.

Rejected: quotas as data with formulas (a second language to test); one class with switches (every rule would be read to
change one); hard limits (they hide every other answer when they cannot be met).
"""
