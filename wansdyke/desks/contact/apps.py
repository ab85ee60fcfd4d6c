from django.apps import AppConfig


class ContactConfig(AppConfig):
    name = "wansdyke.desks.contact"
    label = "contact"
