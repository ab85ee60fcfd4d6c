"""The feed over the API: a call added or amended by its own reference, once, by whom may."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.desks.contact.import_files import somebody
from tests.home.cast import signed_in
from wansdyke.access.actors import Actor
from wansdyke.access.models import ApiToken, User
from wansdyke.access.tokens import digest
from wansdyke.casework.actions import amend
from wansdyke.desks.contact.csv_columns import CONTACT_NAMES, contact_layout
from wansdyke.desks.contact.desk import DESK
from wansdyke.desks.contact.feed.models import FeedArrival, FeedConflict
from wansdyke.desks.contact.models import Contact
from wansdyke.home.api import ROOT, api

pytestmark = pytest.mark.django_db

FEED = f"{ROOT}contact/feed"
CALL = {
    "received_at": "2018-12-31T13:50Z",
    "grade": "Priority",
    "graded_at": "2018-12-31T13:52Z",
    "risk_types": ["Child at risk"],
    "latitude": 51.56,
    "longitude": -1.78,
    "address": "4 Lantern Lane, Swindon",
    "notes": "Shouting next door.",
    "caller_surname": "Birdsall",
    "updated_at": "2018-12-31T13:53Z",
}


def header(of: Actor, **more: str) -> dict[str, str]:
    raw = f"token-of-{of.username}"
    ApiToken.objects.get_or_create(
        sha256=digest(raw),
        defaults={
            "user": User.objects.get(pk=of.user_id),
            "name": "Feed",
            "sends": True,
            "made_at": timezone.now(),
            "expires_at": timezone.now() + timedelta(days=1),
        },
    )
    return {"Authorization": f"Bearer {raw}", **more}


def put(reference: str, by: Actor, *, key: str = "", **changed: Any) -> Any:
    more = {"Idempotency-Key": key} if key else {}
    return Client().put(
        f"{FEED}/{reference}",
        {**CALL, **changed},
        content_type="application/json",
        headers=header(by, **more),
    )


def post(rows: list[dict[str, Any]], by: Actor, key: str = "") -> Any:
    more = {"Idempotency-Key": key} if key else {}
    return Client().post(
        FEED, {"items": rows}, content_type="application/json", headers=header(by, **more)
    )


def test_the_columns_are_those_of_the_file() -> None:
    assert contact_layout(dict(DESK.party_roles)).names == CONTACT_NAMES
    shapes = api.get_openapi_schema(path_prefix=ROOT)["components"]["schemas"]
    assert tuple(shapes["ContactFeedRow"]["properties"]) == CONTACT_NAMES


def test_a_row_is_added_then_unchanged_then_amended() -> None:
    by = somebody()
    first = put("WP-1", by)
    assert (first.status_code, first.json()["outcome"]) == (201, "added"), first.content
    contact = Contact.objects.get(source_reference="WP-1")
    assert first.json()["case"] == contact.case.root.reference
    assert len(contact.risk_types) == 1
    assert contact.case.parties.get().record.surname == "Birdsall"
    assert put("WP-1", by).json()["outcome"] == "unchanged"
    later = put("WP-1", by, at_scene_at="2018-12-31T14:04Z", updated_at="2018-12-31T14:05Z")
    assert (later.status_code, later.json()["outcome"]) == (200, "amended")
    contact.refresh_from_db()
    assert contact.at_scene_at == datetime(2018, 12, 31, 14, 4, tzinfo=UTC)
    assert Contact.objects.get().case.state == "at-scene"


def test_what_the_source_said_before_overwrites_nothing() -> None:
    by = somebody()
    put("WP-1", by, notes="New", updated_at="2018-12-31T14:05Z")
    late = put("WP-1", by, notes="Old", updated_at="2018-12-31T14:04Z")
    assert late.json()["outcome"] == "stale"
    assert Contact.objects.get().notes == "New"
    # Unchanged, but newer: what is older than that comes too late as well.
    put("WP-1", by, notes="New", updated_at="2018-12-31T15:00Z")
    assert put("WP-1", by, notes="X", updated_at="2018-12-31T14:30Z").json()["outcome"] == "stale"


def test_a_bad_row_names_field_and_value_and_writes_nothing() -> None:
    answer = put("WP-1", somebody(), grade="urgent-ish", closed_at="2018-12-31T13:00Z")
    assert answer.status_code == 422
    faults = {fault["field"]: fault["found"] for fault in answer.json()["faults"]}
    assert faults["grade"] == "urgent-ish"
    assert "closed_at" in faults
    assert not Contact.objects.exists()
    assert FeedArrival.objects.get().faults == [
        {"reference": "WP-1", "field": "grade"},
        {"reference": "WP-1", "field": "closed_at"},
    ]
    assert put("WP-1", somebody(), colour="blue").status_code == 422


def test_the_same_key_does_it_once_and_never_means_other_rows() -> None:
    by = somebody()
    first = put("WP-1", by, key="k1")
    again = put("WP-1", by, key="k1")
    assert again.json() == first.json()
    assert again.status_code == 201
    assert FeedArrival.objects.count() == 1
    assert put("WP-1", by, key="k1", notes="Other").status_code == 422
    assert Contact.objects.get().notes == CALL["notes"]


def test_in_a_batch_each_row_has_its_own_answer() -> None:
    by = somebody()
    rows = [{**CALL, "reference": f"WP-{n}"} for n in range(25)]
    rows[3]["grade"] = "?"
    rows.append({**CALL, "reference": "WP-1"})
    answer = post(rows, by, key="batch")
    assert answer.status_code == 200, answer.content
    statuses = [item["status"] for item in answer.json()["items"]]
    assert statuses == [201, 201, 201, 422, *[201] * 21, 422]
    assert Contact.objects.count() == 24
    assert post(rows, by, key="batch").json() == answer.json()
    assert sum(FeedArrival.objects.values_list("arrived", flat=True)) == 26
    assert post([{**CALL, "reference": f"W{n}"} for n in range(501)], by).status_code == 422


def test_what_a_person_wrote_here_is_kept_and_noted() -> None:
    by = somebody()
    put("WP-1", by)
    contact = Contact.objects.get()
    amend(
        contact,
        {"notes": "Written here"},
        desk=DESK,
        by=by,
        at=timezone.now(),
        key="a",
        version=contact.case.root.version,
    )
    answer = put(
        "WP-1", by, notes="From the feed", assigned_at="2018-12-31T13:55Z", updated_at=None
    ).json()
    assert (answer["outcome"], answer["conflicts"]) == ("amended", ["notes"])
    contact.refresh_from_db()
    assert contact.notes == "Written here"
    assert contact.assigned_at is not None
    assert FeedConflict.objects.get().said == "From the feed"


def test_the_feed_lowers_no_grade_of_an_open_call() -> None:
    by = somebody()
    put("WP-1", by)
    answer = put("WP-1", by, grade="Scheduled")
    assert answer.json()["conflicts"] == ["grade"]
    assert Contact.objects.get().grade == "priority"


def test_only_a_token_of_whoever_takes_calls_writes() -> None:
    analyst = somebody("anna", "analyst")
    assert put("WP-1", analyst).status_code == 404
    session = signed_in(User.objects.get(pk=somebody().user_id))
    sent = session.put(f"{FEED}/WP-1", CALL, content_type="application/json")
    assert sent.status_code == 404
    assert Client().put(f"{FEED}/WP-1", CALL, content_type="application/json").status_code == 401
    assert not Contact.objects.exists()


def test_a_call_out_of_reach_is_refused() -> None:
    put("WP-1", somebody())
    other = somebody("otto", team="other-room")
    answer = put("WP-1", other, notes="Mine now")
    assert answer.status_code == 422
    assert Contact.objects.get().notes == CALL["notes"]


def test_a_token_that_only_reads_sends_nothing() -> None:
    by = somebody("olive", "operator")
    headers = header(by)
    ApiToken.objects.update(sends=False)
    answer = Client().put(f"{FEED}/WP-1", CALL, content_type="application/json", headers=headers)
    assert answer.status_code == 404
    assert not Contact.objects.exists()
    ApiToken.objects.update(sends=True)
    assert put("WP-1", by).status_code == 201


def test_a_key_that_cannot_be_kept_is_refused() -> None:
    answer = put("WP-1", somebody("olive", "operator"), key="k" * 201)
    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.json()["detail"]
    assert not Contact.objects.exists()
