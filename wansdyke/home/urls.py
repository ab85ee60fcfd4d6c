"""The URLs of the front door, of the audit log and of the API."""

from django.urls import include, path, re_path

from wansdyke.access.references import PATTERN
from wansdyke.casework.equality_views import record_equality
from wansdyke.casework.record_marking_views import record_mark
from wansdyke.home import (
    api_page,
    audit_views,
    caller_views,
    checkpoint_views,
    disclosures,
    extract_views,
    place_views,
    ready,
    since_views,
    views,
)
from wansdyke.home.api import api_urls

PLACE = f"(?P<place_reference>{PATTERN})"
PERSON = f"(?P<person_reference>{PATTERN})"

urlpatterns = [
    path("", views.my_work, name="my_work"),
    path("ready/", ready.ready, name="ready"),
    path("since/", since_views.since_last_shift, name="since"),
    path("since/hand-over/", since_views.hand_over_new, name="hand_over"),
    path("notices/read/", views.notices_read, name="notices_read"),
    path("search/", views.search_form, name="search"),
    path("search/results/<slug:asked>/", views.search_results, name="search_results"),
    re_path(f"^people/{PERSON}/$", views.person, name="person"),
    re_path(f"^people/{PERSON}/records/$", views.person_records, name="person_records"),
    re_path(
        f"^people/{PERSON}/disclosures/$", disclosures.person_disclosures, name="person_disclosures"
    ),
    re_path(f"^people/{PERSON}/password/$", caller_views.caller_check, name="caller_check"),
    path("records/<reference:record_reference>/marking/", record_mark, name="record-mark"),
    path("records/<reference:record_reference>/equality/", record_equality, name="record-equality"),
    re_path(f"^places/{PLACE}/$", place_views.place, name="place"),
    path("audit/", audit_views.audit_log, name="audit"),
    path("audit/extract/", extract_views.audit_extract, name="audit-extract"),
    path("checkpoints/", checkpoint_views.checkpoints, name="checkpoints"),
    path("checkpoints/file/", checkpoint_views.checkpoints_file, name="checkpoints-file"),
    path("checkpoints/key/", checkpoint_views.checkpoints_key, name="checkpoints-key"),
    path("checkpoints/check/", checkpoint_views.checkpoints_checker, name="checkpoints-checker"),
    path("api/", api_page.api_home, name="api_home"),
    path("api/v1/", include(api_urls)),
]
