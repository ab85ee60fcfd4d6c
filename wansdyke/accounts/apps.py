from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "wansdyke.accounts"
    label = "accounts"
