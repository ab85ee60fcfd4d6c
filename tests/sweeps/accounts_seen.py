"""Whom the pages of signing in answer: sessions, passkeys, single sign-on, forms sent too late."""

from tests.sweeps.rules import Rule, anyone, nobody

# Where no provider is set up, as here, its pages are not there for anybody, signed in or not.
UNSET = ("sso", "sso_again", "sso_callback", "sso_signed_out")


def signing_in(everybody: Rule, administering: Rule) -> dict[str, Rule]:
    """The lines of these pages, given those of pages open to all and of administration."""
    mine, acts = Rule("GET", anyone), Rule("POST", anyone)
    return {
        **dict.fromkeys(UNSET, Rule("", nobody)),
        "passkey_sign_in": Rule("POST", anyone, strangers=True),
        "passkey_options": Rule("POST", anyone, strangers=True),
        "passkey_add": everybody,
        "passkey_add_options": Rule("POST", anyone, strangers=True),
        "passkeys": mine,
        "passkey_remove": acts,
        "sessions": mine,
        "session_end": acts,
        "session_left": mine,
        "session_stay": acts,
        "session_keep": acts,
        "unsent_list": mine,
        # What somebody sent is nobody else's; there is none here.
        "unsent": Rule("GET POST", nobody),
        "user_session_end": Rule("POST", administering.who),
        "user_link": Rule("GET POST", nobody),
        "user_unlink": Rule("GET POST", nobody),
    }
