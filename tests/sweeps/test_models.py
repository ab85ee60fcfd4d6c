"""Every model belongs somewhere, and every field of a record's model has a section."""

import inspect

from django.apps import apps
from django.db import models

from wansdyke.access.sections import Section
from wansdyke.casework.belonging import belongings
from wansdyke.directory import DESKS

OURS = ("wansdyke.", "tests.lost_property")
# How each model belongs: it is the root of all access, hangs from a root or a case, or from
# something that does (which field is said), or from none, for a reason.
ROOT, ON_ROOT, ON_CASE = "is the root", "root", "case"
BELONGS: dict[str, str] = {
    "access.Root": ROOT,
    "access.Grant": "none: opens a root; who may see which grants is the rights of sharing",
    "access.Lock": "none: shuts a root; nobody who is shut out may know",
    "access.Notice": "none: one user's own line, about a root they may see",
    "access.Agency": "none: the force's own shape",
    "access.Team": "none: the force's own shape",
    "access.User": "none: staff, seen by administrators",
    "access.Membership": "none: staff, seen by administrators",
    "access.Load": "none: says of a batch that it came",
    "access.ForceSetting": "none: the force's own rules",
    "access.Session": "none: one browser's, kept for its user",
    "access.KeptForm": "none: what one user sent, sealed, for them alone",
    "access.Guess": "none: hashes of failed sign-ins",
    "access.ApiToken": "none: one user's own",
    "access.Installation": "none: one row about the installation",
    "history.Event": "none: without content; what it changed hangs from it by section",
    "history.Change": "none: each row names its own section",
    "history.Operation": "none: a client's key and what came of it",
    "history.AuditEntry": "none: the log, which names references only",
    "history.AuditSubject": "none: the log, which names references only",
    "history.AuditHead": "none: the log's last link",
    "history.LogCheck": "none: that the log was looked at",
    "people.Area": "none: published reference data",
    "people.Population": "none: published reference data",
    "people.TeamArea": "none: which team polices which area",
    "people.Place": "none: an address by itself names nobody",
    "people.Person": "none: a cluster, which holds no facts",
    "people.ModelInUse": "none: chances by which records are compared",
    "people.Word": "none: a name or street by itself names nobody",
    "people.Spelling": "none: how a word may be misspelt",
    "people.PublishedCrime": "none: published reference data",
    "people.PublishedOutcome": "none: published reference data",
    "people.PersonRecord": ON_ROOT,
    "people.Residence": ON_ROOT,
    "people.ContactRule": ON_ROOT,
    "people.CallerPassword": ON_ROOT,
    "people.EqualityAnswer": ON_ROOT,
    "people.PopulationShare": "none: published reference data",
    "people.Judgement": "record: left",
    "linkage.Suggestion": "record: left",
    "casework.Case": ON_ROOT,
    "casework.Marker": ON_ROOT,
    "casework.Party": ON_CASE,
    "casework.CasePlace": ON_CASE,
    "casework.Deadline": ON_CASE,
    "casework.ForceReference": ON_CASE,
    "casework.Assessment": ON_CASE,
    "casework.Proposal": ON_CASE,
    "casework.Action": ON_CASE,
    "casework.Referral": ON_CASE,
    "casework.Share": ON_CASE,
    "casework.BrokenGlass": ON_ROOT,
    "casework.Conflict": ON_ROOT,
    "casework.Retention": ON_ROOT,
    "casework.RetentionReview": ON_ROOT,
    "casework.LegalHold": ON_ROOT,
    "casework.Disposal": ON_ROOT,
    "casework.Leaving": "none: what is asked of us for somebody outside; its records hang from it",
    "casework.LeavingBundle": "none: a file made of what passed the gate, for its recipient",
    "casework.LeavingRecord": "record: record",
    "casework.LeavingDecision": ON_ROOT,
    "casework.LeavingRelease": ON_ROOT,
    "casework.Document": ON_CASE,
    "casework.Comment": ON_CASE,
    "casework.ContactAttempt": ON_CASE,
    "casework.HandOver": "none: words of a team to itself, which name nobody",
    "casework.Draft": "none: its author's alone until it is sent",
    "casework.Export": "none: for whoever asked, made of sections they might take out",
    "contact.Contact": ON_CASE,
    "contact.Grading": "parent: contact",
    "contact.Triage": "parent: contact",
    "contact.TriageFeedback": "parent: triage__contact",
    "contact.BriefRating": "parent: contact",
    "contact.Missing": "parent: contact",
    "contact.MissingReview": "parent: missing__contact",
    "contact.Search": "parent: missing__contact",
    "contact.FeedArrival": "none: how many rows came, and which fields of which were refused",
    "contact.FeedConflict": "parent: contact",
    "contact.Reroute": "none: that a call is somebody else’s to take, and by whom, without content",
    "contact.RiskType": "none: the force's own menu",
    "assurance.SamplePlan": "none: how a period was drawn from; of no case",
    "assurance.SampleStratum": "none: how many a handler had and how many were drawn; of no case",
    "assurance.Sample": ON_CASE,
    "assurance.Score": "parent: sample",
    "assurance.SampleReply": "parent: sample",
    "assurance.LogFinding": ON_ROOT,
    "assurance.HighProfile": ON_ROOT,
    "assurance.FindingEntry": "record: finding",
    "assurance.FindingWord": "record: finding",
    "assurance.LogMark": "none: how far the log was looked through",
    "assurance.LookWithoutWork": "none: numbers of the log’s entries, which name references only",
    "assurance.StaffDay": "none: how many records staff opened",
    "assurance.EqualityYear": "none: that a year was counted",
    "assurance.EqualityCount": "none: how many answered so, as it is published",
    "assurance.SampleDraw": "none: whose week of looks was drawn",
    "assurance.Declaration": "none: what staff say of themselves, for auditors alone",
    "assurance.Associate": "none: whom staff declare, for auditors alone",
    "lost_property.Thing": ON_CASE,
}


def ours() -> list[type[models.Model]]:
    """Every model of the product, and of the desk that the tests bring."""
    return [model for model in apps.get_models() if model.__module__.startswith(OURS)]


def test_every_model_is_registered_here() -> None:
    there = {model._meta.label for model in ours()}
    assert there - set(BELONGS) == set(), "say in BELONGS how each belongs to a root"
    assert set(BELONGS) - there == set(), "these are gone"


def test_each_hangs_where_it_says() -> None:
    for model in ours():
        how = BELONGS[model._meta.label]
        if how in (ROOT, ON_ROOT, ON_CASE) or how.startswith(("parent", "record")):
            path = {ROOT: "", ON_ROOT: "root", ON_CASE: "case__root"}.get(how)
            if how.startswith("record: "):
                path = f"{how.removeprefix('record: ')}__root"
            path = path if path is not None else f"{how.removeprefix('parent: ')}__case__root"
            at: type[models.Model] = model
            for step in filter(None, path.split("__")):
                related = at._meta.get_field(step).related_model
                assert isinstance(related, type), (model, step)
                at = related
            assert at._meta.label == "access.Root", model
        else:
            assert how.startswith("none: "), model
            assert len(how) > len("none: "), model


def test_a_disposal_finds_each_model_where_it_hangs() -> None:
    """What is removed is found by walking the models; this is the list written out beside it."""
    walked = {one.model._meta.label: one.paths[0] for one in belongings()}
    hanging = {label: how for label, how in BELONGS.items() if not how.startswith(("none", ROOT))}
    ends = {ON_ROOT: "root", ON_CASE: "case__root"}
    for label, how in hanging.items():
        kind, _, path = how.partition(": ")
        written = ends.get(how) or f"{path}__{'root' if kind == 'record' else 'case__root'}"
        if label.startswith("contact.Triage"):
            # Its key is the referral, by which the same case is reached.
            written = written.replace("contact__case", "referral__case")
        assert walked.pop(label) == written, label
    assert walked == {}


def test_every_field_of_a_record_has_a_section() -> None:
    missing, unknown = [], []
    for model in ours():
        if BELONGS[model._meta.label].startswith(("none", ROOT)):
            continue
        declared = getattr(model, "SECTIONS", {})
        fields = {field.name for field in model._meta.concrete_fields}
        missing += [f"{model.__name__}.{name}" for name in sorted(fields - set(declared))]
        unknown += [f"{model.__name__}.{name}" for name in sorted(set(declared) - fields)]
        assert all(isinstance(section, Section) for section in declared.values()), model
    assert (missing, unknown) == ([], [])


def test_nothing_that_belongs_to_no_root_points_at_one_unsaid() -> None:
    """A model said to belong to none must not have a root, case or record of its own."""
    may_point = {"access.Grant", "access.Lock", "access.Notice", "history.Event"}
    roots = {"access.Root", "casework.Case", "people.PersonRecord"}
    pointing = [
        f"{model._meta.label}.{field.name}"
        for model in ours()
        if BELONGS[model._meta.label].startswith("none") and model._meta.label not in may_point
        for field in model._meta.concrete_fields
        if field.related_model is not None and field.related_model._meta.label in roots
    ]
    assert pointing == []


def test_no_model_hides_a_write_in_save() -> None:
    hidden = [
        model._meta.label
        for model in ours()
        for method in ("save", "delete")
        if inspect.getmodule(getattr(model, method)).__name__.startswith(OURS)
    ]
    assert hidden == []


def test_what_a_desk_shows_is_in_the_section_of_its_column() -> None:
    wrong = [
        f"{desk.key}.{shown.key}"
        for desk in DESKS
        for shown in desk.fields
        if shown.key in desk.model.SECTIONS and desk.model.SECTIONS[shown.key] != shown.section
    ]
    assert wrong == []
