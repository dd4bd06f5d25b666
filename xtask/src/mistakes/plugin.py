"""Mistakes that an author makes, each for an input of its name."""

from datetime import datetime
import time

from tocsin import Outcome, alarm, log, reading


def missing():
    return {}["station"]


def word():
    return alarm("fire.smoke", severity="serious")


def code():
    return reading(7, 1.5, "m")


def answer():
    return 7


def clock():
    return reading("clock", time.time(), "s")


def today():
    return reading("clock", datetime.now().year, "a")


def lines():
    log.warn("one\ntwo")
    return Outcome()


def frame(buffer):
    return [len(buffer)]


def decode(message):
    return globals()[message.text().strip()]()
