"""What the product keeps of the provider of single sign-on, and what it does not listen to."""

from allauth.socialaccount import app_settings
from django.conf import settings

from tests.conformance.test_absent import _trees
from tests.sweeps.urls import walked


def test_no_token_of_the_provider_is_kept() -> None:
    assert app_settings.STORE_TOKENS is False
    for path in _trees():
        text = path.read_text(encoding="utf-8")
        assert "SocialToken" not in text, path
        assert "refresh_token" not in text, path


def test_there_is_no_back_channel() -> None:
    for url in walked():
        assert "backchannel" not in url.route.replace("-", "").lower(), url.route
    assert not any("backchannel" in name.lower() for name in dir(settings))
