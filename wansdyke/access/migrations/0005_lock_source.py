from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0004_grant_source"),
    ]

    operations = [
        migrations.AddField(
            model_name="lock",
            name="source",
            field=models.CharField(blank=True, default="", max_length=20),
        ),
        migrations.AddIndex(
            model_name="lock",
            index=models.Index(
                condition=~models.Q(("source", "")), fields=["source"], name="lock_by_source"
            ),
        ),
    ]
