"""Every setting of this installation: what the desks and rooms below declare, and our own."""

from wansdyke.access.settings import Setting
from wansdyke.assurance.log_review_settings import SETTINGS
from wansdyke.directory import settings_declared


def every_setting() -> tuple[Setting, ...]:
    """The settings that the directory knows, and those of the review of the log."""
    return (*settings_declared(), *SETTINGS)
