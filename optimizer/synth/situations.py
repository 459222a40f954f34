"""Priority, relocation, work and need of the households: what the accounts and the rules look at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.schema import MOBILITY, PRIORITY_CODES, PROOFS, RELOCATIONS
from optimizer.synth.draws import I64, share, table
from optimizer.synth.households import B, Households, Stream
from optimizer.synth.world import World

LISTED = PRIORITY_CODES[1:]
"""The situations of the list, DALO apart."""


@dataclass(frozen=True)
class Situations:
    """One value per application of a chunk; codes are positions in the schema's closed values."""

    dalo: B
    first: I64
    """Position in :data:`LISTED` of a first situation, -1 for none."""
    second: I64
    proof: I64
    """Position in ``PROOFS``, -1 without any situation."""
    relocation: I64
    mobility: I64
    als: B
    agent: B
    essential: B
    local_job: B
    accepts_qpv: NDArray[np.int8]
    """1, 0, or -1 when not said."""

    @property
    def proven(self) -> B:
        """DALO, or a situation verified or labelled."""
        return self.dalo | (self.proof >= PROOFS.index("verified"))


def draw_situations(world: World, draws: Stream, homes: Households) -> Situations:
    """Situations of the households of a chunk; the overall shares are those of the profile exactly in expectation."""
    profile, n = world.profile, len(homes.persons)
    dalo = draws("dalo").chance(n, profile.rate("dalo"))
    whole, factor = profile.rate("priority"), profile.rate("priority_first_quartile_factor")
    poor, rest = share(whole * factor), share(whole * (4 - factor) / 3)
    listed = draws("priority").chance(n, np.where(homes.poorest, poor, rest))
    weights = table([float(profile.of("priority_codes").get(c, 0)) for c in LISTED])
    first, second = draws("code").pick(n, weights), draws("second_code").pick(n, weights)
    two = listed & draws("second").chance(n, profile.rate("priority_second")) & (first != second)
    proof = draws("proof").pick(n, table([float(profile.of("priority_proof")[p]) for p in PROOFS]))
    # The decision on a DALO household is itself the proof.
    proof = np.where(dalo, PROOFS.index("labelled"), np.where(listed, proof, -1))
    employed_poor, employed = profile.rate("als_first_quartile"), profile.rate("als_employee")
    als = draws("als").chance(
        n, np.where(homes.poorest, share(employed_poor), share((4 * employed - employed_poor) / 3))
    )
    said = np.where(draws("accepts_qpv").chance(n, profile.rate("dalo_accepts_qpv")), 1, 0)
    return Situations(
        dalo=dalo,
        first=np.where(listed, first, -1),
        second=np.where(two, second, -1),
        proof=proof,
        relocation=draws("relocation").pick(
            n, table([float(profile.of("relocation")[r]) for r in RELOCATIONS])
        ),
        mobility=draws("mobility").pick(n, table([float(profile.of("mobility_need")[m]) for m in MOBILITY])),
        als=als,
        agent=draws("agent").chance(n, profile.rate("public_agent")),
        essential=draws("essential").chance(n, profile.rate("essential_worker")),
        local_job=draws("local_job").chance(n, profile.rate("local_job")),
        accepts_qpv=np.where(dalo, said, -1).astype(np.int8),
    )


def tight_score(world: World, draws: Stream, homes: Households, found: Situations, months: I64) -> I64:
    """Score of the tight form: whole points, seniority less what the rules look for, never below 0.

    The households that flux, LEC and priority rules need are those a plain ranking would leave behind, so the rules bind.
    """
    points = {k: int(v) for k, v in world.profile.of("tight_points").items()}
    score = points["start"] + np.minimum(months, 48) + draws("tight").below(len(months), points["spread"])
    score = score - points["priority"] * found.proven - points["first_quartile"] * homes.poorest
    score = score - points["employee"] * found.als - points["agent"] * found.agent
    return np.asarray(np.maximum(0, score), dtype=np.int64)
