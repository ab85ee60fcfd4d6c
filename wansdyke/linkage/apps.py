from django.apps import AppConfig


class LinkageConfig(AppConfig):
    name = "wansdyke.linkage"
    label = "linkage"
