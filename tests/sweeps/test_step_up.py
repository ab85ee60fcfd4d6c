"""Whoever takes data out, breaks the glass or administers has given a second factor just now."""

import pytest
from django.test import override_settings

from tests.sweeps.asking import Asker, undone
from tests.sweeps.cast import VIEWERS
from tests.sweeps.judging import meant
from tests.sweeps.urls import Url, targets_of, walked
from tests.sweeps.world import World

# Written out: the sweep does not ask the product which rights those are.
RIGHTS = frozenset({"export", "break-glass", "administer"})
TAKING_OUT = ("csv", "xlsx", "pack", "bundle", "download", "spreadsheet", "zip", "pdf")
# Files that are no export, and why.
NO_EXPORT = {
    "checkpoints-file": "no personal data: checkpoints of the log",
    "checkpoints-key": "no personal data: a public key",
    "checkpoints-checker": "no personal data: a program",
    "document": "a document of a case is read like its page",
}
# One's own ways of signing in, and the keys of one's own programs.
OF_ONES_OWN = frozenset({"api_tokens", "api_token_revoke", "passkey_remove", "session_end"})
# Between them they may export, break the glass and administer.
VIEWERS_ASKING = ("sasha", "ada", "carol")
AGAIN = "/sign-in/second-factor/?next="


def short(url: Url) -> str:
    return url.name.rpartition(":")[2]


def asks(url: Url) -> bool:
    """Whether a view must ask, by what it is called and what it says of itself."""
    if url.is_api or short(url) in NO_EXPORT:
        return False
    named = any(word in short(url) for word in TAKING_OUT)
    declared = url.declared
    righted = declared.right is not None and str(declared.right.value) in RIGHTS
    return named or righted or declared.operation == "export" or url.name in OF_ONES_OWN


def test_every_export_glass_and_administration_asks_for_a_factor_given_just_now() -> None:
    missing = [url.name for url in walked() if asks(url) and not url.declared.step_up]
    assert missing == []


def test_there_are_such_views() -> None:
    names = {url.name for url in walked() if asks(url)}
    assert {"user_password", "force_setting", "glass-break", "contact:csv", "areas_xlsx"} <= names
    assert {"export-download", "contact:downtime-pack", "shares-csv", "linking-xlsx"} <= names


@pytest.mark.parametrize("username", VIEWERS_ASKING)
def test_with_an_old_factor_nothing_of_it_answers(world: World, username: str) -> None:
    """Every such view sends them away, whichever record, method or form; no file comes at all."""
    old, wrong, sent_away = Asker(username, fresh_for=-1), [], 0
    for url in walked():
        assert url.rule is not None
        # Whether a file comes that nobody thought of is seen as one of them, who reads the most.
        if not asks(url) and username != VIEWERS_ASKING[0]:
            continue
        for target in targets_of(url, world)[:1]:
            for method in url.rule.methods.split():
                if method not in ("GET", "POST") or url.is_api:
                    continue
                should = meant(world, VIEWERS[username], url, url.rule, method, target)
                with undone():
                    answer = old.ask(method, url.path(target), {"operation_key": "k"})
                away = answer.status == 302 and answer.headers["Location"].startswith(AGAIN)
                sent_away += away
                file = "attachment" in answer.headers.get("Content-Disposition", "")
                if asks(url) and should == "an answer" and not away:
                    wrong.append(f"{method} {url.name} of {target}: {answer.status}")
                if file and short(url) not in NO_EXPORT:
                    wrong.append(f"{method} {url.name} of {target} gave a file")
    assert wrong == []
    assert sent_away > 0


def test_a_forbidden_record_and_a_missing_one_are_still_told_apart_by_nothing(world: World) -> None:
    """Whoever must show a factor first is sent to it before any record is looked for."""
    old = Asker("olivia", fresh_for=-1)
    with undone():
        there = old.ask("GET", f"/exports/{next(iter(world.exports))}/file/")
        missing = old.ask("GET", "/exports/CT-ZZZZ-ZZZZ/file/")
    assert there.status == missing.status
    assert there.body == missing.body


def test_how_long_it_counts_is_a_setting(world: World) -> None:
    asker = Asker("ada", fresh_for=-0.5)
    with undone():
        assert asker.ask("GET", "/administration/users/").status == 302
    with override_settings(STEP_UP_MINUTES=45), undone():
        assert asker.ask("GET", "/administration/users/").status == 200
