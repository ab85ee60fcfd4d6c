"""The web server's own log: it takes down what fails after a page has begun."""

from gunicorn.config import Config  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from config.logs import NoPersonalData


class ServerLog(Logger):  # type: ignore[misc]
    """Gunicorn's log, without what the database says of the row it refused."""

    def setup(self, cfg: Config) -> None:
        """Sets its handlers up, each with the filter."""
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            for handler in log.handlers:
                handler.addFilter(NoPersonalData())
