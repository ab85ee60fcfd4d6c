"""A request from its opening to its bundle, by two records managers and a privacy officer."""

import json
import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.casework import leaving_cast as cast
from tests.home.cast import audited, signed_in
from tests.sweeps.canaries import words_in
from wansdyke.access.models import Lock, Notice, Root, User
from wansdyke.casework.models import Leaving, LeavingRelease
from wansdyke.history.models import Event

pytestmark = pytest.mark.django_db
WHY = "She told him this herself in front of an officer"


@pytest.fixture
def held() -> cast.Held:
    return cast.made()


def client(username: str) -> Client:
    return signed_in(User.objects.get(username=username))


def posted(who: Client, path: str, **said: Any) -> Any:
    return who.post(path, {"key": uuid.uuid4().hex, **said})


def page(who: Client, path: str) -> str:
    answer = who.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def opened(held: cast.Held, ray: Client) -> str:
    """A request opened on the page; its address."""
    today = timezone.now()
    said = {
        "purpose": "subject access", "recipient_kind": "the person themself",
        "recipient": "He himself", "regime": "part-3", "forename": held.him[0].forename,
        "surname": held.him[0].surname, "identity": "seen", "asked_for": "All",
        "received_on-day": today.day, "received_on-month": today.month,
        "received_on-year": today.year, "identity_on-day": today.day,
        "identity_on-month": today.month, "identity_on-year": today.year,
    }  # fmt: skip
    answer = posted(ray, "/requests/new/", **said)
    assert answer.status_code == 302, re.findall(
        "error-message[^<]*<[^<]*<[^<]*", answer.content.decode()
    )
    found = str(Leaving.objects.latest("pk").reference)
    assert answer["Location"] == f"/requests/{found}/people/"
    return f"/requests/{found}/"


def items_of(who: Client, at: str) -> dict[str, str]:
    """Each item's address, by the words it is listed with."""
    shown = "".join(page(who, f"{at}items/?page={number}") for number in range(1, 5))
    found = re.findall(r'href="([^"]+/items/[0-9a-f]{16}/)">([^<]+)<', shown)
    return {text: href for href, text in found}


def item_with(who: Client, at: str, words: str) -> str:
    found = [href for text, href in items_of(who, at).items() if words in text]
    assert len(found) == 1, found
    return found[0]


def test_from_the_request_to_the_bundle(held: cast.Held) -> None:
    ray, rhea, priti = client("ray"), client("rhea"), client("priti")
    at = opened(held, ray)
    shown = page(ray, f"{at}people/")
    references = [record.root.reference for record in held.him]
    assert references[0] in shown
    posted(ray, f"{at}people/", records=[references[0]], theirs="yes")
    # The other record of the same person is offered once one is said to be theirs.
    assert references[1] in page(ray, f"{at}people/")
    posted(ray, f"{at}people/", records=references, theirs="yes")
    moved = item_with(ray, at, "He says")
    assert "Held back" in page(ray, moved)
    taken = {"outcome": "redacted", "exemption": "third-party", "reason": "Her name"}
    name = f"{held.victim.forename} {held.victim.surname}"
    posted(ray, moved, **taken, phrases=name)
    assert "[taken out]" in page(ray, moved)
    assert "Held back" not in page(ray, moved)
    marac = item_with(ray, at, "Went to MARAC")
    posted(ray, f"{marac}release/", reason=WHY)
    release = LeavingRelease.objects.get()
    mine = f"{at}releases/{release.reference}/"
    posted(ray, mine, agreed="yes", reason=WHY)
    assert LeavingRelease.objects.get().agreed is None
    assert "Went to MARAC on Tuesday" in page(rhea, mine)
    posted(rhea, mine, agreed="no", reason=WHY)
    assert LeavingRelease.objects.get().agreed is False
    assert name not in bundle_of(at, ray, rhea, priti)


def bundle_of(at: str, ray: Client, rhea: Client, priti: Client) -> str:
    """The bundle, once everybody has done their part."""
    posted(ray, f"{at}step/prepare/")
    assert posted(ray, f"{at}step/close/").status_code == 404
    posted(rhea, f"{at}step/close/")
    assert Leaving.objects.get().state == "prepared"
    posted(priti, f"{at}step/check/", words="Nothing is out of sight")
    posted(rhea, f"{at}step/close/")
    assert Leaving.objects.get().state == "closed"
    bundle = b"".join(ray.get(f"{at}bundle/json/").streaming_content).decode()
    assert "moved out" in bundle
    assert "[taken out]" in bundle
    assert "MARAC" not in bundle
    told = json.loads(bundle)
    assert any("somebody else" in line for line in told["grounds"])
    assert ray.get(f"{at}bundle/pdf/")["Content-Type"] == "application/pdf"
    fetched = [one for one in audited("disclosure") if one.get("page") == "leaving-file"]
    assert [one["recipient"] for one in fetched] == ["the person themself"] * 2
    return bundle


def test_a_release_by_two_leaves_and_is_in_the_log(held: cast.Held) -> None:
    ray, rhea = client("ray"), client("rhea")
    leaving = cast.asked(held)
    at = f"/requests/{leaving.reference}/"
    href = item_with(ray, at, "Went to MARAC")
    posted(ray, f"{href}release/", reason=WHY)
    reference = LeavingRelease.objects.get().reference
    posted(rhea, f"{at}releases/{reference}/", agreed="yes", reason="too short")
    assert LeavingRelease.objects.get().agreed is None
    posted(rhea, f"{at}releases/{reference}/", agreed="yes", reason=WHY)
    assert LeavingRelease.objects.get().agreed is True
    assert Event.objects.filter(subject=reference, name="released").count() == 1
    (entry,) = [one for one in audited("disclosure") if reference in one["subjects"]]
    assert entry["actor"] == "rhea"
    assert held.his.reference in entry["subjects"]
    assert "MARAC" not in json.dumps(audited("disclosure"))
    (one,) = [p for p in cast.seen_by("ray", leaving) if "Went to MARAC" in p.piece.text]
    assert one.leaving is not None


def test_who_may_not_gets_what_a_missing_page_gives(held: cast.Held) -> None:
    leaving = cast.asked(held)
    at = f"/requests/{leaving.reference}/"
    for username in ("olivia", "sasha", "anya", "ada", "carol", "stan"):
        for path in (at, "/requests/", f"{at}items/", f"{at}bundle/pdf/"):
            assert client(username).get(path).status_code == 404, (username, path)
    priti = client("priti")
    assert "Out of the preparers" in page(priti, at)
    for path in (f"{at}items/", f"{at}people/", f"{at}releases/", f"{at}bundle/pdf/"):
        assert priti.get(path).status_code == 404
    assert not words_in([page(priti, at)]) - words_in([str(held.him[0])])


def test_whoever_is_locked_out_of_the_person_sees_no_request(held: cast.Held) -> None:
    leaving = cast.asked(held)
    root = held.him[0].root
    Lock.objects.create(
        root=root, user=User.objects.get(username="rhea"), reason="His sister",
        made_by=User.objects.get(username="stan"), made_at=timezone.now(),
    )  # fmt: skip
    assert client("rhea").get(f"/requests/{leaving.reference}/").status_code == 404
    assert client("ray").get(f"/requests/{leaving.reference}/").status_code == 200


def test_what_is_out_of_sight_is_counted_to_the_privacy_officer_alone(held: cast.Held) -> None:
    Root.objects.filter(reference=held.hers.reference).update(marking=Root.SEALED)
    leaving = cast.asked(held)
    at = f"/requests/{leaving.reference}/"
    assert "Control room: 1, sealed" in page(client("priti"), at)
    shown = page(client("ray"), at) + page(client("ray"), f"{at}items/")
    assert held.hers.reference not in shown
    assert not words_in([shown]) & held.words("hers")


def test_what_changed_since_it_was_prepared_is_not_closed(held: cast.Held) -> None:
    leaving = cast.asked(held)
    ray, rhea, priti = client("ray"), client("rhea"), client("priti")
    at = f"/requests/{leaving.reference}/"
    posted(priti, f"{at}step/check/", words="Nothing")
    posted(ray, f"{at}step/prepare/")
    held.him[0].middle_names = "Aubrey"
    held.him[0].save()
    assert "is not what was prepared" in posted(rhea, f"{at}step/close/").content.decode()
    posted(rhea, f"{at}step/send-back/", reason="Look again")
    assert Leaving.objects.get().state == "open"


def test_notices_name_nobody(held: cast.Held) -> None:
    cast.closed(cast.asked(held))
    texts = "\n".join(Notice.objects.values_list("text", flat=True))
    assert not words_in([texts])
