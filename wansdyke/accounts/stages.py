"""Allauth's stage of the second factor, which here may have been given on the way in already."""

from allauth.mfa import stages
from django.http import HttpRequest

from wansdyke.access.sessions import second_factor


class AuthenticateStage(stages.AuthenticateStage):  # type: ignore[misc]
    """Asks for a second factor, unless a passkey or single sign-on has given one."""

    def _should_handle(self, request: HttpRequest) -> bool:
        return not second_factor(request) and super()._should_handle(request)
