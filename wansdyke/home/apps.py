from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "wansdyke.home"
    label = "home"
