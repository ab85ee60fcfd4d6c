"""The URLs of referrals, which stand apart from any desk: a receiver may not see the case."""

from django.urls import URLPattern, re_path

from wansdyke.access.references import PATTERN
from wansdyke.casework import referral_views

ONE = rf"^referrals/(?P<reference>{PATTERN})/"

urlpatterns: list[URLPattern] = [
    re_path(f"{ONE}$", referral_views.referral, name="referral"),
    re_path(f"{ONE}accept/$", referral_views.accept, name="referral-accept"),
    re_path(f"{ONE}decline/$", referral_views.decline, name="referral-decline"),
    re_path(f"{ONE}withdraw/$", referral_views.withdraw, name="referral-withdraw"),
    re_path(f"{ONE}answer/$", referral_views.answer, name="referral-answer"),
]
