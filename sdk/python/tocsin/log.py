"""Lines for the operator: diagnostics, never part of the outcome."""

from wit_world.imports import log as _log


def debug(text):
    _log.write(_log.Level.DEBUG, str(text))


def info(text):
    _log.write(_log.Level.INFO, str(text))


def warn(text):
    _log.write(_log.Level.WARN, str(text))


def error(text):
    _log.write(_log.Level.ERROR, str(text))
