"""My work: what waits for me and nobody else, soonest first."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.home import cast
from wansdyke.access.models import Grant, Notice, Root, Team, User
from wansdyke.access.references import fresh
from wansdyke.casework.models import Action, Case, Referral
from wansdyke.casework.referrals import send

pytestmark = pytest.mark.django_db


def page_of(client: Client, **query: Any) -> str:
    answer = client.get("/", query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_stranger_is_sent_to_sign_in() -> None:
    assert Client().get("/").status_code == 302


def test_it_lists_the_cases_i_own_or_am_named_on_soonest_first() -> None:
    kim = cast.user("kim", cast.KEEPER)
    kit = cast.user("kit", cast.KEEPER)
    mine = cast.many_things(kim, 2)
    theirs = cast.thing(kit).case
    named = cast.thing(kit).case
    Grant.objects.create(
        root=named.root, user=kim, kind=Grant.NAMED, from_at=cast.now(), made_by=kit
    )
    shown = page_of(cast.signed_in(kim))
    at = [shown.index(case.root.reference) for case in (mine[0], mine[1], named)]
    assert at == sorted(at)
    assert theirs.root.reference not in shown
    assert "My cases (3)" in shown
    entry = cast.audited("consultation")[-1]
    assert set(entry["subjects"]) == {c.root.reference for c in (*mine, named)}


def test_a_case_i_may_no_longer_see_is_gone() -> None:
    kim = cast.user("kim", cast.KEEPER)
    case = cast.many_things(kim, 1)[0]
    cast.locked(case.root, kim, cast.user("boss", cast.HEAD))
    shown = page_of(cast.signed_in(kim))
    assert case.root.reference not in shown
    assert "You have no open case." in shown


def test_it_is_paged_and_sorted_by_its_headings() -> None:
    kim = cast.user("kim", cast.KEEPER)
    cases = cast.many_things(kim, 60)
    client = cast.signed_in(kim)
    assert cases[55].root.reference not in page_of(client)
    assert cases[55].root.reference in page_of(client, page=2)
    assert cases[59].root.reference in page_of(client, sort="-deadline")
    assert 'aria-sort="descending"' in page_of(client, show="cases", sort="-deadline")
    for silly in ("x", "-1", "0", "99999999999999999999"):
        page_of(client, page=silly, sort=silly, show=silly)


def test_lateness_is_said_in_words() -> None:
    kim = cast.user("kim", cast.KEEPER)
    case = cast.many_things(kim, 1)[0]
    Case.objects.filter(pk=case.pk).update(
        next_due_at=cast.now() - timedelta(minutes=12, seconds=5)
    )
    assert "12 minutes" in page_of(cast.signed_in(kim))


def test_my_actions_wait_with_their_time_left() -> None:
    kim = cast.user("kim", cast.KEEPER)
    case = cast.thing(kim).case
    for owner, title in ((kim, "Ring the finder"), (cast.user("kit", cast.KEEPER), "Not mine")):
        Action.objects.create(
            case=case,
            reference=fresh("AC")[0],
            title=title,
            owner=owner,
            due_at=cast.now() + timedelta(minutes=30, seconds=5),
            made_by=kim,
            made_at=cast.now(),
        )
    shown = page_of(cast.signed_in(kim), show="actions")
    assert "Ring the finder" in shown
    assert "30 minutes left – soon" in shown
    assert "Not mine" not in shown


def test_a_referral_to_my_team_waits_without_its_case() -> None:
    kim = cast.user("kim", cast.KEEPER)
    case = cast.thing(kim).case
    elsewhere = cast.team("other-store")
    Referral.objects.create(
        case=case,
        reference="RF-0000-0001",
        to_team=elsewhere,
        reason="A secret reason",
        by=kim,
        at=cast.now() - timedelta(hours=2),
    )
    shown = page_of(cast.signed_in(cast.user("kit", cast.KEEPER, at=elsewhere)))
    assert "RF-0000-0001" in shown
    assert "2 hours" in shown
    assert case.root.reference not in shown
    assert "A secret reason" not in shown
    assert "RF-0000-0001" not in page_of(cast.signed_in(kim))


def referred(case: Case, by: User, to: Team) -> Referral:
    send(case, to, reason="Yours", sections=[], by=cast.actor(by), at=cast.now(), key="referred")
    return Referral.objects.get()


def test_a_referral_and_its_notice_are_gone_once_the_case_is_restricted() -> None:
    kim, elsewhere = cast.user("kim", cast.KEEPER), cast.team("other-store")
    kit = cast.user("kit", cast.KEEPER, at=elsewhere)
    case = cast.thing(kim).case
    reference = referred(case, kim, elsewhere).reference
    client = cast.signed_in(kit)
    assert f"/referrals/{reference}/" in page_of(client, show="referrals")
    Root.objects.filter(pk=case.root_id).update(marking=Root.RESTRICTED)
    assert reference not in page_of(client, show="referrals")
    assert reference not in page_of(client)
    assert "new)" not in page_of(client)


def test_a_team_is_shown_the_notice_of_a_referral_though_its_case_is_not_theirs() -> None:
    kim, elsewhere = cast.user("kim", cast.KEEPER), cast.team("other-store")
    kit = cast.user("kit", cast.KEEPER, at=elsewhere)
    case = cast.thing(kim).case
    reference = referred(case, kim, elsewhere).reference
    other = cast.thing(kim).case
    notice(kit, f"{other.root.reference} is now yours.", other.root)
    client = cast.signed_in(kit)
    shown = page_of(client, show="notices")
    assert f"{reference}: a referral to Other-Store waits for an answer." in shown
    assert "My work (1 new)" in shown
    assert "is now yours" not in shown
    assert case.root.reference not in shown
    client.post("/notices/read/", {"notice": "all"})
    assert "new)" not in page_of(client)


def test_a_decision_waits_for_the_second_person_and_not_for_the_first() -> None:
    kim, boss = cast.user("kim", cast.KEEPER), cast.user("boss", cast.HEAD)
    found = cast.thing(kim)
    cast.propose_disposal(kim, found)
    reference = found.case.root.reference
    link = f"/lost-property/{reference}/step/dispose/decide/"
    assert link in page_of(cast.signed_in(boss))
    assert link not in page_of(cast.signed_in(kim))
    stranger = cast.user("far", cast.HEAD, at=cast.team("other-store"))
    assert link not in page_of(cast.signed_in(stranger))


def test_a_supervisor_sees_the_team_and_others_have_no_such_tab() -> None:
    kim, boss = cast.user("kim", cast.KEEPER), cast.user("boss", cast.HEAD)
    case = cast.many_things(kim, 1)[0]
    team_page = page_of(cast.signed_in(boss), show="team")
    assert case.root.reference in team_page
    assert "Kim" in team_page
    assert "My team" not in page_of(cast.signed_in(kim))
    assert "Open cases of" not in page_of(cast.signed_in(kim), show="team")


def notice(to: Any, text: str, root: Any = None) -> Notice:
    return Notice.objects.create(user=to, text=text, root=root, made_at=cast.now())


def test_notices_are_counted_and_marked_read_by_their_own_user_alone() -> None:
    kim, kit = cast.user("kim", cast.KEEPER), cast.user("kit", cast.KEEPER)
    mine, other = notice(kim, "First for Kim"), notice(kit, "For Kit")
    notice(kim, "Second for Kim")
    client = cast.signed_in(kim)
    shown = page_of(client)
    assert "My work (2 new)" in shown
    assert "For Kit" not in shown
    for which in (str(mine.pk), str(mine.pk), str(other.pk), "x", "", "9" * 40):
        assert client.post("/notices/read/", {"notice": which}).status_code == 302
    other.refresh_from_db()
    assert other.read_at is None
    shown = page_of(client)
    assert "First for Kim" not in shown
    assert "My work (1 new)" in shown
    client.post("/notices/read/", {"notice": "all"})
    assert "new)" not in page_of(client)


def test_a_notice_of_a_record_now_closed_to_me_is_not_shown() -> None:
    kim = cast.user("kim", cast.KEEPER)
    case = cast.thing(kim).case
    notice(kim, f"{case.root.reference} is now yours.", case.root)
    client = cast.signed_in(kim)
    assert "is now yours" in page_of(client)
    cast.locked(case.root, kim, cast.user("boss", cast.HEAD))
    assert "is now yours" not in page_of(client)
    assert "new)" not in page_of(client)


def test_an_administrator_has_a_front_page_without_cases() -> None:
    client = cast.signed_in(cast.user("ada", cast.ADMINISTRATOR))
    shown = page_of(client)
    assert "You have no unread notice." in shown
    assert "My cases" not in shown
    assert "Administration" in shown


@pytest.mark.parametrize(
    ("post", "offered", "withheld"),
    [
        (cast.KEEPER, ["My work", "Lost property", "Search"], ["Audit", "Administration", "Calls"]),
        (cast.OPERATOR, ["Calls", "Take a call", "Board", "Search"], ["Lost property", "Audit"]),
        (cast.AUDITOR, ["My work", "Audit"], ["Search", "Lost property", "Administration"]),
        (cast.ANALYST, ["Calls", "Lost property", "Search"], ["Take a call", "Audit"]),
    ],
)
def test_the_navigation_offers_what_the_post_can_use(
    post: str, offered: list[str], withheld: list[str]
) -> None:
    client = cast.signed_in(cast.user("someone", post))
    answer = client.get("/")
    shown = re.sub(r"\s+", " ", answer.content.decode())
    for text in offered:
        assert re.search(rf"> ?{text} ?<", shown), text
    for text in withheld:
        assert not re.search(rf"> ?{text} ?<", shown), text


def test_a_row_says_what_its_case_is_about_as_far_as_i_may_see() -> None:
    kim = cast.user("kim", cast.KEEPER)
    case = cast.many_things(kim, 1)[0]
    thing = case.thing
    type(thing).objects.filter(pk=thing.pk).update(described="A red bicycle")
    assert "A red bicycle" in page_of(cast.signed_in(kim))


def test_whoever_holds_no_post_is_told_so() -> None:
    said = "You hold no post today"
    assert said in page_of(cast.signed_in(cast.user("nobody")))
    assert said not in page_of(cast.signed_in(cast.user("kim", cast.KEEPER)))
