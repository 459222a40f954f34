"""The préfet's reservation for civil servants and military personnel of the État."""

from optimizer.domain.account import AccountKind, kind

KIND = kind(
    AccountKind(
        code="ETAT_AGENT",
        order=2,
        shown=1,
        fr="État (agents publics)",
        en="State (public agents)",
        source="CCH R. 441-5 : part de la réservation du préfet au bénéfice des agents civils et militaires de l'État",
        pool="public_agent",
        state=True,
        caps=("agents", "state"),
    )
)
