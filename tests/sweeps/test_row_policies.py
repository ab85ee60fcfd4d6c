"""The second layer, on PostgreSQL: what the database itself shows when it is asked as an agency.

It is asked in plain SQL, as the application's role, of every table that belongs to a root; and by
pages, with the first layer broken on purpose.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from unittest.mock import patch

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.db import ProgrammingError, connection, models, transaction
from django.db.models import Q

from tests.sweeps.asking import Asker, undone
from tests.sweeps.cast import VIEWERS
from tests.sweeps.test_models import BELONGS, ours
from tests.sweeps.urls import targets_of, walked
from tests.sweeps.world import World
from wansdyke.access import scope as policy
from wansdyke.access import sessions
from wansdyke.access.database import as_owner, passes_by
from wansdyke.access.for_agency import every_agency, one_agency
from wansdyke.access.models import Agency, Root
from wansdyke.access.row_policies import APART, NAME, covered, openers
from wansdyke.demo.force import HOME

pytestmark = pytest.mark.postgres_only
PARTNERS = ("council", "health")
COMMENTED = (
    "INSERT INTO casework_comment (case_id, text, by_id, at)"
    " SELECT %s, 'x', id, now() FROM access_user LIMIT 1"
)
Rows = dict[str, int]


def tables() -> list[str]:
    """The tables that hold rows of a record, by the list of test_models."""
    return sorted(
        apps.get_model(label)._meta.db_table
        for label, how in BELONGS.items()
        if not how.startswith("none: ")
    )


@contextmanager
def asked(agency: str | None) -> Iterator[psycopg.Connection[Any]]:
    """A connection of the application's role to the world, on which an agency was named, or not."""
    connection.ensure_connection()
    given = connection.connection.info
    with psycopg.connect(given.dsn, password=given.password or None, autocommit=True) as ours:
        if agency is not None:
            ours.execute("SELECT set_config('wansdyke.agency', %s, false)", [agency])
        yield ours


def counted(agency: str | None) -> Rows:
    """How many rows of each table are there for an agency."""
    with asked(agency) as ours:
        return {
            table: ours.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
            for table in tables()
        }


def key_of(agency: str) -> str:
    """An agency's primary key, as the database is told it."""
    return str(Agency.objects.get(key=agency).pk)


def open_to(world: World, agency: str) -> set[str]:
    """The records that an agency has or was given, by the rows as the world was read back."""
    teams = {held.team for viewer in VIEWERS.values() if viewer.agency == agency
             for held in viewer.held}  # fmt: skip
    people = {viewer.key for viewer in VIEWERS.values() if viewer.agency == agency}
    own = {one for one, record in world.records.items() if record.agency == agency}
    given = {
        one
        for one, record in world.records.items()
        for share in record.shares
        if share.live and (share.agency == agency or share.team in teams or share.person in people)
    }
    waiting = {
        world.stories[sent.story].reference
        for sent in world.referrals.values()
        if sent.state == "sent" and sent.team in teams
    }
    return own | given | waiting


def test_every_table_of_a_record_has_its_policy(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, p.polcmd, p.polpermissive,"
            " p.polroles = '{0}' FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid"
            " WHERE p.polname = %s AND c.relnamespace = 'public'::regnamespace",
            [NAME],
        )
        there = {name: tuple(rest) for name, *rest in cursor.fetchall()}
    opening = {model._meta.db_table for model in openers()}
    wanted = {table: (True, table not in opening, "*", True, True) for table in tables()}
    assert {table: there.get(table) for table in tables()} == wanted
    # And no more is left apart than is said, each with its reason.
    assert {model._meta.label for model in ours() if model in covered()} | set(APART) >= {
        label for label, how in BELONGS.items() if not how.startswith("none: ")
    }


def test_what_it_hangs_from_is_what_the_list_says() -> None:
    """The way that the policies found by themselves is the one that test_models has."""
    ways = covered()
    for label, how in BELONGS.items():
        if how.startswith("none: ") or how == "is the root":
            continue
        way = ways[apps.get_model(label)]
        first = how.partition(": ")[2] or how
        assert way is not None
        assert way.name == first.split("__")[0], label


def test_the_applications_role_owns_nothing_and_cannot_pass_it_by(world: World) -> None:
    role = settings.DATABASES["default"]["USER"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication"
            " FROM pg_roles WHERE rolname = %s",
            [role],
        )
        assert cursor.fetchone() == (False,) * 5
        cursor.execute(
            "SELECT count(*) FROM pg_shdepend d JOIN pg_roles r ON r.oid = d.refobjid"
            " WHERE r.rolname = %s AND d.deptype = 'o'",
            [role],
        )
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member"
                       " WHERE r.rolname = %s", [role])  # fmt: skip
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT session_user")
        assert cursor.fetchone() == (role,)
    assert not passes_by()
    with as_owner():
        assert passes_by()


@pytest.mark.parametrize("agency", [None, "", "0", "999999"])
def test_where_no_agency_is_named_nothing_is_there(world: World, agency: str | None) -> None:
    there, all_there = counted(agency), counted("*")
    # Events of no record, such as a user made, are everybody's; they are not a record's rows.
    assert there == dict.fromkeys(there, 0)
    empty = {table for table, rows in all_there.items() if not rows}
    assert len(empty) < len(all_there) / 3, empty


@pytest.mark.parametrize("agency", [HOME, *PARTNERS, "lapsed-trust"])
def test_an_agency_finds_what_is_its_own_or_open_to_it(world: World, agency: str) -> None:
    known = open_to(world, agency)
    keys = {one.pk for one in Root.objects.all() if one.reference in known}
    with asked(key_of(agency)) as ours:
        found = {row[0] for row in ours.execute("SELECT reference FROM access_root")}
        assert found == known
        for model, way in covered().items():
            if way is not None and way.column in ("root_id", "case_id"):
                rows = ours.execute(f'SELECT DISTINCT "{way.column}" FROM "{model._meta.db_table}"')
                assert {row[0] for row in rows} - {None} <= keys, model
    if agency in PARTNERS:
        assert known
        assert known < set(world.records)


def test_deeper_rows_come_with_their_record(world: World) -> None:
    """What hangs from what hangs from a case, counted from the rows by Django's own joins."""
    known = {one.pk for one in Root.objects.filter(reference__in=open_to(world, "council"))}
    there = counted(key_of("council"))
    for model, way in covered().items():
        paths, at = [], model
        while (step := covered()[at]) is not None:
            paths.append(step.name)
            at = step.related_model
        if paths and model._meta.label in BELONGS and model._meta.db_table in there:
            mine = model._default_manager.filter(**{f"{'__'.join(paths)}__in": known})
            assert there[model._meta.db_table] == mine.count(), (model, way)


def test_nothing_of_another_agency_is_written(world: World) -> None:
    sealed, council = world.stories["call:sealed"].reference, key_of("council")
    home = key_of(HOME)
    with asked(council) as ours:
        for words, values in (
            ("UPDATE access_root SET marking = 0 WHERE reference = %s", [sealed]),
            ("UPDATE casework_case SET state = 'x' WHERE root_id = %s", [_pk(sealed)]),
            ("DELETE FROM casework_comment WHERE case_id = %s", [_pk(sealed)]),
        ):
            assert ours.execute(words, values).rowcount == 0, words
        for words, values in (
            ("UPDATE access_root SET agency_id = %s WHERE agency_id = %s", [home, council]),
            (COMMENTED, [_pk(sealed)]),
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
                ours.execute(words, values)


def _pk(reference: str) -> int:
    return Root.objects.get(reference=reference).pk


def test_the_owner_is_under_the_policies_too(world: World) -> None:
    owner = {**settings.OWNER_DATABASE}
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        (name,) = cursor.fetchone()
    reached = {"host": owner["HOST"], "user": owner["USER"], "dbname": name}
    opening = {model._meta.db_table for model in openers()}
    with psycopg.connect(**reached, password=owner["PASSWORD"] or None) as ours:
        for table in set(tables()) - opening:
            rows = ours.execute(f'SELECT count(*) FROM "{table}"').fetchone()
            assert rows == (0,), table


def everything(_actor: Any, _right: Any, path: str) -> Q:
    """What a scope that was broken would say of every record."""
    return Q(**{f"{path}pk__isnull": False})


def forgotten() -> None:
    """Filters that were kept from before are written anew."""
    for kept in ("scope", "_opened", "_opened_whole", "_locked", "_loading"):
        getattr(policy, kept).cache_clear()


@contextmanager
def scope_broken() -> Iterator[None]:
    """Meanwhile every record is in everybody's scope, with every section."""
    with patch.object(policy, "_own_teams", everything):
        forgotten()
        try:
            yield
        finally:
            forgotten()


def shown(world: World, username: str) -> tuple[set[str], set[str]]:
    """The records whose words, and whose references, a viewer gets by asking for every page."""
    asker, words, named = Asker(username), set[str](), set[str]()
    for url in walked():
        if url.rule is None or "GET" not in url.rule.methods:
            continue
        for target in targets_of(url, world):
            with undone():
                answer = asker.ask("GET", url.path(target))
            asked_for = set(target.arguments.values())
            words |= {world.secrets.words[word].story for word in answer.words}
            named |= (answer.references & set(world.records)) - asked_for
    return {world.secrets.references.get(story, story) for story in words}, named


@pytest.mark.parametrize("username", ["carol", "hugh"])
def test_with_scope_broken_a_partner_still_learns_of_nothing_unshared(
    world: World, username: str
) -> None:
    known = open_to(world, VIEWERS[username].agency)
    # A case names by their references those who have a part in it, as it always does.
    told_of = {
        record
        for story in world.stories.values()
        if story.reference in known
        for record, _ in (*story.people, *story.ended)
    }
    with scope_broken():
        words, named = shown(world, username)
    assert (words - known, named - known - told_of) == (set(), set())
    assert words & known


def test_without_the_policies_it_would_be_seen(world: World) -> None:
    """So what held it back above is the second layer, and not something else."""
    known = open_to(world, "council")

    def nobodys(_agency: int | None) -> Any:
        return every_agency()

    with scope_broken(), patch.object(sessions, "one_agency", nobodys):
        words, _named = shown(world, "carol")
    assert len(words - known) > 20


def told() -> str:
    """What this process's connection has told its server."""
    with connection.connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('wansdyke.agency', true)")
        return str(cursor.fetchone()[0])


def test_a_connection_that_is_kept_waits_as_nobodys(world: World) -> None:
    asker = Asker("carol")
    # As a process that serves pages: it stands for nobody.
    with one_agency(None):
        for path in ("/contact/", "/no-such-page/", "/contact/export.csv"):
            assert asker.client.get(path).status_code in (200, 404)
            assert told() == ""


def test_an_answer_that_is_sent_piece_by_piece_is_its_agencys_to_the_end(world: World) -> None:
    asker = Asker("hedda")
    with one_agency(None):
        answer = asker.client.get("/lost-property/export.csv")
        lines = b"".join(answer.streaming_content).decode().splitlines()
    assert len(lines) > 1
    assert sum(line.startswith('"C-') for line in lines) == len(lines) - 1


def count_roots() -> int:
    return Root.objects.count()


def _fails() -> None:
    with transaction.atomic(), every_agency():
        assert count_roots() > 0
        with connection.cursor() as cursor, suppress(ProgrammingError):
            cursor.execute("SELECT 1 FROM no_such_table")
        raise LookupError


@pytest.mark.parametrize("inner", ["", "council", "*"])
def test_what_a_rollback_takes_back_is_told_again(world: World, inner: str) -> None:
    """A savepoint that fails takes the server's settings back with it."""
    meant: dict[str, Callable[[], Any]] = {
        "": lambda: one_agency(None),
        "*": every_agency,
        "council": lambda: one_agency(int(key_of("council"))),
    }
    with every_agency():
        many = count_roots()
        with transaction.atomic():
            with meant[inner]():
                before = count_roots()
                with pytest.raises(LookupError):
                    _fails()
                assert count_roots() == before
            assert count_roots() == many
    assert before == {"": 0, "*": many}.get(inner, before)
    assert inner == "*" or before < many


def test_models_of_tomorrow_are_found_by_themselves() -> None:
    """The desk that the tests bring said nothing of policies, and has its own."""
    thing = apps.get_model("lost_property.Thing")
    assert isinstance(covered()[thing], models.ForeignKey)
