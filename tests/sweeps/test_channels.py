"""What goes another way than a page's body: names of files, headers, notices, the log of the
program, mail and calendars. No canary word stands in any of them, whoever asks."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core import mail

from config.logs import NoPersonalData
from tests.sweeps.asking import Asker, undone
from tests.sweeps.canaries import words_in
from tests.sweeps.cast import VIEWERS
from tests.sweeps.urls import targets_of, walked
from tests.sweeps.world import World
from wansdyke.access.models import Notice
from wansdyke.casework import conflicts, glass, jobs
from wansdyke.directory import DESKS

READERS = ("olivia", "ray", "carol", "priti")
MAKES_NOTICES = (conflicts.suggest, conflicts.tell_of_tries, glass.escalate)


@contextmanager
def listened() -> Iterator[io.StringIO]:
    """What the program writes to its log meanwhile, as the installation writes it."""
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    handler.addFilter(NoPersonalData())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield heard
    finally:
        root.removeHandler(handler)
        root.setLevel(before)


@pytest.mark.parametrize("username", READERS)
def test_no_word_of_a_record_is_in_a_header_a_file_name_or_the_programs_log(
    world: World, username: str
) -> None:
    asker, named = Asker(username), []
    turn = list(VIEWERS).index(username)
    with listened() as heard:
        for place, url in enumerate(walked()):
            targets = targets_of(url, world, turn)
            target = targets[(turn + 3 * place) % len(targets)]
            for method in ("GET", "POST"):
                with undone():
                    answer = asker.ask(method, url.path(target))
                said = [f"{name}: {value}" for name, value in answer.headers.items()]
                told = words_in(said) - words_in(target.arguments.values())
                named += [f"{method} {url.name}: {one}" for one in told]
                assert "calendar" not in answer.headers.get("Content-Type", "")
                filed = answer.headers.get("Content-Disposition", "")
                assert not words_in([filed]), url.name
    assert named == []
    assert words_in([heard.getvalue()]) == set()


def test_what_is_typed_into_a_search_is_in_no_log_of_the_program(world: World) -> None:
    asker = Asker("olivia")
    typed = {word for word, one in world.secrets.words.items() if one.section == "identity"}
    with listened() as heard:
        for word in sorted(typed)[:20]:
            with undone():
                first = asker.ask("POST", "/search/", {"surname": word, "reason": "case"})
                asker.ask("GET", first.headers.get("Location", "/search/"))
    assert words_in([heard.getvalue(), *[str(first.headers)]]) == set()


def test_no_notice_names_anybody(world: World) -> None:
    """They are read out of context, and stay when what they lead to is no longer theirs to see."""
    with undone():
        at = Notice.objects.latest("made_at").made_at
        for do in MAKES_NOTICES:
            do(at)
        jobs.tell_of_missed(DESKS, at)
        notices = list(Notice.objects.values_list("text", "link"))
    assert len(notices) > 10
    assert words_in(part for one in notices for part in one) == set()


def test_nothing_was_mailed(world: World) -> None:
    assert not getattr(mail, "outbox", [])
