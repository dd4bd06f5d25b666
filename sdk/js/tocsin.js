/**
 * Write a Tocsin plugin in JavaScript: one function a role, nothing about WASM.
 *
 * A plugin is a pure function: (state, input) -> (state', outcome). There is no
 * clock, no randomness and no I/O; "now" is part of every input, a number of
 * milliseconds. `plugin.js` exports a function for each role of its manifest:
 *
 *     import { Implausible, parseTime, reading } from "tocsin";
 *
 *     export function decode(message) {       // or frame, wake, deliver, advise
 *       const count = message.json();         // what is no JSON becomes a dead letter
 *       if (count.inside < 0) throw new Implausible(`\`inside\` is ${count.inside}`);
 *       return reading("crowd.inside", count.inside, "{person}", { observed: parseTime(count.at) });
 *     }
 *
 * It answers with a signal, an array of signals, an `Outcome`, or nothing.
 * Throwing a `Rejection` refuses the whole input and undoes what the call did;
 * anything else that is thrown is a mistake of the plugin and ends the call.
 *
 * Call `memory`, `timers`, `city` and `log` inside of these functions only: what
 * a module does when it is loaded is done once, while the plugin is built.
 */
import { get as stateGet, put as statePut, delete as stateDelete } from "tocsin:plugin/state@1.0.0";
import { set as timerSet, cancel as timerCancel } from "tocsin:plugin/timers@1.0.0";
import { write as logWrite } from "tocsin:plugin/log@1.0.0";
import { device as cityDevice, setting as citySetting } from "tocsin:plugin/city@1.0.0";

const encoder = new TextEncoder();
// Whether there was a mark is remembered from one use to the next otherwise.
const decoder_ = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const NOW = "`message.received`, `tick.due` or `event.time`";
const absent = (what, instead) => () => {
  throw new Error(`${what}: a plugin has no ${instead}`);
};
const noClock = (what) => absent(what, `clock; "now" is ${NOW}`);

/** The engine's own answers would be of the machine that built the plugin. */
const put = (name, value) => Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
const Calendar = Date;
put("Date", new Proxy(Calendar, {
  apply: noClock("Date()"),
  construct: (date, given, target) =>
    given.length > 0 ? Reflect.construct(date, given, target) : noClock("new Date()")(),
  get: (date, name) => (name === "now" ? noClock("Date.now()") : Reflect.get(date, name)),
}));
Math.random = absent("Math.random()", "randomness; take `message.sequence` or keep a number in `memory`");
for (const [name, instead] of [
  ["setTimeout", "event loop; use `timers.set` and the role `timekeeper`"],
  ["setInterval", "event loop; use `timers.set` and the role `timekeeper`"],
  ["queueMicrotask", "event loop"],
  ["fetch", "network; a door of the kind `http-client` asks other systems"],
]) {
  put(name, absent(`${name}()`, instead));
}
put("performance", new Proxy({}, { get: (_, name) => noClock(`performance.${String(name)}`)() }));
put("crypto", new Proxy({}, { get: (_, name) => absent(`crypto.${String(name)}`, "randomness")() }));

/** Set when the plugin is loaded: imports answer inside of calls alone. */
let inside = false;
const called = (what) => {
  if (!inside) {
    throw new Error(`${what} was called while the module was loaded, which is once, at the build; call it inside of \`decode\` and its like`);
  }
};

const bytes = (payload) => {
  if (typeof payload === "string") return encoder.encode(payload);
  if (payload instanceof Uint8Array) return payload;
  throw new TypeError(`a payload is text or a Uint8Array, not ${shown(payload)}`);
};
const shown = (value) => {
  const text = typeof value === "object" && value !== null ? value.constructor?.name : undefined;
  return text ?? String(value);
};
const asJson = (what, value) => {
  const text = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`${what} is ${shown(value)}, which JSON cannot hold`);
  return text;
};
const dataText = (data) =>
  data === undefined || data === null ? "" : typeof data === "string" ? data : asJson("`data`", data);

/** The whole input is refused and becomes a dead letter; `reply` goes back the way it came. */
export class Rejection {
  constructor(reason, { reply = "", kind = "malformed" } = {}) {
    this.kind = kind;
    // What was caught is often handed on.
    this.reason = reason instanceof Error ? reason.message : String(reason);
    this.reply = reply;
  }
}
/** The bytes break the format. */
export class Malformed extends Rejection {}
/** Well formed, but nothing this plugin knows. */
export class Unsupported extends Rejection {
  constructor(reason, { reply } = {}) { super(reason, { reply, kind: "unsupported" }); }
}
/** The sender may not say this. */
export class Unauthorised extends Rejection {
  constructor(reason, { reply } = {}) { super(reason, { reply, kind: "unauthorised" }); }
}
/** Readable, but it cannot be so. */
export class Implausible extends Rejection {
  constructor(reason, { reply } = {}) { super(reason, { reply, kind: "implausible" }); }
}

const DEPTH_MAX = 128;
const BRACKETS_MAX = 32768;
const DIGITS_MAX = 1000;

/** Parsing it would take more memory than a guest has, or looking at it more time. */
const isDeep = (text) => {
  if (text.split("[").length + text.split("{").length - 2 <= DEPTH_MAX) return false;
  const brackets = text.replace(/[^[\]{}]+/g, "");
  if (brackets.length > BRACKETS_MAX) return true;
  let depth = 0;
  for (let at = 0; at < brackets.length; at++) {
    const code = brackets.charCodeAt(at);
    if (code === 91 || code === 123) {
      depth += 1;
      if (depth > DEPTH_MAX) return true;
    } else if (depth > 0) {
      depth -= 1;
    }
  }
  return false;
};

const isDigit = (code) => code >= 48 && code <= 57;

/** Reading a number costs the square of its digits. */
const isLong = (text) => {
  for (let at = DIGITS_MAX - 1; at < text.length; at += DIGITS_MAX) {
    if (!isDigit(text.charCodeAt(at))) continue;
    let [begin, end] = [at, at + 1];
    while (begin > at - DIGITS_MAX && begin > 0 && isDigit(text.charCodeAt(begin - 1))) begin -= 1;
    while (end - begin <= DIGITS_MAX && end < text.length && isDigit(text.charCodeAt(end))) end += 1;
    if (end - begin > DIGITS_MAX) return true;
  }
  return false;
};

const readJson = (text) => {
  if (isLong(text)) throw new Malformed(`not the JSON expected here: more than ${DIGITS_MAX} digits in a row`);
  if (isDeep(text)) throw new Malformed(`not the JSON expected here: nested more than ${DEPTH_MAX} deep, or more than ${BRACKETS_MAX} brackets`);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Malformed(`not the JSON expected here: ${error.message}`);
  }
};

class Message {
  constructor(given) {
    this.sequence = Number(given.sequence);
    this.received = Number(given.received);
    this.door = given.door;
    this.device = given.device;
    this.origin = given.origin;
    this.payload = given.payload;
  }
  /** The payload as UTF-8 text; refuses what is none. */
  text() {
    let text;
    try {
      text = decoder_.decode(this.payload);
    } catch {
      throw new Malformed("not UTF-8 text");
    }
    return text.startsWith("\uFEFF") ? text.slice(1) : text;
  }
  /** The payload as JSON; refuses what is none. */
  json() { return readJson(this.text()); }
}

class Event {
  constructor(given) {
    this.sequence = Number(given.sequence);
    this.time = Number(given.time);
    this.kind = given.kind;
    this.device = given.device;
    this.subject = given.subject;
    this.data = given.data;
  }
  json() { return readJson(this.data); }
}

class Tick {
  constructor(given) {
    this.sequence = Number(given.sequence);
    this.due = Number(given.due);
    this.device = given.device;
    this.key = given.key;
  }
}

/** One of the words of an enumeration of the contract. */
const oneOf = (name, words) => {
  const known = new Set(words);
  return (word) => {
    const said = word ?? "unknown";
    if (known.has(said)) return said;
    throw new TypeError(`\`${name}\` is ${shown(said)}; it is one of ${words.join(", ")}`);
  };
};
const urgency = oneOf("urgency", ["immediate", "expected", "future", "past", "unknown"]);
const severity = oneOf("severity", ["extreme", "severe", "moderate", "minor", "unknown"]);
const certainty = oneOf("certainty", ["observed", "likely", "possible", "unlikely", "unknown"]);
const datum = oneOf("position.datum", ["wgs84", "gcj02", "bd09"]);

/** What each field of a signal must be; where it is text, its name in an error. */
const FIELDS = new Map([
  ["urgency", urgency],
  ["severity", severity],
  ["certainty", certainty],
  ["observed", (at) => numbers("`observed`", at)],
  ["position", (at) => at && place(at)],
  ["value", (value) => numbers("`value`", value)],
  ["data", () => {}],
  ...["device", "region", "unit", "reference", "title"].map((name) => [name, `\`${name}\``]),
]);

/** One normalised fact; only `kind` and `code` must be said. */
export class Signal {
  constructor(kind, code, fields = {}) {
    this.kind = kind;
    this.code = text("`code`", code);
    // What no signal can be is said where it is made.
    for (const name of Object.keys(fields)) {
      const check = FIELDS.get(name);
      const value = fields[name];
      if (!check) throw new TypeError(`a signal has no \`${name}\`; it has ${[...FIELDS.keys()].join(", ")}`);
      if (typeof check === "function") check(value);
      else if (typeof value !== "string") texts(check, value);
      this[name] = value;
    }
    if (kind === "reading") number(`the value of \`${code}\``, this.value);
  }
}
/** A danger now. Without a severity the city's hazard data decides. */
export const alarm = (code, fields) => new Signal("alarm", code, { urgency: "immediate", ...fields });
/** The equipment is unwell. */
export const fault = (code, fields) => new Signal("fault", code, fields);
/** A measured number in a UCUM unit. */
export const reading = (code, value, unit, fields) => new Signal("reading", code, { ...fields, value, unit });
/** A warning message of an issuing authority. */
export const warning = (code, fields) => new Signal("warning", code, fields);
/** Something people reported or recorded. */
export const report = (code, fields) => new Signal("report", code, fields);
/** How a thing stands. */
export const status = (code, fields) => new Signal("status", code, fields);
/** The alarm or fault of this device and code is over. */
export const recovery = (code, fields) => new Signal("recovery", code, fields);
/** A device describes itself. */
export const device = (code, fields) => new Signal("device", code, fields);
/** An order moved: delivered, acknowledged, departed, arrived, done, declined, failed. */
export const progress = (order, step, fields) => new Signal("progress", step, { ...fields, reference: order });

/** What an advisor asks of the city; it does what the grant allows. */
export class Advice {
  constructor(act, subject, reason, { object = "", data } = {}) {
    Object.assign(this, { act, subject, reason, object, data });
  }
}

/** All that a call has to say, built one clause at a time. */
export class Outcome {
  constructor(signals = []) {
    this.signals = signals;
    this.sends = [];
    this.advice = [];
    this.defects = [];
  }
  signal(signal) { this.signals.push(signal); return this; }
  /** Back the way the message came. */
  reply(payload) { return this.send(payload); }
  send(payload, device = "", channel = "") { this.sends.push({ payload: bytes(payload), device, channel }); return this; }
  advise(advice) { this.advice.push(advice); return this; }
  /** Names a part that could not be read while the rest could. */
  defect(what) { this.defects.push(what); return this; }
}

/** Bytes at the front of a stream. */
export const noise = (length) => ({ kind: "noise", length, device: "" });
export const routine = (length, device = "") => ({ kind: "routine", length, device });
export const red = (length, device = "") => ({ kind: "red", length, device });

/** What a plugin remembers between calls: one room per device, keys to values. */
export const memory = {
  /** The value under `key`. One that does not read as JSON counts as none. */
  load(key, otherwise) {
    called("memory.load");
    const kept = stateGet(text("a key", key));
    if (kept === undefined) return otherwise;
    try {
      return JSON.parse(decoder_.decode(kept));
    } catch (error) {
      log.warn(`state \`${key}\` is unreadable and was left aside: ${error.message}`);
      return otherwise;
    }
  },
  /** Keeps a value under `key`, as JSON. */
  save(key, value) {
    called("memory.save");
    statePut(text("a key", key), encoder.encode(asJson(`what is kept under \`${key}\``, value)));
  },
  /** The bytes under `key`, for state that is not JSON. */
  get: (key) => (called("memory.get"), stateGet(text("a key", key))),
  put: (key, value) => (called("memory.put"), statePut(text("a key", key), bytes(value))),
  /** Forgets `key`; nothing happens where it is not known. */
  forget: (key) => (called("memory.forget"), stateDelete(text("a key", key))),
};

/** One timer per device and key; the role `timekeeper` hears of them. */
export const timers = {
  set: (key, at) => (called("timers.set"), timerSet(text("a key", key), moment64(number("`at` of a timer", at)))),
  cancel: (key) => (called("timers.cancel"), timerCancel(text("a key", key))),
};

/** Lines for the operator: diagnostics, never part of the outcome. */
export const log = {
  debug: (text) => (called("log.debug"), logWrite("debug", String(text))),
  info: (text) => (called("log.info"), logWrite("info", String(text))),
  warn: (text) => (called("log.warn"), logWrite("warn", String(text))),
  error: (text) => (called("log.error"), logWrite("error", String(text))),
};

const line = (level) => (...values) => inside && log[level](values.map((value) => (typeof value === "string" ? value : JSON.stringify(value) ?? String(value))).join(" "));
put("console", { log: line("info"), info: line("info"), debug: line("debug"), warn: line("warn"), error: line("error") });

/** Read once in the life of an instance, as the settings themselves are. */
const numbersRead = new Map();

/** What the city file says: of a device, and of this plugin's settings. */
export const city = {
  device(id) {
    called("city.device");
    const found = cityDevice(text("a path", id));
    return found && { ...found, settings: found.settings ? JSON.parse(found.settings) : {} };
  },
  setting: (name, otherwise) => (called("city.setting"), citySetting(text("a name", name)) ?? otherwise),
  /** The setting as a number, both ends allowed. `otherwise` where the operator says
   * nothing; where it is no such number as well, with a line in the log. */
  number(name, otherwise, low = -Infinity, high = Infinity) {
    const asked = [name, otherwise, low, high].join(" ");
    if (!numbersRead.has(asked)) {
      const said = city.setting(name, "").trim();
      const value = said === "" ? otherwise : Number(said);
      const fits = value >= low && value <= high;
      if (!fits) log.warn(`setting ${name} is \`${said}\`; it takes ${low} to ${high}, ${otherwise} counts`);
      numbersRead.set(asked, fits ? value : otherwise);
    }
    return numbersRead.get(asked);
  },
};

const TIME =
  /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})[Tt ](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d+))?)? *(?:([Zz])|([+-])(\d{1,2}):?(\d{2})?)?$/;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The digits from one place to another, as a number; NaN where one is none. */
const digits = (text, from, to) => {
  let number = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return NaN;
    number = number * 10 + digit;
  }
  return number;
};

const moment = (year, month, day, hour, minute, second, millisecond, offset) => {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 1 : 0;
  // Below 100 a year would be one of the last century.
  const real = year >= 100 && month >= 1 && month <= 12 && day >= 1 && day <= DAYS[month - 1] + leap && hour < 24 && minute < 60 && second < 60;
  return real ? Calendar.UTC(year, month - 1, day, hour, minute, second, millisecond) - offset * 60000 : undefined;
};

/** The form that nearly all sources write, `2026-07-12T14:30:20` and an offset or none,
 * without a regular expression, which costs more than the rest of a small message. */
const usual = (text) => {
  const marks = text[4] + text[7] + text[10] + text[13] + text[16];
  if (marks !== "-- ::" && marks !== "--T::") return undefined;
  let offset = 480;
  if (text.length === 25 && text[22] === ":" && (text[19] === "+" || text[19] === "-")) {
    offset = (text[19] === "+" ? 1 : -1) * (digits(text, 20, 22) * 60 + digits(text, 23, 25));
  } else if (text.length === 20 && text[19] === "Z") {
    offset = 0;
  } else if (text.length !== 19) {
    return undefined;
  }
  const [year, month, day] = [digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10)];
  const at = moment(year, month, day, digits(text, 11, 13), digits(text, 14, 16), digits(text, 17, 19), 0, offset);
  return Number.isNaN(at) ? undefined : at;
};

/** Milliseconds of `2026-07-12 14:30:20` in its usual forms; Beijing time where
 * no zone is said. Undefined where it is no such moment. */
export function parseTime(text) {
  if (typeof text !== "string") return undefined;
  const at = usual(text);
  if (at !== undefined) return at;
  const found = TIME.exec(text.trim());
  if (!found) return undefined;
  const [, year, month, day, hour, minute, second = 0, part = "", zulu, sign, hours, minutes = 0] = found;
  const offset = zulu ? 0 : sign ? (sign === "+" ? 1 : -1) * (hours * 60 + +minutes) : 480;
  return moment(+year, +month, +day, +hour, +minute, +second, +(part + "000").slice(0, 3), offset);
}

/** `2026-07-12T14:30:20+08:00`. */
export const formatTime = (at) =>
  new Calendar(Math.floor(at / 1000) * 1000 + 28800000).toISOString().replace(".000Z", "+08:00");

const KINDS = new Set(["alarm", "fault", "reading", "warning", "report", "status", "recovery", "device", "progress"]);
const ACTS = new Set(["confirm", "refute", "merge", "raise", "attach", "order", "note"]);
const REFUSALS = new Set(["malformed", "unsupported", "unauthorised", "implausible"]);
const arm = (known, word) => (known.has(word) ? { tag: word } : { tag: "other", val: text("a word", word) });

const text = (name, value) => {
  if (typeof value === "string") return value;
  throw new TypeError(`${name} is ${shown(value)}; it is text`);
};
const texts = (name, value) => (value === undefined || value === null ? "" : text(name, value));
// NaN and what is too large come from senders: the host makes a defect of them.
const number = (name, value) => {
  if (typeof value === "number") return value;
  throw new TypeError(`${name} is ${shown(value)}; it is a number`);
};
const numbers = (name, value) => (value === undefined || value === null ? undefined : number(name, value));

/** As 64 bits hold it; what does not fit is a time that nobody lives to see. */
const moment64 = (at) => (Math.abs(at) < 2 ** 63 ? BigInt(Math.trunc(at)) : 2n ** 62n);

const place = (at) => ({
  lon: number("`position.lon`", at.lon),
  lat: number("`position.lat`", at.lat),
  datum: datum(at.datum ?? "wgs84"),
});

const asSignal = (s) => {
  if (!(s instanceof Signal)) throw new TypeError(`a signal is made by \`alarm\`, \`reading\` and their like, not ${shown(s)}`);
  // Most fields of most signals are not said, and a call costs more than looking.
  const observed = s.observed === undefined ? undefined : numbers("`observed`", s.observed);
  return {
    kind: arm(KINDS, s.kind),
    code: text("`code`", s.code),
    device: s.device === undefined ? "" : texts("`device`", s.device),
    urgency: s.urgency === undefined ? "unknown" : urgency(s.urgency),
    severity: s.severity === undefined ? "unknown" : severity(s.severity),
    certainty: s.certainty === undefined ? "unknown" : certainty(s.certainty),
    observed: observed === undefined ? undefined : moment64(observed),
    position: s.position ? place(s.position) : undefined,
    region: s.region === undefined ? "" : texts("`region`", s.region),
    value: s.value === undefined ? undefined : numbers("`value`", s.value),
    unit: s.unit === undefined ? "" : texts("`unit`", s.unit),
    reference: s.reference === undefined ? "" : texts("`reference`", s.reference),
    title: s.title === undefined ? "" : texts("`title`", s.title),
    data: s.data === undefined ? "" : dataText(s.data),
  };
};

const asOutcome = (said) => {
  let outcome = said;
  if (said instanceof Signal) outcome = new Outcome([said]);
  else if (said instanceof Advice) outcome = new Outcome().advise(said);
  else if (said === undefined || said === null) outcome = new Outcome();
  else if (typeof said !== "string" && typeof said[Symbol.iterator] === "function") outcome = new Outcome([...said]);
  else if (!(said instanceof Outcome)) {
    throw new TypeError(`a call answers with a signal, an array of signals, an \`Outcome\` or nothing, and at once; not with ${shown(said)}`);
  }
  return {
    signals: outcome.signals.map(asSignal),
    sends: outcome.sends.map(({ payload, device, channel }) => ({
      payload,
      device: texts("`device` of a send", device),
      channel: texts("`channel` of a send", channel),
    })),
    advice: outcome.advice.map((a) => ({
      act: arm(ACTS, a.act),
      subject: text("`subject` of an advice", a.subject),
      object: texts("`object` of an advice", a.object),
      reason: text("`reason` of an advice", a.reason),
      data: dataText(a.data),
    })),
    defects: outcome.defects.map(String),
  };
};

const PIECES = new Set(["noise", "routine", "red"]);
const asPiece = (piece) => {
  if (!PIECES.has(piece?.kind)) throw new TypeError(`a piece is made by \`noise\`, \`routine\` or \`red\`, not ${shown(piece)}`);
  if (!Number.isInteger(piece.length) || piece.length < 1 || piece.length >= 2 ** 32) {
    throw new TypeError(`a piece has ${shown(piece.length)} bytes; it has at least one`);
  }
  return { kind: piece.kind, length: piece.length, device: texts("`device` of a piece", piece.device) };
};

/** Lines of one source, of which those of `plugin.js` stand behind this one. */
let [behind, own] = [0, 0];
const places = (stack) => {
  const found = [];
  for (const frame of stack.split("\n")) {
    const at = /^(.*)@.*?:(\d+):(\d+)$/.exec(frame);
    if (at && at[2] > behind && at[2] <= behind + own) found.push(`  ${at[1] || "(module)"} at plugin.js:${at[2] - behind}:${at[3]}`);
  }
  return found;
};

const mistake = (error) => {
  const what = error instanceof Rejection ? `${shown(error)}: ${error.reason}; a framer refuses nothing, it answers with noise` : String(error);
  log.error([what, ...places(String(error?.stack ?? ""))].join("\n"));
  throw error;
};

const refusal = ({ kind, reason, reply }) => ({ kind: arm(REFUSALS, kind), reason, reply: bytes(reply) });


/** For the lines that `tocsin plugin build` adds behind a plugin. */
export const border = {
  answer(call, given) {
    try {
      return asOutcome(call(given));
    } catch (error) {
      if (!(error instanceof Rejection)) mistake(error);
      let refused;
      try {
        refused = refusal(error);
      } catch (unfit) {
        mistake(unfit);
      }
      throw refused;
    }
  },
  frame(call, buffer) {
    try {
      return Array.from(call(buffer) ?? [], asPiece);
    } catch (error) {
      mistake(error);
    }
  },
  /** At the end of the source. */
  begin(before, lines) {
    inside = true;
    [behind, own] = [before, lines];
  },
  Message,
  Event,
  Tick,
};
