"""What every branch and bound of the prover shares: the branching rule and its pseudocosts."""
