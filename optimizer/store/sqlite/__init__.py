"""Django's SQLite engine bound to the pinned SQLite of ``pysqlite3`` (or ``sqlcipher3``); the process's own ``sqlite3`` is untouched.

Distributions ship old SQLite libraries, and a desk must know which one keeps its ledger. Django's engine names the
standard library's module in four places only: the connection, the cursor, the adapters and the version.
"""
