"""What the city file says: of a device, and of this plugin's settings."""

import json as _json

from wit_world.imports import city as _city


class Registration:
    """A device as the city file knows it; `settings` is a dict."""

    def __init__(self, given):
        self.id, self.model, self.title = given.id, given.model, given.title
        self.unit, self.region = given.unit, given.region
        self.position = given.position and (given.position.lon, given.position.lat)
        self.settings = _json.loads(given.settings) if given.settings else {}


def device(id):  # noqa: A002 - the contract's word
    """The registration with the longest prefix of the path, or None."""
    found = _city.device(id)
    return None if found is None else Registration(found)


def setting(name, default=None):
    """The operator's value for a setting of the manifest, else its default."""
    found = _city.setting(name)
    return default if found is None else found
