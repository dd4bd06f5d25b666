"""Mistakes that an author makes, each for an input of its name."""

from datetime import datetime
import random
import time

from tocsin import Malformed, Outcome, alarm, log, memory, reading


def missing():
    return {}["station"]


def word():
    return alarm("fire.smoke", severity="serious")


def code():
    return reading(7, 1.5, "m")


def when():
    return reading("water.level", 1.5, "m", observed="2026-07-12")


def answer():
    return 7


def reply():
    return Outcome().reply(200)


def refusal():
    raise Malformed(ValueError("no"), reply=5)


def clock():
    return reading("clock", time.time(), "s")


def today():
    return reading("clock", datetime.now().year, "a")


def chance():
    return reading("dice", random.random(), "1")


def file():
    return open("table.csv").read()


def late():
    import decimal

    return reading("a.b", decimal.Decimal(1), "1")


def key():
    memory.save(5, 1)


def deep():
    return deep()


def lines():
    log.warn("one\ntwo")
    print("three", 4)
    log.info("half a pair: \ud83d")
    memory.save("half", "\ud83d")
    return Outcome()


def frame(buffer):
    return [len(buffer)]


def decode(message):
    if message.payload[0] > 127:
        log.info(message.text("gbk"))
        return None
    return globals()[message.text().strip()]()
