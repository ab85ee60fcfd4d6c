from django.db import migrations, models
from django.db.models import Q


def from_the_risks(apps, schema_editor):
    """Which of the calls that are there already are of domestic abuse."""
    Contact = apps.get_model("contact", "Contact")
    of_it = Q(risk_types__icontains='"domestic-abuse"') | Q(strands__icontains='"V01"')
    Contact.objects.filter(of_it).update(domestic=True)


class Migration(migrations.Migration):
    dependencies = [("contact", "0004_reached_in_time")]

    operations = [
        migrations.AddField("contact", "domestic", models.BooleanField(default=False)),
        migrations.RunPython(from_the_risks, migrations.RunPython.noop),
    ]
