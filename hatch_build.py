"""Compiles the translations into the wheel; hatchling calls it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polib
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Messages(BuildHookInterface[Any]):
    """Write the .mo beside each .po."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's way
        """Compile, and let the results into the wheel although git does not know them."""
        for path in Path(self.root).glob("src/mizzle_web/locale/*/LC_MESSAGES/*.po"):
            target = path.with_suffix(".mo")
            polib.pofile(str(path)).save_as_mofile(str(target))
            build_data["artifacts"].append(str(target.relative_to(self.root)))
