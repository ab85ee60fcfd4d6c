"""Referrals: addressed, accepted or declined with a reason, answered; and what each opens."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from tests.home.cast import HEAD, KEEPER, actor, agency, audited, locked, now, record, team, thing
from tests.home.cast import user as made
from wansdyke.access.models import Agency, Grant, Notice, Root, Team, User
from wansdyke.access.posts import Right
from wansdyke.access.sections import Section
from wansdyke.casework import addressed, referrals
from wansdyke.casework.models import Case, Referral
from wansdyke.casework.queries import OutOfScope, cases_in_scope, may_also, sections_on
from wansdyke.kernel.flow import Refused

pytestmark = pytest.mark.django_db
NARRATIVE, IDENTITY, HEALTH = Section.NARRATIVE, Section.IDENTITY, Section.HEALTH


@pytest.fixture
def council() -> Agency:
    return agency("council", home=False)


@pytest.fixture
def ann() -> User:
    return made("ann", KEEPER)


@pytest.fixture
def case(ann: User) -> Case:
    return thing(ann, parties=[record(forename="Mary", surname="Gold")]).case


@pytest.fixture
def hub() -> Team:
    return team("hub")


@pytest.fixture
def hub_member(hub: Team) -> User:
    return made("hugo", KEEPER, at=hub)


@pytest.fixture
def social(council: Agency) -> Team:
    return team("social-care", council)


@pytest.fixture
def partner(social: Team) -> User:
    return made("pat", "partner", at=social)


def when(by: User, **changed: Any) -> dict[str, Any]:
    return {"by": actor(by), "at": now(), "key": uuid.uuid4().hex, **changed}


def sent(case: Case, to: Team, by: User, **changed: Any) -> Referral:
    given = {"reason": "She needs a visit", "sections": [NARRATIVE], **when(by), **changed}
    if to.agency_id != case.root.agency_id:
        given = {"lawful_basis": "Care Act 2014 s42", "purpose": "A needs assessment", **given}
    referrals.send(case, to, **given)
    return Referral.objects.latest("pk")


def test_a_colleague_team_gets_to_work_on_the_case(
    case: Case, ann: User, hub: Team, hub_member: User
) -> None:
    referral = sent(case, hub, ann)
    hugo = actor(hub_member)
    assert not may_also(hugo, Right.VIEW, case.root, now())
    assert list(addressed.waiting_for(hugo, now())) == [referral]
    assert referrals.referral_of(hugo, referral.reference, now()) == referral
    assert Notice.objects.get(user=hub_member).link == f"/referrals/{referral.reference}/"
    referrals.accept(referral, **when(hub_member))
    referral.refresh_from_db()
    assert (referral.state, referral.decided_by) == ("accepted", hub_member)
    grant = Grant.objects.get(root=case.root, kind=Grant.SHARE)
    assert (grant.team, grant.level, grant.sections) == (hub, 3, ["narrative"])
    assert grant.lawful_basis == "policing purpose (common law)"
    assert grant.purpose == "She needs a visit"
    assert grant.until_at is not None
    assert abs(grant.until_at - now() - timedelta(days=90)) < timedelta(minutes=1)
    assert may_also(hugo, Right.STEP, case.root, now())
    assert sections_on(hugo, case.root, now()) == {Section.CORE, NARRATIVE}
    assert "accepted" in Notice.objects.get(user=ann).text
    assert list(addressed.waiting_for(hugo, now())) == []


def test_a_partner_reads_only_what_was_ticked_and_is_logged_as_a_disclosure(
    case: Case, ann: User, social: Team, partner: User
) -> None:
    referral = sent(case, social, ann, sections=[IDENTITY])
    referrals.accept(referral, **when(partner))
    pat = actor(partner)
    assert may_also(pat, Right.VIEW, case.root, now())
    assert not may_also(pat, Right.COMMENT, case.root, now())
    assert sections_on(pat, case.root, now()) == {Section.CORE, IDENTITY}
    grant = Grant.objects.get(root=case.root, kind=Grant.SHARE)
    assert (grant.lawful_basis, grant.purpose) == ("Care Act 2014 s42", "A needs assessment")
    entries = audited("disclosure")
    assert [entry["state"] for entry in entries] == ["sent", "accepted"]
    assert entries[1]["sections"] == ["identity"]


def test_the_share_reaches_the_records_of_the_people_if_it_opens_identity(
    case: Case, ann: User, hub: Team, hub_member: User
) -> None:
    mary = case.parties.get().record.root
    referrals.accept(sent(case, hub, ann), **when(hub_member))
    assert not may_also(actor(hub_member), Right.VIEW, mary, now())
    Referral.objects.update(state="answered")
    referrals.accept(sent(case, hub, ann, sections=[IDENTITY]), **when(hub_member))
    assert may_also(actor(hub_member), Right.VIEW, mary, now())
    assert sections_on(actor(hub_member), mary, now()) == {Section.CORE, IDENTITY}


@pytest.mark.parametrize("missing", ["lawful_basis", "purpose"])
def test_another_agency_needs_basis_and_purpose(
    case: Case, ann: User, social: Team, missing: str
) -> None:
    with pytest.raises(Refused) as refused:
        sent(case, social, ann, **{missing: " "})
    assert refused.value.field == missing
    assert not Referral.objects.exists()


def test_a_restricted_case_goes_to_no_team(case: Case, ann: User, social: Team, hub: Team) -> None:
    Root.objects.filter(pk=case.pk).update(marking=Root.RESTRICTED)
    case.root.refresh_from_db()
    Grant.objects.get_or_create(root=case.root, user=ann, kind=Grant.NAMED, defaults={})
    for to in (social, hub):
        with pytest.raises(Refused, match="restricted"):
            sent(case, to, ann)


def test_a_case_restricted_meanwhile_is_no_longer_there_to_accept(
    case: Case, ann: User, hub: Team, hub_member: User
) -> None:
    referral = sent(case, hub, ann)
    Root.objects.filter(pk=case.pk).update(marking=Root.RESTRICTED)
    with pytest.raises(OutOfScope):
        referrals.accept(referral, **when(hub_member))
    with pytest.raises(OutOfScope):
        referrals.referral_of(actor(hub_member), referral.reference, now())
    assert not Grant.objects.filter(kind=Grant.SHARE).exists()


def test_a_second_accept_is_refused_and_the_same_one_twice_is_one(
    case: Case, ann: User, hub: Team, hub_member: User
) -> None:
    referral = sent(case, hub, ann)
    given = when(hub_member)
    referrals.accept(referral, **given)
    assert referrals.accept(referral, **given).repeated
    with pytest.raises(Refused, match="already decided"):
        referrals.accept(referral, **when(hub_member))
    with pytest.raises(Refused, match="already decided"):
        referrals.decline(referral, reason="Full", **when(hub_member))
    assert Grant.objects.filter(root=case.root, kind=Grant.SHARE).count() == 1
    assert Notice.objects.filter(user=ann).count() == 1


def test_declining_needs_a_reason_that_the_sender_keeps_sight_of(
    case: Case, ann: User, hub: Team, hub_member: User
) -> None:
    referral = sent(case, hub, ann)
    with pytest.raises(Refused) as refused:
        referrals.decline(referral, reason=" ", **when(hub_member))
    assert refused.value.field == "reason"
    referrals.decline(referral, reason="Not ours", **when(hub_member))
    assert not may_also(actor(hub_member), Right.VIEW, case.root, now())
    ann.memberships.all().delete()
    ann.memberships.create(team=team("far"), post=KEEPER, from_date=now().date())
    Grant.objects.filter(user=ann).delete()
    seen = referrals.referral_of(actor(ann), referral.reference, now())
    assert (seen.state, seen.decline_reason) == ("declined", "Not ours")
    assert referrals.reads_whole(actor(ann), seen, now())
    assert "declined" in Notice.objects.get(user=ann).text


def test_only_an_accepted_referral_is_answered_and_once(
    case: Case, ann: User, social: Team, partner: User
) -> None:
    referral = sent(case, social, ann)
    with pytest.raises(Refused, match="accepted"):
        referrals.answer(referral, text="Done", **when(partner))
    referrals.accept(referral, **when(partner))
    with pytest.raises(Refused) as refused:
        referrals.answer(referral, text="", **when(partner))
    assert refused.value.field == "answer"
    referrals.answer(referral, text="Visited, safe", **when(partner))
    referral.refresh_from_db()
    assert (referral.state, referral.answer) == ("answered", "Visited, safe")
    with pytest.raises(Refused):
        referrals.answer(referral, text="Again", **when(partner))
    assert Notice.objects.filter(user=ann).count() == 2


def test_only_members_who_may_work_answer_for_a_team(
    case: Case, ann: User, social: Team, hub: Team
) -> None:
    referral = sent(case, social, ann)
    reader = made("rob", "partner-reader", at=social)
    other = made("olu", "partner", at=team("other-care", social.agency))
    colleague = made("kim", HEAD)
    assert referrals.referral_of(actor(reader), referral.reference, now()) == referral
    for nobody in (reader, other, made("zed", KEEPER, at=hub), colleague, ann):
        with pytest.raises(OutOfScope):
            referrals.accept(referral, **when(nobody))
    with pytest.raises(OutOfScope):
        referrals.referral_of(actor(other), referral.reference, now())
    assert referrals.referral_of(actor(colleague), referral.reference, now()) == referral
    assert not Grant.objects.filter(root=case.root, kind=Grant.SHARE).exists()


def test_whoever_is_locked_out_is_neither_told_nor_let_in(
    case: Case, ann: User, hub: Team, hub_member: User
) -> None:
    locked(case.root, hub_member, ann)
    referral = sent(case, hub, ann)
    assert not Notice.objects.filter(user=hub_member).exists()
    assert not addressed.waiting_for(actor(hub_member), now()).exists()
    with pytest.raises(OutOfScope):
        referrals.referral_of(actor(hub_member), referral.reference, now())
    with pytest.raises(OutOfScope):
        referrals.accept(referral, **when(hub_member))


def test_to_whom_a_case_can_go(case: Case, ann: User, hub: Team, social: Team) -> None:
    assert set(addressed.receivers(case, now())) == {hub, social}
    Agency.objects.filter(pk=social.agency_id).update(agreement_until=now().date())
    assert social in addressed.receivers(case, now())
    Agency.objects.filter(pk=social.agency_id).update(
        agreement_until=now().date() - timedelta(days=2)
    )
    assert set(addressed.receivers(case, now())) == {hub}
    with pytest.raises(Refused) as refused:
        sent(case, social, ann)
    assert refused.value.field == "team"
    with pytest.raises(Refused):
        sent(case, case.root.team, ann)


def test_one_referral_to_a_team_waits_at_a_time(case: Case, ann: User, hub: Team) -> None:
    sent(case, hub, ann)
    with pytest.raises(Refused, match="already waits"):
        sent(case, hub, ann)


def test_a_share_is_not_passed_on(case: Case, ann: User, hub: Team, hub_member: User) -> None:
    referrals.accept(sent(case, hub, ann), **when(hub_member))
    with pytest.raises(OutOfScope):
        sent(case, team("third"), hub_member)


def test_sections_that_are_never_offered_are_refused(case: Case, ann: User, hub: Team) -> None:
    for section in (Section.SOURCE, Section.STAFF):
        with pytest.raises(Refused) as refused:
            sent(case, hub, ann, sections=[section])
        assert refused.value.field == "sections"


def test_the_share_ends_by_itself(case: Case, ann: User, social: Team, partner: User) -> None:
    referrals.accept(sent(case, social, ann, sections=[HEALTH]), **when(partner))
    later = now() + referrals.LASTS + timedelta(minutes=1)
    assert cases_in_scope(actor(partner), now()).count() == 1
    assert not cases_in_scope(actor(partner), later).exists()


def test_a_referral_to_the_wrong_team_is_taken_back(
    case: Case, ann: User, hub: Team, hub_member: User
) -> None:
    referral = sent(case, hub, ann)
    assert referrals.may_withdraw(actor(ann), referral, now())
    referrals.withdraw(referral, reason="Meant for the other hub", **when(ann))
    referral.refresh_from_db()
    assert (referral.state, referral.withdraw_reason) == ("withdrawn", "Meant for the other hub")
    with pytest.raises(OutOfScope):
        referrals.referral_of(actor(hub_member), referral.reference, now())
    with pytest.raises(OutOfScope):
        referrals.accept(referral, **when(hub_member))
    told = Notice.objects.filter(user=hub_member).latest("pk")
    assert (told.text, told.link) == (
        f"{referral.reference}: the referral to Hub was withdrawn.",
        "",
    )
    assert not Grant.objects.filter(root=case.root, kind=Grant.SHARE).exists()
    assert sent(case, hub, ann).state == "sent"


def test_only_what_still_waits_is_withdrawn_with_a_reason_by_who_may_share(
    case: Case, ann: User, hub: Team, hub_member: User
) -> None:
    referral = sent(case, hub, ann)
    with pytest.raises(Refused, match="Enter why"):
        referrals.withdraw(referral, reason=" ", **when(ann))
    with pytest.raises(OutOfScope):
        referrals.withdraw(referral, reason="No", **when(hub_member))
    referrals.accept(referral, **when(hub_member))
    with pytest.raises(Refused, match="still waits"):
        referrals.withdraw(referral, reason="Too late", **when(ann))
    assert not referrals.may_withdraw(actor(ann), Referral.objects.get(), now())


def test_who_declined_or_whose_share_has_ended_reads_and_writes_no_more(
    case: Case, ann: User, hub: Team, hub_member: User
) -> None:
    hugo = actor(hub_member)
    declined = sent(case, hub, ann)
    referrals.decline(declined, reason="Not ours", **when(hub_member))
    with pytest.raises(OutOfScope):
        referrals.referral_of(hugo, declined.reference, now())
    accepted = sent(case, hub, ann)
    referrals.accept(accepted, **when(hub_member))
    assert referrals.may_answer(hugo, accepted, now())
    later = now() + timedelta(days=91)
    with pytest.raises(OutOfScope):
        referrals.referral_of(hugo, accepted.reference, later)
    with pytest.raises(OutOfScope):
        referrals.answer(accepted, text="Late", **when(hub_member, at=later))
