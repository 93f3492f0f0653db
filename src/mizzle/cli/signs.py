"""What a name may hold that a terminal must not get: control characters, and signs that turn the direction of text."""

from __future__ import annotations

_TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_CONTROL = {
    **{code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))},
    **{ord(sign): f"\\u{ord(sign):04x}" for sign in _TURNING},
    **{code: f"\\x{code - 0xDC00:02x}" for code in range(0xDC80, 0xDD00)},  # bytes of a file name that are no text
    **dict.fromkeys([*range(0xD800, 0xDC80), *range(0xDD00, 0xE000)], "\ufffd"),
}


def shown(text: str) -> str:
    r"""Write out every sign of a text that would steer a terminal, or that it could not show.

    Names come from logs and files that anybody may have written; one with an escape sequence could otherwise colour
    the screen, change the title of the window or hide what stands before it.

    Examples
    --------
    >>> print(shown("De\x1b[31msk"))
    De\x1b[31msk
    """
    return text.translate(_CONTROL)
