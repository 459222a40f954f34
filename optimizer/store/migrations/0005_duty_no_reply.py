"""A notice of no answer is a duty: its month runs until the household answers, or somebody confirms that it did not."""

from django.db import migrations, models

KINDS = ["suitable_offer", "sne_radiation", "radiation_notice", "prefet_signal", "no_reply"]


class Migration(migrations.Migration):
    dependencies = [("store", "0004_candidate_condition_reason")]

    operations = [
        migrations.RemoveConstraint(model_name="duty", name="duty_kind"),
        migrations.AddConstraint(
            model_name="duty",
            constraint=models.CheckConstraint(condition=models.Q(("kind__in", KINDS)), name="duty_kind"),
        ),
    ]
