from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0003_token_sends"),
        ("people", "0010_weighing"),
    ]

    operations = [
        migrations.AddField(
            model_name="personrecord",
            name="regrouped",
            field=models.BooleanField(default=False),
        ),
        migrations.AddIndex(
            model_name="personrecord",
            index=models.Index(
                condition=models.Q(("regrouped", True)), fields=["root"], name="record_regrouped"
            ),
        ),
    ]
