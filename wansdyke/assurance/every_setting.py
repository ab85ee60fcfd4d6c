"""Every setting of this installation: what the desks and rooms below declare, and our own."""

from wansdyke.access.settings import Setting
from wansdyke.assurance import equality_counting, log_review_settings
from wansdyke.directory import settings_declared


def every_setting() -> tuple[Setting, ...]:
    """The settings that the directory knows, and those of this room."""
    return (
        *settings_declared(),
        *log_review_settings.SETTINGS,
        *equality_counting.SETTINGS,
    )
