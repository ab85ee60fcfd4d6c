"""Sessions in the database, each under the digest of its key: who reads the table or a backup of it
holds nothing that opens a session."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from django.contrib.sessions.backends import db
from django.utils import timezone

from wansdyke.access.models import Session

DIGITS = 40
STARTED, TOUCHED, FACTS = "session_started", "session_touched", "session_facts"


def digest_of(key: str) -> str:
    """What stands for a session's key in the table: 160 bits of its SHA-256."""
    return hashlib.sha256(key.encode()).hexdigest()[:DIGITS]


def mark_of(digest: str) -> str:
    """What names a session on a page and in the audit log: it opens nothing."""
    return digest[:16]


def _moment(seconds: Any) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int | float) else None


class SessionStore(db.SessionStore):
    """Django's sessions in the database, found by digest, with what a list of them shows."""

    @classmethod
    def get_model_class(cls) -> type[Session]:  # type: ignore[override]
        """The table."""
        return Session

    def _get_session_from_db(self) -> Session | None:  # type: ignore[override]
        found = Session.objects.filter(
            session_key=digest_of(self.session_key or ""), expire_date__gt=timezone.now()
        ).first()
        if found is None:
            self._session_key = None
        return found

    def exists(self, session_key: str | None) -> bool:
        """Whether there is a session with this key, ended or not."""
        return Session.objects.filter(session_key=digest_of(session_key or "")).exists()

    def create_model_instance(self, data: dict[str, Any]) -> Session:  # type: ignore[override]
        """The row of what the session holds now."""
        facts = data.get(FACTS, {})
        user = data.get("_auth_user_id")
        return Session(
            session_key=digest_of(self._get_or_create_session_key()),  # type: ignore[attr-defined]
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
            user_id=int(user) if user else None,
            address=facts.get("address", ""),
            device=facts.get("device", ""),
            way=facts.get("way", ""),
            began_at=_moment(data.get(STARTED)),
            used_at=_moment(data.get(TOUCHED)),
        )

    def delete(self, session_key: str | None = None) -> None:
        """Ends this session, or the one with that key."""
        key = session_key or self.session_key
        if key:
            Session.objects.filter(session_key=digest_of(key)).delete()
