"""How far the chains of a computation may go; the computations before had none."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("web", "0001_initial")]

    operations = [
        migrations.AddField(model_name="job", name="chains", field=models.IntegerField(default=0)),
    ]
