"""The addresses of signing in and of one's own account, and those of administration.

Allauth's own names stand where allauth looks them up itself; none of its pages is mounted.
"""

from collections.abc import Callable, Sequence

from django.urls import URLPattern, path

from wansdyke.access.settings import Setting
from wansdyke.accounts import (
    account_views,
    admin_views,
    admin_ways_views,
    force_views,
    passkey_views,
    session_views,
    sso_views,
    views,
)

urlpatterns = [
    path("sign-in/", views.sign_in, name="account_login"),
    path("sign-out/", views.sign_out, name="account_logout"),
    path("sign-in/second-factor/", views.second_factor, name="mfa_authenticate"),
    path("sign-in/second-factor/", views.second_factor, name="mfa_reauthenticate"),
    path("sign-in/second-factor/", views.second_factor, name="account_reauthenticate"),
    path("sign-in/passkey/", views.passkey_sign_in, name="passkey_sign_in"),
    path("sign-in/passkey/options/", views.passkey_options, name="passkey_options"),
    path("sign-in/single/", sso_views.begin, name="sso"),
    path("sign-in/single/again/", sso_views.again, name="sso_again"),
    path("sign-in/single/back/", sso_views.callback, name="sso_callback"),
    path("sign-out/single/", sso_views.signed_out, name="sso_signed_out"),
    path("account/", account_views.account, name="account"),
    path("account/sessions/", session_views.sessions, name="sessions"),
    path("account/sessions/end/", session_views.session_end, name="session_end"),
    path("account/sessions/left/", session_views.session_left, name="session_left"),
    path("account/sessions/stay/", session_views.session_stay, name="session_stay"),
    path("account/sessions/keep/", session_views.session_keep, name="session_keep"),
    path("account/passkeys/", passkey_views.passkeys, name="passkeys"),
    path("account/passkeys/add/", passkey_views.passkey_add, name="passkey_add"),
    path(
        "account/passkeys/add/options/",
        passkey_views.passkey_add_options,
        name="passkey_add_options",
    ),
    path("account/passkeys/remove/", passkey_views.passkey_remove, name="passkey_remove"),
    path("unsent/", session_views.unsent_list, name="unsent_list"),
    path("unsent/<slug:kept_form>/", session_views.unsent, name="unsent"),
    path("account/second-factor/", account_views.set_up_second_factor, name="mfa_activate_totp"),
    path(
        "account/second-factor/recovery-codes/",
        account_views.recovery_codes,
        name="recovery_codes",
    ),
    path("account/password/", account_views.change_password, name="account_change_password"),
    path("account/tokens/", account_views.tokens, name="api_tokens"),
    path("account/tokens/revoke/", account_views.token_revoke, name="api_token_revoke"),
]


def admin_urls(
    declared: Callable[[], Sequence[Setting]], of_team: Sequence[tuple[str, str]] = ()
) -> list[URLPattern]:
    """The pages of administration; `declared` gives every setting the installation knows,
    `of_team` what else there is to set of a team: its words and the page's name."""
    known = {"declared": declared}
    user = "users/<str:username>/"
    return [
        path("users/", admin_views.users, name="users"),
        path("add-user/", admin_views.user_new, name="user_new"),
        path(user, admin_views.user, name="user"),
        path(f"{user}posts/add/", admin_views.post_give, name="post_give"),
        path(f"{user}posts/end/", admin_views.post_end, name="post_end"),
        path(f"{user}suspend/", admin_views.user_suspend, name="user_suspend"),
        path(f"{user}restore/", admin_views.user_restore, name="user_restore"),
        path(f"{user}password/", admin_views.user_password, name="user_password"),
        path(f"{user}second-factor/", admin_views.user_factor, name="user_factor"),
        path(f"{user}sessions/end/", admin_ways_views.user_session_end, name="user_session_end"),
        path(f"{user}link/", admin_ways_views.user_link, name="user_link"),
        path(f"{user}unlink/", admin_ways_views.user_unlink, name="user_unlink"),
        path(f"{user}tokens/revoke/", admin_views.user_token_revoke, name="user_token_revoke"),
        path("agencies/", force_views.agencies, name="agencies"),
        path("add-agency/", force_views.agency_new, name="agency_new"),
        path("agencies/<slug:agency>/", force_views.agency, name="agency"),
        path("agencies/<slug:agency>/teams/add/", force_views.team_new, name="team_new"),
        path("teams/<slug:team>/", force_views.team, {"beside": of_team}, name="team"),
        path("settings/", force_views.settings, known, name="force_settings"),
        path("settings/<str:setting>/", force_views.setting, known, name="force_setting"),
    ]
