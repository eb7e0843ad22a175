"""Log lines on stderr, for people or as JSON."""

import json
import logging
import sys

from portico.settings import LogFormat


def start_logging(form: LogFormat) -> None:
    """Have every record printed, one line each."""
    lines = logging.StreamHandler(sys.stderr)
    text = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    lines.setFormatter(_Json() if form is LogFormat.JSON else text)
    logging.basicConfig(level=logging.INFO, handlers=[lines])
    logging.getLogger("asyncio").setLevel(logging.WARNING)


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            fields["trace"] = self.formatException(record.exc_info)
        return json.dumps(fields)
