"""`wansdyke serve` says plainly when passwords would travel unencrypted."""

from typing import Any

import pytest

from config import serving

CLEAR = "travel unencrypted"


def said(host: str, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> str:
    """What getting ready to serve says on standard error."""
    monkeypatch.setattr(serving, "pending", list)
    monkeypatch.setattr(serving, "_free", lambda host, port: None)
    serving.ready(host, 8000)
    return str(capsys.readouterr().err)


@pytest.mark.django_db
def test_without_https_it_warns_and_says_what_to_set(
    monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    words = said("127.0.0.1", monkeypatch, capsys)
    assert CLEAR in words
    assert "WANSDYKE_HTTPS=1" in words
    assert "WARNING" not in words


@pytest.mark.django_db
def test_on_the_network_it_warns_louder(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    words = said("0.0.0.0", monkeypatch, capsys)
    assert CLEAR in words
    assert "WARNING  This address is open to the network without HTTPS" in words


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_with_https_there_is_nothing_to_warn_of(
    host: str, monkeypatch: pytest.MonkeyPatch, capsys: Any, settings: Any
) -> None:
    settings.SECURE = True
    assert said(host, monkeypatch, capsys) == ""
