"""The reservation of a commune, an EPCI or a département: ``COLL:<INSEE code, SIREN or département>``."""

from optimizer.domain.account import AccountKind, kind

KIND = kind(
    AccountKind(
        code="COLL",
        order=4,
        shown=3,
        fr="collectivité {code}",
        en="local authority {code}",
        source="CCH R. 441-5 et L. 441-1 : contrepartie de garanties d'emprunt, de terrains ou de financements",
        prefix=True,
        code_pattern="(?:[0-9AB]{2,3}|[0-9AB]{5}|[0-9]{9})",
        rest_fr="code INSEE, SIREN d'EPCI ou département du territoire",
        rest_en="INSEE code, EPCI SIREN or département of the territory",
        place=True,
        priority_target="line",
        caps=("guarantees",),
    )
)
