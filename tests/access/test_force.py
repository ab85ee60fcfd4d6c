"""Administration of agencies, teams and force settings, each through the one door."""

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.access.people import audited, person, signed_in
from tests.access.test_administration import ROOT, TODAY, by_root, changes_of, day, sent
from tests.access.test_own_account import hidden
from tests.access.urls import MINUTES, START
from wansdyke.access.models import Agency, ForceSetting, Team
from wansdyke.access.settings import value_of
from wansdyke.accounts import force as force_changes

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.access.urls")]


def test_agencies_and_teams() -> None:
    root = signed_in(person("root", "administrator"))
    asked = {"name": "The council", "key": "council", "kind": "council"}
    assert sent(root, "add-agency/", **asked).status_code == 302
    council = Agency.objects.get(key="council")
    assert not council.home
    asked = {"name": "Safeguarding", "key": "safeguarding"}
    assert sent(root, "agencies/council/teams/add/", **asked).status_code == 302
    assert sent(root, "agencies/council/teams/add/", **asked).status_code == 200
    made = Team.objects.get(key="safeguarding")
    assert made.agency == council
    assert sent(root, "teams/safeguarding/", name="Adult safeguarding").status_code == 302
    made.refresh_from_db()
    assert (made.name, made.active) == ("Adult safeguarding", False)
    sent(root, "agencies/council/", name="Council", active="on", **day("agreement_until", TODAY))
    council.refresh_from_db()
    assert (council.name, council.agreement_until) == ("Council", TODAY)
    refused = sent(root, "agencies/force/", name="The force")
    assert b"The home force cannot be closed" in refused.content
    assert [e["change"] for e in audited("configuration")] == [
        "agency created",
        "team created",
        "team changed",
        "agency changed",
    ]


def test_the_agreement_ends_after_its_last_day() -> None:
    council = Agency.objects.create(
        key="council", name="Council", kind="council", agreement_until=TODAY
    )
    pat = person("pat", "partner", agency=council)
    assert pat.actor().admitted
    assert not pat.actor(on=TODAY + timedelta(days=1)).admitted


def set_minutes(client: Client, value: str, when: str = "now", reason: str = "Trial") -> Any:
    """Sends the form of a setting."""
    moment = {"from_at-date": when, "from_at-time": "" if when == "now" else "9am"}
    return sent(client, f"settings/{MINUTES.key}/", value=value, reason=reason, **moment)


def test_a_setting_changes_from_now_on() -> None:
    root = signed_in(person("root", "administrator"))
    before = timezone.now()
    assert value_of(MINUTES, before) == 20
    assert set_minutes(root, "15").url == f"{ROOT}/settings/"
    assert value_of(MINUTES, timezone.now()) == 15
    assert value_of(MINUTES, before) == 20
    assert ("value", 20, 15) in changes_of(f"setting:{MINUTES.key}")
    page = root.get(f"{ROOT}/settings/").content.decode()
    assert "15 minutes" in page
    assert "20 minutes" in page
    assert ">Contact<" in page
    assert "value: 20 → 15" in root.get(f"{ROOT}/settings/{MINUTES.key}/").content.decode()


@pytest.mark.parametrize(
    ("value", "when", "reason"),
    [
        ("0", "now", "Trial"),
        ("241", "now", "Trial"),
        ("many", "now", "Trial"),
        ("15", "now", ""),
        ("15", "1/1/2020", "Trial"),
    ],
)
def test_a_setting_that_may_not_be(value: str, when: str, reason: str) -> None:
    root = signed_in(person("root", "administrator"))
    page = set_minutes(root, value, when, reason)
    assert b"There is a problem" in page.content
    assert not ForceSetting.objects.exists()


def test_a_setting_dated_ahead_holds_from_then() -> None:
    ahead = timezone.now() + timedelta(days=2)
    force_changes.set_setting(
        **by_root(), setting=MINUTES, text="30", from_at=ahead, reason="Agreed"
    )
    assert value_of(MINUTES, timezone.now()) == 20
    assert value_of(MINUTES, ahead) == 30


def test_a_setting_of_choices() -> None:
    root = signed_in(person("root", "administrator"))
    address = f"settings/{START.key}/"
    asked = {"reason": "Agreed", "from_at-date": "now", "from_at-time": ""}
    assert b"Receipt" in root.get(f"{ROOT}/{address}").content
    assert sent(root, address, value="other", **asked).status_code == 200
    assert sent(root, address, value="receipt", **asked).status_code == 302
    assert value_of(START, timezone.now()) == "receipt"
    assert root.get(f"{ROOT}/settings/none/").status_code == 404


def test_hidden_keys_differ_from_page_to_page() -> None:
    root = signed_in(person("root", "administrator"))
    first, second = (hidden(root.get(f"{ROOT}/add-user/")) for _ in range(2))
    assert first != second


@pytest.mark.parametrize("change", ["name", "both"])
def test_two_administrators_do_not_write_over_each_other(change: str) -> None:
    ruth, root = (signed_in(person(name, "administrator")) for name in ("ruth", "root"))
    council = Agency.objects.create(key="council", name="Council", kind="council")
    seen = {"seen": unescape(hidden(root.get(f"{ROOT}/agencies/council/"), "seen"))}
    theirs = {"name": "Borough", "active": "on"}
    assert sent(ruth, "agencies/council/", **theirs).status_code == 302
    typed = {"name": "County" if change == "both" else "Council", "active": "on"}
    answer = sent(root, "agencies/council/", **typed, **seen)
    council.refresh_from_db()
    assert council.name == "Borough"
    if change == "name":
        # What only the other changed stays; what only this one changed is written.
        assert answer.status_code == 302
        assert council.active
        return
    page = answer.content.decode()
    assert "Somebody else changed this to “Borough” meanwhile." in page
    assert 'value="County"' in page
    again = {"seen": unescape(hidden(answer, "seen"))}
    assert sent(root, "agencies/council/", **typed, **again).status_code == 302
    council.refresh_from_db()
    assert (council.name, council.active) == ("County", True)
