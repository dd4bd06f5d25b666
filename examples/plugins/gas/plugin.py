"""燃气: combustible gas detectors post their concentration as JSON.

Read: {"sn", "lel" (% of the lower explosive limit), "state" (0 normal, 1 low,
2 high, 3 sensor fault), "battery" (V), "ts" (Beijing time)}. Numbers may come
as text, and an empty text means that the detector does not say.

Written: a reading each time; one alarm for each step up of the level, whether
by the detector's own state or by the limits here, and a recovery when it is
back under the lower limit by a fifth; a fault and its recovery; one notice of
a low battery until it was changed.

Refused: what is no JSON object, a detector without a number, a concentration
that no gas can have.
"""

from tocsin import (
    Implausible, Malformed, Outcome, alarm, city, fault, memory, parse_time, reading, recovery,
)

NAMES = {1: "燃气浓度超低限", 2: "燃气浓度超高限"}
SEVERITY = {1: "moderate", 2: "severe"}


def number(sent, name, outcome):
    """A number or text of one; None where there is none."""
    value = sent.get(name)
    if value is None or value == "":
        return None
    try:
        found = float(value)
    except (TypeError, ValueError):
        outcome.defect(f"`{name}` is {value!r}, no number")
        return None
    if found != found or abs(found) == float("inf"):
        outcome.defect(f"`{name}` is {value!r}, no number")
        return None
    return found


def limit(device, name, otherwise):
    """The detector's own limit, else the operator's for all."""
    own = device.settings.get(name) if device else None
    try:
        return float(own)
    except (TypeError, ValueError):
        return city.number(name, otherwise, 0, 100)


def decode(message):
    sent = message.json()
    if not isinstance(sent, dict):
        raise Malformed(f"an object is expected, not {type(sent).__name__}")
    sn = sent.get("sn")
    if not isinstance(sn, str) or not sn.strip():
        raise Malformed(f"`sn` is {sn!r}; a detector says who it is")
    sn = sn.strip()
    outcome = Outcome()
    at = parse_time(sent.get("ts"))
    if at is None:
        outcome.defect(f"`ts` is {sent.get('ts')!r}, no time; the time of receipt counts")
    lel = number(sent, "lel", outcome)
    if lel is not None and not 0 <= lel <= 100:
        raise Implausible(f"`lel` is {lel:g}; a concentration is 0 to 100 % of the lower limit")
    known = city.device(sn)
    before = memory.load(sn, {})
    after = dict(before)
    if lel is not None:
        outcome.signal(reading("gas.lel", lel, "%", device=sn, observed=at))
    state = number(sent, "state", outcome)

    low = limit(known, "low", 20)
    level = 0
    if lel is not None:
        level = 2 if lel >= limit(known, "high", 50) else 1 if lel >= low else 0
    if state in (1, 2):
        level = max(level, int(state))
    told = before.get("level", 0)
    if level > told:
        shown = "" if lel is None else f" {lel:g}%LEL"
        outcome.signal(alarm("gas.leak", device=sn, observed=at, severity=SEVERITY[level],
                             urgency="immediate", certainty="likely", title=f"{NAMES[level]}{shown}"))
        after["level"] = level
    elif told and level == 0 and lel is not None and lel < 0.8 * low:
        outcome.signal(recovery("gas.leak", device=sn, observed=at, title=f"燃气浓度恢复 {lel:g}%LEL"))
        after["level"] = 0

    if state is not None and (state == 3) != before.get("broken", False):
        after["broken"] = state == 3
        kind = fault if state == 3 else recovery
        outcome.signal(kind("gas.sensor", device=sn, observed=at, title="探测器故障" if state == 3 else "探测器恢复"))

    volts = number(sent, "battery", outcome)
    if volts is not None:
        weak = volts < limit(known, "battery_v", 3.0)
        if weak and not before.get("weak", False):
            outcome.signal(fault("gas.battery", device=sn, observed=at, value=volts, unit="V", title=f"电池欠压 {volts:g} V"))
        after["weak"] = weak
    if after != before:
        memory.save(sn, after)
    return outcome.reply("ok")
