"""Programs that compute beside the web process, never in it: a proposal (:mod:`job`), the questions of a session (:mod:`room`).

They speak in lines of JSON, know nothing of Django or of the store, run at a lower priority and end when their parent does.
"""
