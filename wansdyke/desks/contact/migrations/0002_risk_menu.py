"""The first risk menu; the force edits it from then on."""

from typing import Any

from django.db import migrations

from wansdyke.desks.contact.strands import RISK_TYPES


def fill(apps: Any, editor: Any) -> None:
    menu = apps.get_model("contact", "RiskType").objects.using(editor.connection.alias)
    for place, (code, label) in enumerate(RISK_TYPES, start=1):
        menu.create(code=code, label=label, order=place * 10)


class Migration(migrations.Migration):
    dependencies = [("contact", "0001_initial")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
