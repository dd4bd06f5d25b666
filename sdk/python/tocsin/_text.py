"""Text as the border takes it: half of a pair, which JSON can hold, is no letter."""

import re as _re

_HALF = _re.compile("[\ud800-\udfff]")


def sound(text):
    """The same, with U+FFFD for what is no letter."""
    return text if text.isascii() or not _HALF.search(text) else _HALF.sub("\ufffd", text)


def mended(value):
    """The same for all text of a JSON value."""
    if isinstance(value, str):
        return sound(value)
    if isinstance(value, list):
        return [mended(item) for item in value]
    if isinstance(value, dict):
        return {sound(key): mended(item) for key, item in value.items()}
    return value


def key(name):
    """A key of state or of a timer."""
    if isinstance(name, str):
        return sound(name)
    raise TypeError(f"a key is text, not {name!r}")
