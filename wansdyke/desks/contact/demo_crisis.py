"""The made-up force's crises: triage, section 136, somebody missing, the officers' word on both."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from wansdyke.access.actors import Actor
from wansdyke.casework import referrals
from wansdyke.casework.actions import perform
from wansdyke.casework.desk import Desk
from wansdyke.desks.contact import feedback, triage
from wansdyke.desks.contact.models import Contact, Triage
from wansdyke.desks.contact.rules import OPERATOR, PRACTITIONER

ADVICE = (
    ("Open to the crisis team, who can see them today. Keep talking; family helps.", "yes"),
    ("Not known to us. Offer the place of calm; ring me from the scene.", "no"),
)
By = Callable[[str, datetime], Actor]


class Crisis:
    """One made-up call in a crisis: what is done of it happens only if its time has come."""

    def __init__(
        self, desk: Desk, call: Contact, began: datetime, now: datetime, by: By, rng: Random
    ) -> None:
        self.desk, self.call, self.began, self.now = desk, call, began, now
        self.by, self.rng, self.number = by, rng, 0

    def _when(self, minutes: float, post: str) -> dict[str, Any] | None:
        at = self.began + timedelta(minutes=minutes)
        if at >= self.now:
            return None
        self.number += 1
        key = f"demo-crisis-{self.call.pk}-{self.number}"
        return {"by": self.by(post, at), "at": at, "key": key}

    def _step(self, name: str, minutes: float, reason: str = "", **payload: Any) -> None:
        given = self._when(minutes, OPERATOR)
        if given is not None:
            fresh = Contact.objects.select_related("case__root").get(pk=self.call.pk)
            perform(fresh, name, desk=self.desk, reason=reason, payload=payload, **given)

    def triaged(self, *, used: bool, waiting: bool) -> None:
        """Asked, taken, advised and closed, as far as there has been time; or asked just now."""
        if waiting:
            since = (self.now - self.began) / timedelta(minutes=1)
            self._step("ask-triage", max(since - 4, 1.5))
            return
        self._step("ask-triage", 1.5)
        rows = Triage.objects.select_related("referral__case__root", "referral__to_team")
        row = rows.select_related("contact__case__root").filter(contact=self.call).first()
        taken = self._when(4, PRACTITIONER) if row else None
        if row is None or taken is None:
            return
        referrals.accept(row.referral, **taken)
        advised = self._when(self.rng.uniform(6, 22), PRACTITIONER)
        if advised is None:
            return
        words, known = self.rng.choice(ADVICE)
        triage.advise(row, advice=words, known=known, plan="", desk=self.desk, **advised)
        if used:
            self._detained()
        elif (closing := self._when(40, PRACTITIONER)) is not None:
            took = "Officers took them home; the crisis team visits at noon."
            triage.conclude(row, outcome="avoided", took=took, desk=self.desk, **closing)

    def _detained(self) -> None:
        took = "Ambulance and officers, to the place of safety."
        self._step("triage-outcome", 35, outcome="used", took=took)
        arrived = self.began + timedelta(minutes=65)
        place = {"place_of_safety": "health-based", "under_18": "no"}
        self._step("arrived-136", 70, arrived_at=arrived, **place)
        ended = self.began + timedelta(hours=9)
        self._step("end-136", 9 * 60 + 5, ended_at=ended, ending="assessed")

    def missing(self, part: str, *, finish: bool) -> None:
        """Recorded, searched for, thought about again, and found where the call is over."""
        child = {"missing_child": "yes", "missing_out-of-character": "yes"}
        self._step("missing", 3, "A child, and this is unlike her.", missing_person=part,
                   missing_risk="medium", last_seen_at=self.began - timedelta(hours=1),
                   last_seen_where="Outside her school", **child)  # fmt: skip
        self._step("search", 20, search_where="Her home, loft and garden", searched_by="Officers",
                   search_from=self.began + timedelta(minutes=12), search_until=None,
                   search_result="Nothing; her coat is gone")  # fmt: skip
        self._step("missing-review", 25, "Dark soon, and her phone is off.", missing_risk="high",
                   **child, missing_conditions="yes")  # fmt: skip
        if finish:
            self._step("found", 29, person_found_at=self.began + timedelta(minutes=28),
                       found_by="Her aunt", found_where="Her aunt’s", found_how="safe",
                       interview="arranged")  # fmt: skip

    def judged(self, officer: Callable[[datetime], Actor | None]) -> None:
        """The officer who was there says how good the brief was, and whether the advice helped."""
        fresh = Contact.objects.select_related("case__root").get(pk=self.call.pk)
        if fresh.at_scene_at is None:
            return
        at = fresh.at_scene_at + timedelta(minutes=4)
        by = officer(at)
        if by is None or at >= self.now or not feedback.may_rate(fresh, by):
            return
        rating, words = self.rng.choice(
            [("enough", ""), ("enough", ""), ("some-missing", "No code for the door")]
        )
        key = f"demo-brief-{self.call.pk}"
        feedback.rate_brief(fresh, rating=rating, words=words, by=by, at=at, key=key)
        if feedback.to_judge(fresh, by) is not None:
            key = f"demo-helped-{self.call.pk}"
            feedback.say_if_it_helped(fresh, helped="yes", words="", by=by, at=at, key=key)
