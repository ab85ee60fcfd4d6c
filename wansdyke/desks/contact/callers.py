"""Who rings, and where: found while a call is typed, and what the call then says of them."""

from typing import Any

from django.http import QueryDict

from wansdyke.access.models import Root
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope, sections_of
from wansdyke.access.sections import Section
from wansdyke.casework.actions import NewParty
from wansdyke.desks.contact import queries, rerouting
from wansdyke.desks.contact.forms import CallForm, LookUpForm
from wansdyke.desks.contact.rules import GRADES
from wansdyke.desks.contact.rules import LABELS as STATES
from wansdyke.history.pages import Asked, consulted_roots
from wansdyke.linkage.found import HELD, Query, noted
from wansdyke.linkage.held import shut_out
from wansdyke.linkage.lookup import find_people
from wansdyke.linkage.places import find_places
from wansdyke.people.caller_password import protected
from wansdyke.people.keys import phone_key
from wansdyke.people.models import PersonRecord
from wansdyke.people.records import says_nothing

MOST_FOUND = 8
GRADE_WORDS = dict(GRADES)
NOTHING_FOUND: dict[str, Any] = {"searched": False, "chosen": "", "taken": ""}


def look_up(request: Asked, typed: QueryDict) -> dict[str, Any]:
    """The people and places that what was typed points to, with their markers; audited."""
    form = LookUpForm(typed)
    form.is_valid()
    data = form.cleaned_data
    who = Query(
        forename=data.get("caller_forename") or "",
        surname=data.get("caller_surname") or "",
        date_of_birth=data.get("caller_date_of_birth"),
        phone=data.get("caller_phone") or "",
    )
    whereabouts = Query(address=data.get("where") or "", postcode=data.get("postcode") or "")
    people = find_people(request.actor, request.at, who, limit=MOST_FOUND)
    places = find_places(request.actor, request.at, whereabouts, limit=MOST_FOUND)
    noted(request, people, places, reason="a call being taken")
    draft = typed.get("draft", "")
    if people.kept_from:
        rerouting.offer(request.actor, request.at, draft, shut_out(people.kept_from))
    now = queries.open_here(request.actor, request.at, [one.place.pk for one in places])
    consulted_roots(request, [call.case.root for calls in now.values() for call in calls])
    return {
        "people": people,
        "places": places,
        "open_here": now,
        "protected": protected(request.actor, request.at, [one.person.pk for one in people]),
        "states": STATES,
        "grades_of": GRADE_WORDS,
        "held": HELD if people.held or places.held else "",
        "taken": rerouting.TAKEN if rerouting.taken_from(request.actor, request.at, draft) else "",
        "searched": bool(who.given() or whereabouts.given()),
        "not_searched": dict.fromkeys((*people.not_searched, *places.not_searched)),
        "chosen": typed.get("caller_record", ""),
    }


def parties_of(request: Asked, form: CallForm) -> list[NewParty]:
    """The caller and whom it is about: a record chosen from the look-up, or what was typed."""
    parties = []
    chosen = _chosen(request, form.cleaned_data["caller_record"])
    if chosen is not None:
        parties.append(NewParty(role="caller", record=chosen, typed=_new_of(request, form, chosen)))
    elif not says_nothing(form.person("caller")):
        parties.append(NewParty(role="caller", typed=form.person("caller")))
    if not says_nothing(form.person("subject")):
        role = form.cleaned_data["subject_role"] or "subject"
        parties.append(NewParty(role=role, typed=form.person("subject")))
    return parties


def _new_of(request: Asked, form: CallForm, chosen: PersonRecord) -> dict[str, Any]:
    """What was typed of a caller that the chosen record does not say: a number, a date of birth.

    Typed names are how somebody was searched for, so the name is the record's, where it may be
    read and may stand in a record that more people see. Empty where there is nothing new.
    """
    typed = form.person("caller")
    phone, born = typed["phone"] or "", typed["date_of_birth"]
    seen = sections_of(request.actor, [chosen.pk], request.at)[chosen.pk]
    # What is held back counts as new: else what becomes of the call tells what it is.
    known = Section.SAFE_CONTACT in seen and phone_key(phone) == chosen.phone_key
    same = Section.IDENTITY in seen and born == chosen.date_of_birth
    new = {"phone": "" if known else phone, "date_of_birth": None if same else born}
    if not any(new.values()):
        return {}
    if Section.IDENTITY in seen and chosen.root.marking == Root.STANDARD:
        names = {name: getattr(chosen, name) for name in ("forename", "middle_names", "surname")}
        return {"date_of_birth": chosen.date_of_birth, **names} | {
            k: v for k, v in new.items() if v
        }
    return typed


def _chosen(request: Asked, reference: str) -> PersonRecord | None:
    if not reference:
        return None
    in_scope = scope(request.actor, Right.VIEW, request.at, "root__")
    return PersonRecord.objects.filter(in_scope, root__reference=reference).first()
