"""Pages here are drawn without the product's navigation, which leads to rooms above this one."""

import copy
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import override_settings

NAVIGATION = "wansdyke.home.navigation.navigation"


@pytest.fixture(autouse=True, scope="package")
def _no_navigation() -> Iterator[None]:
    engines = copy.deepcopy(settings.TEMPLATES)
    engines[0]["OPTIONS"]["context_processors"].remove(NAVIGATION)
    with override_settings(TEMPLATES=engines):
        yield
