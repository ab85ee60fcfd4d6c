"""A session ends when nobody has used it for a while; using it is written down once a minute."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone

from tests.home.cast import KEEPER, signed_in, user
from wansdyke.access.models import Session
from wansdyke.access.session_store import digest_of

pytestmark = pytest.mark.django_db


def ends(client: Client) -> datetime:
    return Session.objects.get(session_key=digest_of(client.session.session_key or "")).expire_date


def test_activity_keeps_a_session_and_is_written_once_a_minute() -> None:
    began = timezone.now()
    with time_machine.travel(began, tick=False) as clock:
        client = signed_in(user("ann", KEEPER))
        assert client.get("/").status_code == 200
        first = ends(client)
        clock.shift(timedelta(seconds=50))
        assert client.get("/").status_code == 200
        assert ends(client) == first
        clock.shift(timedelta(seconds=11))
        assert client.get("/").status_code == 200
        assert ends(client) == first + timedelta(seconds=61)


def test_a_session_nobody_uses_ends() -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = signed_in(user("ann", KEEPER))
        assert client.get("/").status_code == 200
        clock.shift(timedelta(minutes=settings.IDLE_MINUTES, seconds=1))
        assert client.get("/").status_code == 302
