"""What the city file says: of a device, and of this plugin's settings."""

import json as _json
import math as _math

from wit_world.imports import city as _city

from . import log as _log
from ._call import entered as _entered
from ._text import key as _key

# Read once in the life of an instance, as the settings themselves are.
_numbers = {}


class Registration:
    """A device as the city file knows it; `settings` is a dict."""

    def __init__(self, given):
        self.id, self.model, self.title = given.id, given.model, given.title
        self.unit, self.region = given.unit, given.region
        self.position = given.position and (given.position.lon, given.position.lat)
        self.settings = _json.loads(given.settings) if given.settings else {}


def device(id):  # noqa: A002 - the contract's word
    """The registration with the longest prefix of the path, or None."""
    _entered("city.device")
    found = _city.device(_key(id))
    return None if found is None else Registration(found)


def setting(name, default=None):
    """The operator's value for a setting of the manifest, else its default."""
    _entered("city.setting")
    found = _city.setting(_key(name))
    return default if found is None else found


def number(name, default, low=-_math.inf, high=_math.inf):
    """The setting as a number, both ends allowed. `default` where the operator says
    nothing; where it is no such number as well, with a line in the log."""
    asked = (name, default, low, high)
    if asked not in _numbers:
        text = setting(name, "").strip()
        try:
            value = float(text) if text else default
        except ValueError:
            value = _math.nan
        if not low <= value <= high:
            _log.warn(f"setting {name} is `{text}`; it takes {low} to {high}, {default} counts")
            value = default
        _numbers[asked] = value
    return _numbers[asked]
