from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0003_token_sends"),
    ]

    operations = [
        migrations.AddField(
            model_name="grant",
            name="source",
            field=models.CharField(blank=True, default="", max_length=20),
        ),
        migrations.AddIndex(
            model_name="grant",
            index=models.Index(
                condition=~models.Q(("source", "")), fields=["source"], name="grant_by_source"
            ),
        ),
    ]
