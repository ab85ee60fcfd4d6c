"""Events and the audit chain refuse to be changed, whoever asks; the chain gets its first head."""

from typing import Any

from django.db import migrations

APPEND_ONLY = ("history_event", "history_auditentry", "history_auditsubject")
NO_UPDATE = (*APPEND_ONLY, "history_change")
NO_DELETE = (*APPEND_ONLY, "history_audithead")
GENESIS = b"\0" * 32
KEYS = {
    "history_event": "id",
    "history_change": "id",
    "history_auditentry": "seq",
    "history_auditsubject": "id",
}


def _sqlite(table: str, verb: str) -> str:
    return (
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is only ever added to'); END"
    )


def _no_replacing(table: str, key: str) -> str:
    # INSERT OR REPLACE takes a row away without asking the triggers on DELETE.
    return (
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key}) "  # nosec B608
        f"BEGIN SELECT RAISE(ABORT, '{table} is only ever added to'); END"
    )


def _postgresql(table: str, verb: str) -> str:
    return (
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION history_refuse()"
    )


def guard(apps: Any, editor: Any) -> None:
    vendor = editor.connection.vendor
    if vendor == "postgresql":
        editor.execute(
            "CREATE FUNCTION history_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME; END $$",
            # Without parameters the driver leaves the per cent sign alone.
            params=None,
        )
        for table in APPEND_ONLY:
            editor.execute(_postgresql(table, "TRUNCATE"))
    draw = _postgresql if vendor == "postgresql" else _sqlite
    for table in NO_UPDATE:
        editor.execute(draw(table, "UPDATE"))
    for table in NO_DELETE:
        editor.execute(draw(table, "DELETE"))
    if vendor == "sqlite":
        for table, key in KEYS.items():
            editor.execute(_no_replacing(table, key))


def begin(apps: Any, editor: Any) -> None:
    apps.get_model("history", "AuditHead").objects.using(editor.connection.alias).create(
        id=1, seq=0, hash=GENESIS
    )


class Migration(migrations.Migration):
    dependencies = [("history", "0001_initial")]
    operations = [
        migrations.RunPython(guard, migrations.RunPython.noop),
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]
