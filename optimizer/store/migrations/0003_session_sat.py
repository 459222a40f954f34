"""The hours a session sat, as somebody wrote them down; unknown of those that are opened and closed on a screen meanwhile."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0002_run_chains")]

    operations = [
        migrations.AddField(
            model_name="session", name="sat_from", field=models.CharField(max_length=5, null=True)
        ),
        migrations.AddField(
            model_name="session", name="sat_to", field=models.CharField(max_length=5, null=True)
        ),
    ]
