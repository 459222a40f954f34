"""The desk's memory: sessions, decisions, offers and a ledger of everything that was done.

Records that papers and screens read are in :mod:`optimizer.store.records`. Nothing here imports Django when it is loaded.
"""
