"""Why a condition was not met; unknown of those that failed before, whose line of the ledger does not make it so."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0003_session_sat")]

    operations = [
        migrations.AddField(
            model_name="candidate",
            name="condition_reason",
            field=models.CharField(max_length=60, null=True),
        ),
    ]
