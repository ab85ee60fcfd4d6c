"""On PostgreSQL, keys compare byte by byte, so that a prefix is a range that an index serves.

SQLite compares text so already.
"""

from typing import Any

from django.db import migrations

KEYS = {
    "people_personrecord": ("surname_key", "forename_key", "phone_key"),
    "people_place": ("address_key", "postcode_key"),
}


def byte_order(apps: Any, editor: Any) -> None:
    if editor.connection.vendor != "postgresql":
        return
    for table, columns in KEYS.items():
        for column in columns:
            editor.execute(f'ALTER TABLE {table} ALTER COLUMN {column} TYPE varchar COLLATE "C"')


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [migrations.RunPython(byte_order, migrations.RunPython.noop)]
