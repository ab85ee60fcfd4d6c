"""The keys of records and places that are there already, and the words that they bring.

On PostgreSQL the new keys compare byte by byte, as the others do.
"""

from typing import Any

from django.db import migrations

from wansdyke.people.records import keys_of, street_keys

TYPED = ("forename", "middle_names", "surname", "phone", "pnc", "cro")
RECORD_KEYS = (
    "forename_key", "surname_key", "formerly_key", "phone_key", "pnc_key", "cro_key",
)  # fmt: skip
BYTES = {
    "people_personrecord": ("formerly_key", "pnc_key", "cro_key"),
    "people_place": ("house_key", "street_key"),
    "people_word": ("text",),
    "people_spelling": ("key",),
}
AT_ONCE = 2_000


def byte_order(apps: Any, editor: Any) -> None:
    if editor.connection.vendor != "postgresql":
        return
    for table, columns in BYTES.items():
        for column in columns:
            editor.execute(f'ALTER TABLE {table} ALTER COLUMN {column} TYPE varchar COLLATE "C"')


def keys(apps: Any, editor: Any) -> None:
    records, places = apps.get_model("people", "PersonRecord"), apps.get_model("people", "Place")
    for some in _parts(records):
        for one in some:
            columns = keys_of({name: getattr(one, name) for name in TYPED})
            for name in RECORD_KEYS:
                setattr(one, name, columns[name])
        records.objects.bulk_update(some, RECORD_KEYS, batch_size=100)
    for some in _parts(places):
        for one in some:
            one.house_key, one.street_key = street_keys(one.address)
        places.objects.bulk_update(some, ("house_key", "street_key"), batch_size=200)


def _parts(model: Any) -> Any:
    last = 0
    while some := list(model.objects.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        yield some
        last = some[-1].pk


class Migration(migrations.Migration):
    dependencies = [("people", "0005_vocabulary")]
    operations = [
        migrations.RunPython(byte_order, migrations.RunPython.noop),
        migrations.RunPython(keys, migrations.RunPython.noop),
    ]
