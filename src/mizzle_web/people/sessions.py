"""Sessions as Django keeps them, in its table; only how one is found is prepared. Django looks for this module."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db

from mizzle_web.page import clock
from mizzle_web.people import arrivals


class SessionStore(db.SessionStore):
    """One session."""

    def load(self) -> dict[str, Any]:
        """Read what the session holds; nothing where it has ended."""
        found = arrivals.session_data(str(self.session_key), clock.now()) if self.session_key else None
        if found is None:
            self._session_key = None
            return {}
        return self.decode(found)
