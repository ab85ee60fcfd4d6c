"""The contact desk: all that others may know of the control room."""

from datetime import datetime
from typing import Any

from django.db.models import BooleanField, DateTimeField, IntegerField, Q
from django.urls import URLPattern, path

from wansdyke.access.actors import Actor
from wansdyke.access.sections import Section
from wansdyke.casework.desk import Desk, DeskPage, Filter, Panel, Shown
from wansdyke.casework.models import Case, Deadline
from wansdyke.desks.contact import (
    actions,
    crisis_views,
    menu_views,
    queries,
    repeats,
    rerouting_views,
    rules,
    views,
)
from wansdyke.desks.contact.crisis_forms import CRISIS_FORMS
from wansdyke.desks.contact.crisis_panels import missing_panel, ratings_panel, triage_panel
from wansdyke.desks.contact.demo import make_demo
from wansdyke.desks.contact.downtime import views as downtime_views
from wansdyke.desks.contact.feed import views as feed_views
from wansdyke.desks.contact.feed.offered import feed_of
from wansdyke.desks.contact.forms import STEP_FORMS, FactsOfCall
from wansdyke.desks.contact.instruments.missing_v1 import MISSING_V1
from wansdyke.desks.contact.instruments.thrive_v1 import THRIVE_V1
from wansdyke.desks.contact.measures import COUNTING
from wansdyke.desks.contact.models import (
    BriefRating,
    Contact,
    Missing,
    Search,
    Triage,
    TriageFeedback,
)
from wansdyke.desks.contact.quality import QUALITY
from wansdyke.desks.contact.retention import RETENTION
from wansdyke.desks.contact.settings import SETTINGS
from wansdyke.desks.contact.strands import CATEGORIES, STRANDS, labels_of
from wansdyke.desks.contact.whereabouts import Calls

GRADES = dict(rules.GRADES)


def thrive_panel(contact: Contact, actor: Actor, at: datetime) -> dict[str, Any]:
    """The runs of THRIVE, newest first, and the letters still owed."""
    runs = queries.runs_of(contact)
    facts = actions.facts_of(contact, at)
    return {
        "contact": contact,
        "runs": runs,
        "owed": facts.letters_owed,
        "missed": rules.target_missed(facts) and contact.case.is_open,
        "grades": GRADES,
        "letters": [(q.key, q.text, dict(q.answers)) for q in THRIVE_V1.questions],
    }


def grades_panel(contact: Contact, actor: Actor, at: datetime) -> dict[str, Any]:
    """Every grade the call was given."""
    rows = contact.gradings.select_related("by", "agreed_by").order_by("-at", "-pk")
    return {"gradings": rows, "grades": GRADES}


MISSED = {
    "call-back": "nobody called back",
    "triage-answer": "no mental-health advice yet",
    # Of a detention a notice says no more than it must: it is read out of context.
    "section-136": "a time set by law has passed; open the call",
    "missing-review": "the risk to a missing person was not thought about again",
}


def on_missed(case: Case, deadline: Deadline, at: datetime) -> None:
    """A target passed with no unit at scene, or no call back: whoever is in charge is told."""
    reference = case.root.reference
    what = MISSED.get(deadline.clock, "no unit at scene")
    actions.tell_supervisors(case, f"{reference}: target missed, {what}.", at)


def urls(desk: Desk) -> list[URLPattern]:
    """The control room's own pages."""
    given = {"desk": desk}
    return [
        path("call/", views.call, given, name="call"),
        path("call/save/", views.save_draft, given, name="save-draft"),
        path("call/who-and-where/", views.who_and_where, given, name="who-and-where"),
        path("call/<uuid:draft>/", views.call, given, name="draft"),
        path("call/<uuid:draft>/drop/", views.drop_draft, given, name="drop-draft"),
        path("call/<uuid:draft>/hand-on/", rerouting_views.hand_on, given, name="hand-on"),
        path(
            "taken-on/<reference:offer_reference>/", rerouting_views.take_on, given, name="take-on"
        ),
        path("call/from-paper/", downtime_views.from_paper, given, name="from-paper"),
        path("downtime-pack/", downtime_views.pack, given, name="downtime-pack"),
        path("board/", views.board, given, name="board"),
        path("feed/", feed_views.reconciliation, given, name="feed"),
        path("feed/days.csv", feed_views.reconciliation_csv, given, name="feed-csv"),
        path("<reference:reference>/feed/", feed_views.differences, given, name="feed-differences"),
        path("letters/", views.letters, given, name="letters"),
        path("risk-menu/", menu_views.menu, given, name="risk-menu"),
        path("risk-menu/new/", menu_views.risk, given, name="risk-new"),
        path("risk-menu/<slug:code>/", menu_views.risk, given, name="risk"),
        path("triage/", crisis_views.waiting, given, name="triage"),
        path("triage/<reference:reference>/", crisis_views.request_page, given, name="request"),
        path("triage/<reference:reference>/advice/", crisis_views.advise, given, name="advise"),
        path(
            "triage/<reference:reference>/outcome/", crisis_views.conclude, given, name="conclude"
        ),
        path("triage/<reference:reference>/no/", crisis_views.turn_down, given, name="turn-down"),
        path("<reference:reference>/advice-helped/", crisis_views.judge, given, name="judge"),
        path("<reference:reference>/brief/rate/", crisis_views.rate, given, name="rate"),
        path("<reference:reference>/brief/", views.brief, given, name="brief"),
        path("<reference:reference>/thrive/", views.thrive, given, name="thrive"),
    ]


def _text(field: str) -> Any:
    return lambda contact: getattr(contact, field)


def _words(field: str, choices: Any) -> Any:
    names = dict(choices)
    return lambda contact: names.get(value := getattr(contact, field), value)


# What such a column holds is never typed as it comes.
CODED = (BooleanField, DateTimeField, IntegerField)


def _said(key: str, label: str, **more: Any) -> Shown:
    """A field of the call as it stands, in its own section."""
    field = Contact._meta.get_field(key)
    choices = getattr(field, "choices", None)
    read = _words(key, choices) if choices else _text(key)
    more.setdefault("coded", (lambda: choices) if choices else isinstance(field, CODED))
    return Shown(key=key, label=label, section=Contact.SECTIONS[key], value=read, **more)


def _policing_area(contact: Contact) -> str | None:
    return contact.policing_area.name if contact.policing_area else None


FIELDS = (
    _said("grade", "Grade", column=True, lead=True),
    _said(
        "where",
        "Where",
        column=True,
        lead=True,
        instead=("Community policing area", _policing_area),
    ),
    _said("what", "What is happening", lead=True),
    _said("received_at", "Received"),
    _said("channel", "How they got in touch"),
    _said("prior_contact", "Contacted police before"),
    Shown(
        key="risk_types",
        label="Risks",
        section=Section.CORE,
        value=lambda c: labels_of(c.risk_types, queries.risk_menu()),
        words=queries.risk_menu,
        column=True,
        coded=queries.risk_menu,
    ),
    Shown(
        key="strands",
        label="Vulnerability strands",
        section=Section.CORE,
        value=lambda c: labels_of(c.strands, STRANDS),
        words=lambda: STRANDS,
        coded=lambda: STRANDS,
    ),
    _said("first_grade", "First grade"),
    _said("graded_at", "Graded at"),
    _said("grade_reason", "Reason for the grade"),
    _said("caller_is_victim", "Caller is the victim"),
    _said("abuser_can_hear", "Abuser can hear"),
    _said("safe_to_call", "Safe to call back"),
    _said("silent_call", "Silent call"),
    _said("interpreter", "Interpreter"),
    _said("unit", "Unit", column=True),
    _said("assigned_at", "Unit assigned at"),
    _said("en_route_at", "On the way at"),
    _said("at_scene_at", "At scene at"),
    _said("resulted_at", "Resulted at"),
    Shown(
        key="category",
        label="Closing category",
        section=Section.CORE,
        value=_words("category", CATEGORIES),
        words=lambda: CATEGORIES,
        coded=lambda: CATEGORIES,
    ),
    _said("result_note", "What was done"),
    _said("call_back", "When called back"),
    _said("letters_owed", "THRIVE letters owed"),
    _said("notes", "Notes"),
    _said("paper_number", "Entered later, from paper form"),
    _said("entered_why", "Why it was taken on paper"),
)

DESK = Desk(
    key="contact",
    title="Calls",
    singular="call",
    prefix="CT",
    model=Contact,
    flow=rules.FLOW,
    clocks=rules.CLOCKS,
    facts=actions.facts_of,
    marked=lambda contact: rules.marking(contact.risk_types),
    fields=FIELDS,
    related=("policing_area",),
    filters=(
        Filter(
            key="grade",
            label="Grade",
            choices=rules.GRADES,
            narrow=lambda value: Q(grade=value),
        ),
        Filter(
            key="letters",
            label="THRIVE",
            choices=(("owed", "Letters owed"), ("done", "Letters done")),
            narrow=lambda value: Q(letters_owed__gt=0) if value == "owed" else Q(letters_owed=0),
        ),
        Filter(
            key="paper",
            label="Taken",
            choices=(("here", "In the system"), ("paper", "On paper, entered later")),
            narrow=lambda value: Q(paper_number__isnull=value == "here"),
        ),
        Filter(
            key="area",
            label="Community policing area",
            more=queries.policing_areas,
            narrow=lambda value: Q(policing_area__code=value),
        ),
    ),
    panels=(
        Panel(title="Missing person", template="contact/missing_panel.html", context=missing_panel),
        Panel(
            title="Mental-health triage", template="contact/triage_panel.html", context=triage_panel
        ),
        Panel(
            title="THRIVE",
            template="contact/thrive_panel.html",
            context=thrive_panel,
            section=Section.NARRATIVE,
        ),
        Panel(
            title="Grades",
            template="contact/grades_panel.html",
            context=grades_panel,
            section=Section.NARRATIVE,
        ),
        Panel(
            title="How good the brief was",
            template="contact/ratings_panel.html",
            context=ratings_panel,
        ),
    ),
    pages=(
        DeskPage(title="Take a call", name="contact:call", posts=rules.CONTROL_ROOM),
        DeskPage(title="Board", name="contact:board", posts=rules.CONTROL_ROOM),
        DeskPage(title="Letters owed", name="contact:letters", posts=rules.CONTROL_ROOM),
        DeskPage(
            title="Triage", name="contact:triage", posts=rules.CONTROL_ROOM | {rules.PRACTITIONER}
        ),
        DeskPage(title="Call from paper", name="contact:from-paper", posts=rules.CONTROL_ROOM),
        DeskPage(title="Downtime pack", name="contact:downtime-pack", posts=rules.IN_CHARGE),
        DeskPage(title="Feed", name="contact:feed", posts=feed_views.WHO),
        DeskPage(title="Risk menu", name="contact:risk-menu", posts=rules.IN_CHARGE),
    ),
    urls=urls,
    settings=SETTINGS,
    instruments=(THRIVE_V1, MISSING_V1),
    party_roles=(
        ("caller", "Caller"),
        ("victim", "Victim"),
        ("suspect", "Suspect"),
        ("subject", "Subject of concern"),
        ("witness", "Witness"),
        ("child", "Child"),
    ),
    opening=rules.CONTROL_ROOM,
    edit_form=FactsOfCall,
    step_forms={**STEP_FORMS, **CRISIS_FORMS},
    effects=actions.EFFECTS,
    assessed=actions.assessed,
    counting=COUNTING,
    following=rules.that_follow,
    on_missed=on_missed,
    make_demo=make_demo,
    quality=QUALITY,
    feed=feed_of,
    follower=Calls(),
    repeats=repeats.keep,
    rows=(Triage, TriageFeedback, BriefRating, Missing, Search),
    retention=RETENTION,
)
