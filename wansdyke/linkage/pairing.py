"""Linking within the database: who else may each new or changed record be? Pairs for a person to
judge; joined without one only where the force chose so and nothing contradicts it."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from wansdyke.access.actors import Actor, system_actor
from wansdyke.access.models import Root
from wansdyke.access.references import fresh
from wansdyke.access.scope import whole
from wansdyke.access.sections import ALL
from wansdyke.access.settings import Setting, values_of
from wansdyke.history.door import Doing, change, digest_of
from wansdyke.kernel.calendar import london
from wansdyke.linkage.bulk.contradictions import contradiction
from wansdyke.linkage.judging import differing, join_automatically, one_at_a_time
from wansdyke.linkage.models import Suggestion
from wansdyke.people.agreement import model_in_use
from wansdyke.people.asked import Asked
from wansdyke.people.cleaning import Cleaned, clean
from wansdyke.people.finding import matching
from wansdyke.people.keys import postcode
from wansdyke.people.known import Known, weighed
from wansdyke.people.models import Judgement, PersonRecord, Place, Residence, Word
from wansdyke.people.vocabulary import FORENAME
from wansdyke.people.weighing import forms

PREFIX = "SG"
PART = 25
# How many of the likeliest are weighed for one record, and how many suggested.
WEIGHED, MOST = 12, 8
# A forename that so many have is a name of its own, not a misspelling of another.
IN_USE = 8
SURE = 0.95
THEIR_OWN = {
    "Same date of birth",
    "Day and month of birth exchanged",
    "One figure of the date of birth differs",
    "Same PNC identity",
    "Same CRO number",
}
NEVER = 101
EXPECTED = "On FEBRL3, 9,998 of 10,000 pairs from 95% on are one person, on fake_1000 998 of 1,000."
SUGGEST = Setting(
    key="linking.suggest",
    title="Linking: suggest a pair from",
    default=50,
    unit="per cent",
    least=1,
    most=100,
    hint="From which probability two records are put to a person to judge.",
)
JOIN = Setting(
    key="linking.join",
    title="Linking: join without a person from",
    default=NEVER,
    unit="per cent",
    least=50,
    most=NEVER,
    hint=f"{NEVER} is never. Nothing that contradicts itself is ever joined. {EXPECTED}",
)
AGAIN = Setting(
    key="linking.again",
    title="Linking: judge a second time, one pair in",
    default=10,
    unit="pairs",
    least=1,
    most=1000,
    hint="So many are put to a second person who is not told what the first one judged.",
)
SETTINGS = (SUGGEST, JOIN, AGAIN)


def pair_new(at: datetime, most: int = 1_000) -> int:
    """Looks for others of the same person for records that are new or changed; returns how many
    pairs were suggested. By short transactions of the maintenance account."""
    made, done = 0, 0
    by = system_actor()
    while done < most:
        waiting = unpaired().select_related("root").order_by("pk")
        some = list(waiting[: min(PART, most - done)])
        if not some:
            break
        made += _pair(some, by, at)
        done += len(some)
    return made


def unpaired() -> QuerySet[PersonRecord]:
    """The records that are new or changed since others of the same person were looked for."""
    return PersonRecord.objects.filter(whole("root__"), paired=False)


def _pair(records: Sequence[PersonRecord], by: Actor, at: datetime) -> int:
    chosen = values_of(SETTINGS, at)
    # Weighed before the transaction begins, so that nobody waits for it.
    homes = _homes(records)
    least = chosen[SUGGEST.key] / 100
    found = [(record, _likely(record, homes.get(record.pk), at, least)) for record in records]
    key = f"pair:{records[0].pk}:{records[-1].pk}:{at.timestamp():.6f}"
    made = 0
    with change(by=by, at=at, key=key, digest=digest_of(key)) as doing:
        one_at_a_time()
        as_weighed = _as_weighed(records)
        PersonRecord.objects.filter(pk__in=as_weighed).update(paired=True)
        for record, others in found:
            if record.pk not in as_weighed:
                continue
            _forget(record, [known.row.pk for known, _ in others])
            for known, against in others:
                made += _suggest(doing, record, known, against, chosen)
    return made


def _as_weighed(records: Sequence[PersonRecord]) -> set[int]:
    """Those that nobody changed since they were read, held so until the transaction ends."""
    seen = {record.pk: record.root.version for record in records}
    now = Root.objects.select_for_update().filter(pk__in=seen).order_by("pk")
    return {pk for pk, version in now.values_list("pk", "version") if version == seen[pk]}


def _forget(record: PersonRecord, others: Sequence[int]) -> None:
    """What waits of a changed record and is likely no more goes from the queue."""
    waiting = Suggestion.objects.filter(state=Suggestion.WAITING)
    waiting.filter(left=record).exclude(right_id__in=others).update(state=Suggestion.GONE)
    waiting.filter(right=record).exclude(left_id__in=others).update(state=Suggestion.GONE)


def _homes(records: Sequence[PersonRecord]) -> dict[int, Place]:
    rows = Residence.objects.filter(root_id__in=[one.pk for one in records])
    return {home.root_id: home.place for home in rows.select_related("place").order_by("pk")}


def _likely(
    record: PersonRecord, home: Place | None, at: datetime, least: float
) -> list[tuple[Known, str]]:
    asked = asked_of_record(record, home, london(at).date())
    matches = matching(asked)
    rows = [row for row in matches.rows if row.person_id != record.person_id][:WEIGHED]
    known = [
        one
        for one in weighed(matches, rows, {row.pk: ALL for row in rows})
        if one.agreement.probability >= least and not _of_one_household(one)
    ][:MOST]
    if not known:
        return []
    others = PersonRecord.objects.filter(whole("root__")).in_bulk([one.row.pk for one in known])
    found = [
        (one, _against(asked.said, others[one.row.pk], at)) for one in known if one.row.pk in others
    ]
    # What speaks against itself is worth somebody's time only where the rest is nearly sure.
    return [(k, against) for k, against in found if not against or k.agreement.probability >= SURE]


def _of_one_household(known: Known) -> bool:
    """Whether all that agrees is what people share who live together: not the forename, nor a date
    of birth, nor an identity."""
    said = set(known.agreement.reasons)
    return "Forename differs" in said and not said & THEIR_OWN


def cleaned(record: PersonRecord, today: date) -> Cleaned:
    """A record as it is compared."""
    said = {name: getattr(record, name) or "" for name in SAID}
    said["date_of_birth"] = record.date_of_birth.isoformat() if record.date_of_birth else ""
    return clean(said, today)


SAID = ("forename", "middle_names", "surname", "sex", "phone", "email", "pnc", "cro")


def asked_of_record(record: PersonRecord, home: Place | None, today: date) -> Asked:
    """A record and where they live as a question: who else may be of the same person?"""
    said = cleaned(record, today)
    if home is None:
        return Asked(said=said, phone=record.phone_key)
    said = replace(said, house=home.house_key, street=home.street_key)
    code = postcode(home.postcode_key) or ""
    said = replace(said, postcode=code)
    return Asked(said=said, phone=record.phone_key, postcode=home.postcode_key, place=home.pk)


def _against(said: Cleaned, other: PersonRecord, at: datetime) -> str:
    theirs = cleaned(other, london(at).date())
    same_form = bool(set(forms(said.forename)) & set(forms(theirs.forename)))
    names = Word.objects.filter(
        kind=FORENAME, text__in=[said.forename, theirs.forename], records__gte=IN_USE
    )
    return contradiction(said, theirs, same_form, set(names.values_list("text", flat=True)))


def _suggest(
    doing: Doing, record: PersonRecord, known: Known, against: str, chosen: dict[str, Any]
) -> int:
    left, right = sorted((record.pk, known.row.pk))
    judged = Judgement.objects.filter(left_id=left, right_id=right, undone_at=None)
    if judged.exists():
        return 0
    agreement = known.agreement
    pair = Suggestion.objects.filter(left_id=left, right_id=right).first()
    values = {
        "weight": agreement.weight,
        "probability": agreement.probability,
        "reasons": list(agreement.reasons),
        "contradiction": against[:200],
        "model": str(model_in_use()["name"])[:60],
        "state": Suggestion.WAITING,
        "at": doing.at,
    }
    new = pair is None
    if pair is None:
        (reference,) = fresh(PREFIX)
        again = secrets.randbelow(chosen[AGAIN.key]) == 0
        pair = Suggestion(reference=reference, left_id=left, right_id=right, again=again)
    for name, value in values.items():
        setattr(pair, name, value)
    pair.save()
    if not against and agreement.probability * 100 >= chosen[JOIN.key]:
        _join(doing, left, right, "; ".join(agreement.reasons)[:300])
    return int(new)


def _join(doing: Doing, left: int, right: int, why: str) -> None:
    """Joins two records unless any of the one's person speaks against any of the other's, or was
    judged to be somebody else: what is apart must not come together by way of a third."""
    both = PersonRecord.objects.filter(pk__in=(left, right)).select_related("root")
    rows = {one.pk: one for one in both}
    if differing(rows[left].person_id, rows[right].person_id).exists():
        return
    mine, theirs = (
        list(PersonRecord.objects.filter(person_id=rows[pk].person_id)) for pk in (left, right)
    )
    today = london(doing.at).date()
    for one in mine:
        said = cleaned(one, today)
        if any(_against(said, other, doing.at) for other in theirs if other.pk != one.pk):
            return
    join_automatically(doing, rows[left], rows[right], why)
