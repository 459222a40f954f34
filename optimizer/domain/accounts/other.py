"""Any other réservataire, by its name: ``OTHER:caf``."""

from optimizer.domain.account import AccountKind, kind

KIND = kind(
    AccountKind(
        code="OTHER",
        order=5,
        shown=4,
        fr="{code}",
        en="{code}",
        source="CCH R. 441-5 : autres réservataires liés par une convention",
        prefix=True,
        rest_fr="nom",
        rest_en="name",
    )
)
