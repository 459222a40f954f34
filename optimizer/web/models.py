"""The one table of the pages: computations, of which the database lets one run at a time."""

from __future__ import annotations

from datetime import datetime

from django.db import models

NAMES = 120
"""Characters of the landlords of a computation."""
INPUT = 2
"""How ``attriflux propose`` ends when the case is at fault."""


class Job(models.Model):
    """A check, a proposal and its verification in a child process.

    ``state`` is running, done, failed or stopped; ``heartbeat_at`` is renewed while its watcher lives, so that a job whose server
    was killed does not hold the place for ever.
    """

    id: models.CharField[str, str] = models.CharField(primary_key=True, max_length=32)
    case: models.CharField[str, str] = models.CharField(max_length=64)
    title: models.CharField[str, str] = models.CharField(max_length=200)
    state: models.CharField[str, str] = models.CharField(max_length=8)
    started_by: models.CharField[str, str] = models.CharField(max_length=150)
    started_at: models.DateTimeField[datetime, datetime] = models.DateTimeField()
    heartbeat_at: models.DateTimeField[datetime, datetime] = models.DateTimeField()
    ended_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(null=True)
    code: models.IntegerField[int | None, int | None] = models.IntegerField(null=True)
    chains: models.IntegerField[int, int] = models.IntegerField(default=0)
    """Freed dwellings that its chains may let after a vacant one, ``optimizer.chains.UNBOUNDED`` any number."""
    run: models.CharField[str, str] = models.CharField(max_length=64, db_index=True, blank=True, default="")
    """Number under which the store knows the result, once it is attached."""
    landlord: models.CharField[str, str] = models.CharField(max_length=NAMES, blank=True, default="")
    """Whose case it is: that of who began it until its child has read it, several as a session names them, empty where none is known."""

    @property
    def wrong(self) -> bool:
        """Whether its import itself is at fault: nothing can be asked of these files until they are mended."""
        return self.state == "failed" and self.code == INPUT

    class Meta:
        app_label = "web"
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=models.Q(state="running"), name="one_job_at_a_time"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=("running", "done", "failed", "stopped")), name="job_state_known"
            ),
        ]
