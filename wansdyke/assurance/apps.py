from django.apps import AppConfig


class AssuranceConfig(AppConfig):
    name = "wansdyke.assurance"
    label = "assurance"
