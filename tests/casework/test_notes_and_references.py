"""Notes, and the force's own numbers."""

import uuid
from typing import Any

import pytest

from tests.home.cast import KEEPER, actor, agency, now, shared, team, thing, user
from wansdyke.access.models import Grant, User
from wansdyke.casework import force_references, notes
from wansdyke.casework.models import Case, Comment, ForceReference
from wansdyke.casework.queries import OutOfScope
from wansdyke.history.models import Change, Event
from wansdyke.kernel.flow import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    return user("ann", KEEPER)


@pytest.fixture
def case(ann: User) -> Case:
    return thing(ann).case


def when(by: User) -> dict[str, Any]:
    return {"by": actor(by), "at": now(), "key": uuid.uuid4().hex}


def test_a_note_is_kept_once_as_it_was_written(case: Case, ann: User) -> None:
    given = when(ann)
    notes.add(case, "Rang twice.\n\nNo answer.", **given)
    assert notes.add(case, "Rang twice.\n\nNo answer.", **given).repeated
    assert Comment.objects.get().text == "Rang twice.\n\nNo answer."
    assert Event.objects.filter(name="note added").count() == 1
    for text in (" ", "x" * 10_001):
        with pytest.raises(Refused) as refused:
            notes.add(case, text, **when(ann))
        assert refused.value.field == "text"


def test_a_partner_comments_from_level_two(case: Case, ann: User) -> None:
    council = agency("council", home=False)
    partner = user("pat", "partner", at=team("council-team", council))
    shared(case.root, council, ann)
    with pytest.raises(OutOfScope):
        notes.add(case, "Hello", **when(partner))
    Grant.objects.filter(kind=Grant.SHARE).update(level=2)
    notes.add(case, "Hello", **when(partner))
    assert Comment.objects.get().by == partner


def test_a_number_is_tidied_added_once_and_removed(case: Case, ann: User) -> None:
    force_references.add(case, kind="crime", value=" 54-2026  abc ", **when(ann))
    row = ForceReference.objects.get()
    assert (row.kind, row.value) == ("crime", "54-2026 ABC")
    for kind, value, field in (
        ("crime", "54-2026 abc", "value"),
        ("crime", "", "value"),
        ("shoe", "1", "kind"),
    ):
        with pytest.raises(Refused) as refused:
            force_references.add(case, kind=kind, value=value, **when(ann))
        assert refused.value.field == field
    force_references.remove(case, kind="crime", value="54-2026 ABC", **when(ann))
    assert not ForceReference.objects.exists()
    change = Change.objects.get(event__name="force reference removed", field="value")
    assert (change.old, change.new) == ("54-2026 ABC", None)
    with pytest.raises(Refused, match="already removed"):
        force_references.remove(case, kind="crime", value="54-2026 ABC", **when(ann))


def test_out_of_scope_is_out_of_scope(case: Case) -> None:
    stranger = user("zoe", KEEPER, at=team("other"))
    with pytest.raises(OutOfScope):
        notes.add(case, "Hello", **when(stranger))
    with pytest.raises(OutOfScope):
        force_references.add(case, kind="crime", value="1", **when(stranger))
