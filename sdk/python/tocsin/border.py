"""Between the functions of a plugin and the contract's own records. The module
that `tocsin plugin build` writes calls this; plugins do not."""

import json as _json
import linecache as _linecache
import sys as _sys
import traceback as _traceback

from componentize_py_types import Err
from wit_world.imports import types

from . import Advice, Event, Message, Outcome, Rejection, Signal, Tick, log


def remember(plugin):
    """Reads the lines of the plugin's modules while it is built. A guest has no
    files, and a traceback that looked for one would end it without a word."""
    home = plugin.__file__.rpartition("/")[0]
    for module in list(_sys.modules.values()):
        file = getattr(module, "__file__", None) or ""
        if file.startswith(home):
            _linecache.getlines(file)
    _linecache.checkcache = lambda filename=None: None
    _linecache.updatecache = lambda filename, module_globals=None: []


def _arms(name, words):
    made = {word: getattr(types, f"{name}_{word.title()}")() for word in words.split()}
    other = getattr(types, f"{name}_Other")
    return lambda word: made.get(word) or other(word)


def _words(name):
    kinds = {member.name.lower(): member for member in getattr(types, name)}

    def find(word):
        try:
            return kinds[word]
        except KeyError:
            raise ValueError(f"`{word}` is no {name.lower()}; it is one of {', '.join(kinds)}") from None

    return find


_kind = _arms("Kind", "alarm fault reading warning report status recovery device progress")
_act = _arms("Act", "confirm refute merge raise attach order note")
_refusal = _arms("RejectionKind", "malformed unsupported unauthorised implausible")
_urgency, _severity, _certainty = _words("Urgency"), _words("Severity"), _words("Certainty")
_datum, _piece_kind = _words("Datum"), _words("PieceKind")


def _bytes(payload):
    return payload.encode() if isinstance(payload, str) else bytes(payload)


def _data(data):
    if data is None or isinstance(data, str):
        return data or ""
    return _json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _signal(s):
    at = s.position
    return types.Signal(
        _kind(s.kind), s.code, s.device, _urgency(s.urgency), _severity(s.severity),
        _certainty(s.certainty), None if s.observed is None else int(s.observed),
        at and types.Position(float(at.lon), float(at.lat), _datum(at.datum)), s.region,
        None if s.value is None else float(s.value), s.unit, s.reference, s.title, _data(s.data),
    )


def _outcome(said):
    if isinstance(said, Outcome):
        outcome = said
    elif isinstance(said, Signal):
        outcome = Outcome([said])
    elif isinstance(said, Advice):
        outcome = Outcome(advice=[said])
    else:
        outcome = Outcome(list(said or ()))
    return types.Outcome(
        [_signal(signal) for signal in outcome.signals],
        [types.Send(send.device, send.channel, _bytes(send.payload)) for send in outcome.sends],
        [types.Advice(_act(a.act), a.subject, a.object, a.reason, _data(a.data)) for a in outcome.advice],
        [str(defect) for defect in outcome.defects],
    )


def _answered(function, given):
    try:
        return _outcome(function(given))
    except Rejection as refused:
        raise Err(types.Rejection(_refusal(refused.kind), refused.reason, _bytes(refused.reply))) from None
    except Exception:
        log.error(_traceback.format_exc())
        raise


def decode(function, m):
    return _answered(function, Message(m.sequence, m.received, m.door, m.device, m.origin, m.payload))


def wake(function, t):
    return _answered(function, Tick(t.sequence, t.due, t.device, t.key))


def told(function, e):
    return _answered(function, Event(e.sequence, e.time, e.kind, e.device, e.subject, e.data))


def frame(function, buffer):
    try:
        return [types.Piece(_piece_kind(piece.kind), piece.length, piece.device) for piece in function(buffer)]
    except Exception:
        log.error(_traceback.format_exc())
        raise
