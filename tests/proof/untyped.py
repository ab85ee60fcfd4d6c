"""The columns of text that no hostile word is put into: why, and what all that stands in them must
look like. Whoever makes a column that a person types into finds it seeded without a line here."""

import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models

from tests.sweeps.canaries import words_in
from wansdyke.access.references import PATTERN

MADE_OF_TYPED = "made of letters and digits of what was typed, for finding it; no page shows it"
WORD = r"[\w+.:/-]*"
# Why: what each word in such a column must match from end to end, and the columns.
UNTYPED: dict[str, tuple[str, str]] = {
    "a reference, drawn by the product": (
        rf"({PATTERN}|LF-0000-0001)?",
        """
        access.Root.reference access.KeptForm.reference people.Place.reference
        people.Person.reference people.ContactRule.reference people.Judgement.reference
        casework.Marker.reference casework.Share.reference casework.BrokenGlass.reference
        casework.Conflict.reference casework.Action.reference casework.Referral.reference
        casework.Document.reference casework.Export.reference casework.ContactAttempt.reference
        casework.Leaving.reference casework.LeavingRelease.reference casework.LegalHold.reference
        casework.RetentionReview.reference casework.Disposal.reference linkage.Suggestion.reference
        contact.Reroute.reference contact.Reroute.became assurance.SamplePlan.reference
        assurance.Sample.reference assurance.LogFinding.reference assurance.LogFinding.about
        assurance.LookWithoutWork.about assurance.HighProfile.reference
        assurance.Associate.reference access.Grant.source access.Lock.source
        """,
    ),
    "one of a list that is in the code, or that the force has approved": (
        r"[\w-]*( [\w-]+)*",
        """
        access.Membership.post access.Load.kind access.Grant.sections people.Area.kind
        people.ContactRule.days people.PopulationShare.characteristic
        people.PopulationShare.value casework.Case.desk casework.Case.state casework.Party.role
        casework.CasePlace.role casework.Deadline.clock casework.Assessment.instrument
        casework.Assessment.own_grade casework.Assessment.result casework.Assessment.missing
        casework.Proposal.step casework.Share.sections casework.Referral.sections
        casework.Document.section casework.Draft.desk casework.Export.desk casework.Retention.desk
        casework.Retention.kind casework.Disposal.was casework.LeavingRelease.rule
        contact.FeedConflict.field contact.FeedConflict.section contact.Contact.risk_types
        contact.Contact.strands contact.Contact.category assurance.SamplePlan.desk
        assurance.SamplePlan.method assurance.SamplePlan.instrument assurance.SampleStratum.risk
        assurance.Score.instrument assurance.StaffDay.post assurance.LogMark.pace
        """,
    ),
    "a short name for addresses: letters, digits, dots and hyphens, or it is refused": (
        r"[\w.-]*",
        "access.Agency.key access.Team.key access.User.username contact.RiskType.code",
    ),
    "a code of statistics: letters and digits, or its file is refused": (
        r"[A-Z0-9]*",
        "people.Area.code people.Population.code people.PublishedCrime.area_code",
    ),
    "a digest, or the random name of a file": (
        r"([0-9a-f]*|(documents|leaving)/[0-9a-f]{2}/[0-9a-f]{32}|[0-9a-f]{32}\.xlsx)",
        """
        access.Load.sha256 access.Guess.account access.ApiToken.sha256
        people.PublishedCrime.fingerprint casework.Assessment.fingerprint casework.Document.sha256
        casework.Document.stored_as casework.Export.stored_as casework.Leaving.prepared_digest
        casework.LeavingDecision.digest casework.LeavingRelease.digest casework.LeavingBundle.sha256
        casework.LeavingBundle.stored_as casework.Retention.reckoned_by assurance.Score.fingerprint
        people.Place.placed_by contact.Contact.placed_by
        """,
    ),
    "hashed or sealed: nobody reads what was typed": (
        r"[\w!$=+/.,:-]*",
        """
        access.User.password people.CallerPassword.hashed access.Session.session_key
        access.Session.session_data access.KeptForm.sealed
        """,
    ),
    MADE_OF_TYPED: (
        r"[\w +~]*",
        """
        people.Place.address_key people.Place.house_key people.Place.street_key
        people.Place.postcode_key people.PersonRecord.forename_key people.PersonRecord.surname_key
        people.PersonRecord.phone_key people.PersonRecord.formerly_key people.PersonRecord.pnc_key
        people.PersonRecord.cro_key people.Word.text people.Spelling.key
        """,
    ),
    "which of a call's people, compared with others of its kind; no page shows it": (
        WORD,
        "contact.FeedConflict.part",
    ),
    "an address or a name of the product's own": (
        WORD,
        """
        access.Notice.link access.Guess.address access.Session.address casework.Referral.kept_at
        casework.Document.media_type casework.LeavingRelease.item casework.LeavingDecision.item
        linkage.Suggestion.model people.ModelInUse.name
        """,
    ),
    "numbers, days and words of the product's own": (
        r"[\w ,.:;()+%-]*",
        """
        access.Load.counts access.ForceSetting.key access.ForceSetting.value
        access.Installation.notes access.Session.device access.Session.way people.Area.outline
        people.ModelInUse.learnt casework.Deadline.inputs casework.Leaving.inputs
        casework.Proposal.payload casework.Retention.from_what casework.Disposal.rule
        casework.Disposal.removed casework.Export.held casework.Export.opened
        contact.Reroute.not_for
        contact.FeedArrival.faults assurance.Score.result assurance.Score.reasons
        assurance.SampleDraw.seed assurance.SampleDraw.frame assurance.SampleDraw.drawn
        """,
    ),
}


def untyped() -> dict[str, str]:
    """The columns, and why of each."""
    return {column: why for why, (_, columns) in UNTYPED.items() for column in columns.split()}


def text_columns() -> Iterator[tuple[str, type[models.Model], Any]]:
    """Every column of text of the product's own models; of one with choices the list is closed."""
    for model in apps.get_models():
        if not model.__module__.startswith(("wansdyke.", "tests.")):
            continue
        for field in model._meta.concrete_fields:
            text = isinstance(field, models.CharField | models.TextField | models.JSONField)
            if text and not field.choices:
                yield f"{model._meta.label}.{field.name}", model, field


def leaves(value: Any) -> Iterator[str]:
    """The texts in a value, the names in it included."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield str(key)
            yield from leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one)
    elif value is not None:
        yield str(value)


def wrongly_left_out() -> Iterator[str]:
    """What in those columns does not look as its reason says, or was typed after all."""
    known, why = {name: (m, f) for name, m, f in text_columns()}, untyped()
    yield from (f"{column}: there is no such column" for column in why.keys() - known.keys())
    for column, reason in why.items():
        if column not in known:
            continue
        model, field = known[column]
        pattern = re.compile(UNTYPED[reason][0])
        for value in model._default_manager.values_list(field.name, flat=True):
            for text in leaves(value):
                if not pattern.fullmatch(text):
                    yield f"{column}: {text[:60]!r} is not {reason}"
                if reason != MADE_OF_TYPED and words_in([text]):
                    yield f"{column}: somebody typed {text[:60]!r}"
