from django.apps import AppConfig


class LostPropertyConfig(AppConfig):
    name = "tests.lost_property"
    label = "lost_property"
