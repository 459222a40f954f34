"""The préfet's reservation for the households of CCH L. 441-1 and DALO."""

from optimizer.domain.account import AccountKind, kind

KIND = kind(
    AccountKind(
        code="ETAT_PRIO",
        order=1,
        shown=0,
        fr="État (publics prioritaires)",
        en="State (priority households)",
        source="CCH R. 441-5 : réservation du préfet au bénéfice des personnes prioritaires",
        pool="state_priority",
        state=True,
        dalo=True,
        caps=("state",),
    )
)
