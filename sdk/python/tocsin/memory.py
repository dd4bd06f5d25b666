"""What a plugin remembers between calls: one room per device, keys to values."""

import json as _json

from wit_world.imports import state as _state

from . import log as _log
from ._call import entered as _entered
from ._text import key as _key, sound as _sound


def load(key, default=None):
    """The value under `key`. One that does not read as JSON counts as none."""
    _entered("memory.load")
    kept = _state.get(_key(key))
    if kept is None:
        return default
    try:
        return _json.loads(kept)
    except ValueError as error:
        _log.warn(f"state `{key}` is unreadable and was left aside: {error}")
        return default


def save(key, value):
    """Keeps a value under `key`, as JSON."""
    _entered("memory.save")
    _state.put(_key(key), _sound(_json.dumps(value, ensure_ascii=False, separators=(",", ":"))).encode())


def get(key):
    """The bytes under `key`, for state that is not JSON."""
    _entered("memory.get")
    return _state.get(_key(key))


def put(key, value):
    """Keeps bytes under `key`."""
    _entered("memory.put")
    if not isinstance(value, (bytes, bytearray)):
        raise TypeError(f"memory.put keeps bytes, not {value!r}; memory.save keeps the rest")
    _state.put(_key(key), bytes(value))


def forget(key):
    """Forgets `key`; nothing happens where it is not known."""
    _entered("memory.forget")
    _state.delete(_key(key))
