"""What is shared in the sweeps' world: with an agency, a team and a person, and no longer."""

from typing import Any

from django.utils import timezone

from tests.sweeps.stories import by_when
from wansdyke.access.sections import Section
from wansdyke.casework import sharing
from wansdyke.casework.models import Share
from wansdyke.casework.recipients import recipient


def shared(world: Any) -> None:
    """Cases opened to an agency, a team and a person; one of them no longer."""
    some = frozenset({Section.NARRATIVE, Section.IDENTITY})
    for key, to, level, ended in (
        ("call:by-phone", "agency:council", 1, False),
        ("call:received", "team:health-triage", 2, False),
        ("thing:held", "person:carol", 3, False),
        ("call:waiting", "person:carol", 3, True),
    ):
        story = world.stories[key]
        kind, _, name = to.partition(":")
        terms = sharing.Terms(
            sections=some,
            level=level,
            purpose="Safeguarding",
            lawful_basis="safeguarding",
            proportionality=f"No less would do, {world.secrets.word(key, 'narrative')}",
        )
        whom = recipient(story.case, kind, name, timezone.now())
        sharing.share(story.case, whom, terms, **by_when(story.by))
        made = Share.objects.latest("pk")
        story.shares.append(made.reference)
        if ended:
            why = f"Over, {world.secrets.word(key, 'narrative')}"
            sharing.revoke(story.case, made.reference, reason=why, **by_when(story.by))
