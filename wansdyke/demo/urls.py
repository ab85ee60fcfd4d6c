"""The one page of the demonstration."""

from django.urls import path

from wansdyke.demo.views import personas

urlpatterns = [path("sign-in/personas/", personas, name="personas")]
