"""Households rehoused for an operation (NPNRU, ORCOD, unfit dwelling, sale): outside the flux."""

from optimizer.domain.account import RELOCATED, AccountKind, kind

KIND = kind(
    AccountKind(
        code="RELOGEMENT",
        order=8,
        shown=4,
        fr="relogement",
        en="relocation",
        source="CCH R. 441-5 : les logements nécessaires aux relogements sont ôtés de l'assiette du flux",
        outside_flux=True,
        pool=RELOCATED,
        replaceable=False,
        everywhere=True,
        own=True,
        exclusions=("anru", "orcod", "unfit", "sale"),
        lean=False,
        of_fr="en {label}",
    )
)
