"""Every URL of the product, found by walking the resolver, and what each can be asked for."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.sweeps.answers import DEFAULT_DESK, RULES
from tests.sweeps.leaving_asked import leaving_targets
from tests.sweeps.rules import Rule, Target
from tests.sweeps.stories import Story
from tests.sweeps.world import World
from wansdyke.casework.work_reads import READS
from wansdyke.directory import DESKS

MISSING = "CT-ZZZZ-ZZZZ"
NONE = (MISSING, False)
OF_REQUESTS = {f"contact:{name}" for name in ("request", "advise", "conclude", "turn-down")}
UNKNOWN_DRAFT = "00000000-0000-4000-8000-000000000000"
DESK_KEYS = frozenset(desk.key for desk in DESKS)


@dataclass(frozen=True)
class Url:
    """One URL pattern: its name, what its view declares, and the arguments it takes."""

    name: str
    route: str
    callback: Callable[..., Any]
    parameters: tuple[str, ...]

    @property
    def declared(self) -> Any:
        """What the view says of itself, or None where it says nothing."""
        return getattr(self.callback, "declared", None)

    @property
    def is_api(self) -> bool:
        return self.name.startswith("api:")

    @property
    def desk(self) -> str:
        """The desk whose cases it is about, or nothing."""
        space, _, rest = self.name.partition(":")
        if space == "api":
            return next((key for key in DESK_KEYS if rest.startswith(f"{key}_case")), "")
        return space if space in DESK_KEYS else ""

    @property
    def rule(self) -> Rule | None:
        """The line that says whom it answers, or None where nobody wrote one."""
        if self.name in RULES:
            return RULES[self.name]
        rest = self.name.partition(":")[2]
        if self.is_api and self.desk:
            rest = "api-cases" if rest.endswith("_cases") else "api-case"
        return DEFAULT_DESK.get(rest) if self.desk else None

    def path(self, target: Target) -> str:
        """The address, with a target's arguments."""
        asked = f"?{target.query}" if target.query else ""
        return reverse(self.name, kwargs=target.arguments) + asked


def walked() -> list[Url]:
    """Every pattern of the resolver, the nested ones under their names."""
    return list(_walked(get_resolver(), "", ()))


def _walked(resolver: URLResolver, before: str, spaces: tuple[str, ...]) -> Iterator[Url]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            name = ":".join((*spaces, pattern.name or f"(no name) {route}"))
            parameters = tuple(sorted(pattern.pattern.regex.groupindex))
            yield Url(name, route, pattern.callback, parameters)
        else:
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from _walked(pattern, route, inner)


# What an argument that is about no case can be: (value, whether there is such a one).
PLAIN: dict[str, Callable[[World], tuple[tuple[str, bool], ...]]] = {
    "draft": lambda world: ((world.draft[0], True), (UNKNOWN_DRAFT, False)),
    "username": lambda world: (("dev", True), ("nobody-here", False)),
    "agency": lambda world: (("council", True), ("no-agency", False)),
    "team": lambda world: (("control-room", True), ("no-team", False)),
    "setting": lambda world: (("contact.immediate-minutes", True), ("no.setting", False)),
    "source_reference": lambda world: (("WP-1", True),),
    "risk": lambda world: (("domestic-abuse", True), ("no-risk", False)),
    "glass_reference": lambda world: ((world.glass[0], True), (MISSING, False)),
    "offer_reference": lambda world: ((world.offer, True), (MISSING, False)),
    "conflict_reference": lambda world: ((world.conflict, True), (MISSING, False)),
    "finding_reference": lambda world: ((world.finding[0], True), (MISSING, False)),
    "mark_reference": lambda world: ((world.declared[0], True), (MISSING, False)),
    "associate_reference": lambda world: ((world.declared[1], True), (MISSING, False)),
    "record_reference": lambda world: (*((one, True) for one in world.kept.records), NONE),
    "hold_reference": lambda world: (*((one, True) for one in world.kept.holds), NONE),
    "disposal_reference": lambda world: (*((one, True) for one in world.kept.disposals), NONE),
    "characteristic": lambda world: (("religion", True), ("no-question", False)),
    "plan": lambda world: ((world.plan, True), (MISSING, False)),
    "marked_record": lambda world: (
        *((one, True) for records in world.people.values() for one in records),
        *((reference, False) for reference in (MISSING, world.glass[2])),
    ),
    "code": lambda world: ((world.area, True), ("E09999999", False)),
    # A search that no session of the sweep made: it is asked again.
    "kept_form": lambda world: (("0" * 32, False),),
    "asked": lambda world: (("abcdefghijkl", True),),
}
# Arguments of what hangs from a case, by the names of the arguments besides `reference`.
Hanging = Callable[[Story], list[dict[str, str]]]
HANGING: dict[frozenset[str], Hanging] = {
    frozenset(): lambda story: [{}],
    frozenset({"step"}): lambda story: [{"step": step.name} for step in story.desk.flow.steps],
    frozenset({"kind"}): lambda story: [{"kind": key.replace("_", "-")} for key in READS],
    frozenset({"action_reference"}): lambda story: _named("action_reference", story.actions),
    frozenset({"document_reference"}): lambda story: _named(
        "document_reference", [reference for reference, _ in story.documents]
    ),
    frozenset({"marker_reference"}): lambda story: _named("marker_reference", story.markers),
    frozenset({"record_reference"}): lambda story: _named(
        "record_reference", [reference for reference, _ in story.people]
    ),
    frozenset({"record_reference", "role"}): lambda story: [
        {"record_reference": one, "role": role} for one, role in (*story.people, *story.ended)
    ],
    frozenset({"record_reference", "way"}): lambda story: [
        {"record_reference": one, "way": "call"} for one, _ in story.people
    ],
    frozenset({"record_reference", "rule_reference"}): lambda story: [
        {"record_reference": one, "rule_reference": rule} for one, rule in story.rules
    ],
    frozenset({"share_reference"}): lambda story: _named("share_reference", story.shares),
    frozenset({"place_reference", "role"}): lambda story: [
        {"place_reference": place, "role": role} for place, role in story.places
    ],
}
NOT_THERE = {
    "step": "no-such-step",
    "kind": "no-such-kind",
    "role": "subject",
    "way": "no-such-way",
}


def _named(argument: str, references: list[str]) -> list[dict[str, str]]:
    return [{argument: reference} for reference in references]


def targets_of(url: Url, world: World, turn: int = 0) -> list[Target]:
    """What a URL can be asked for: each record of the world, and one that is not there. Of what
    hangs from a case (its steps, documents …) each case lends one, another one at each `turn`.

    Raises LookupError for an argument of a kind that nobody said how to fill.
    """
    if not url.parameters:
        return [Target(url.name)]
    if url.name in ("export", "export-download"):
        references = [*world.exports, MISSING]
        return [Target(f"export {one}", {"reference": one}) for one in references]
    if url.name.split("-")[0] == "referral" or url.name in OF_REQUESTS:
        return [
            Target(f"referral {one}", {"reference": one}, referral=one)
            for one in (*world.referrals, MISSING)
        ]
    if url.name in ("quality-sample", "quality-again", "quality-feedback"):
        samples = (*world.samples, MISSING)
        return [Target(f"sample {one}", {"reference": one}, sample=one) for one in samples]
    if url.name in ("person", "person_records", "person_disclosures", "api:person", "caller_check"):
        (argument,) = url.parameters
        return [
            Target(f"person {one}", {argument: one}, person=one) for one in (*world.people, MISSING)
        ]
    if url.name in ("linking-pair", "judgement", "conflict-taken-on"):
        (argument,) = url.parameters
        kind = "SG" if url.name == "linking-pair" else "JD"
        known = [one for one in world.pairs if one.startswith(kind)]
        return [Target(f"{argument} {one}", {argument: one}) for one in (*known, MISSING)]
    if url.name.startswith("leaving-"):
        return list(leaving_targets(url.parameters, world, turn))
    if url.name == "place":
        return [
            Target(f"place {one}", {"place_reference": one}) for one in (*world.places, MISSING)
        ]
    if url.desk and "reference" in url.parameters:
        return list(_case_targets(url, world, turn))
    return _plain_targets(url, world)


def _plain_targets(url: Url, world: World) -> list[Target]:
    if url.name == "measure":
        return [
            Target(f"measure {key}", {"desk_key": "contact", "key": key}, known=known)
            for key, known in (("da-graded-first", True), ("no-measure", False))
        ]
    (argument,) = url.parameters
    kind = argument
    if url.name in ("record-mark", "record-equality"):
        kind = "marked_record"
    elif url.name in ("contact:risk", "quality-plan"):
        kind = url.name.rpartition(":")[2].removeprefix("quality-")
    return [
        Target(
            f"{argument} {value}",
            {argument: value},
            known=known,
            query=world.queries.get(url.name, ""),
        )
        for value, known in PLAIN[kind](world)
    ]


def _case_targets(url: Url, world: World, turn: int) -> Iterator[Target]:
    others = frozenset(url.parameters) - {"reference"}
    hanging = HANGING[others]
    none_there = {name: NOT_THERE.get(name, MISSING) for name in others}
    for place, story in enumerate(world.of_desk(url.desk)):
        given = {"reference": story.reference}
        found = hanging(story)
        if url.name.endswith(":decision") and story.proposed:
            found = [{"step": step} for step in story.proposed]
        if found:
            argument = found[(place + turn) % len(found)]
            title = f"{story.key} {' '.join(argument.values())}".strip()
            yield Target(title, {**given, **argument}, case=story.reference)
        if others:
            title = f"{story.key}, nothing there"
            yield Target(title, {**given, **none_there}, case=story.reference, known=False)
    other_desk = next(s for s in world.stories.values() if s.desk.key != url.desk)
    for reference in (MISSING, other_desk.reference):
        yield Target(f"no case {reference}", {"reference": reference, **none_there})
