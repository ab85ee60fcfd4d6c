"""A connection that tells its server for which agency it asks, before it asks anything.

It is told again whenever that changes, and whenever the server may have forgotten: on a new
connection, and after a rollback, which takes settings back too. So no connection that is kept open
answers one agency with what another was told.
"""

from typing import Any

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

from wansdyke.access.for_agency import NONE, said

SETTING = "wansdyke.agency"


class DatabaseWrapper(base.DatabaseWrapper):  # type: ignore[misc]
    """Django's, with the agency told."""

    # What the server was told last; None where that is not certain.
    told: str | None = None

    def init_connection_state(self) -> None:
        """A new connection was told nothing."""
        super().init_connection_state()
        self.told = None

    def create_cursor(self, name: str | None = None) -> Any:
        """A cursor, on a connection that was told."""
        self._tell(said())
        return super().create_cursor(name)

    def _tell(self, agency: str) -> None:
        if self.told == agency or self.connection is None:
            return
        if self.connection.info.transaction_status == TransactionStatus.INERROR:
            # Nothing but the rollback is taken now, and that makes it uncertain anyway.
            self.told = None
            return
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, %s, false)", [SETTING, agency])
        self.told = agency

    def forget(self) -> None:
        """The server is told that nobody asks: what a connection waits as between requests."""
        if self.told is not None and not self.in_atomic_block:
            self._tell(NONE)

    def _rollback(self) -> None:
        super()._rollback()
        self.told = None

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)
        self.told = None
