"""The radiation of a household found ineligible is a duty of its own: its month runs from the notice that was delivered."""

from django.db import migrations, models

KINDS = [
    "suitable_offer", "sne_radiation", "radiation_notice", "prefet_signal", "no_reply", "ineligible_radiation",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("store", "0005_duty_no_reply")]

    operations = [
        migrations.RemoveConstraint(model_name="duty", name="duty_kind"),
        migrations.AddConstraint(
            model_name="duty",
            constraint=models.CheckConstraint(condition=models.Q(("kind__in", KINDS)), name="duty_kind"),
        ),
    ]
