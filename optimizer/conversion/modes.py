"""The four conversions of a stock into shares of the flux, exact and before any cap.

1. strict initial share ``N_r / N`` · 2. share weighted by rotation ``N_r τ_r / Σ N_k τ_k`` · 3. rights turned into
single-use rights ``F_r = (D_r / H) · (A / V)`` · 4. a negotiated difference on one of them. The modes are those of the
public paper « Gestion en flux des réservations » (2020); the formulas of modes 3 and 4 are Attriflux's reading of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from optimizer.conversion import messages as messages
from optimizer.conversion.assiette import Base
from optimizer.conversion.blocks import Block
from optimizer.conversion.caps import BAILLEUR, ZERO
from optimizer.domain.account import is_convention_account
from optimizer.errors import AttrifluxError, Finding, Said

MODES = {
    1: ("part initiale stricte", "strict initial share"),
    2: ("part pondérée par la rotation", "share weighted by rotation"),
    3: ("droits uniques", "single-use rights"),
    4: ("négocié", "negotiated"),
}
"""Mode -> French and English names."""


@dataclass(frozen=True)
class Negotiated:
    """Mode 4: a base mode and signed differences of share per account, which sum to zero."""

    base: int
    delta: Mapping[str, Fraction]
    counterparts: Mapping[str, str] = field(default_factory=dict)
    """Account -> what it gives in return, as agreed; shown beside its share, never computed with."""
    minima: Mapping[str, Fraction] = field(default_factory=dict)
    """Account -> the least share that this party asks for; an agreement below it is refused."""


def negotiated_from(content: Mapping[str, object]) -> Negotiated | None:
    """Read ``negotiated`` of ``case.yaml``; None when there is none.

    The difference of BAILLEUR may be left out: it is then what balances the others.

    Raises
    ------
    AttrifluxError
        ``FLUX_NEGOTIATED_KEY`` or ``FLUX_NEGOTIATED_SUM``.
    """
    if not content:
        return None
    for key in content:
        if key not in ("base", "delta", "counterparts", "minima"):
            raise AttrifluxError("FLUX_NEGOTIATED_KEY", key=key)
    base, delta = content.get("base", 1), content.get("delta", {})
    given = content.get("counterparts", {})
    if not isinstance(given, Mapping):
        raise AttrifluxError("FLUX_NEGOTIATED_KEY", key="counterparts")
    for account, words in given.items():
        if isinstance(words, Mapping) or not str(words).strip():
            raise AttrifluxError("FLUX_NEGOTIATED_KEY", key=f"counterparts.{account}")
    asked = content.get("minima", {})
    if not isinstance(asked, Mapping):
        raise AttrifluxError("FLUX_NEGOTIATED_KEY", key="minima")
    for account, value in asked.items():
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not number or not 0 <= value <= 1:
            raise AttrifluxError("FLUX_NEGOTIATED_KEY", key=f"minima.{account}")
    if base not in (1, 2, 3) or isinstance(base, bool):
        raise AttrifluxError("FLUX_NEGOTIATED_KEY", key="base")
    if not isinstance(delta, Mapping):
        raise AttrifluxError("FLUX_NEGOTIATED_KEY", key="delta")
    for part, named in (("delta", delta), ("counterparts", given), ("minima", asked)):
        for account in named:
            if not is_convention_account(str(account)):
                raise AttrifluxError("FLUX_NEGOTIATED_KEY", key=f"{part}.{account}")
    exact: dict[str, Fraction] = {}
    for account, value in sorted(delta.items()):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise AttrifluxError("FLUX_NEGOTIATED_KEY", key=f"delta.{account}")
        exact[str(account)] = Fraction(repr(value))
    total = sum(exact.values(), ZERO)
    if BAILLEUR in exact and total:
        text = f"{float(total):g}"
        raise AttrifluxError("FLUX_NEGOTIATED_SUM", total=text, total_fr=text.replace(".", ","))
    exact.setdefault(BAILLEUR, -total)
    return Negotiated(
        int(str(base)),
        exact,
        {str(a): str(w).strip() for a, w in sorted(given.items())},
        {str(a): Fraction(repr(float(v))) for a, v in sorted(asked.items())},
    )


def two_words(name: str, value: float, places: int) -> dict[str, str]:
    """A number for a sentence in both languages: ``name`` with a point, ``name_fr`` with a comma."""
    text = f"{value:.{places}f}"
    return {name: text, f"{name}_fr": text.replace(".", ",")}


def mean_rotation(held: Sequence[Block], base: Base) -> Fraction:
    """Rotation assumed for rows without one: the mean of the landlord's other rows, else V / N of the assiette."""
    told = sum(b.stock - b.untold for b in held)
    if told:
        return sum((b.vacated for b in held), ZERO) / told
    stock = sum(b.stock for b in held)
    return min(Fraction(1), Fraction(base.vacated, stock)) if stock else ZERO


def mode_shares(
    mode: int,
    held: Sequence[Block],
    base: Base,
    *,
    spread_years: int,
    negotiated: Negotiated | None = None,
    added: Mapping[str, int] | None = None,
) -> tuple[dict[str, Fraction] | None, tuple[Finding, ...]]:
    """Shares of one landlord in one département, before the caps.

    Parameters
    ----------
    mode : int
        1 to 4.
    held : sequence of Block
        The blocks of that landlord and département.
    base : Base
        Its assiette.
    spread_years : int
        H of mode 3: years over which single-use rights are spread.
    negotiated : Negotiated, optional
        Needed by mode 4.
    added : mapping account -> rights, optional
        Single-use rights that new financing has brought by the year of the base: mode 3 counts them with the others.

    Returns
    -------
    shares, findings
        Account -> exact share, sum 1, BAILLEUR always present; None when the mode cannot be computed (said in the
        findings).

    Raises
    ------
    AttrifluxError
        ``FLUX_UNKNOWN_MODE``.
    """
    place = {"landlord": base.landlord, "departement": base.departement}
    mean = mean_rotation(held, base)
    if mode == 1:
        return _normalised({b.account: Fraction(b.stock) for b in held}), ()
    if mode == 2:
        shares = _normalised({b.account: b.vacated_with(mean) for b in held})
        if shares is None:
            return None, (Finding("FLUX_NO_ROTATION", "warning", params={**place, "mode": mode}),)
        return shares, ()
    if mode == 3:
        return _single_rights(held, base, spread_years, mean, added or {})
    if mode == 4:
        if negotiated is None:
            return None, (Finding("FLUX_NEGOTIATED_MISSING", "warning"),)
        shares, findings = mode_shares(negotiated.base, held, base, spread_years=spread_years, added=added)
        if shares is None:
            return None, findings
        moved = {
            a: shares.get(a, ZERO) + negotiated.delta.get(a, ZERO) for a in {**shares, **negotiated.delta}
        }
        bad = tuple(
            Finding(
                "FLUX_NEGOTIATED_NEGATIVE",
                file="case.yaml",
                params={**place, "account": a, **two_words("share", float(q) * 100, 2)},
            )
            for a, q in sorted(moved.items())
            if q < 0
        )
        return (None if bad else moved), (*findings, *bad)
    raise AttrifluxError("FLUX_UNKNOWN_MODE", mode=mode)


def below_minima(
    shares: Mapping[str, Fraction], minima: Mapping[str, Fraction], place: Mapping[str, object]
) -> tuple[Finding, ...]:
    """Parties whose share, once the caps are applied, is below what each asks for at least; one that holds nothing there asks for nothing there."""
    return tuple(
        Finding(
            "FLUX_BELOW_MINIMUM",
            file="case.yaml",
            params={
                **place, "account": account, **two_words("share", float(shares[account]) * 100, 2),
                **two_words("minimum", float(least) * 100, 2),
            },
        )
        for account, least in minima.items()
        if 0 <= shares.get(account, least) < least
    )  # fmt: skip


def _normalised(weights: dict[str, Fraction]) -> dict[str, Fraction] | None:
    weights.setdefault(BAILLEUR, ZERO)
    total = sum(weights.values(), ZERO)
    return {a: w / total for a, w in weights.items()} if total else None


def _single_rights(
    held: Sequence[Block], base: Base, spread_years: int, mean: Fraction, added: Mapping[str, int]
) -> tuple[dict[str, Fraction] | None, tuple[Finding, ...]]:
    place = {"landlord": base.landlord, "departement": base.departement}
    findings: list[Finding] = []
    gross: dict[str, Fraction] = {}
    for b in held:
        if b.account == BAILLEUR:
            continue
        lasting = b.lasting_with(mean)
        if lasting:
            findings.append(
                Finding(
                    "FLUX_NO_END",
                    "warning",
                    params={
                        **place,
                        "account": b.account,
                        "fall": _fall(round(float(lasting), 1)),
                        **two_words("count", float(lasting), 1),
                    },
                )
            )
        gross[b.account] = b.rights_with(mean) / spread_years + lasting
    for account, rights in added.items():
        gross[account] = gross.get(account, ZERO) + Fraction(rights, spread_years)
    if not any(gross.values()):
        return {**gross, BAILLEUR: Fraction(1)}, tuple(findings)
    if not base.vacated:
        return None, (*findings, Finding("FLUX_NO_VACATED", "warning", file="assiette", params=place))
    # F_r / A = (D_r / H) · (A / V) / A: the assiette cancels out, and a year without any has shares all the same.
    shares = {a: g / base.vacated for a, g in gross.items()}
    total = sum(shares.values(), ZERO)
    if total > 1:
        findings.append(
            Finding(
                "FLUX_OVER_BASE",
                "warning",
                params={
                    **place,
                    **two_words("asked", float(total) * 100, 1),
                    "base": base.assiette,
                },
            )
        )
        shares = {a: q / total for a, q in shares.items()}
        total = Fraction(1)
    shares[BAILLEUR] = 1 - total
    return shares, tuple(findings)


def _fall(dwellings: float) -> Said:
    """The verb of so many dwellings a year: French keeps the singular below two."""
    fr = "logement par an relève" if dwellings < 2 else "logements par an relèvent"
    return Said(fr, "dwelling per year falls" if dwellings == 1 else "dwellings per year fall")
