"""Kidney-exchange instances in their public formats, read and solved exactly: the sister problem of vacancy chains.

A pair is a sitting tenant (it gives what it leaves when it receives), an altruist is a vacant dwelling.
"""
