from django.apps import AppConfig


class HistoryConfig(AppConfig):
    name = "wansdyke.history"
    label = "history"
