"""What is written into the log: never a link that lets its holder in."""

from __future__ import annotations

import logging
import re

_SECRET = re.compile(r"(/invitation/)[^\s'\"<>]+")


def masked(text: str) -> str:
    """Leave out of a text what follows `/invitation/`."""
    return _SECRET.sub(r"\1…", text)


class WithoutLinks(logging.Filter):
    """Leave the secret part of links out of what is logged, and out of the text of an exception."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record; it is always kept."""
        try:
            text = record.getMessage()
        except (TypeError, ValueError, KeyError):  # words that do not fit their places: the words are left out
            text = str(record.msg)
        record.msg, record.args = masked(text), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = masked(record.exc_text)
        if record.stack_info:
            record.stack_info = masked(record.stack_info)
        return True
