"""Administration of users and their posts, for whoever may administer."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from wansdyke.access.actors import SYSTEM
from wansdyke.access.models import Membership, User
from wansdyke.access.posts import Right, posts
from wansdyke.accounts import accounts
from wansdyke.accounts import single_sign_on as sso
from wansdyke.accounts.accounts import holds_on, initial_password, memberships_of, subject_of
from wansdyke.accounts.forms import (
    EndPostForm,
    KeyedForm,
    NewUserForm,
    PostForm,
    ReasonForm,
    RevokeForm,
)
from wansdyke.accounts.passkeys import passkeys_of
from wansdyke.accounts.second_factor import has_authenticator, has_factor
from wansdyke.accounts.signed_in import EVERY, SESSION_COLUMNS, session_rows
from wansdyke.accounts.sso_links import linked
from wansdyke.accounts.tokens import NO_SUCH, live_tokens_of, mark_of, revoke_token_of
from wansdyke.accounts.told import story_of
from wansdyke.accounts.views import refuse
from wansdyke.history.door import Repeated
from wansdyke.history.pages import Asked, page
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused
from wansdyke.ui.paging import page_of
from wansdyke.ui.tables import Cell, Column

USER_COLUMNS = (
    Column(key="name", label="Name"),
    Column(key="username", label="Username"),
    Column(key="rank", label="Rank"),
    Column(key="agency", label="Agency"),
    Column(key="posts", label="Posts today"),
    Column(key="state", label="Account"),
)
POST_COLUMNS = (
    Column(key="post", label="Post"),
    Column(key="team", label="Team"),
    Column(key="from", label="From"),
    Column(key="until", label="Until"),
    Column(key="end", label="Change"),
)
TOKEN_COLUMNS = (
    Column(key="name", label="What it is for"),
    Column(key="mark", label="Mark"),
    Column(key="made", label="Made"),
    Column(key="expires", label="Expires"),
)
TOLD_OF = "They and the force’s auditors are told of it."
ADMIN_PAGE = page(right=Right.ADMINISTER, reads="reference")
ADMIN_CHANGE = page(right=Right.ADMINISTER, reads="reference", writes=True)
ADMIN_ACT = page(right=Right.ADMINISTER, reads="reference", writes=True, methods=("POST",))


def title_of(post: str) -> str:
    """A post's title, or its key where this installation no longer knows it."""
    known = posts().get(post)
    return known.title if known else post


def asked_user(username: str) -> User:
    """The user a page is about; raises Http404 where there is none to administer."""
    found = User.objects.select_related("agency").filter(username=username).first()
    if found is None or found.username == SYSTEM:
        raise Http404
    return found


def tried(request: Asked, form: KeyedForm, do: Callable[[dict[str, Any]], Any], said: str) -> bool:
    """Whether the form was sent and done, now or before; what was refused stands beside its field.

    `do` is given who acts, when, and the operation's key.
    """
    if not form.is_valid():
        return False
    who = {"by": request.actor, "at": timezone.now(), "key": form.cleaned_data["operation_key"]}
    try:
        do(who)
    except Refused as refused:
        refuse(form, refused)
        return False
    except Repeated:
        messages.info(request, "This was done already.")
        return True
    if said:
        messages.success(request, said)
    return True


def _posts_today(users: list[User], today: date) -> dict[int, list[str]]:
    held: dict[int, list[str]] = {}
    rows = Membership.objects.filter(user__in=users).select_related("team").order_by("pk")
    for row in rows:
        if holds_on(row, today):
            held.setdefault(row.user_id, []).append(f"{title_of(row.post)}, {row.team.name}")
    return held


@ADMIN_PAGE
def users(request: Asked) -> HttpResponse:
    """Every account, searched by name or username, fifty to a page."""
    asked = request.GET.get("q", "").strip()
    listed = User.objects.exclude(username=SYSTEM).order_by("name", "username")
    if asked:
        listed = listed.filter(Q(name__icontains=asked) | Q(username__icontains=asked))
    shown = page_of(listed, request.GET.get("page"))
    found = shown.in_order(User.objects.select_related("agency").filter(pk__in=shown.ids))
    held = _posts_today(found, london(request.at).date())
    rows = [
        {
            "name": Cell(text=u.name, href=reverse("user", args=[u.username])),
            "username": u.username,
            "rank": u.get_rank_display(),
            "agency": u.agency.name if u.agency else "None",
            "posts": "; ".join(held.get(u.pk, [])) or "None",
            "state": "Active" if u.is_active else Cell(text="Suspended", colour="red"),
        }
        for u in found
    ]
    context = {"columns": USER_COLUMNS, "rows": rows, "page": shown, "asked": asked}
    return render(request, "accounts/users.html", context)


@ADMIN_CHANGE
def user_new(request: Asked) -> HttpResponse:
    """Adds an account, with a first password that is shown in the answer and never again."""
    form = NewUserForm(request.POST if request.method == "POST" else None)
    password, made = initial_password(), []

    def create(who: dict[str, Any]) -> None:
        cleaned = form.cleaned_data
        names = ("username", "name", "email", "rank", "agency")
        asked = {name: cleaned[name] for name in names}
        made.append(accounts.create_user(**who, **asked, password=password))

    if tried(request, form, create, ""):
        if not made:
            return redirect("users")
        return render(
            request, "accounts/first_password.html", {"account": made[0], "password": password}
        )
    return render(request, "accounts/user_new.html", {"form": form})


def _post_row(membership: Membership, today: date, *, changeable: bool) -> dict[str, Any]:
    ended = membership.until_date is not None and membership.until_date <= today
    asked = urlencode(
        {"team": membership.team.key, "post": membership.post, "from": str(membership.from_date)}
    )
    end = f"{reverse('post_end', args=[membership.user.username])}?{asked}"
    return {
        "post": title_of(membership.post),
        "team": membership.team.name,
        "from": membership.from_date,
        "until": membership.until_date or "No end date",
        "end": Cell(text="End this post", href=end) if changeable and not ended else "",
    }


def _token_rows(account: User, at: datetime) -> list[dict[str, Any]]:
    return [
        {"name": t.name, "mark": mark_of(t), "made": t.made_at, "expires": t.expires_at}
        for t in live_tokens_of(account, at)
    ]


@ADMIN_PAGE
def user(request: Asked, username: str) -> HttpResponse:
    """One account: its posts, tokens, what may be done with it, and its history."""
    account = asked_user(username)
    today = london(request.at).date()
    other = account.pk != request.actor.user_id
    held = memberships_of(account)
    tokens, sessions = _token_rows(account, request.at), session_rows(account, request.at)
    context = {
        "account": account,
        "other": other,
        "columns": POST_COLUMNS if other else POST_COLUMNS[:-1],
        "rows": [_post_row(m, today, changeable=other) for m in held],
        "has_app": has_authenticator(account),
        "has_factor": has_factor(account),
        "passkeys": passkeys_of(account).count(),
        "provider": sso.name(),
        "linked": linked(account),
        "session_columns": SESSION_COLUMNS,
        "sessions": sessions,
        "ending": [(row, RevokeForm(initial={"mark": row["mark"]})) for row in sessions],
        "ending_all": RevokeForm(initial={"mark": EVERY}),
        "token_columns": TOKEN_COLUMNS,
        "tokens": tokens,
        "revoking": [(row, RevokeForm(initial={"mark": row["mark"]})) for row in tokens],
        "story": story_of(subject_of(account)),
    }
    return render(request, "accounts/user.html", context)


@ADMIN_CHANGE
def post_give(request: Asked, username: str) -> HttpResponse:
    """Gives a post."""
    account = asked_user(username)
    data = request.POST if request.method == "POST" else None
    today = london(request.at).date()
    form = PostForm(data, user=account, initial={"from_date": today})

    def give(who: dict[str, Any]) -> None:
        names = ("team", "post", "from_date", "until_date")
        accounts.give_post(**who, user=account, **{n: form.cleaned_data[n] for n in names})

    if tried(request, form, give, "The post is given."):
        return redirect("user", username=account.username)
    return render(request, "accounts/post_give.html", {"form": form, "account": account})


def _asked_membership(request: Asked, account: User) -> Membership:
    asked = {name: request.GET.get(name, "") for name in ("team", "post", "from")}
    for row in memberships_of(account):
        if (row.team.key, row.post, str(row.from_date)) == tuple(asked.values()):
            return row
    raise Http404


@ADMIN_CHANGE
def post_end(request: Asked, username: str) -> HttpResponse:
    """Ends a post, named by its team, post and first day."""
    account = asked_user(username)
    membership = _asked_membership(request, account)
    data = request.POST if request.method == "POST" else None
    form = EndPostForm(data, initial={"until_date": london(request.at).date()})

    def end(who: dict[str, Any]) -> None:
        until = form.cleaned_data["until_date"]
        accounts.end_post(**who, membership=membership, until_date=until)

    if tried(request, form, end, "The post is ended."):
        return redirect("user", username=account.username)
    context = {"form": form, "account": account, "membership": membership}
    return render(request, "accounts/post_end.html", context | {"title": title_of(membership.post)})


def _with_reason(
    request: Asked, username: str, do: Callable[..., None], said: str, words: dict[str, str]
) -> HttpResponse:
    account = asked_user(username)
    form = ReasonForm(request.POST if request.method == "POST" else None)

    def act(who: dict[str, Any]) -> None:
        do(**who, user=account, reason=form.cleaned_data["reason"])

    if tried(request, form, act, said):
        return redirect("user", username=account.username)
    context = {"form": form, "account": account, **words}
    return render(request, "accounts/user_change.html", context)


@ADMIN_CHANGE
def user_suspend(request: Asked, username: str) -> HttpResponse:
    """Suspends an account."""
    words = {
        "heading": "Suspend this account",
        "told": "They lose access from their next click, and their sessions and API tokens end.",
        "button": "Suspend the account",
    }
    return _with_reason(request, username, accounts.suspend, "The account is suspended.", words)


@ADMIN_CHANGE
def user_restore(request: Asked, username: str) -> HttpResponse:
    """Restores a suspended account."""
    words = {
        "heading": "Restore this account",
        "told": "They can sign in again with the posts they hold. Their API tokens stay revoked.",
        "button": "Restore the account",
    }
    return _with_reason(request, username, accounts.restore, "The account is restored.", words)


@ADMIN_CHANGE
def user_password(request: Asked, username: str) -> HttpResponse:
    """Gives an account a new password, shown in the answer and never again."""
    account, password = asked_user(username), initial_password()
    form = KeyedForm(request.POST if request.method == "POST" else None)
    done: list[bool] = []

    def act(who: dict[str, Any]) -> None:
        accounts.set_password(**who, user=account, password=password)
        done.append(True)

    if tried(request, form, act, ""):
        if not done:
            return redirect("user", username=account.username)
        context = {"account": account, "password": password}
        return render(request, "accounts/first_password.html", context)
    words = {
        "heading": "Give a new password",
        "told": "The password they have now stops working, and their sessions and API tokens end. "
        f"{TOLD_OF}",
        "button": "Make a new password",
    }
    context = {"form": form, "account": account, **words}
    return render(request, "accounts/user_change.html", context)


@ADMIN_CHANGE
def user_factor(request: Asked, username: str) -> HttpResponse:
    """Takes away an account's authenticator app and passkeys, so that its owner sets up another."""
    account = asked_user(username)
    form = KeyedForm(request.POST if request.method == "POST" else None)

    def act(who: dict[str, Any]) -> None:
        accounts.reset_second_factor(**who, user=account)

    if tried(request, form, act, "Their second factor is reset."):
        return redirect("user", username=account.username)
    words = {
        "heading": "Reset the second factor",
        "told": "Do this when they have lost their phone or key, once you are sure who is asking. "
        "Their app, recovery codes and passkeys stop working, their sessions and API tokens end, "
        f"and they set up a second factor when they next sign in. {TOLD_OF}",
        "button": "Reset the second factor",
    }
    context = {"form": form, "account": account, **words}
    return render(request, "accounts/user_change.html", context)


@ADMIN_ACT
def user_token_revoke(request: Asked, username: str) -> HttpResponse:
    """Revokes one of an account's API tokens."""
    account = asked_user(username)
    form = RevokeForm(request.POST)

    def act(who: dict[str, Any]) -> None:
        revoke_token_of(**who, user=account, mark=form.cleaned_data["mark"])

    if not tried(request, form, act, "The token is revoked."):
        messages.error(request, NO_SUCH)
    return redirect("user", username=account.username)
