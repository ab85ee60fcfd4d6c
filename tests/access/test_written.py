"""Questions written as SQL once give what the policy gives, whoever asks, as things stand now."""

import pytest
from django.db.models import QuerySet

from tests.home import cast
from wansdyke.access.actors import Actor
from wansdyke.access.models import Load, Root
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope
from wansdyke.access.written import STAND_IN, Question, among_keys, standing
from wansdyke.people.models import PersonRecord

pytestmark = pytest.mark.django_db


def _seen(actor: Actor, at: object) -> QuerySet[PersonRecord, tuple[int]]:
    rows = PersonRecord.objects.filter(scope(actor, Right.VIEW, at, "root__"), among_keys("pk"))  # type: ignore[arg-type]
    return rows.order_by().values_list("pk")


SEEN = Question(_seen)


def seen(actor: Actor, *records: PersonRecord) -> set[int]:
    return {pk for (pk,) in SEEN.rows(actor, cast.now(), [one.pk for one in records])}


def test_it_is_asked_with_the_moment_the_keys_and_the_posts_of_now() -> None:
    kim = cast.user("kim", cast.KEEPER)
    mine, other = cast.record(surname="Smith"), cast.record(surname="Smith")
    hidden = cast.record(surname="Smith", marking=Root.RESTRICTED)
    theirs = cast.record(surname="Smith", at=cast.team("other-store"))
    everything = (mine, other, hidden, theirs)
    assert seen(cast.actor(kim), *everything) == {mine.pk, other.pk}
    assert seen(cast.actor(kim), other) == {other.pk}
    assert SEEN.rows(cast.actor(kim), cast.now(), []) == []
    cast.locked(mine.root, kim, kim)
    assert seen(cast.actor(kim), *everything) == {other.pk}
    load = Load.objects.create(
        kind="people", file_name="f", sha256="0" * 64, by=kim, started_at=cast.now()
    )
    Root.objects.filter(pk=other.pk).update(load=load)
    assert seen(cast.actor(kim), *everything) == set()
    Load.objects.update(completed_at=cast.now())
    assert seen(cast.actor(kim), *everything) == {other.pk}


def test_a_share_opens_a_record_only_while_it_lasts() -> None:
    kim = cast.user("kim", cast.KEEPER)
    council = cast.agency("council", home=False)
    pat = cast.user("pat", "partner", at=cast.team("safeguarding", council))
    held = cast.record(surname="Smith")
    assert seen(cast.actor(pat), held) == set()
    grant = cast.shared(held.root, council, kim, "identity")
    assert seen(cast.actor(pat), held) == {held.pk}
    grant.until_at = cast.now()
    grant.save()
    assert seen(cast.actor(pat), held) == set()


def test_whoever_may_see_nothing_is_asked_nothing() -> None:
    auditor = cast.actor(cast.user("audrey", cast.AUDITOR))
    assert seen(auditor, cast.record(surname="Smith")) == set()


def test_two_requests_of_one_person_stand_alike_and_other_posts_do_not() -> None:
    kim = cast.user("kim", cast.KEEPER)
    first, second = cast.actor(kim), cast.actor(kim)
    assert standing(first) == standing(second)
    assert standing(cast.actor(cast.user("kit", cast.KEEPER))) != standing(first)
    assert STAND_IN.year < 1900
