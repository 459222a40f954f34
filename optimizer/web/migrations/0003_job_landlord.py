"""Whose case a computation is about: of those before, what the sessions made of them, or of another one on the same case, say.

Of the others nothing is known: only who works for every landlord, or began one, sees them.
"""

from typing import Any

from django.db import migrations, models


def fill(apps: Any, schema_editor: Any) -> None:
    """Write down the landlord of the sessions."""
    job, session = apps.get_model("web", "Job"), apps.get_model("store", "Session")
    made = dict(session.objects.filter(run__isnull=False).values_list("run_id", "landlord"))
    for case, run in list(job.objects.exclude(run="").values_list("case", "run")):
        if run in made:
            job.objects.filter(case=case).update(landlord=made[run])


class Migration(migrations.Migration):
    dependencies = [("web", "0002_job_chains"), ("store", "0002_run_chains")]

    operations = [
        migrations.AddField(
            model_name="job", name="landlord", field=models.CharField(blank=True, default="", max_length=120)
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
