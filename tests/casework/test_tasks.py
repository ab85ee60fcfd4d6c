"""Actions on a case: who may own one, who is told, and what ends it."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from tests.home.cast import HEAD, KEEPER, actor, agency, audited, locked, now, team, thing, user
from wansdyke.access.models import Grant, Notice, User
from wansdyke.access.posts import Right
from wansdyke.casework import tasks
from wansdyke.casework.models import Action, Case
from wansdyke.casework.queries import OutOfScope, may_also
from wansdyke.history.door import KeyReused
from wansdyke.history.models import Change, Event
from wansdyke.kernel.flow import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    return user("ann", KEEPER)


@pytest.fixture
def ben() -> User:
    return user("ben", KEEPER)


@pytest.fixture
def case(ann: User) -> Case:
    return thing(ann).case


def added(case: Case, by: User, owner: User, **changed: Any) -> Action:
    given = {
        "title": "Ring the owner",
        "owner": owner.username,
        "due_at": now() + timedelta(days=1),
        "by": actor(by),
        "at": now(),
        "key": uuid.uuid4().hex,
        **changed,
    }
    tasks.add(case, **given)
    return Action.objects.get()


def finished(case: Case, action: Action, by: User, outcome: str = "They came") -> None:
    given = {"by": actor(by), "at": now(), "key": uuid.uuid4().hex}
    tasks.complete(case, action.reference, outcome=outcome, **given)


def handed(case: Case, action: Action, by: User, owner: User, reason: str = "Leave") -> None:
    given = {"by": actor(by), "at": now(), "key": uuid.uuid4().hex}
    tasks.hand_on(case, action.reference, owner=owner.username, reason=reason, **given)


def test_an_action_has_an_owner_who_is_told_and_named(case: Case, ann: User, ben: User) -> None:
    action = added(case, ann, ben)
    assert (action.owner, action.made_by, action.done_at) == (ben, ann, None)
    notice = Notice.objects.get(user=ben)
    assert action.reference in notice.text
    assert "owner" not in notice.text
    assert notice.link == f"/lost-property/{case.root.reference}/"
    assert Grant.objects.filter(root=case.root, user=ben, kind=Grant.NAMED).count() == 1
    event = Event.objects.get(root=case.root, name="action added")
    assert {c.field for c in event.changes.all()} == {"title", "owner", "due_at"}
    assert [e["action"] for e in audited("collection") if "action" in e] == [action.reference]


def test_who_sets_themself_an_action_needs_no_telling(case: Case, ann: User) -> None:
    added(case, ann, ann)
    assert not Notice.objects.exists()


def test_sent_twice_it_is_one_action(case: Case, ann: User, ben: User) -> None:
    key, due = uuid.uuid4().hex, now() + timedelta(days=1)
    added(case, ann, ben, key=key, due_at=due)
    before = Event.objects.count()
    added(case, ann, ben, key=key, due_at=due)
    assert (Action.objects.count(), Notice.objects.count()) == (1, 1)
    assert Event.objects.count() == before
    with pytest.raises(KeyReused):
        added(case, ann, ben, key=key, due_at=due, title="Something else")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"due_at": now() - timedelta(hours=1)}, "due_at"),
    ],
)
def test_what_is_amiss_is_said_on_its_field(
    case: Case, ann: User, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        added(case, ann, ann, **changed)
    assert refused.value.field == field
    assert not Action.objects.exists()


def test_an_owner_must_be_one_of_those_offered(case: Case, ann: User) -> None:
    with pytest.raises(Refused) as refused:
        added(case, ann, user("cat", KEEPER, at=team("other")))
    assert refused.value.field == "owner"


def test_owners_are_colleagues_who_edit_and_those_named(case: Case, ann: User, ben: User) -> None:
    elsewhere = user("cat", KEEPER, at=team("other"))
    named = user("dan", KEEPER, at=team("other"))
    Grant.objects.create(
        root=case.root, user=named, kind=Grant.NAMED, from_at=now(), made_by=ann, level=3
    )
    reader = user("eve", "analyst")
    gone = user("fay", KEEPER)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    conflicted = user("gus", HEAD)
    locked(case.root, conflicted, ann)
    stranger = user("hal", "partner", at=team("council-team", agency("council", home=False)))
    found = set(tasks.owners(case, now() + timedelta(seconds=1)))
    assert found == {ann, ben, named}
    assert not found & {elsewhere, reader, gone, conflicted, stranger}


def test_completing_keeps_the_outcome_and_tells_who_set_it(
    case: Case, ann: User, ben: User
) -> None:
    action = added(case, ann, ben)
    with pytest.raises(Refused) as refused:
        finished(case, action, ben, "")
    assert refused.value.field == "outcome"
    finished(case, action, ben)
    action.refresh_from_db()
    assert action.outcome == "They came"
    assert action.done_at is not None
    assert Notice.objects.filter(user=ann, text__contains=action.reference).count() == 1
    with pytest.raises(Refused, match="already complete"):
        finished(case, action, ben, "Again")
    with pytest.raises(Refused, match="already complete"):
        handed(case, action, ann, ann)


def test_handing_on_names_and_tells_the_new_owner(case: Case, ann: User, ben: User) -> None:
    action = added(case, ann, ann)
    with pytest.raises(Refused, match="already"):
        handed(case, action, ann, ann)
    with pytest.raises(Refused) as refused:
        handed(case, action, ann, ben, reason="")
    assert refused.value.field == "reason"
    handed(case, action, ann, ben)
    action.refresh_from_db()
    assert action.owner == ben
    assert Notice.objects.filter(user=ben).count() == 1
    change = Change.objects.get(event__name="action handed on", field="owner")
    assert (change.old, change.new) == ("Ann", "Ben")


def test_an_owner_who_leaves_the_team_still_sees_the_case(case: Case, ann: User, ben: User) -> None:
    added(case, ann, ben)
    ben.memberships.all().delete()
    ben.memberships.create(team=team("other"), post=KEEPER, from_date=now().date())
    assert may_also(actor(ben), Right.EDIT, case.root, now())


def test_out_of_scope_is_out_of_scope(case: Case, ann: User) -> None:
    action = added(case, ann, ann)
    stranger = user("zoe", KEEPER, at=team("other"))
    with pytest.raises(OutOfScope):
        tasks.add(
            case,
            title="Pry",
            owner="zoe",
            due_at=now() + timedelta(days=1),
            by=actor(stranger),
            at=now(),
            key=uuid.uuid4().hex,
        )
    with pytest.raises(OutOfScope):
        finished(case, action, stranger)
    other = thing(ann).case
    with pytest.raises(OutOfScope):
        finished(other, action, ann)
