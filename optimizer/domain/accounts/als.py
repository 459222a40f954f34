"""The reservation of Action Logement Services for employees of its member companies."""

from optimizer.domain.account import AccountKind, kind

KIND = kind(
    AccountKind(
        code="ALS",
        order=3,
        shown=2,
        fr="Action Logement",
        en="Action Logement",
        source="CCH L. 313-26 et L. 313-26-2",
        pool="als_employee",
        priority_target="line",
    )
)
