"""The URLs of the register of shares."""

from django.urls import path

from wansdyke.casework import register_views

urlpatterns = [
    path("", register_views.shares, name="shares"),
    path("shares.csv", register_views.shares_csv, name="shares-csv"),
    path("shares.xlsx", register_views.shares_xlsx, name="shares-xlsx"),
]
