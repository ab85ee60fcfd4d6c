from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "wansdyke.people"
    label = "people"
