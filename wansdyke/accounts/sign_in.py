"""Signing in and out: guesses are counted before they are judged, and every outcome is audited."""

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth import authenticate
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from wansdyke.access.actors import Actor, actor_of
from wansdyke.access.guesses import TOO_MANY, address_of, claim, first_refusal, forget
from wansdyke.access.models import Guess, User
from wansdyke.access.sessions import (
    METHODS,
    end_sessions,
    mark_here,
    opened,
    second_factor,
)
from wansdyke.accounts.accounts import subject_of
from wansdyke.accounts.devices import known_device
from wansdyke.accounts.passkeys import NOT_KNOWN
from wansdyke.accounts.single_sign_on import may_come_without
from wansdyke.accounts.sso_links import confirm, waiting_link
from wansdyke.history import audit
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused


def signing_in(request: HttpRequest, user: User) -> Actor:
    """The actor a user is at this moment of signing in, before the next request makes one."""
    return actor_of(
        user,
        on=london(timezone.now()).date(),
        mfa=second_factor(request),
        channel="web",
        session=mark_here(request),
        address=address_of(request),
        request_id=getattr(request, "request_id", ""),
    )


def noted(
    request: HttpRequest, outcome: str, user: User | None, *, known: bool, **facts: Any
) -> None:
    """Writes one sign-in entry: by the user where it is `known` to be them, else only about them.

    Of an account that does not exist only the address is kept: the name may be a password.
    """
    audit.record(
        audit.SIGN_IN,
        by=signing_in(request, user) if user and known else None,
        at=timezone.now(),
        subjects=[subject_of(user)] if user else [],
        outcome=outcome,
        address=address_of(request),
        **facts,
    )


WAYS = {
    "password": "password",
    "socialaccount": "single sign-on",
    "totp": "authenticator app",
    "recovery_codes": "recovery code",
    "webauthn": "passkey",
    "sso": "second factor at single sign-on",
}


def way_in(request: HttpRequest) -> str:
    """How this session was opened, in words, such as "password and authenticator app"."""
    methods = request.session.get(METHODS, [])
    words = [WAYS.get(m.get("type") or m.get("method"), "") for m in methods]
    return " and ".join(dict.fromkeys(word for word in words if word))


def others_ended(request: HttpRequest, user: User) -> int:
    """Ends the user's sessions but this one, which gets another id; returns how many."""
    request.session.cycle_key()
    return end_sessions(user, but=request.session.session_key or "")


def named(username: str) -> User | None:
    """The user with a username, whatever its case."""
    return User.objects.select_related("agency").filter(username__iexact=username.strip()).first()


def admissible(request: HttpRequest, user: User) -> bool:
    """Whether the account and its agency are active today."""
    return signing_in(request, user).active


def _device(request: HttpRequest, user: User) -> str:
    """The mark under which a known browser or this user's own open session counts, or ""."""
    known = known_device(request, user)
    if known or request.user != user or not second_factor(request):
        return known
    return f"session {request.session.session_key}"


def counted(
    request: HttpRequest, username: str, user: User | None, field: str | None = None
) -> Guess:
    """One more guess, not yet judged. Raises Refused, for a field, after too many in five minutes,
    by this account or from this address; that is audited once in that time for each account and
    address, and for all names that are nobody's together.

    A browser that the account knows, and a session that both factors opened, have a count of their
    own, which no stranger can use up."""
    at, address = timezone.now(), address_of(request)
    # Spellings that lead to one account count together, however the database compares them.
    whose = user.username if user else username
    guess = claim(whose, address, at, device=_device(request, user) if user else "")
    if guess is None:
        if first_refusal(user.username if user else "", address, at):
            noted(request, "too many tries", user, known=False)
        raise Refused(TOO_MANY, field=field)
    return guess


def password_is_right(request: HttpRequest, username: str, password: str) -> User | None:
    """The user, if name and password fit and the account is active; None for every other reason.

    Raises Refused as `counted`.
    """
    user = named(username)
    guess = counted(request, username, user)
    # An unknown name costs the same hashing as a known one, so that time tells nothing.
    found = authenticate(request, username=username.strip(), password=password)
    if not isinstance(found, User):
        # Allauth lays by whose password was right though the account is suspended.
        suspended = AuthenticationBackend.unstash_authenticated_user() is not None
        outcome = "account not active" if suspended else "wrong name or password"
        noted(request, outcome, user, known=False)
        return None
    if not admissible(request, found):
        noted(request, "account not active", found, known=False)
        return None
    forget(guess)
    return found


def refuse_own_way(request: HttpRequest, user: User) -> None:
    """Raises Refused, as for a wrong password, for whoever is to come by single sign-on alone."""
    if not may_come_without(user, timezone.now()):
        noted(request, "single sign-on only", user, known=False)
        raise Refused(NOT_KNOWN)


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Allauth's way into ours: no sign-up, no mail, no messages; counted, audited sign-ins."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs themselves up: an administrator makes accounts."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """As `password_is_right`."""
        name, password = credentials.get("username", ""), credentials.get("password", "")
        found = password_is_right(request, name, password)
        if found is None:
            return None
        try:
            refuse_own_way(request, found)
        except Refused:
            return None
        return found

    def get_login_stages(self) -> list[str]:
        """One stage: the second factor."""
        return ["wansdyke.accounts.stages.AuthenticateStage"]

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Opens the session under a new id, and audits it."""
        super().login(request, user)
        who = cast("User", user)
        sub = waiting_link(request, who)
        if sub:
            linked = confirm(who, sub)
            said = "single sign-on linked" if linked else "single sign-on could not be linked"
            noted(request, said, who, known=True)
        ended = opened(request, who, way_in(request))
        facts: dict[str, Any] = {"way": way_in(request)}
        if ended:
            facts["sessions_ended"] = ended
        noted(request, "signed in", who, known=True, **facts)

    def logout(self, request: HttpRequest) -> None:
        """Audits the end of the session, then ends it."""
        if isinstance(request.user, User):
            noted(request, "signed out", request.user, known=True)
        super().logout(request)

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        """Back to the sign-in page, which says no more than it would of a wrong password."""
        return HttpResponseRedirect(reverse("account_login"))

    def is_ajax(self, request: HttpRequest) -> bool:
        """Pages only: there is no JSON way to sign in."""
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Our pages say what happened in their own words."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """No mail leaves an installation."""
