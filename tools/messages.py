"""Collect the words of the house for translation, and compile them: `tools/messages.py collect | compile`."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

HOUSE = Path(__file__).resolve().parents[1] / "src" / "mizzle_web"
LANGUAGES = ("es", "nb")


def main() -> None:
    """Run one of the two."""
    if sys.argv[1:] == ["collect"]:
        collect()
    elif sys.argv[1:] == ["compile"]:
        for language in LANGUAGES:
            compiled(HOUSE / "locale" / language / "LC_MESSAGES" / "django.po")
    else:
        sys.exit(__doc__)


def collect(house: Path = HOUSE) -> None:
    """Bring the .po files to what the source says now; needs gettext."""
    with tempfile.TemporaryDirectory() as data:
        given = os.environ | {"DJANGO_SETTINGS_MODULE": "mizzle_web.config.settings", "MIZZLE_DATA": data}
        words = [f"--locale={language}" for language in LANGUAGES]
        command = [
            sys.executable,
            "-m",
            "django",
            "makemessages",
            *words,
            "--no-location",
            "--no-wrap",
            "--no-obsolete",
        ]
        subprocess.run(command, cwd=house, env=given, check=True)
    for language in LANGUAGES:
        path = house / "locale" / language / "LC_MESSAGES" / "django.po"
        file = polib.pofile(str(path), wrapwidth=0)
        file.header = ""
        file.metadata_is_fuzzy = False
        file.metadata = {
            "Content-Type": "text/plain; charset=UTF-8",
            "Content-Transfer-Encoding": "8bit",
            "Language": language,
            "Plural-Forms": "nplurals=2; plural=(n != 1);",
        }
        file.save(str(path))


def compiled(path: Path) -> Path:
    """Compile one file beside itself, where it is older than its words."""
    target = path.with_suffix(".mo")
    if not target.exists() or target.stat().st_mtime < path.stat().st_mtime:
        polib.pofile(str(path)).save_as_mofile(str(target))
    return target


if __name__ == "__main__":
    main()
