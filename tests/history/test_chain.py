import json
import threading
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.databases import Database, on_postgres
from tests.history.room import chained, execute
from wansdyke.access.actors import system_actor
from wansdyke.access.database import APPEND_ONLY, as_owner
from wansdyke.history import audit
from wansdyke.history.models import AuditEntry, AuditHead, AuditSubject
from wansdyke.history.verify import verify, verify_columns

LENGTH = 12
REFUSED = (*((t, v) for t in APPEND_ONLY for v in ("UPDATE", "DELETE")),)
REFUSED += (("history_change", "UPDATE"), ("history_audithead", "DELETE"))
# What UTF-8 can hold: half of a surrogate pair is no character.
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
KEY = {"history_auditentry": "seq"}


def drop_triggers() -> None:
    """As the owner, or a thief of the file, could."""
    for table, verb in REFUSED:
        name = f"{table}_no_{verb.lower()}"
        execute(f"DROP TRIGGER {name}" + (f" ON {table}" if on_postgres() else ""))


@pytest.fixture
def unguarded(committed_db: Database) -> Iterator[None]:
    """A chain of twelve entries whose triggers are gone, and a role that may do anything."""
    with as_owner():
        drop_triggers()
        chained(LENGTH)
        yield


def row(seq: int) -> tuple[str, bytes]:
    entry = AuditEntry.objects.get(seq=seq)
    return entry.body, bytes(entry.hash)


def put(seq: int, body: str, link: bytes) -> None:
    execute("UPDATE history_auditentry SET body = %s, hash = %s WHERE seq = %s", [body, link, seq])


def insert(seq: int, body: str, link: bytes) -> None:
    values = [seq, body, link, timezone.now(), "consultation"]
    words = "INSERT INTO history_auditentry (seq, body, hash, at, operation) VALUES"
    execute(f"{words} (%s, %s, %s, %s, %s)", values)


def edit_body(seq: int, other: int) -> int:
    body, link = row(seq)
    put(seq, body.replace("case", "cas€"), link)
    return seq


def edit_hash(seq: int, other: int) -> int:
    body, link = row(seq)
    put(seq, body, bytes([link[0] ^ 1]) + link[1:])
    return seq


def edit_and_link_again(seq: int, other: int) -> int:
    body = row(seq)[0] + " "
    before = row(seq - 1)[1] if seq > 1 else audit.GENESIS
    put(seq, body, sha256(before + body.encode()).digest())
    return min(seq + 1, LENGTH)


def delete_some(seq: int, other: int) -> int:
    first, last = sorted((seq, other))
    execute("DELETE FROM history_auditentry WHERE seq BETWEEN %s AND %s", [first, last])
    return first


def swap(seq: int, other: int) -> int:
    if seq == other:
        return edit_body(seq, other)
    one, two = row(seq), row(other)
    put(seq, *two)
    put(other, *one)
    return min(seq, other)


def swap_bodies(seq: int, other: int) -> int:
    if seq == other:
        return edit_hash(seq, other)
    (one, first), (two, second) = row(seq), row(other)
    put(seq, two, first)
    put(other, one, second)
    return min(seq, other)


def truncate(seq: int, other: int) -> int:
    execute("DELETE FROM history_auditentry WHERE seq >= %s", [seq])
    return seq


def insert_behind(seq: int, other: int) -> int:
    body, _ = row(seq)
    insert(LENGTH + 1, body, sha256(row(LENGTH)[1] + body.encode()).digest())
    return LENGTH + 1


def insert_before(seq: int, other: int) -> int:
    insert(1 - seq, *row(other))
    return 1 - seq


def change_head(seq: int, other: int) -> int:
    execute("UPDATE history_audithead SET hash = %s", [sha256(bytes([seq, other])).digest()])
    return LENGTH


def head_back(seq: int, other: int) -> int:
    execute("UPDATE history_audithead SET seq = %s", [seq - 1])
    return seq


def no_head(seq: int, other: int) -> int:
    execute("DELETE FROM history_audithead")
    return LENGTH + 1


ATTACKS = [
    edit_body,
    edit_hash,
    edit_and_link_again,
    delete_some,
    swap,
    swap_bodies,
    truncate,
    insert_behind,
    insert_before,
    change_head,
    head_back,
    no_head,
]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(st.sampled_from(ATTACKS), st.integers(1, LENGTH), st.integers(1, LENGTH))
def test_any_single_attack_is_found_and_the_first_bad_entry_named(
    unguarded: None, attack: Any, seq: int, other: int
) -> None:
    with transaction.atomic():
        bad = attack(seq, other)
        found = verify()
        transaction.set_rollback(True)
    assert (found.intact, found.first_bad) == (False, bad), found.why
    assert found.why
    assert verify().intact


@pytest.mark.django_db
def test_an_empty_chain_is_intact() -> None:
    assert verify().intact
    assert verify().entries == 0


@pytest.mark.django_db
def test_entries_are_linked_in_order_and_the_head_is_the_last() -> None:
    chained(7)
    found = verify()
    assert (found.intact, found.entries) == (True, 7)
    head = AuditHead.objects.get()
    assert (head.seq, bytes(head.hash)) == (7, found.hash)
    assert AuditSubject.objects.order_by("pk").values_list("reference", flat=True)[0] == "CT-0000"


@pytest.mark.django_db
@given(
    st.dictionaries(
        WORDS.map(lambda word: f"x{word}"),
        st.one_of(WORDS, st.integers(), st.none(), st.booleans(), st.lists(WORDS)),
        max_size=4,
    )
)
def test_whatever_an_entry_says_its_body_is_canonical_and_survives(facts: dict[str, Any]) -> None:
    by = system_actor()
    with transaction.atomic():
        audit.append([audit.Entry(audit.SEARCH, ("x",), facts)], by=by, at=timezone.now())
        body = AuditEntry.objects.latest("seq").body
        assert verify().intact
        transaction.set_rollback(True)
    said = json.loads(body)
    assert said.items() >= facts.items()
    assert audit.canonical(said) == body


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["actor", "at", "operation", "subjects", "channel"])
def test_a_fact_cannot_overwrite_who_when_or_what(key: str) -> None:
    entry = audit.Entry(audit.SEARCH, (), {key: "forged"})
    with pytest.raises(ValueError, match=key):
        audit.body_of(entry, system_actor(), timezone.now())


@pytest.mark.django_db
def test_an_unknown_operation_is_refused() -> None:
    with pytest.raises(ValueError, match="peeking"):
        audit.record("peeking", by=system_actor(), at=timezone.now())


@pytest.mark.django_db
def test_a_subject_of_any_length_and_with_any_character_is_filed() -> None:
    audit.record(
        audit.DENIED, by=system_actor(), at=timezone.now(), subjects=["x" * 500, "a\0b", "é" * 60]
    )
    assert verify().intact
    assert verify_columns().intact


@pytest.mark.parametrize(
    ("words", "column"),
    [
        ("UPDATE history_auditentry SET operation = 'search' WHERE seq = 4", "operation"),
        ("UPDATE history_auditentry SET actor_id = NULL WHERE seq = 4", "actor"),
        ("UPDATE history_auditsubject SET reference = 'CT-9999' WHERE entry_id = 4", "records"),
        ("DELETE FROM history_auditsubject WHERE entry_id = 4", "records"),
    ],
)
def test_a_changed_column_is_found(unguarded: None, words: str, column: str) -> None:
    with transaction.atomic():
        execute(words)
        assert verify().intact
        found = verify_columns()
        transaction.set_rollback(True)
    assert (found.first_bad, column in found.why) == (4, True)


@pytest.mark.django_db
def test_the_columns_of_an_honest_chain_agree() -> None:
    chained(9)
    assert verify_columns().intact
    assert verify_columns().entries == 9


def one_event_with_a_change() -> None:
    """SQLite asks a trigger row by row, so there must be a row to alter."""
    execute(
        "INSERT INTO history_event (subject, name, by_id, occurred_at, recorded_at,"
        " state_before, state_after, version) SELECT 'x', 'x', id, created_at, created_at,"
        " '', '', 1 FROM access_user"
    )
    execute(
        "INSERT INTO history_change (event_id, record, field, section)"
        " SELECT id, 'r', 'f', 'core' FROM history_event"
    )


@pytest.mark.parametrize(("table", "verb"), REFUSED)
@pytest.mark.parametrize("role", ["application", "owner"])
def test_history_refuses_to_be_altered(
    committed_db: Database, table: str, verb: str, role: str
) -> None:
    chained(3)
    one_event_with_a_change()
    key = KEY.get(table, "id")
    words = f"DELETE FROM {table}" if verb == "DELETE" else f"UPDATE {table} SET {key} = {key}"
    if role == "application":
        with pytest.raises(DatabaseError):
            execute(words)
        return
    with as_owner(), pytest.raises(DatabaseError, match="only ever added to"):
        execute(words)


@pytest.mark.postgres_only
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_history_refuses_to_be_emptied(committed_db: Database, table: str) -> None:
    chained(3)
    with pytest.raises(DatabaseError, match="permission denied"):
        execute(f"TRUNCATE {table} CASCADE")
    with as_owner(), pytest.raises(DatabaseError, match="only ever added to"):
        execute(f"TRUNCATE {table} CASCADE")


@pytest.mark.postgres_only
@pytest.mark.django_db
def test_the_applications_role_owns_nothing_and_may_only_add_to_history() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE pg_get_userbyid(relowner) = current_user"
        )
        assert cursor.fetchall() == []
        cursor.execute(
            "SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls FROM pg_roles"
            " WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False,)
        cursor.execute("SELECT has_schema_privilege('public', 'CREATE')")
        assert cursor.fetchone() == (False,)
        for table in APPEND_ONLY:
            cursor.execute(
                "SELECT " + ", ".join("has_table_privilege(%s, %s)" for _ in range(5)),
                [
                    x
                    for v in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
                    for x in (table, v)
                ],
            )
            assert cursor.fetchone() == (True, True, False, False, False)
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind = 'r' AND has_table_privilege(oid, 'TRUNCATE')"
        )
        assert cursor.fetchall() == []


def test_entries_written_meanwhile_are_no_false_alarm(committed_db: Database) -> None:
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            chained(3)
        connection.close()

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    try:
        found = [verify() for _ in range(60)]
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert [f.why for f in found if not f.intact] == []
    assert verify().entries > 0
