"""The URLs of sampling and scoring."""

from django.urls import re_path

from wansdyke.access.references import PATTERN
from wansdyke.assurance import samples_feedback_views, samples_plan_views, samples_score_views

ONE = f"(?P<reference>{PATTERN})"

urlpatterns = [
    re_path("^$", samples_plan_views.plans, name="quality"),
    re_path("^new/$", samples_plan_views.new_plan, name="quality-new"),
    re_path("^trend/$", samples_plan_views.by_team, name="quality-trend"),
    re_path("^to-listen/$", samples_score_views.listening, name="quality-to-listen"),
    re_path(f"^samples/{ONE}/$", samples_score_views.sample, name="quality-sample"),
    re_path(f"^samples/{ONE}/again/$", samples_score_views.again, name="quality-again"),
    re_path("^mine/$", samples_feedback_views.mine, name="quality-mine"),
    re_path(f"^mine/{ONE}/$", samples_feedback_views.feedback, name="quality-feedback"),
    re_path(f"^{ONE}/$", samples_plan_views.plan, name="quality-plan"),
]
