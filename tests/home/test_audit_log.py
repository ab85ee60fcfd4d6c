"""The audit log as reviewers read it."""

from datetime import date, timedelta

import pytest
from django.test import Client

from tests.home import cast
from wansdyke.history import audit
from wansdyke.kernel.calendar import london

pytestmark = pytest.mark.django_db


def test_only_reviewers_read_it_and_their_reading_is_logged() -> None:
    for post in (cast.KEEPER, cast.HEAD, cast.ADMINISTRATOR, cast.ANALYST):
        assert cast.signed_in(cast.user(post, post)).get("/audit/").status_code == 404
    auditor = cast.user("audrey", cast.AUDITOR)
    answer = cast.signed_in(auditor).get("/audit/")
    assert answer.status_code == 200
    entry = cast.audited("consultation")[-1]
    assert (entry["actor"], entry["page"], entry["log"]) == ("audrey", "audit", True)


def test_it_is_narrowed_by_reference_user_operation_and_day() -> None:
    kim, kit = cast.user("kim", cast.KEEPER), cast.user("kit", cast.KEEPER)
    one, two = cast.thing(kim).case.root.reference, cast.thing(kit).case.root.reference
    auditor = cast.signed_in(cast.user("audrey", cast.AUDITOR))

    def rows(**query: str) -> str:
        shown = auditor.get("/audit/", query).content.decode()
        return shown[shown.index("Entries, newest first") :]

    assert one in rows(reference=one)
    assert two not in rows(reference=one)
    assert one in rows(reference=one.lower().replace("-", ""))
    assert two in rows(user="KIT")
    assert one not in rows(user="KIT")
    assert "No entry matches." in rows_or_empty(auditor, user="nobody")
    assert one in rows(operation="collection")
    assert one not in rows_or_empty(auditor, operation="export")
    today = london(cast.now()).date()
    assert one in rows(**days(today, today))
    tomorrow = today + timedelta(days=1)
    assert "No entry matches." in rows_or_empty(auditor, **days(tomorrow, tomorrow))
    wrong = rows_or_empty(auditor, **days(tomorrow, today))
    assert "The last day must be the first day or later" in wrong
    assert one not in wrong


def days(since: date, until: date) -> dict[str, str]:
    return {
        f"{name}-{part}": str(getattr(day, part))
        for name, day in (("since", since), ("until", until))
        for part in ("day", "month", "year")
    }


def rows_or_empty(client: Client, **query: str) -> str:
    return client.get("/audit/", query).content.decode()


def test_it_is_paged_by_its_own_numbers() -> None:
    kim = cast.actor(cast.user("kim", cast.KEEPER))
    for number in range(60):
        audit.record(audit.CONSULTATION, by=kim, at=cast.now(), subjects=[f"LP-0000-{number:04}"])
    auditor = cast.signed_in(cast.user("audrey", cast.AUDITOR))
    first = auditor.get("/audit/?user=kim").content.decode()
    assert "LP-0000-0059" in first
    assert "LP-0000-0009" not in first
    older = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = auditor.get(f"/audit/{older}").content.decode()
    assert "LP-0000-0009" in second
    assert "LP-0000-0010" not in second
    for silly in ("x", "-1", "9" * 30):
        assert auditor.get(f"/audit/?before={silly}").status_code == 200


def test_a_reviewer_locked_out_of_a_record_reads_nothing_of_it() -> None:
    kim = cast.user("kim", cast.KEEPER)
    root = cast.thing(kim).case.root
    audrey = cast.user("audrey", cast.AUDITOR)
    cast.locked(root, audrey, kim)
    auditor = cast.signed_in(audrey)
    shown = auditor.get("/audit/").content.decode()
    assert root.reference not in shown
    asked = auditor.get("/audit/", {"reference": root.reference}).content.decode()
    assert "No entry matches." in asked


def test_it_shows_no_content_of_a_case() -> None:
    kim = cast.user("kim", cast.KEEPER)
    cast.thing(kim, described="A very particular umbrella")
    auditor = cast.signed_in(cast.user("audrey", cast.AUDITOR))
    assert "umbrella" not in auditor.get("/audit/").content.decode()


def test_every_change_is_one_choice() -> None:
    kim = cast.user("kim", cast.KEEPER)
    reference = cast.thing(kim).case.root.reference
    cast.signed_in(kim).get(f"/lost-property/{reference}/")
    auditor = cast.signed_in(cast.user("audrey", cast.AUDITOR))
    shown = rows_or_empty(auditor, operation="changes")
    shown = shown[shown.index("Entries, newest first") :]
    assert reference in shown
    assert "Collection" in shown
    assert "Consultation" not in shown
