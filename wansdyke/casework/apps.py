from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    name = "wansdyke.casework"
    label = "casework"
