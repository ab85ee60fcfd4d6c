from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "wansdyke.demo"
    label = "demo"
