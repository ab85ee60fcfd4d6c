from django.db import migrations
from django.db.models.functions import Coalesce


def warn_of_those_there_are(apps, schema_editor):
    marker = apps.get_model("casework", "Marker")
    record = apps.get_model("people", "PersonRecord")
    own = Coalesce("first_person_id", "person_id")
    marked = marker.objects.filter(person__isnull=False).annotate(own=own).values("own")
    record.objects.annotate(own=own).filter(own__in=marked).update(warned=True)


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0008_markers_go_with_records"),
        ("people", "0009_warned"),
    ]

    operations = [migrations.RunPython(warn_of_those_there_are, migrations.RunPython.noop)]
