"""Risks that seal a call from its first minute, added to the menu."""

from typing import Any

from django.db import migrations

RISKS = (
    ("police-perpetrated", "Abuse by somebody who works in the police: seals the call"),
    ("covert", "Covert source: seals the call"),
    ("armed-operation", "Armed operation: seals the call"),
)


def add(apps: Any, editor: Any) -> None:
    menu = apps.get_model("contact", "RiskType").objects.using(editor.connection.alias)
    for place, (code, label) in enumerate(RISKS, start=1):
        menu.get_or_create(code=code, defaults={"label": label, "order": 200 + place})


class Migration(migrations.Migration):
    dependencies = [("contact", "0010_areas")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
