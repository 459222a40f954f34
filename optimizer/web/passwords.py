"""How passwords are hashed: Argon2id as OWASP advises for a server, so that a whole commission may enter at nine o'clock.

Django's own measure takes 100 MB and eight threads a login: twelve people at once, and the machine has no memory left for a
proposal. A hash of another measure is still read, and made anew at the next login.
"""

from __future__ import annotations

from django.contrib.auth import hashers


class Argon2(hashers.Argon2PasswordHasher):
    """Argon2id: 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet, 2025)."""

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1
