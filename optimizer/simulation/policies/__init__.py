"""Policies, one file each: the terms a session is solved under, or a bound on what any of them can reach."""
