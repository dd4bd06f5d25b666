"""What a guest does not have, with words in its place: the interpreter's own would
end the call without any, or give what the machine had that built the plugin."""

import builtins
import codecs
import datetime
import os
import random
import sys
import time

NOW = "\"now\" is `message.received`, `tick.due` or `event.time`"

# Loading one takes a file; these are loaded while the plugin is built.
ENCODINGS = ("ascii", "latin-1", "utf-8", "utf-16", "utf-16-le", "utf-16-be", "gb2312", "gbk", "gb18030", "big5")


def _refuses(what, why):
    def refuse(*_given, **_named):
        raise RuntimeError(f"{what}: a plugin has no {why}")

    return refuse


class _Datetime(datetime.datetime):
    now = classmethod(_refuses("datetime.now()", f"clock; {NOW}"))
    utcnow = classmethod(_refuses("datetime.utcnow()", f"clock; {NOW}"))
    today = classmethod(_refuses("datetime.today()", f"clock; {NOW}"))


_Datetime.__name__ = _Datetime.__qualname__ = "datetime"


class _Imports:
    @staticmethod
    def find_spec(name, path=None, target=None):
        raise ImportError(f"`{name}` was not loaded at the build, and a plugin has no files: import it at the top of plugin.py")


class _Lines:
    """`print` goes to the log, line by line."""

    def __init__(self, write):
        self.log, self.begun = write, ""

    def write(self, text):
        *lines, self.begun = (self.begun + text).split("\n")
        for line in lines:
            self.log(line)
        return len(text)

    def flush(self):
        pass


def at_the_build():
    """Before the plugin is loaded."""
    for name in ENCODINGS:
        codecs.lookup(name)
    datetime.datetime = _Datetime
    for name in ("time", "time_ns", "sleep", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time"):
        setattr(time, name, _refuses(f"time.{name}()", f"clock; {NOW}"))
    no_chance = "randomness; take `message.sequence` or keep a number in `memory`"
    os.urandom = _refuses("os.urandom()", no_chance)
    for name in ("random", "randint", "randrange", "choice", "choices", "shuffle", "sample", "uniform", "gauss", "getrandbits", "randbytes", "seed"):
        setattr(random, name, _refuses(f"random.{name}()", no_chance))


def at_work(log):
    """When it is loaded: the same, for what the build itself needs."""
    builtins.open = _refuses("open()", "files; keep what you need in `memory` or in the module")
    sys.meta_path[:] = [_Imports]
    # The layer has told by then what it was and where.
    sys.excepthook = lambda *_error: None
    sys.stdout, sys.stderr = _Lines(log.info), _Lines(log.warn)
