"""One timer per device and key; the role `timekeeper` hears of them."""

from wit_world.imports import timers as _timers

from ._call import entered as _entered
from ._text import key as _key


def set(key, at):  # noqa: A001 - the contract's word
    """Wakes the plugin with `key` at `at` (milliseconds); setting again moves it."""
    _entered("timers.set")
    if not isinstance(at, (int, float)) or not abs(at) < 2**63:
        raise TypeError(f"a timer is set to milliseconds, not {at!r}")
    _timers.set(_key(key), int(at))


def cancel(key):
    """Takes a timer back; an unknown key is no error."""
    _entered("timers.cancel")
    _timers.cancel(_key(key))
