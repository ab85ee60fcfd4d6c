"""The pages of the review of the log, and the auditor's answer to why somebody could see this."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client

from tests.assurance.looking import BORN, STANDARDS, found, given, looked, officer, through
from tests.home import cast
from wansdyke.access.models import Grant, Lock, Membership, Root, User
from wansdyke.access.posts import Right
from wansdyke.access.scope import can
from wansdyke.access.why import opened_to
from wansdyke.assurance import declarations, log_review
from wansdyke.assurance.log_why import acting, explain, who_sees
from wansdyke.assurance.models import LogFinding
from wansdyke.casework.models import Case
from wansdyke.history.models import Change, Event
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused

pytestmark = pytest.mark.django_db
WORDS = "I asked her sergeant, who knew of it."
DAY = timedelta(days=1)


@pytest.fixture
def priti() -> User:
    return officer("Priti Lowe", post=cast.AUDITOR)


@pytest.fixture
def rosa() -> User:
    return officer("Rosa Finch")


@pytest.fixture
def one(rosa: User) -> LogFinding:
    declarations.declare({"date_of_birth": BORN}, **given(rosa))
    looked(rosa, cast.record(forename="Rosa", surname="Finch", date_of_birth=BORN))
    through()
    return found()[0]


def text(client: Client, path: str, **query: str) -> str:
    answer = client.get(path, query)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_the_queue_shows_why_and_names_nothing_of_the_record(one: LogFinding, priti: User) -> None:
    client = cast.signed_in(priti)
    shown = text(client, "/audit/review/")
    assert one.reference in shown
    assert "It bears their own name and date of birth." in shown
    assert "Finch, Rosa" not in shown
    assert str(BORN.year) not in shown
    entry = cast.audited("consultation")[-1]
    assert entry["subjects"] == [one.about, "user:rosa"]
    for query, there in (
        ({"kind": "self"}, True), ({"kind": "sample"}, False), ({"show": "done"}, False),
        ({"show": "all"}, True), ({"user": "ROSA"}, True), ({"user": "nobody"}, False),
        ({"show": "confirmed"}, False), ({"show": "mine"}, False), ({"kind": "silly"}, False),
    ):  # fmt: skip
        assert (one.reference in text(client, "/audit/review/", **query)) is there, query


def test_figures_count_what_the_reviewer_may_see(one: LogFinding, priti: User) -> None:
    client = cast.signed_in(priti)
    assert "Nothing is reviewed yet" in text(client, "/audit/review/")
    other = cast.record(forename="Rosa", surname="Finch", date_of_birth=BORN)
    looked(one.viewer, other)
    through()
    log_review.review(one, "misuse", WORDS, **given(priti))
    log_review.second(one, True, WORDS, **given(officer("Stan W", post=STANDARDS)))
    shown = text(client, "/audit/review/")
    assert "100% (1 of 1)" in shown
    assert "?show=confirmed&amp;kind=self" in shown
    cast.locked(Root.objects.get(reference=one.about), priti, priti)
    assert "Nothing is reviewed yet" in text(client, "/audit/review/")


def test_a_finding_is_reviewed_on_its_page_once(one: LogFinding, priti: User) -> None:
    client, path = cast.signed_in(priti), f"/audit/review/{one.reference}/"
    shown = text(client, path)
    assert "The entries behind it" in shown
    assert f"reference={one.about}" in shown
    bad = client.post(path, {"key": "k", "outcome": "work", "words": "Short"})
    assert "Use 20 characters or more" in bad.content.decode()
    sent = {"key": "k2", "outcome": "training", "words": WORDS}
    assert client.post(path, sent).status_code == 302
    assert client.post(path, sent).status_code == 302
    one.refresh_from_db()
    assert one.outcome == "training"
    assert WORDS in text(client, path)


def test_it_is_missing_for_everybody_else(one: LogFinding, priti: User, rosa: User) -> None:
    path = f"/audit/review/{one.reference}/"
    missing = "/audit/review/LF-ZZZZ-ZZZZ/"
    for who in (
        rosa,
        officer("Hedda Head", post=cast.HEAD),
        officer("Ada Q", post="administrator"),
    ):
        client = cast.signed_in(who)
        for gone in (path, "/audit/review/", "/audit/review/findings.csv", "/audit/why/"):
            assert client.get(gone).content == client.get(missing).content
    assert cast.signed_in(priti).get(path).status_code == 200
    LogFinding.objects.filter(pk=one.pk).update(viewer=priti)
    assert cast.signed_in(priti).get(path).status_code == 404


def test_the_list_is_taken_out_as_files(one: LogFinding, priti: User) -> None:
    client = cast.signed_in(priti)
    sheet = b"".join(client.get("/audit/review/findings.csv").streaming_content).decode()
    assert one.reference in sheet
    assert "It bears their own name" in sheet
    assert client.get("/audit/review/findings.xlsx").content.startswith(b"PK")
    assert [entry["form"] for entry in cast.audited("export")] == ["csv", "xlsx"]


def test_a_supervisor_answers_and_reads_no_reference_they_may_not_see(
    one: LogFinding, priti: User
) -> None:
    hedda = officer("Hedda Head", post=cast.HEAD)
    Root.objects.filter(reference=one.about).update(marking=Root.SEALED)
    reviewer, client = cast.signed_in(priti), cast.signed_in(hedda)
    asking = {"key": "a", "whom": "hedda", "words": "What was this look needed for?"}
    assert reviewer.post(f"/audit/review/{one.reference}/ask/", asking).status_code == 302
    path = f"/audit/asked/{one.reference}/"
    assert one.about not in text(client, path)
    answer = {"key": "b", "words": "She corrected her own address."}
    assert client.post(path, answer).status_code == 302
    assert "She corrected her own address." in text(client, path)
    assert "She corrected her own address." in text(reviewer, f"/audit/review/{one.reference}/")


def test_a_declaration_is_read_by_its_author_and_auditors(priti: User, rosa: User) -> None:
    client = cast.signed_in(rosa)
    wrong = client.post("/audit/declaration/", {"key": "0", "postcode": "SN1"})
    assert "Enter a whole postcode" in wrong.content.decode()
    own = {"key": "1", "address": "1 High Street", "postcode": "sn11aa"}
    assert client.post("/audit/declaration/", own).status_code == 302
    friend = {"key": "2", "relation": "friend", "forename": "Bo", "surname": "Ek"}
    assert client.post("/audit/declaration/people/", friend).status_code == 302
    for reader, path in (
        (client, "/audit/declaration/"),
        (cast.signed_in(priti), "/audit/review/staff/rosa/"),
    ):
        assert "Bo Ek" in text(reader, path)
        assert "1 High Street" in text(reader, path)
    assert "Bo Ek" not in text(cast.signed_in(officer("Kim K")), "/audit/declaration/")
    assert client.get("/audit/review/staff/rosa/").status_code == 404
    # Nothing of it went into any history.
    assert not Change.objects.filter(event__subject="user:rosa").exists()
    assert Event.objects.filter(subject="user:rosa", name__startswith="declaration").count() == 2


# --- why could they see this? ---


def asked(client: Client, user: str, reference: str, **more: str) -> str:
    return text(client, "/audit/why/", **{"user": user, "reference": reference, **more})


def test_each_rule_says_what_it_rests_on(priti: User, rosa: User) -> None:
    case = cast.thing(rosa).case
    shown = asked(cast.signed_in(priti), "ROSA", case.root.reference)
    assert f"can see {case.root.reference}" in " ".join(shown.split())
    assert "Property keeper in Store since 1 January 2020" in shown
    assert "umbrella" not in shown
    entry = cast.audited("consultation")[-1]
    assert entry["subjects"] == [case.root.reference, "user:rosa"]
    assert entry["explained"] is True


@pytest.mark.parametrize("marking", [0, 1, 2])
@pytest.mark.parametrize("opened", ["", "named", "share", "glass", "lock"])
def test_it_says_what_the_policy_says(marking: int, opened: str, rosa: User) -> None:
    """By every rule, for everybody: whom the page says sees it, sees it, and nobody else does."""
    ola = officer("Ola Other", at=cast.team("other"))
    officer("Anya Holt", post=cast.ANALYST)
    carol = cast.user(
        "carol", "partner", at=cast.team("council", cast.agency("council", home=False))
    )
    case: Case = cast.thing(rosa).case
    Root.objects.filter(pk=case.pk).update(marking=marking)
    root = Root.objects.get(pk=case.pk)
    at = cast.now()
    if opened == "named":
        cast.named(root, ola, rosa)
    if opened == "share":
        assert carol.agency is not None
        cast.shared(root, carol.agency, rosa)
    if opened == "glass":
        Grant.objects.create(root=root, kind="break-glass", user=ola, from_at=at - DAY / 24,
                             until_at=at + DAY, made_by=ola)  # fmt: skip
    if opened == "lock":
        cast.locked(root, rosa, ola)
    at = cast.now()
    everybody = list(User.objects.exclude(username="system").select_related("agency"))
    said = {one.user.pk for one in who_sees(root, everybody, at) if one.sees}
    truth = {user.pk for user in everybody if can(acting(user, at), Right.VIEW, root, at)}
    assert said == truth
    assert truth <= set(opened_to(root, at).values_list("pk", flat=True))
    for user in everybody:
        told = explain(user, root, at, now=at)
        rules = {rule.rule: rule for rule in told.rules}
        assert rules["R7"].holds is not told.sees
        opening = any(rules[key].holds for key in ("R3", "R4", "R5", "R5b", "R6"))
        assert told.sees is (rules["R0"].holds and rules["R2"].holds and opening
                             and not rules["R1"].holds)  # fmt: skip
        assert all(rule.rests_on for rule in told.rules if rule.holds and rule.rule != "R7")


def test_a_moment_that_is_over_is_asked_of_the_rows_as_they_were(rosa: User, priti: User) -> None:
    ola = officer("Ola Other", at=cast.team("other"))
    root = cast.thing(rosa).case.root
    now = cast.now()
    Root.objects.filter(pk=root.pk).update(created_at=now - 9 * DAY, marking=Root.RESTRICTED)
    root.refresh_from_db()
    event = Event.objects.create(
        root=root, name="marked", by=priti, occurred_at=now - DAY, recorded_at=now - DAY
    )
    Change.objects.create(event=event, record=root.reference, field="marking", section="core",
                          old="Standard", new="Restricted")  # fmt: skip
    grant = cast.named(root, ola, rosa)
    Grant.objects.filter(pk=grant.pk).update(from_at=now - 5 * DAY, revoked_at=now - 3 * DAY)
    lock = cast.locked(root, rosa, priti)
    Lock.objects.filter(pk=lock.pk).update(made_at=now - 7 * DAY, lifted_at=now - 6 * DAY)
    Membership.objects.filter(user=ola).update(from_date=london(now - 20 * DAY).date())

    def saw(user: User, days: float) -> bool:
        return explain(user, root, now - days * DAY, now=now).sees

    assert [saw(ola, days) for days in (6, 4, 2, 0)] == [False, True, False, False]
    assert [saw(rosa, days) for days in (8, 6.5, 2, 0.5)] == [True, False, True, False]
    for wrong in (now + DAY, now - 10 * DAY):
        with pytest.raises(Refused):
            explain(rosa, root, wrong, now=now)
    # All that was put back for the asking was taken back.
    root.refresh_from_db()
    assert root.marking == Root.RESTRICTED
    assert Grant.objects.get(pk=grant.pk).revoked_at == now - 3 * DAY
    assert Lock.objects.get(pk=lock.pk).lifted_at == now - 6 * DAY


def test_a_record_that_the_auditor_is_locked_out_of_looks_missing(priti: User, rosa: User) -> None:
    root = cast.thing(rosa).case.root
    cast.locked(root, priti, rosa)
    client = cast.signed_in(priti)
    # A token and a nonce are drawn for each answer, and the session has a second less.
    drawn = r'(nonce|value)="[^"]{20,}"|session-(idle|whole)="\d+"'
    gone, missing = (
        re.sub(drawn, "", asked(client, "rosa", one)).replace(one, "X")
        for one in (root.reference, "LP-ZZZZ-ZZZZ")
    )
    assert gone == missing
    assert [entry["subjects"] for entry in cast.audited("denied")[-2:]] == [
        [root.reference],
        ["LP-ZZZZ-ZZZZ"],
    ]


def test_bad_questions_name_their_field(priti: User, rosa: User) -> None:
    client, root = cast.signed_in(priti), cast.thing(rosa).case.root
    assert "Nobody signs in by this name" in asked(client, "nobody", root.reference)
    assert "Enter sign-in name" in asked(client, "", root.reference)
    later = (london(cast.now()) + 2 * DAY).strftime("%d/%m/%Y")
    said = urlencode(
        {"user": "rosa", "reference": root.reference, "at-date": later, "at-time": "9am"}
    )
    assert "must not be to come" in client.get(f"/audit/why/?{said}").content.decode()
