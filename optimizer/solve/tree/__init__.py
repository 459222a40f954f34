"""What every branch and bound of the prover shares: the branching rule and its pseudocosts.

The proof (`search`) branches on counts of rows, households, accounts and pairs, the ties (`ties`) on counts of one stage; both
choose by reliability branching (``pseudocosts``), each with its own candidates and its own strong branching.
"""
