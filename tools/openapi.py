"""Writes docs/reference/openapi.json, the description of the API. `--check` only compares."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

FILE = Path(__file__).parents[1] / "docs" / "reference" / "openapi.json"


def description() -> str:
    """Describe the API, from a house of its own that is gone afterwards: no key and no database of anybody is read."""
    with tempfile.TemporaryDirectory(prefix="mizzle-openapi-") as folder:
        for name in [name for name in os.environ if name.startswith("MIZZLE_")]:
            del os.environ[name]
        os.environ |= {"DJANGO_SETTINGS_MODULE": "mizzle_web.config.settings", "MIZZLE_DATA": folder}
        import django

        django.setup()
        from mizzle_web.config import api

        return json.dumps(api.description(), indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Write, or compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare; exit code 1 where the file is out of date")
    is_check = parser.parse_args().check
    text = description()
    if is_check:
        is_current = FILE.is_file() and FILE.read_text("utf-8") == text
        if not is_current:
            print(f"{FILE} is out of date. Run: python tools/openapi.py", file=sys.stderr)
        return 0 if is_current else 1
    FILE.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
