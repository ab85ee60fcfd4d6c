from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0002_referral_withdrawn"),
    ]

    operations = [
        migrations.AddField(
            model_name="export",
            name="opened",
            field=models.JSONField(default=list),
        ),
    ]
