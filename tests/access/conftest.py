"""Pages here are drawn without the product's navigation, which leads to rooms above this one."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings

from tests.oidc_provider import CLIENT, SECRET, Provider, running

NAVIGATION = "wansdyke.home.navigation.navigation"


@pytest.fixture(autouse=True, scope="package")
def _no_navigation() -> Iterator[None]:
    engines = copy.deepcopy(settings.TEMPLATES)
    engines[0]["OPTIONS"]["context_processors"].remove(NAVIGATION)
    with override_settings(TEMPLATES=engines):
        yield


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    """A provider of single sign-on, set up as this installation's."""
    with running() as made:
        settings.OIDC = {
            "issuer": made.issuer,
            "client_id": CLIENT,
            "secret": SECRET,
            "name": "Force login",
            "acr": ("two",),
            "amr": ("otp",),
        }
        yield made
