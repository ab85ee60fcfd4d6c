"""The background worker: spreadsheets and whatever else takes long, one task after another."""

import os
import signal
import sys
from types import FrameType

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

# What follows imports models, which need the settings.
from django_tasks_db.management.commands.db_worker import Worker  # noqa: E402

from config.logs import say_fault  # noqa: E402
from wansdyke.access.for_agency import EVERY, stand_for  # noqa: E402
from wansdyke.access.running import name_here  # noqa: E402

INTERVAL = 1.0


class Quiet(Worker):
    """A worker that ends without a word when it is told to, after the task in hand."""

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        """Ends now where no task is in hand, else when it is done."""
        self.running = False
        if not self.running_task:
            sys.exit(0)


def main() -> None:
    """Works until it is told to end."""
    sys.excepthook = say_fault
    # A task that is somebody's works for their agency; see home.exports.
    stand_for(EVERY)
    worker = Quiet(
        queue_names=["*"],
        interval=INTERVAL,
        batch=False,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=f"{name_here()}:{os.getpid()}",
        excluded_queue_names=[],
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, worker.shutdown)
    worker.run()


if __name__ == "__main__":
    main()
