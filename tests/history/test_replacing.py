"""SQLite's INSERT OR REPLACE asks no trigger on DELETE; the history refuses it all the same."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from wansdyke.access.actors import system_actor
from wansdyke.history import audit
from wansdyke.history.verify import verify

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite_only]


def test_an_entry_cannot_be_replaced_under_its_own_number():
    audit.record(audit.SIGN_IN, by=system_actor(), at=timezone.now(), subjects=["user:x"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, body FROM history_auditentry ORDER BY seq DESC LIMIT 1")
        seq, body = cursor.fetchone()
        with pytest.raises(DatabaseError, match="only ever added to"), transaction.atomic():
            cursor.execute(
                "INSERT OR REPLACE INTO history_auditentry (seq, body, hash, at, operation) "
                "SELECT seq, 'forged', hash, at, operation FROM history_auditentry WHERE seq = %s",
                [seq],
            )
        cursor.execute("SELECT body FROM history_auditentry WHERE seq = %s", [seq])
        assert cursor.fetchone()[0] == body
    assert verify().intact
