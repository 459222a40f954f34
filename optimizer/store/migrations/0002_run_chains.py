"""How far the chains of a run may go; unknown of the runs attached before, whose lines of the ledger do not say it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0001_initial")]

    operations = [
        migrations.AddField(model_name="run", name="chains", field=models.IntegerField(null=True)),
    ]
