"""Lines for the operator: diagnostics, never part of the outcome."""

from wit_world.imports import log as _log

from ._call import entered as _entered
from ._text import sound as _sound


def debug(text):
    _entered("log.debug")
    _log.write(_log.Level.DEBUG, _sound(str(text)))


def info(text):
    _entered("log.info")
    _log.write(_log.Level.INFO, _sound(str(text)))


def warn(text):
    _entered("log.warn")
    _log.write(_log.Level.WARN, _sound(str(text)))


def error(text):
    _entered("log.error")
    _log.write(_log.Level.ERROR, _sound(str(text)))
