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
        return self._read(arrivals.session_data(str(self.session_key), clock.now()) if self.session_key else None)

    def take(self, data: str | None) -> None:
        """Take what the session holds from who has found it already; None where it has ended."""
        self._session_cache = self._read(data)

    def _read(self, data: str | None) -> dict[str, Any]:
        if data is None:
            self._session_key = None
            return {}
        return self.decode(data)
