"""The URLs of the work on a case, under each desk."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path

from wansdyke.casework import (
    document_views,
    party_views,
    reach_views,
    referral_views,
    sharing_views,
    work_views,
)
from wansdyke.casework.desk import Desk

# The part after the case's own address, the view, the name.
_PAGES: tuple[tuple[str, Callable[..., Any], str], ...] = (
    ("work/<slug:kind>/", work_views.work, "work"),
    ("actions/new/", work_views.task_new, "task-new"),
    ("actions/<reference:action_reference>/done/", work_views.task_done, "task-done"),
    ("actions/<reference:action_reference>/hand-on/", work_views.task_hand_on, "task-hand-on"),
    ("who-sees/", sharing_views.who_sees, "who-sees"),
    ("mark/", sharing_views.mark, "mark"),
    ("shares/new/", sharing_views.share_new, "share-new"),
    ("shares/<reference:share_reference>/stop/", sharing_views.share_revoke, "share-revoke"),
    ("referrals/new/", referral_views.referral_new, "referral-new"),
    ("documents/new/", document_views.document_new, "document-new"),
    ("documents/<reference:document_reference>/", document_views.document, "document"),
    ("markers/new/", work_views.marker_new, "marker-new"),
    ("markers/<reference:marker_reference>/review/", work_views.marker_review, "marker-review"),
    (
        "markers/<reference:marker_reference>/withdraw/",
        work_views.marker_withdraw,
        "marker-withdraw",
    ),
    ("people/new/", party_views.person_new, "person-new"),
    ("people/alike/", party_views.person_alike, "person-alike"),
    ("people/<reference:record_reference>/", party_views.person_correct, "person-correct"),
    ("people/<reference:record_reference>/<slug:role>/end/", party_views.person_end, "person-end"),
    ("people/<reference:record_reference>/contact/", reach_views.contact, "person-contact"),
    (
        "people/<reference:record_reference>/contact/tries/<slug:way>/",
        reach_views.contact_try,
        "person-contact-try",
    ),
    (
        "people/<reference:record_reference>/contact/rules/new/",
        reach_views.rule_new,
        "person-rule-new",
    ),
    (
        "people/<reference:record_reference>/contact/rules/<reference:rule_reference>/",
        reach_views.rule_end,
        "person-rule-end",
    ),
    (
        "people/<reference:record_reference>/contact/password/",
        reach_views.word_set,
        "person-word",
    ),
    (
        "people/<reference:record_reference>/contact/password-end/",
        reach_views.word_end,
        "person-word-end",
    ),
    ("places/new/", work_views.place_new, "place-new"),
    (
        "places/<reference:place_reference>/<slug:role>/remove/",
        work_views.place_remove,
        "place-remove",
    ),
    ("notes/new/", work_views.note_new, "note-new"),
    ("references/new/", work_views.reference_new, "reference-new"),
    ("references/remove/", work_views.reference_remove, "reference-remove"),
)


def work_patterns(desk: Desk) -> list[URLPattern]:
    """The pages of the work on one desk's cases; the views are handed the desk they serve.

    Needs the `reference` converter, which the desk's own URLs register.
    """
    return [
        path(f"<reference:reference>/{rest}", view, {"desk": desk}, name=name)
        for rest, view, name in _PAGES
    ]
