"""From stock to flux: the inventory, the assiette, the four conversions, the ledger of single-use rights.

What lives here. Exact arithmetic on the tables `stock`, `assiette` and `dwellings`: volumes per contingent, the year's
base ``A = V − M − R − S`` with what each subtraction rests on, the shares of the four modes, the caps, the rounding to
whole dwellings, the rights that run down year by year, what commitments bring and when it ends.

What it may import: `domain` and `errors`. Caps, spread years and receivers come as arguments (:class:`Terms`), so that
the law stays in `models/` and a scenario can change it.

Why fractions. A share of 157.5 dwellings out of 630 is an exact tie, and who gets the dwelling must follow the published
rule (largest remainder, then the contingent's code in code-point order), not the last bit of a float. Rates are read to
the millionth and everything after is whole numbers and fractions; half a million rows are summed as int64 first.

Rejected: floats with a rounding tolerance (two machines, two conventions), rounding each share alone (the sum is then
not the assiette), caps applied after rounding (a cap of 5 % would move with the size of the landlord).
"""

from optimizer.conversion.assiette import Base, assiette_table, bases, first_lettings, subtractions, trace
from optimizer.conversion.blocks import Block, blocks, in_area
from optimizer.conversion.caps import Capped, Caps, apply_caps
from optimizer.conversion.commitments import Register, register
from optimizer.conversion.convert import Conversion, Terms, convert
from optimizer.conversion.inventory import Inventory, inventory
from optimizer.conversion.modes import MODES, Negotiated, mode_shares, negotiated_from
from optimizer.conversion.rights import rights_ledger, spread_rights
from optimizer.conversion.rounding import integers, largest_remainder, rounded_shares
from optimizer.domain.account import account_order

__all__ = [
    "MODES", "Base", "Block", "Capped", "Caps", "Conversion", "Inventory", "Negotiated", "Register", "Terms", "account_order",
    "apply_caps", "assiette_table", "bases", "blocks", "convert", "first_lettings", "in_area", "integers", "inventory",
    "largest_remainder", "mode_shares", "negotiated_from", "register", "rights_ledger", "rounded_shares", "spread_rights", "subtractions", "trace", "yearly_plan",
]  # fmt: skip
