"""Writing down what somebody answered about equality; the only reads are who asked and when.

What was answered is read in two places alone: where it is counted (`assurance.equality_counting`)
and where the person's own request is answered (`casework.leaving_equality`). So a wrong answer is
put right by giving it anew. Neither the history nor the log holds more than that somebody recorded.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from wansdyke.access.actors import Actor
from wansdyke.access.models import Root
from wansdyke.access.posts import Right
from wansdyke.access.scope import OutOfScope, can, scope
from wansdyke.history import audit
from wansdyke.history.door import Doing, Repeated, change, digest_of
from wansdyke.kernel.flow import Refused
from wansdyke.people.equality_words import ASKED, BY_KEY, Basis
from wansdyke.people.models import EqualityAnswer, PersonRecord

# How a form names its fields: so begun, nothing keeps them (`access.kept`).
FIELD = "unkept-"
RECORDED = "equality data recorded"
Moments = Mapping[str, str]


def askable(actor: Actor, at: datetime, roots: Iterable[Root]) -> frozenset[str]:
    """The references of those of some roots for which an actor may record equality data: whoever
    may amend the record."""
    found = Root.objects.filter(
        scope(actor, Right.EDIT, at),
        pk__in=[root.pk for root in roots],
        person_record__isnull=False,
    )
    return frozenset(found.values_list("reference", flat=True))


def recorded(record: PersonRecord) -> QuerySet[EqualityAnswer]:
    """Which characteristics were recorded for a record, by whom and when; no answer is read."""
    rows = EqualityAnswer.objects.filter(root_id=record.pk).defer("answer", "basis")
    return rows.select_related("by").order_by("characteristic")


def moments(record: PersonRecord) -> dict[str, str]:
    """When each characteristic was last recorded, for a form to say what it showed."""
    return {row.characteristic: row.at.isoformat() for row in recorded(record)}


def record_answers(
    record: PersonRecord,
    answers: Mapping[str, str],
    basis: str,
    *,
    seen: Moments | None = None,
    by: Actor,
    at: datetime,
    key: str,
) -> None:
    """Records answers by characteristic; each takes the place of what was answered before.

    `seen` is when each had been recorded as the form showed it. Raises OutOfScope without the right
    to edit the record, Refused for nothing answered, for what is in no vocabulary, and for what
    somebody recorded meanwhile.
    """
    _check(answers, basis)
    digest = digest_of("equality", record.root.reference, _sealed(answers, basis))
    try:
        with change(by=by, at=at, key=key, root=record.root, digest=digest) as doing:
            if not can(by, Right.EDIT, record.root, at):
                raise OutOfScope(record.root.reference)
            if seen is not None:
                _refuse_overtaken(record, answers, seen)
            _write(doing, record, answers, basis)
    except Repeated:
        return


def _sealed(answers: Mapping[str, str], basis: str) -> str:
    """A fingerprint for the operation's key, from which nobody can find the answers: there are so
    few that a plain digest would give them away."""
    told = "\n".join((basis, *(f"{name}={value}" for name, value in sorted(answers.items()))))
    key = settings.SECRET_KEY
    return salted_hmac("equality answers", told, key, algorithm="sha256").hexdigest()


def _check(answers: Mapping[str, str], basis: str) -> None:
    if not answers:
        first = f"{FIELD}{ASKED[0].key}"
        raise Refused("Select an answer to at least one question.", field=first)
    for name, answer in answers.items():
        characteristic = BY_KEY.get(name)
        if characteristic is None or not characteristic.asked:
            raise Refused("There is no such question.", field=None)
        if answer not in characteristic.answers():
            words = f"Choose an answer from those listed for {characteristic.label.lower()}."
            raise Refused(words, field=f"{FIELD}{name}")
    if basis not in set(Basis):
        raise Refused("Select whose words these are.", field="basis")


def _refuse_overtaken(record: PersonRecord, answers: Mapping[str, str], seen: Moments) -> None:
    for row in recorded(record).filter(characteristic__in=list(answers)):
        if seen.get(row.characteristic) != row.at.isoformat():
            words = f"{row.by.name} recorded this meanwhile. Open the page again."
            raise Refused(words, field=f"{FIELD}{row.characteristic}")


def _write(doing: Doing, record: PersonRecord, answers: Mapping[str, str], basis: str) -> None:
    for name, answer in sorted(answers.items()):
        said = {"answer": answer, "basis": basis, "by_id": doing.by.user_id, "at": doing.at}
        EqualityAnswer.objects.update_or_create(
            root_id=record.pk, characteristic=name, defaults=said
        )
    # Not a version more: nothing that anybody sees of the record changed.
    doing.event(RECORDED, root=doing.root, touches=False)
    doing.audit(audit.COLLECTION, record.root.reference, fields=["equality data"])
