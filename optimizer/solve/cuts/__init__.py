"""Inequalities that whole numbers of leases imply and the linear relaxation misses.

What lives here. ``mir`` (mixed-integer rounding of a priced row or of a sum of rows of one base), ``envelopes`` (the lower hull
of what several rows of one denominator cost together at every whole count), ``separation`` (which of them an LP solution
violates).

Why so. Rules are shares of a count, and a share of a whole count is rarely whole: rounding is where most of the linear gap is.
A cut is published with its divisor and base, so that anybody can write it again from the rows.

Rejected: a solver's own cuts (they arrive without a derivation that could be published).

References
----------
G. Nemhauser, L. Wolsey, *A recursive procedure to generate all cuts for 0-1 mixed integer programs*, Mathematical Programming 46
(1990), 379-390.
"""
