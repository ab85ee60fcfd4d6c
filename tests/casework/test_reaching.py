"""Reaching somebody: the gate reads every record, tries are kept, and a word is checked."""

import ast
import uuid
from datetime import time
from pathlib import Path
from typing import Any

import pytest

import wansdyke
from tests.home.cast import (
    HEAD,
    KEEPER,
    actor,
    agency,
    audited,
    locked,
    now,
    record,
    shared,
    signed_in,
    team,
    thing,
    user,
)
from tests.lost_property.desk import DESK
from wansdyke.access.models import Notice, Root, User
from wansdyke.casework import parties
from wansdyke.casework.models import Case, ContactAttempt
from wansdyke.casework.queries import OutOfScope
from wansdyke.casework.reaching import Tried, attempted
from wansdyke.history.models import Change, Event, Operation
from wansdyke.kernel.flow import Refused
from wansdyke.people import caller_password, safe_contact
from wansdyke.people.contact_rules import Answer
from wansdyke.people.models import CallerPassword, PersonRecord

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    return user("ann", KEEPER)


@pytest.fixture
def case(ann: User) -> Case:
    return thing(ann).case


@pytest.fixture
def mary(case: Case, ann: User) -> PersonRecord:
    typed = {"forename": "Mary", "surname": "Coldwell", "phone": "07700 900123"}
    parties.add_person(case, "subject", desk=DESK, typed=typed, **when(ann))
    return PersonRecord.objects.select_related("root", "person").get(surname="Coldwell")


def when(by: User) -> dict[str, Any]:
    return {"by": actor(by), "at": now(), "key": uuid.uuid4().hex}


def ruled(whom: PersonRecord, by: User, answer: str, channel: str = "call", **more: Any) -> str:
    said = {"channel": channel, "answer": answer, "words": "Ask for Sam", **more}
    return safe_contact.record_rule(whom, said, **when(by))


def test_a_rule_of_one_record_holds_for_the_person(mary: PersonRecord, ann: User) -> None:
    ruled(mary, ann, "safe")
    assert safe_contact.gate(mary.person_id, "call", now()).may_go
    other = record(surname="Coldwell")
    PersonRecord.objects.filter(pk=other.pk).update(person=mary.person)
    Root.objects.filter(pk=other.root_id).update(marking=Root.SEALED)
    PersonRecord.objects.filter(pk=other.pk).update(safe_contact="Never at home")
    assert safe_contact.gate(mary.person_id, "call", now()).answer is Answer.READ


def test_what_a_record_out_of_scope_says_is_not_told(mary: PersonRecord, ann: User) -> None:
    ruled(mary, ann, "unsafe")
    stands = safe_contact.standing([mary.person_id], now())[mary.person_id]
    decision = stands.decision("call", now())
    assert "Sam" not in safe_contact.told(decision, stands, {})
    assert safe_contact.HIDDEN in safe_contact.told(decision, stands, {})
    from_here = {mary.pk: frozenset(PersonRecord.SECTIONS.values())}
    assert "Ask for Sam" in safe_contact.told(decision, stands, from_here)


def test_when_it_is_safe_again_is_told_where_all_that_says_so_is_seen(
    mary: PersonRecord, ann: User
) -> None:
    hours = {"from_time": time(2), "until_time": time(3)}
    ruled(mary, ann, "safe", days=[(now().weekday() + 3) % 7], **hours)
    stands = safe_contact.standing([mary.person_id], now())[mary.person_id]
    decision = stands.decision("call", now())
    assert "02:00" not in safe_contact.told(decision, stands, {})
    assert "Not safe" in safe_contact.told(decision, stands, {})
    seen = {mary.pk: frozenset(PersonRecord.SECTIONS.values())}
    assert "02:00" in safe_contact.told(decision, stands, seen)


def test_an_ended_rule_and_one_past_its_day_say_nothing(mary: PersonRecord, ann: User) -> None:
    reference = ruled(mary, ann, "safe")
    safe_contact.end_rule(mary, reference, reason="He has her phone", **when(ann))
    assert not safe_contact.gate(mary.person_id, "call", now()).may_go
    assert Change.objects.filter(record=reference, field="reason", new="He has her phone").exists()
    with pytest.raises(OutOfScope):
        safe_contact.end_rule(mary, reference, reason="Twice", **when(ann))


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"channel": "pigeon"}, "channel"),
        ({"answer": "perhaps"}, "answer"),
        ({"answer": "read", "words": " "}, "words"),
        ({"from_time": now().time()}, "until_time"),
        ({"until_date": now().date().replace(year=2020)}, "until_date"),
    ],
)
def test_what_makes_no_rule_is_refused_at_its_field(
    mary: PersonRecord, ann: User, said: dict[str, Any], field: str
) -> None:
    given = {"channel": "call", "answer": "safe", "words": "x", **said}
    with pytest.raises(Refused) as refused:
        safe_contact.record_rule(mary, given, **when(ann))
    assert refused.value.field == field
    assert not mary.root.contact_rules.exists()


def test_whoever_is_locked_out_records_nothing(mary: PersonRecord, ann: User) -> None:
    locked(mary.root, ann, user("ben", KEEPER))
    with pytest.raises(OutOfScope):
        ruled(mary, ann, "safe")


def test_whoever_is_locked_out_of_a_record_is_not_told_how_to_reach_them(
    case: Case, mary: PersonRecord, ann: User
) -> None:
    page = f"/lost-property/{case.root.reference}/people/{mary.root.reference}/contact/"
    assert signed_in(ann).get(page).status_code == 200
    locked(mary.root, ann, ann)
    for path in (page, f"{page}tries/call/"):
        assert signed_in(ann).get(path).status_code == 404
    with pytest.raises(OutOfScope):
        attempted(case, mary, Tried(channel="call", outcome="reached"), desk=DESK, **when(ann))


def test_a_try_keeps_what_the_gate_said(case: Case, mary: PersonRecord, ann: User) -> None:
    ruled(mary, ann, "safe")
    tried = Tried(channel="call", outcome="no-answer")
    attempted(case, mary, tried, desk=DESK, **when(ann))
    row = ContactAttempt.objects.get()
    assert (row.gate, row.against, row.by) == ("safe", "", ann)
    assert set(audited("collection")[-1]["subjects"]) == {
        case.root.reference,
        mary.root.reference,
    }


def test_going_ahead_unasked_needs_a_reason(case: Case, mary: PersonRecord, ann: User) -> None:
    with pytest.raises(Refused) as refused:
        attempted(case, mary, Tried(channel="call", outcome="sent"), desk=DESK, **when(ann))
    assert refused.value.field == "against"
    assert not ContactAttempt.objects.exists()
    risked = Tried(channel="call", outcome="sent", against="Her life is in danger")
    attempted(case, mary, risked, desk=DESK, **when(ann))
    assert ContactAttempt.objects.get().gate == "read"


def test_a_try_against_the_gate_is_told_to_supervisors(
    case: Case, mary: PersonRecord, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    boss = user("boss", KEEPER)
    monkeypatch.setattr("wansdyke.casework.reaching.holders", lambda *_: [boss.pk, ann.pk])
    ruled(mary, ann, "unsafe")
    risked = Tried(channel="call", outcome="sent", against="Her life is in danger")
    attempted(case, mary, risked, desk=DESK, **when(ann))
    assert [notice.user for notice in Notice.objects.filter(text__contains="not safe")] == [boss]


def test_a_word_is_matched_as_it_is_spoken(mary: PersonRecord, ann: User) -> None:
    caller_password.set_word(mary, "Héron-Bleu", **when(ann))
    assert caller_password.check(mary.person, mary, "heron bleu", **when(ann))
    assert not caller_password.check(mary.person, mary, "heron", **when(ann))
    names = Event.objects.filter(root=mary.root).values_list("name", flat=True)
    assert {caller_password.RIGHT, caller_password.WRONG} <= set(names)


def test_the_word_stands_nowhere(mary: PersonRecord, ann: User) -> None:
    caller_password.set_word(mary, "kingfisher", **when(ann))
    caller_password.check(mary.person, mary, "kingfisher", **when(ann))
    kept = [
        *CallerPassword.objects.values_list("hashed", flat=True),
        *(str(one) for one in Change.objects.values_list("old", "new")),
        *(str(one) for one in Operation.objects.values_list("digest", "outcome")),
        str(audited("collection")),
    ]
    assert not any("kingfisher" in one for one in kept)


def test_after_five_wrong_words_even_the_right_one_is_refused(
    mary: PersonRecord, ann: User
) -> None:
    caller_password.set_word(mary, "kingfisher", **when(ann))
    for guess in range(caller_password.MOST):
        assert not caller_password.check(mary.person, mary, f"guess {guess}", **when(ann))
    boss = user("boss", HEAD)
    before = len(audited("collection"))
    with pytest.raises(Refused):
        caller_password.check(mary.person, mary, "kingfisher", **when(ann))
    # That somebody went on asking is noted, and told.
    assert Event.objects.filter(root=mary.root, name=caller_password.SHUT).count() == 1
    assert audited("collection")[before]["shut"] is True
    assert Notice.objects.filter(user=boss).count() == 1


def test_an_answer_given_before_is_worth_nothing_once_the_word_is_another(
    mary: PersonRecord, ann: User
) -> None:
    caller_password.set_word(mary, "kingfisher", **when(ann))
    once = when(ann)
    assert caller_password.check(mary.person, mary, "kingfisher", **once)
    caller_password.set_word(mary, "lapwing", **when(ann))
    assert not caller_password.check(mary.person, mary, "kingfisher", **once)


@pytest.mark.parametrize("weak", ["aaaa", "1234", "....", "\u200b" * 5, "abab", "ann"])
def test_a_word_that_anybody_would_say_is_refused(mary: PersonRecord, ann: User, weak: str) -> None:
    with pytest.raises(Refused):
        caller_password.set_word(mary, weak, **when(ann))


def test_letters_of_every_alphabet_count(mary: PersonRecord, ann: User) -> None:
    caller_password.set_word(mary, "Рыба-кит", **when(ann))
    assert caller_password.check(mary.person, mary, "рыба кит", **when(ann))
    assert not caller_password.check(mary.person, mary, "рыба", **when(ann))


def test_whoever_is_shared_the_core_alone_speaks_with_nobody(mary: PersonRecord, ann: User) -> None:
    caller_password.set_word(mary, "kingfisher", **when(ann))
    council = agency("council", home=False)
    pat = user("pat", "partner", at=team("council-team", council))
    for sections, status in ((("core",), 404), (("core", "identity", "safe contact"), 200)):
        grant = shared(mary.root, council, ann, *sections)
        grant.level = 2
        grant.save()
        asked = signed_in(pat).get(f"/people/{mary.person.reference}/password/")
        assert asked.status_code == status, sections


def test_a_new_word_ends_the_old_one(mary: PersonRecord, ann: User) -> None:
    caller_password.set_word(mary, "kingfisher", **when(ann))
    caller_password.set_word(mary, "lapwing", **when(ann))
    assert not caller_password.check(mary.person, mary, "kingfisher", **when(ann))
    assert caller_password.check(mary.person, mary, "lapwing", **when(ann))
    caller_password.end_word(mary, reason="She asked", **when(ann))
    told = caller_password.protected(when(ann)["by"], when(ann)["at"], [mary.person_id])
    assert not told


SENDERS = {"smtplib", "django.core.mail", "requests", "httpx", "urllib.request", "http.client"}


def test_nothing_in_the_product_sends_past_the_gate() -> None:
    """Whoever adds a way out has to ask `safe_contact.gate`: there is none now besides, but to the
    force's own provider of single sign-on, which is asked who a colleague is."""
    sending = []
    for path in Path(wansdyke.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            named = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                named = [node.module or "", *(f"{node.module}.{one.name}" for one in node.names)]
            if SENDERS & set(named):
                sending.append(str(path))
    assert sorted(Path(one).name for one in sending) == ["single_sign_on.py", "sso_views.py"]
