"""Write a Tocsin plugin in Python: one function a role, nothing about WASM.

A plugin is a pure function: (state, input) -> (state', outcome). There is no
clock, no randomness and no I/O; "now" is part of every input. The module
`plugin` has a function for each role of its manifest:

    from tocsin import Implausible, parse_time, reading

    def decode(message):                      # or frame, wake, deliver, advise
        count = message.json()                # what is no JSON becomes a dead letter
        if count["inside"] < 0:
            raise Implausible(f"`inside` is {count['inside']}")
        return reading("crowd.inside", count["inside"], "{person}",
                       observed=parse_time(count["at"]))

It answers with a signal, a list of signals, an `Outcome`, or nothing. Raising
a `Rejection` refuses the whole input and undoes what the call did; any other
exception is a mistake of the plugin and ends the call with its traceback.

Call `memory`, `timers`, `city` and `log` inside of these functions only: what
a module does when it is loaded is done once, while the plugin is built.
"""

from __future__ import annotations

import json as _json
import re as _re
from dataclasses import dataclass, field
from datetime import datetime as _datetime, timedelta as _timedelta, timezone as _timezone
from typing import Any

from . import city, log, memory, timers
from ._absent import ENCODINGS as _ENCODINGS
from ._text import mended as _mended

__all__ = [
    "Advice", "Event", "Implausible", "Malformed", "Message", "Outcome", "Piece", "Position",
    "Rejection", "Send", "Signal", "Tick", "Unauthorised", "Unsupported", "alarm", "city", "device",
    "fault", "format_time", "log", "memory", "parse_time", "progress", "reading", "recovery",
    "report", "status", "timers", "warning",
]

BEIJING = _timezone(_timedelta(hours=8))


def _payload(said):
    if not isinstance(said, (str, bytes, bytearray, memoryview)):
        raise TypeError(f"a payload is text or bytes, not {said!r}")
    return said


class Rejection(Exception):
    """The whole input is refused and becomes a dead letter; `reply` goes back
    the way it came (a nak, a 401)."""

    kind = "malformed"

    def __init__(self, reason: str, reply: bytes | str = b"", kind: str | None = None):
        super().__init__(reason)
        # What was caught is often handed on.
        self.reason = str(reason)
        self.reply = _payload(reply)
        self.kind = kind or self.kind


class Malformed(Rejection):
    """The bytes break the format."""


class Unsupported(Rejection):
    """Well formed, but nothing this plugin knows."""

    kind = "unsupported"


class Unauthorised(Rejection):
    """The sender may not say this."""

    kind = "unauthorised"


class Implausible(Rejection):
    """Readable, but it cannot be so."""

    kind = "implausible"


_DEPTH_MAX = 128


def _is_deep(text: str) -> bool:
    if text.count("[") + text.count("{") <= _DEPTH_MAX:
        return False
    depth = 0
    for letter in text:
        if letter in "[{":
            depth += 1
            if depth > _DEPTH_MAX:
                return True
        elif letter in "]}":
            depth -= 1
    return False


# No number that is measured has more, and a longer one is too large for a float.
_DIGITS_MAX = 300
_LONG = _re.compile(f"(?<![0-9])[0-9]{{{_DIGITS_MAX + 1}}}")


def _no_number(word):
    raise ValueError(f"`{word}` is no number of JSON")


def _read(text: bytes | str) -> Any:
    try:
        # UTF-8 and nothing else: guessing would load a codec, and a guest has no files.
        text = text if isinstance(text, str) else str(text, "utf-8")
        if _is_deep(text):
            raise ValueError(f"nested more than {_DEPTH_MAX} deep")
        if len(text) > _DIGITS_MAX and _LONG.search(text):
            raise ValueError(f"more than {_DIGITS_MAX} digits in a row")
        value = _json.loads(text.removeprefix("\ufeff"), parse_constant=_no_number)
        return _mended(value) if "\\ud" in text or "\\uD" in text else value
    except (ValueError, RecursionError) as error:
        raise Malformed(f"not the JSON expected here: {error}") from None


@dataclass
class Message:
    """One input from a door. `received` is "now", in milliseconds."""

    sequence: int
    received: int
    door: str
    device: str
    origin: str
    payload: bytes

    def json(self) -> Any:
        """The payload as JSON; refuses what is none."""
        return _read(self.payload)

    def text(self, encoding: str = "utf-8") -> str:
        """The payload as text; refuses what is none. `encoding` is UTF-8, GB 18030
        (gbk, gb2312), Big5, UTF-16, Latin-1 or ASCII."""
        if encoding.lower().replace("_", "-") not in _ENCODINGS:
            raise ValueError(f"`{encoding}` is not among the encodings {', '.join(_ENCODINGS)}")
        try:
            return self.payload.decode(encoding)
        except UnicodeDecodeError as error:
            raise Malformed(f"not {encoding} text: {error}") from None


@dataclass
class Event:
    """Something decided in the city. `time` is "now"."""

    sequence: int
    time: int
    kind: str
    device: str
    subject: str
    data: str

    def json(self) -> Any:
        return _read(self.data)


@dataclass
class Tick:
    """A timer that came due, or a poll (`key == "poll"`). `due` is "now"."""

    sequence: int
    due: int
    device: str
    key: str


@dataclass
class Position:
    lon: float
    lat: float
    datum: str = "wgs84"


_URGENCY = ("immediate", "expected", "future", "past", "unknown")
_SEVERITY = ("extreme", "severe", "moderate", "minor", "unknown")
_CERTAINTY = ("observed", "likely", "possible", "unlikely", "unknown")


def _one_of(name, said, known):
    if said is not None and said not in known:
        raise ValueError(f"`{name}` is {said!r}; it is one of {', '.join(known)}")


def _is_text(name, said):
    if not isinstance(said, str):
        raise TypeError(f"`{name}` is {said!r}; it is text")


def _is_number(name, said):
    # NaN and what is too large come from senders: the host makes a defect of them.
    if not isinstance(said, (int, float)):
        raise TypeError(f"`{name}` is {said!r}; it is a number{', of milliseconds' if name == 'observed' else ''}")


@dataclass
class Signal:
    """One normalised fact; only `kind` and `code` must be said."""

    kind: str
    code: str
    device: str = ""
    urgency: str = "unknown"
    severity: str = "unknown"
    certainty: str = "unknown"
    observed: int | None = None
    position: Position | None = None
    region: str = ""
    value: float | None = None
    unit: str = ""
    reference: str = ""
    title: str = ""
    data: Any = None

    def __post_init__(self):
        """What no signal can be is said where it is made."""
        _is_text("kind", self.kind)
        _is_text("code", self.code)
        for name in ("device", "region", "unit", "reference", "title"):
            if getattr(self, name) is not None:
                _is_text(name, getattr(self, name))
        _one_of("urgency", self.urgency, _URGENCY)
        _one_of("severity", self.severity, _SEVERITY)
        _one_of("certainty", self.certainty, _CERTAINTY)
        if self.observed is not None:
            _is_number("observed", self.observed)
        if self.value is not None or self.kind == "reading":
            _is_number("value", self.value)
        if self.position is not None:
            if not isinstance(self.position, Position):
                raise TypeError(f"`position` is {self.position!r}; it is made by `Position(lon, lat)`")
            _is_number("position.lon", self.position.lon)
            _is_number("position.lat", self.position.lat)


def alarm(code: str, **fields) -> Signal:
    """A danger now. Without a severity the city's hazard data decides."""
    return Signal("alarm", code, **{"urgency": "immediate", **fields})


def fault(code: str, **fields) -> Signal:
    """The equipment is unwell."""
    return Signal("fault", code, **fields)


def reading(code: str, value: float, unit: str, **fields) -> Signal:
    """A measured number in a UCUM unit."""
    return Signal("reading", code, value=value, unit=unit, **fields)


def warning(code: str, **fields) -> Signal:
    """A warning message of an issuing authority."""
    return Signal("warning", code, **fields)


def report(code: str, **fields) -> Signal:
    """Something people reported or recorded."""
    return Signal("report", code, **fields)


def status(code: str, **fields) -> Signal:
    """How a thing stands."""
    return Signal("status", code, **fields)


def recovery(code: str, **fields) -> Signal:
    """The alarm or fault of this device and code is over."""
    return Signal("recovery", code, **fields)


def device(code: str, **fields) -> Signal:
    """A device describes itself."""
    return Signal("device", code, **fields)


def progress(order: str, step: str, **fields) -> Signal:
    """An order moved: delivered, acknowledged, departed, arrived, done, declined, failed."""
    return Signal("progress", step, reference=order, **fields)


@dataclass
class Send:
    """Bytes to go out; `device` empty: back the way the message came."""

    payload: bytes | str
    device: str = ""
    channel: str = ""


@dataclass
class Advice:
    """What an advisor asks of the city; it does what the grant allows."""

    act: str
    subject: str
    reason: str
    object: str = ""
    data: Any = None


@dataclass
class Outcome:
    """All that a call has to say, built one clause at a time."""

    signals: list[Signal] = field(default_factory=list)
    sends: list[Send] = field(default_factory=list)
    advice: list[Advice] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)

    def signal(self, signal: Signal) -> Outcome:
        self.signals.append(signal)
        return self

    def reply(self, payload: bytes | str) -> Outcome:
        """Back the way the message came."""
        return self.send(payload)

    def send(self, payload: bytes | str, device: str = "", channel: str = "") -> Outcome:
        self.sends.append(Send(_payload(payload), device, channel))
        return self

    def advise(self, advice: Advice) -> Outcome:
        self.advice.append(advice)
        return self

    def defect(self, what: str) -> Outcome:
        """Names a part that could not be read while the rest could."""
        self.defects.append(what)
        return self


@dataclass
class Piece:
    """Bytes at the front of a stream: `noise`, `routine` or `red`."""

    kind: str
    length: int
    device: str = ""


_TIME = _re.compile(
    r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})[Tt ](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d+))?)? *"
    r"(?:([Zz])|([+-])(\d{1,2}):?(\d{2})?)?",
    _re.ASCII,
)


def parse_time(text: str) -> int | None:
    """Milliseconds of `2026-07-12 14:30:20` in its usual forms; Beijing time
    where no zone is said. None where it is no such moment."""
    found = _TIME.fullmatch(text.strip()) if isinstance(text, str) else None
    if not found:
        return None
    year, month, day, hour, minute, second, part, zulu, sign, hours, minutes = found.groups()
    offset = 0 if zulu else 480
    if sign:
        offset = (int(hours) * 60 + int(minutes or 0)) * (1 if sign == "+" else -1)
    try:
        zone = _timezone(_timedelta(minutes=offset))
        at = _datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0), tzinfo=zone)
    except ValueError:
        return None
    return round(at.timestamp()) * 1000 + int(((part or "") + "000")[:3])


def format_time(at: int) -> str:
    """`2026-07-12T14:30:20+08:00`."""
    seconds, _ = divmod(at, 1000)
    return (_datetime(1970, 1, 1, tzinfo=BEIJING) + _timedelta(hours=8, seconds=seconds)).isoformat()
