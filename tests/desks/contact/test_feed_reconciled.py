"""Reconciliation: what arrived, what differs and who says which is right, and a feed gone quiet."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tests.desks.contact.import_files import somebody
from tests.desks.contact.test_feed_api import put
from tests.home import cast
from tests.home.cast import signed_in
from wansdyke.access.models import Agency, ForceSetting, Notice, User
from wansdyke.casework.actions import amend
from wansdyke.desks.contact.desk import DESK
from wansdyke.desks.contact.feed.models import FeedArrival, FeedConflict
from wansdyke.desks.contact.feed.quiet import tell_of_quiet
from wansdyke.desks.contact.feed.reconciling import compared
from wansdyke.desks.contact.models import Contact
from wansdyke.kernel.calendar import london

pytestmark = pytest.mark.django_db


def page(path: str, by: Any) -> Any:
    return signed_in(User.objects.get(pk=by.user_id)).get(path)


def differing() -> Contact:
    """A call whose notes a person rewrote, and then the feed too."""
    by = somebody()
    put("WP-1", by)
    contact = Contact.objects.get()
    version = contact.case.root.version
    wanted = {"notes": "Written here"}
    amend(contact, wanted, desk=DESK, by=by, at=timezone.now(), key="a", version=version)
    put("WP-1", by, notes="Secret of the feed", updated_at=None)
    return contact


def offered(contact: Contact, outcome: str) -> str:
    """What the page would send for one of the two values that it shows."""
    page = signed_in(User.objects.get(username="olive")).get(
        f"/contact/{contact.case.root.reference}/feed/"
    )
    found = re.search(rf'value="(/notes/\w+/{outcome})"', page.content.decode())
    return found[1] if found else ""


def settle(contact: Contact, outcome: str, which: str = "") -> Any:
    client = signed_in(User.objects.get(username="olive"))
    path = f"/contact/{contact.case.root.reference}/feed/"
    sent = {"which": which or offered(contact, outcome), "reason": "Rang to ask", "key": "once"}
    return client.post(path, sent)


def test_the_page_counts_what_arrived_and_names_what_differs_without_saying_it() -> None:
    contact = differing()
    put("WP-2", somebody(), grade="urgent-ish")
    sasha = somebody("sasha", "control-room-supervisor")
    said = page("/contact/feed/", sasha).content.decode()
    assert contact.case.root.reference in said
    assert "WP-2" in said
    assert "Secret of the feed" not in said
    assert "urgent-ish" not in said
    assert page("/contact/feed/", somebody()).status_code == 404
    csv = b"".join(page("/contact/feed/days.csv", sasha).streaming_content).decode()
    assert '"olive"' in csv


def test_the_feeds_value_is_taken_with_a_reason_and_is_the_feeds_again() -> None:
    contact = differing()
    assert settle(contact, "taken").status_code == 302
    contact.refresh_from_db()
    assert contact.notes == "Secret of the feed"
    row = FeedConflict.objects.get()
    assert (row.outcome, row.reason, row.settled_by_id is None) == ("taken", "Rang to ask", False)
    assert settle(contact, "taken").status_code == 200, "nothing differs any more"
    assert put("WP-1", somebody(), notes="Later", updated_at=None).json()["conflicts"] == []
    contact.refresh_from_db()
    assert contact.notes == "Later"


def test_nobody_takes_a_value_that_they_were_not_shown() -> None:
    contact = differing()
    shown = offered(contact, "taken")
    put("WP-1", somebody(), notes="Sent meanwhile", updated_at=None)
    answer = settle(contact, "taken", shown)
    assert answer.status_code == 200
    assert "has changed since" in answer.content.decode()
    contact.refresh_from_db()
    assert contact.notes == "Written here"


def test_reconciliation_is_the_home_force_s_and_keeps_no_name_for_a_reference() -> None:
    put("WP-2 SMITH John 07700900123", somebody(), grade="urgent-ish")
    assert FeedArrival.objects.get().faults[0]["reference"] == "not a reference"
    council = cast.team("council-team", cast.agency("council", home=False))
    for post in ("analyst", "records-manager"):
        client = signed_in(cast.user(f"pat-{post}", post, at=council))
        assert client.get("/contact/feed/").status_code == 404
        assert client.get("/contact/feed/days.csv").status_code == 404


def test_what_was_kept_is_asked_again_only_when_the_feed_says_something_new() -> None:
    contact = differing()
    assert settle(contact, "kept").status_code == 302
    contact.refresh_from_db()
    assert contact.notes == "Written here"
    put("WP-1", somebody(), notes="Secret of the feed", updated_at=None)
    assert FeedConflict.objects.get().settled_at is not None
    put("WP-1", somebody(), notes="Something new", updated_at=None)
    assert FeedConflict.objects.get().settled_at is None


def test_each_side_is_told_what_the_other_has_alone(tmp_path: Path) -> None:
    by = somebody()
    put("WP-1", by)
    put("WP-2", by)
    file = tmp_path / "calls.csv"
    file.write_text("reference,received_at\nWP-2,2018-12-31 13:50\nWP-3,2018-12-31 13:50\n")
    day = london(Contact.objects.first().received_at).date()  # type: ignore[union-attr]
    found = compared(file, by, DESK, day, day, timezone.now())
    assert (found.not_here, found.not_in_file) == (["WP-3"], ["WP-1"])


def test_a_quiet_feed_is_told_of_once_and_only_where_the_force_asks() -> None:
    sasha = somebody("sasha", "control-room-supervisor")
    put("WP-1", somebody())
    later = timezone.now() + timedelta(minutes=11)
    assert tell_of_quiet(later) == 0
    ForceSetting.objects.create(
        key="contact.feed-quiet-minutes",
        value=10,
        from_at=timezone.now() - timedelta(days=1),
        by_id=sasha.user_id,
    )
    assert tell_of_quiet(later) == 1
    assert tell_of_quiet(later) == 0
    assert Notice.objects.get().user_id == sasha.user_id
    assert FeedArrival.objects.count() == Agency.objects.filter(home=True).count()
