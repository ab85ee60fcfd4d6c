from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "wansdyke.access"
    label = "access"
