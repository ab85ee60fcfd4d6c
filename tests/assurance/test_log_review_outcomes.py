"""The review of the log: who sees a finding, and what is made of it."""

from datetime import timedelta
from typing import Any

import pytest

from tests.assurance.looking import (
    BORN,
    STANDARDS,
    found,
    given,
    looked,
    officer,
    through,
)
from tests.home import cast
from wansdyke.access.models import Notice, User
from wansdyke.access.scope import OutOfScope
from wansdyke.assurance import declarations, log_review
from wansdyke.assurance.models import FindingWord, LogFinding
from wansdyke.history.models import Event
from wansdyke.kernel.flow import Refused

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WORDS = "I asked her sergeant, who knew of it."
LIVES = {"address": "1 High Street, Swindon", "postcode": "SN1 1AA"}


@pytest.fixture
def priti() -> User:
    return officer("Priti Lowe", post=cast.AUDITOR)


@pytest.fixture
def stan() -> User:
    return officer("Stan Whitlock", post=STANDARDS)


@pytest.fixture
def rosa() -> User:
    return officer("Rosa Finch")


def declared(user: User, **more: Any) -> None:
    declarations.declare({"date_of_birth": BORN, **LIVES, **more}, **given(user))


def kinds(**asked: Any) -> list[str]:
    return [one.kind for one in found(**asked)]


@pytest.fixture
def one(rosa: User) -> LogFinding:
    declared(rosa)
    own = cast.record(forename="Rosa", surname="Finch", date_of_birth=BORN)
    looked(rosa, own)
    through()
    return found()[0]


def test_it_is_the_business_of_reviewers_but_of_nobody_locked_out_or_concerned(
    one: LogFinding, priti: User, stan: User, rosa: User
) -> None:
    for who in (priti, stan):
        assert log_review.one_of(cast.actor(who), one.reference) == one
    for post in (cast.KEEPER, cast.HEAD, cast.ADMINISTRATOR, cast.ANALYST):
        with pytest.raises(OutOfScope):
            log_review.in_sight(cast.actor(officer(f"{post} Else", post=post)))
    assert one.root is not None
    cast.locked(one.root, priti, stan)
    assert not log_review.in_sight(cast.actor(priti)).exists()
    LogFinding.objects.filter(pk=one.pk).update(viewer=stan)
    assert not log_review.in_sight(cast.actor(stan)).exists()


def test_a_lock_on_another_record_of_the_same_person_hides_it_too(
    one: LogFinding, priti: User, stan: User
) -> None:
    assert one.root is not None
    other = cast.record(forename="R", surname="Finch", person=one.root.person_record.person)
    cast.locked(other.root, priti, stan)
    assert not log_review.in_sight(cast.actor(priti)).exists()


def test_a_review_is_kept_with_its_event_and_entry_and_ends_it(
    one: LogFinding, priti: User, stan: User
) -> None:
    log_review.take(one, **given(priti))
    sent = given(priti)
    for _ in range(2):
        log_review.review(one, "training", WORDS, **sent)
    one.refresh_from_db()
    assert (one.state, one.outcome, one.reviewed_by) == ("done", "training", priti)
    assert [said.kind for said in one.said.order_by("pk")] == ["taken", "reviewed"]
    assert Event.objects.filter(subject=one.reference, name="finding: reviewed").count() == 1
    told = cast.audited("alteration")[-1]
    assert (told["subjects"], told["outcome"]) == ([one.reference], "training")
    for again in (
        lambda: log_review.review(one, "work", WORDS, **given(stan)),
        lambda: log_review.take(one, **given(stan)),
        lambda: log_review.ask(one, "x", WORDS, **given(stan)),
    ):
        with pytest.raises(Refused, match="reviewed this already"):
            again()


@pytest.mark.parametrize(
    ("outcome", "words", "field"),
    [
        ("", WORDS, "outcome"),
        ("fine", WORDS, "outcome"),
        ("work", " ", "words"),
        ("work", "Short", "words"),
    ],
)
def test_a_review_says_what_it_was_and_why(
    one: LogFinding, priti: User, outcome: str, words: str, field: str
) -> None:
    with pytest.raises(Refused) as refused_:
        log_review.review(one, outcome, words, **given(priti))
    assert refused_.value.field == field
    assert not FindingWord.objects.exists()


def test_misuse_stands_only_when_somebody_else_looked(
    one: LogFinding, priti: User, stan: User
) -> None:
    log_review.review(one, "misuse", WORDS, **given(priti))
    assert Notice.objects.get().user == stan
    with pytest.raises(Refused, match="Somebody else"):
        log_review.second(one, True, WORDS, **given(priti))
    log_review.second(one, False, WORDS, **given(stan))
    one.refresh_from_db()
    assert (one.state, one.outcome, one.reviewed_by) == ("waiting", "", None)
    log_review.review(one, "misuse", WORDS, **given(stan))
    log_review.second(one, True, WORDS, **given(priti))
    one.refresh_from_db()
    assert (one.state, one.outcome, one.seconded_by) == ("done", "misuse", priti)
    with pytest.raises(Refused, match="Nobody waits"):
        log_review.second(one, True, WORDS, **given(stan))


def test_a_supervisor_is_asked_and_answers_once(one: LogFinding, priti: User, rosa: User) -> None:
    hedda, other = officer("Hedda Head", post=cast.HEAD), officer("Odo Head", post=cast.HEAD)
    assert [u.name for u in log_review.supervisors_of(one, cast.now())] == [
        "Hedda Head",
        "Odo Head",
    ]
    with pytest.raises(Refused) as nobody:
        log_review.ask(one, "rosa", WORDS, **given(priti))
    assert nobody.value.field == "whom"
    log_review.ask(one, "hedda", "What was this look needed for?", **given(priti))
    assert Notice.objects.get(user=hedda).link == f"/audit/asked/{one.reference}/"
    question = log_review.question_to(cast.actor(hedda), one.reference)
    for who in (other, rosa, priti):
        with pytest.raises(OutOfScope):
            log_review.question_to(cast.actor(who), one.reference)
    log_review.answer(question, "She corrected her own address.", **given(hedda))
    assert Notice.objects.get(user=priti).link == f"/audit/review/{one.reference}/"
    with pytest.raises(Refused, match="answered this already"):
        log_review.answer(question, "She corrected her own address.", **given(hedda))


def test_a_supervisor_who_is_locked_out_is_not_asked(one: LogFinding, stan: User) -> None:
    hedda = officer("Hedda Head", post=cast.HEAD)
    assert one.root is not None
    cast.locked(one.root, hedda, stan)
    assert log_review.supervisors_of(one, cast.now()) == []


def test_what_comes_after_a_review_is_a_finding_of_its_own(
    one: LogFinding, priti: User, rosa: User
) -> None:
    log_review.review(one, "training", WORDS, **given(priti))
    looked(rosa, one.about, ago=2 * DAY - HOUR)
    through()
    states = [(row.state, row.entries_counted) for row in found(about=one.about)]
    assert states == [("done", 1), ("waiting", 1)]
