from django.db import migrations, models
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Concat

AT_ONCE = 1_000


def from_the_clocks(apps, schema_editor):
    """What the clocks of the calls that are there already say of getting there."""
    Contact = apps.get_model("contact", "Contact")
    Deadline = apps.get_model("casework", "Deadline")

    def last(grade, column):
        of_grade = Deadline.objects.filter(
            case_id=OuterRef("pk"), clock=Concat(Value("attend-"), OuterRef(grade))
        )
        return Subquery(of_grade.order_by("-pk").values(column)[:1])

    Contact.objects.update(
        first_due_at=last("first_grade", "due_at"), last_due_at=last("grade", "due_at")
    )
    reached = Contact.objects.filter(at_scene_at__isnull=False, last_due_at__isnull=False)
    changed = []
    for one in reached.annotate(began=last("grade", "anchored_at")).iterator(AT_ONCE):
        one.seconds_to_scene = max(int((one.at_scene_at - one.began).total_seconds()), 0)
        changed.append(one)
        if len(changed) == AT_ONCE:
            Contact.objects.bulk_update(changed, ["seconds_to_scene"])
            changed = []
    Contact.objects.bulk_update(changed, ["seconds_to_scene"])


class Migration(migrations.Migration):
    dependencies = [
        ("contact", "0003_grade_agreed"),
        ("casework", "0003_export_opened"),
    ]

    operations = [
        migrations.AddField("contact", "first_due_at", models.DateTimeField(null=True)),
        migrations.AddField("contact", "last_due_at", models.DateTimeField(null=True)),
        migrations.AddField("contact", "seconds_to_scene", models.PositiveIntegerField(null=True)),
        migrations.RunPython(from_the_clocks, migrations.RunPython.noop),
    ]
