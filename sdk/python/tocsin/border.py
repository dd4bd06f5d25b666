"""Between the functions of a plugin and the contract's own records. The module
that `tocsin plugin build` writes calls this; plugins do not."""

import json as _json
import linecache as _linecache
import sys as _sys

from componentize_py_types import Err
from wit_world.imports import types

from . import Advice, Event, Message, Outcome, Piece, Rejection, Signal, Tick, _absent, _call, log
from ._text import sound as _sound

_absent.at_the_build()


def begin(plugin, functions):
    """When the plugin is loaded, at the build: the functions of its roles are there.
    The lines of its modules are read, since a guest has no files, and a traceback
    that looked for one would end it without a word."""
    for function in functions:
        if not callable(getattr(plugin, function, None)):
            raise SystemExit(f"plugin.py has no function `{function}`, which its roles ask for")
    _call.inside = True
    home = plugin.__file__.rpartition("/")[0]
    for module in list(_sys.modules.values()):
        file = getattr(module, "__file__", None) or ""
        if file.startswith(home):
            _linecache.getlines(file)
    _linecache.checkcache = lambda filename=None: None
    _linecache.updatecache = lambda filename, module_globals=None: []
    _absent.at_work(log)


def _arms(name, words):
    made = {word: getattr(types, f"{name}_{word.title()}")() for word in words.split()}
    other = getattr(types, f"{name}_Other")
    return lambda word: made.get(word) or other(_sound(word))


def _words(name, title=None):
    title = title or name.lower()
    kinds = {member.name.lower(): member for member in getattr(types, name)}

    def find(word):
        try:
            return kinds["unknown" if word is None else word]
        except KeyError:
            raise ValueError(f"`{word}` is no {title}; it is one of {', '.join(kinds)}") from None

    return find


_kind = _arms("Kind", "alarm fault reading warning report status recovery device progress")
_act = _arms("Act", "confirm refute merge raise attach order note")
_refusal = _arms("RejectionKind", "malformed unsupported unauthorised implausible")
_urgency, _severity, _certainty = _words("Urgency"), _words("Severity"), _words("Certainty")
_datum, _piece_kind = _words("Datum"), _words("PieceKind", "kind of piece")


def _bytes(payload):
    if isinstance(payload, str):
        return _sound(payload).encode()
    if isinstance(payload, (bytes, bytearray, memoryview)):
        return bytes(payload)
    raise TypeError(f"a payload is text or bytes, not {payload!r}")


def _data(data):
    if data is None or isinstance(data, str):
        return _sound(data or "")
    return _sound(_json.dumps(data, ensure_ascii=False, separators=(",", ":")))


def _text(name, value):
    if isinstance(value, str):
        return _sound(value)
    raise TypeError(f"`{name}` is {value!r}; it is text")


def _texts(name, value):
    return "" if value is None else _text(name, value)


def _float(value):
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def _moment(at):
    """As 64 bits hold it; what does not fit is a time that nobody lives to see."""
    return int(at) if abs(at) < 2**63 else 2**62


def _position(at):
    return types.Position(_float(at.lon), _float(at.lat), _datum(at.datum))


def _signal(s):
    if not isinstance(s, Signal):
        raise TypeError(f"a signal is made by `alarm`, `reading` and their like, not {s!r}")
    # It may have been changed since it was made.
    s.__post_init__()
    return types.Signal(
        _kind(s.kind), _sound(s.code), _sound(s.device or ""),
        _urgency(s.urgency), _severity(s.severity), _certainty(s.certainty),
        None if s.observed is None else _moment(s.observed),
        None if s.position is None else _position(s.position), _sound(s.region or ""),
        None if s.value is None else _float(s.value), _sound(s.unit or ""), _sound(s.reference or ""),
        _sound(s.title or ""), _data(s.data),
    )


def _send(send):
    return types.Send(_texts("device", send.device), _texts("channel", send.channel), _bytes(send.payload))


def _advice(a):
    return types.Advice(
        _act(_text("act", a.act)), _text("subject", a.subject), _texts("object", a.object),
        _text("reason", a.reason), _data(a.data),
    )


def _outcome(said):
    if isinstance(said, Outcome):
        outcome = said
    elif isinstance(said, Signal):
        outcome = Outcome([said])
    elif isinstance(said, Advice):
        outcome = Outcome(advice=[said])
    elif said is None or hasattr(said, "__iter__") and not isinstance(said, (str, bytes, dict)):
        outcome = Outcome(list(said or ()))
    else:
        raise TypeError(f"a call answers with a signal, a list of signals, an Outcome or None, not {said!r}")
    return types.Outcome(
        [_signal(signal) for signal in outcome.signals],
        [_send(send) for send in outcome.sends],
        [_advice(advice) for advice in outcome.advice],
        [_sound(str(defect)) for defect in outcome.defects],
    )


def _answered(function, given):
    try:
        return _outcome(function(given))
    except Rejection as refused:
        kind, reason = _refusal(refused.kind), _sound(refused.reason)
        raise Err(types.Rejection(kind, reason, _bytes(refused.reply))) from None
    except BaseException as error:
        _say(error)
        raise


def _say(error):
    """What it was, then where in the plugin: a dead letter has room for the first line."""
    lines = [_sound(f"{type(error).__name__}: {error}")]
    at = error.__traceback__
    while at is not None:
        code = at.tb_frame.f_code
        if "/tocsin/" not in code.co_filename:
            name, line = code.co_filename.rpartition("/")[2], _linecache.getline(code.co_filename, at.tb_lineno)
            lines.append(f"  {code.co_name} at {name}:{at.tb_lineno}  {line.strip()}")
        at = at.tb_next
    if len(lines) > 12:
        lines[6:-6] = [f"  … {len(lines) - 12} more"]
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        lines.append(f"  after {type(before).__name__}: {before}")
    log.error("\n".join(lines))


def decode(function, m):
    return _answered(function, Message(m.sequence, m.received, m.door, m.device, m.origin, m.payload))


def wake(function, t):
    return _answered(function, Tick(t.sequence, t.due, t.device, t.key))


def told(function, e):
    return _answered(function, Event(e.sequence, e.time, e.kind, e.device, e.subject, e.data))


def frame(function, buffer):
    try:
        return [_piece(piece) for piece in function(buffer) or ()]
    except BaseException as error:
        _say(error)
        raise


def _piece(piece):
    if not isinstance(piece, Piece):
        raise TypeError(f"a piece is made by `Piece`, not {piece!r}")
    if not isinstance(piece.length, int) or not 0 < piece.length < 2**32:
        raise TypeError(f"a piece has {piece.length!r} bytes; it has at least one")
    return types.Piece(_piece_kind(piece.kind), piece.length, _texts("device", piece.device))
