"""What people answered about equality, for counting alone (`assurance.equality_counting`)."""

from collections.abc import Collection

from wansdyke.access.scope import whole
from wansdyke.people.equality_words import Unsaid
from wansdyke.people.models import EqualityAnswer

# How little each says; an answer says more than any of them.
LESS = {Unsaid.NOT_ASKED.value: 0, Unsaid.NOT_KNOWN.value: 1, Unsaid.DECLINED.value: 2}
AN_ANSWER = 3


def answers_of(people: Collection[int]) -> dict[tuple[int, str], str]:
    """What each of some people (primary keys) answered, by characteristic: the newest answer of any
    of their records; one that says something goes before one that says why not."""
    rows = EqualityAnswer.objects.filter(whole("root__")).order_by("at", "pk")
    said: dict[tuple[int, str], str] = {}
    told = rows.values_list("root__person_record__person_id", "characteristic", "answer")
    for person, characteristic, answer in told.iterator():
        before = said.get((person, characteristic), Unsaid.NOT_ASKED.value)
        if person in people and LESS.get(answer, AN_ANSWER) >= LESS.get(before, AN_ANSWER):
            said[person, characteristic] = answer
    return said
