"""Transfers of the landlord's own tenants: outside the flux."""

from optimizer.domain.account import OWN_TENANTS, AccountKind, kind

KIND = kind(
    AccountKind(
        code="MUTATION",
        order=7,
        shown=4,
        fr="mutation interne",
        en="own tenant transfer",
        source="CCH R. 441-5 : les logements nécessaires aux mutations sont ôtés de l'assiette du flux",
        outside_flux=True,
        pool=OWN_TENANTS,
        replaceable=False,
        everywhere=True,
        own=True,
        exclusions=("mutation",),
        lean=False,
        of_fr="en {label}",
    )
)
