"""Whoever works for an agency and has a conflict with somebody on an agenda is found, partners'
staff as well; a sender is told that there may be somebody, and never who."""

from typing import Any
from uuid import uuid4

import pytest

from tests.casework.test_conflicts import locked
from tests.home import cast
from wansdyke.access.models import Agency, User
from wansdyke.access.sections import Section
from wansdyke.casework import agenda, conflicts
from wansdyke.casework.agenda import LOCKED, NAMESAKE, SUGGESTED, Clash
from wansdyke.casework.models import Case, Conflict
from wansdyke.people.models import PersonRecord

pytestmark = pytest.mark.django_db
SAID = "may have a conflict of interest"


@pytest.fixture
def kim() -> User:
    return cast.user("kim", cast.KEEPER)


@pytest.fixture
def stan() -> User:
    return cast.user("stan", "professional-standards")


@pytest.fixture
def refuge() -> Agency:
    return Agency.objects.create(key="refuge", name="Refuge North", kind="charity")


@pytest.fixture
def case(kim: User) -> Case:
    return cast.thing(kim, parties=[cast.record(forename="Ann", surname="Smith")]).case


@pytest.fixture
def record(case: Case) -> PersonRecord:
    found: PersonRecord = case.parties.get().record
    return found


def partner(username: str, name: str, at: Agency) -> User:
    made = cast.user(username, "partner", at=cast.team(f"{at.key}-team", at))
    User.objects.filter(pk=made.pk).update(name=name)
    made.refresh_from_db()
    return made


def found(record: PersonRecord, *agencies: Agency) -> list[Clash]:
    return agenda.clashes([record.pk], [one.pk for one in agencies], cast.now())


def test_a_partners_staff_are_suggested_too(case: Case, refuge: Agency) -> None:
    pat = partner("pat", "Ann Smith", refuge)
    assert conflicts.suggest(cast.now()) == 1
    assert Conflict.objects.get().user == pat


def test_also_when_the_account_is_made_or_renamed_after_the_case(
    case: Case, record: PersonRecord, refuge: Agency
) -> None:
    assert conflicts.suggest(cast.now()) == 0
    pat = partner("pat", "Pat Other", refuge)
    assert conflicts.suggest(cast.now()) == 0
    User.objects.filter(pk=pat.pk).update(name="Ann Smith")
    assert conflicts.suggest(cast.now()) == 1
    made = Conflict.objects.get()
    assert (made.user_id, made.root_id, made.relation) == (pat.pk, record.pk, "self")


@pytest.mark.parametrize("name", ["Ann Marie Smith", "ANN SMITH", "Ann  Smíth"])
def test_a_name_in_the_middle_hides_nobody(case: Case, refuge: Agency, name: str) -> None:
    partner("pat", name, refuge)
    assert conflicts.suggest(cast.now()) == 1


def test_one_word_is_no_name(case: Case, refuge: Agency) -> None:
    partner("pat", "Smith", refuge)
    assert conflicts.suggest(cast.now()) == 0
    assert agenda.keys_of_name("") == set()


def test_an_agenda_finds_namesakes_before_anybody_was_told(
    record: PersonRecord, refuge: Agency
) -> None:
    pat = partner("pat", "Ann Smith", refuge)
    council = cast.agency("council", home=False)
    assert found(record, refuge, council) == [Clash(pat.pk, record.pk, NAMESAKE)]
    assert found(record, council) == []
    User.objects.filter(pk=pat.pk).update(is_active=False)
    assert found(record, refuge) == []


def test_how_it_stands_is_said_and_the_gravest_counts(
    case: Case, record: PersonRecord, stan: User, refuge: Agency
) -> None:
    pat = partner("pat", "Ann Smith", refuge)
    conflicts.suggest(cast.now())
    assert found(record, refuge) == [Clash(pat.pk, record.pk, SUGGESTED)]
    locked(pat, case.root.reference, stan)
    assert found(record, refuge) == [Clash(pat.pk, record.pk, LOCKED)]


def test_a_lock_on_the_case_or_on_another_record_of_the_person_is_found(
    case: Case, record: PersonRecord, stan: User, refuge: Agency
) -> None:
    pat, sam = partner("pat", "Pat Other", refuge), partner("sam", "Sam Other", refuge)
    twin = cast.record(forename="Nan", surname="Jones", person=record.person)
    locked(pat, twin.root.reference, stan)
    locked(sam, case.root.reference, stan)
    assert found(record, refuge) == sorted(
        [Clash(pat.pk, record.pk, LOCKED), Clash(sam.pk, record.pk, LOCKED)]
    )
    other = cast.record(forename="Bo", surname="Brown")
    assert found(other, refuge) == []


def test_what_was_looked_at_and_is_none_is_none(
    record: PersonRecord, stan: User, refuge: Agency
) -> None:
    partner("pat", "Ann Smith", refuge)
    conflicts.suggest(cast.now())
    given: dict[str, Any] = {"by": cast.actor(stan), "at": cast.now(), "key": "end"}
    conflicts.end(Conflict.objects.get(), reason="Another Smith", **given)
    assert found(record, refuge) == []


def test_more_of_an_agenda_takes_no_more_queries(
    refuge: Agency, django_assert_max_num_queries: Any
) -> None:
    partner("pat", "Ann Smith", refuge)
    many = [cast.record(forename="Ann", surname="Smith").pk for _ in range(20)]
    with django_assert_max_num_queries(6):
        assert len(agenda.clashes(many, [refuge.pk], cast.now())) == 20


def test_whoever_shares_or_refers_is_warned_and_not_told_of_whom(
    case: Case, kim: User, stan: User, refuge: Agency
) -> None:
    pat = partner("pat", "Patricia Llewellyn", refuge)
    partner("bea", "Beatrice Vance", refuge)
    client = cast.signed_in(kim)
    share = f"/{case.desk}/{case.root.reference}/shares/new/?to="
    refer = f"/{case.desk}/{case.root.reference}/referrals/new/"
    asked = [f"{share}agency:refuge", f"{share}team:refuge-team", f"{share}person:bea", refer]
    for path in asked:
        page = client.get(path)
        assert page.status_code == 200, path
        assert SAID not in page.content.decode(), path
    locked(pat, case.root.reference, stan)
    for path in asked:
        words = client.get(path).content.decode()
        assert "Refuge North may have a conflict of interest" in words, path
        assert "Llewellyn" not in words, path
    form = {"key": uuid4().hex, "sections": [Section.IDENTITY.value], "level": "1"}
    form |= {"purpose": "Support", "lawful_basis": "safeguarding", "gateway": "", "lasts": "usual"}
    sent = client.post(asked[0], {**form, "proportionality": "No less would do."})
    assert SAID in sent.content.decode()


def test_of_ones_own_agency_nobody_is_warned(case: Case, kim: User, stan: User) -> None:
    ben = cast.user("ben", cast.KEEPER, at=cast.team("other-store"))
    locked(ben, case.root.reference, stan)
    path = f"/{case.desk}/{case.root.reference}/shares/new/?to=team:other-store"
    assert SAID not in cast.signed_in(kim).get(path).content.decode()
