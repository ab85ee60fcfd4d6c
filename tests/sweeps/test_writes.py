"""Every form, filled in and sent: what changed has its Event and its audit entry, and once."""

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps

from tests.sweeps.asking import Answer, Asker, undone
from tests.sweeps.cast import VIEWERS
from tests.sweeps.filling import Form, forms_of
from tests.sweeps.judging import meant
from tests.sweeps.rules import Target
from tests.sweeps.urls import Url, targets_of, walked
from tests.sweeps.world import World
from wansdyke.history.models import Event

WRITINGS = frozenset(
    {"collection", "alteration", "disclosure", "combination", "erasure", "configuration", "export"}
)
# What may change with no Event, and why: the log and its keys, sessions, what is one user's own.
OF_NOBODY_ELSE = frozenset(
    {
        "history.AuditEntry",
        "history.AuditSubject",
        "history.AuditHead",
        "history.Operation",
        "access.Session",
        "access.KeptForm",
        "access.Guess",
        "access.Notice",
        "casework.Draft",
    }
)
# Forms that open the way in are noted as sign-ins, and are tried where they belong.
ELSEWHERE = frozenset(
    {
        *("account_login", "account_logout", "mfa_authenticate", "mfa_reauthenticate"),
        *("account_reauthenticate", "mfa_activate_totp", "recovery_codes", "personas"),
        *("passkey_sign_in", "passkey_options", "passkey_add", "passkey_add_options"),
    }
)
# Whoever sends: the first of them that the list lets.
SENDERS = ("sasha", "olivia", "hedda", "ray", "ada", "carol", "dev", "mina", "rosa")
# Forms that must change something when they are filled in with plausible answers.
MUST_CHANGE = frozenset(
    {
        *("contact:note-new", "contact:task-new", "contact:task-done", "contact:place-new"),
        *("contact:place-remove", "contact:marker-new", "contact:marker-withdraw"),
        *("contact:marker-review", "contact:person-new", "contact:person-end"),
        *("contact:reference-new", "contact:reference-remove", "contact:document-new"),
        *("contact:referral-new", "contact:owner", "contact:edit", "contact:thrive"),
        *("contact:advise", "contact:conclude", "contact:turn-down"),
        *("contact:rate", "contact:judge"),
        *("contact:person-contact-try", "contact:person-rule-new", "contact:person-rule-end"),
        *("contact:person-word", "contact:person-word-end", "caller_check", "hand_over"),
        *("contact:step", "contact:decision", "contact:task-hand-on", "contact:person-correct"),
        *("lost-property:new", "lost-property:step", "lost-property:decision"),
        *("lost-property:edit", "lost-property:note-new", "lost-property:document-new"),
        *("referral-accept", "referral-decline"),
        "record-equality",
        *("user_suspend", "user_password", "post_give", "post_end", "force_setting", "team_new"),
        *("agency_new", "user_new", "api_tokens"),
        *("retention-review", "disposal-new", "disposal"),
        *("quality-sample", "quality-again", "quality-feedback"),
    }
)
FEW = 4


def tables() -> dict[str, str]:
    """A fingerprint of every table."""
    found = {}
    for model in apps.get_models():
        rows = list(model._default_manager.order_by("pk").values_list())
        found[model._meta.label] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return found


def senders(world: World, url: Url) -> Iterator[tuple[Asker, Target]]:
    """Who may send a URL's form, and of what: a few ways at most."""
    assert url.rule is not None
    ways = [
        (username, target)
        for turn, username in enumerate(SENDERS)
        for target in targets_of(url, world, turn)
        if target.known
        if meant(world, VIEWERS[username], url, url.rule, "POST", target) == "an answer"
    ]
    for username, target in ways[: len(ways) if url.name in MUST_CHANGE else FEW]:
        yield Asker(username), target


def sent_once_and_again(asker: Asker, path: str, form: Form) -> Iterator[str]:
    """Sends a filled form twice; tells what is wrong, or "changed" where it changed something."""
    sent = form.filled()
    before, events = tables(), Event.objects.count()
    answer = asker.ask("POST", path, sent)
    after = tables()
    if answer.status not in (200, 302, 400, 409, 422):
        yield f"answered {answer.status} {answer.fault}"
    changed = {label for label in after if after[label] != before[label]} - OF_NOBODY_ELSE
    if not changed:
        return
    yield "changed"
    if Event.objects.count() == events:
        yield f"changed {sorted(changed)} without an Event"
    yield from _said(answer, changed)
    again = {k: v for k, v in sent.items() if not hasattr(v, "seek")}
    if len(again) == len(sent):
        asker.ask("POST", path, sent)
        twice = {label for label, print_ in tables().items() if print_ != after[label]}
        if twice - OF_NOBODY_ELSE:
            yield f"sent twice, it changed {sorted(twice - OF_NOBODY_ELSE)} again"


def _said(answer: Answer, changed: set[str]) -> Iterator[str]:
    told = [entry for entry in answer.entries if entry["operation"] in WRITINGS]
    if not told:
        yield f"changed {sorted(changed)} without an audit entry"
    for entry in told:
        if not entry["subjects"] or not entry.get("actor"):
            yield f"its entry says neither who nor what: {entry}"


def form_on(asker: Asker, url: Url, target: Target) -> tuple[str, Form] | None:
    """The form that a page shows, and where it is sent; the last, for others stand in its head."""
    path = url.path(target)
    assert url.rule is not None
    if "GET" not in url.rule.methods:
        return None
    page = asker.ask("GET", path)
    forms = forms_of(page.body.decode()) if page.status == 200 else []
    own = [form for form in forms if form.action in ("", path)]
    return (path, own[0]) if own else None


def writers() -> list[Any]:
    """Every URL that takes a form."""
    return [
        url
        for url in walked()
        if url.rule and "POST" in url.rule.methods and not url.is_api and url.name not in ELSEWHERE
    ]


@pytest.mark.parametrize("name", [url.name for url in writers()])
def test_a_form_that_changes_something_says_so_and_does_so_once(world: World, name: str) -> None:
    url = next(one for one in walked() if one.name == name)
    changed, faults = False, []
    for asker, target in senders(world, url):
        with undone():
            found = form_on(asker, url, target)
            told = list(sent_once_and_again(asker, *found)) if found else []
        changed = changed or "changed" in told
        faults += [f"{asker.username} of {target}: {one}" for one in told if one != "changed"]
        if changed:
            break
    assert not faults, "\n".join(faults)
    assert changed or name not in MUST_CHANGE, "no way of filling it in changed anything"


def test_asking_changes_nothing(world: World) -> None:
    """No GET writes an Event or a row, save that an export may be asked of the worker."""
    sasha, found = Asker("sasha"), []
    before, events = tables(), Event.objects.count()
    for place, url in enumerate(walked()):
        assert url.rule is not None
        targets = targets_of(url, world, place)
        if "GET" in url.rule.methods:
            with undone():
                sasha.ask("GET", url.path(targets[place % len(targets)]))
                changed = {k for k, v in tables().items() if v != before[k]} - OF_NOBODY_ELSE
                if changed or Event.objects.count() != events:
                    found.append(f"{url.name} changed {sorted(changed)}")
    assert found == []
