"""The kinds of accounts, one drop-in file each; importing a file registers its kind.

What lives here. One file per kind: its code, its words in both languages and what the law says of it. Nothing lists the
files: vocabularies, pools, conventions, pages and statements find them in the register of :mod:`optimizer.domain.account`.

What it may import: :mod:`optimizer.domain.account`, nothing else. Numbers (shares, caps, how many candidates a list needs) are
dated values of ``models/``.

Rejected: an enumeration (a kind would be its name only, and what it means would stand in every reader); classes with methods
over the facts (the domain would know arrays of applications: a pool is a word, and eligibility says who belongs to it).
"""
