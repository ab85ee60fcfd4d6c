from django.db import migrations
from django.db.models import Q


def warn_of_what_is_held(apps, schema_editor):
    record = apps.get_model("people", "PersonRecord")
    held = Q(root__marking__gt=0) | Q(parts__case__root__marking__gt=0)
    found = record.objects.filter(held).values("pk")
    record.objects.filter(pk__in=found).update(warned=True)


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0010_opened"),
        ("people", "0011_regrouped"),
    ]

    operations = [migrations.RunPython(warn_of_what_is_held, migrations.RunPython.noop)]
