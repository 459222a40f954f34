"""What the landlord keeps: dwellings that no réservataire has, named by the landlord itself."""

from optimizer.domain.account import AccountKind, kind

KIND = kind(
    AccountKind(
        code="BAILLEUR",
        order=6,
        shown=5,
        fr="bailleur (non réservé)",
        en="landlord (not reserved)",
        source="CCH R. 441-5 : logements non réservés",
        replaceable=False,
        everywhere=True,
        remainder=True,
        own=True,
        priority_target="always",
        of_fr="du {label}",
    )
)
