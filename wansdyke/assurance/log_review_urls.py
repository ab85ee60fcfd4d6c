"""The URLs of the review of the log."""

from django.urls import path

from wansdyke.assurance import (
    declaration_views,
    high_profile_views,
    log_review_views,
    log_why_views,
)

ONE = "review/<reference:finding_reference>/"

urlpatterns = [
    path("review/", log_review_views.queue, name="log-review"),
    path("review/findings.csv", log_review_views.queue_csv, name="log-review-csv"),
    path("review/findings.xlsx", log_review_views.queue_xlsx, name="log-review-xlsx"),
    path("review/high-profile/", high_profile_views.marks, name="high-profile"),
    path("review/high-profile/new/", high_profile_views.mark_new, name="high-profile-new"),
    path(
        "review/high-profile/<reference:mark_reference>/",
        high_profile_views.mark_end,
        name="high-profile-end",
    ),
    path("review/staff/<str:username>/", high_profile_views.of_staff, name="log-staff"),
    path(ONE, log_review_views.finding, name="log-finding"),
    path(f"{ONE}take/", log_review_views.finding_take, name="log-finding-take"),
    path(f"{ONE}ask/", log_review_views.finding_ask, name="log-finding-ask"),
    path("asked/<reference:finding_reference>/", log_review_views.asked, name="log-asked"),
    path("why/", log_why_views.why_seen, name="log-why"),
    path("declaration/", declaration_views.declaration, name="declaration"),
    path("declaration/people/", declaration_views.associate_new, name="declaration-new"),
    path(
        "declaration/people/<reference:associate_reference>/",
        declaration_views.associate_end,
        name="declaration-end",
    ),
]
