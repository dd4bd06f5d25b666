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
const decoder_ = new TextDecoder("utf-8", { fatal: true });

const bytes = (payload) => (typeof payload === "string" ? encoder.encode(payload) : payload);
const dataText = (data) =>
  data === undefined || data === null ? "" : typeof data === "string" ? data : JSON.stringify(data);

/** The whole input is refused and becomes a dead letter; `reply` goes back the way it came. */
export class Rejection {
  constructor(reason, { reply = "", kind = "malformed" } = {}) {
    this.kind = kind;
    this.reason = reason;
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

/** Parsing it would take more memory or stack than a guest has. */
const isDeep = (text) => {
  if (text.split("[").length + text.split("{").length - 2 <= DEPTH_MAX) return false;
  let depth = 0;
  for (const letter of text) {
    if (letter === "[" || letter === "{") {
      depth += 1;
      if (depth > DEPTH_MAX) return true;
    } else if (letter === "]" || letter === "}") {
      depth -= 1;
    }
  }
  return false;
};

const readJson = (text) => {
  if (isDeep(text)) throw new Malformed(`not the JSON expected here: nested more than ${DEPTH_MAX} deep`);
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
    try {
      return decoder_.decode(this.payload);
    } catch {
      throw new Malformed("not UTF-8 text");
    }
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

/** One normalised fact; only `kind` and `code` must be said. */
export class Signal {
  constructor(kind, code, fields = {}) {
    Object.assign(this, { kind, code }, fields);
  }
}
/** A danger now. Without a severity the city's hazard data decides. */
export const alarm = (code, fields) => new Signal("alarm", code, fields);
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
  send(payload, device = "", channel = "") { this.sends.push({ payload, device, channel }); return this; }
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
    const kept = stateGet(key);
    if (kept === undefined) return otherwise;
    try {
      return JSON.parse(decoder_.decode(kept));
    } catch (error) {
      log.warn(`state \`${key}\` is unreadable and was left aside: ${error.message}`);
      return otherwise;
    }
  },
  /** Keeps a value under `key`, as JSON. */
  save(key, value) { statePut(key, encoder.encode(JSON.stringify(value))); },
  /** The bytes under `key`, for state that is not JSON. */
  get: (key) => stateGet(key),
  put: (key, value) => statePut(key, value),
  /** Forgets `key`; nothing happens where it is not known. */
  forget: (key) => stateDelete(key),
};

/** One timer per device and key; the role `timekeeper` hears of them. */
export const timers = {
  set: (key, at) => timerSet(key, BigInt(Math.trunc(at))),
  cancel: (key) => timerCancel(key),
};

/** Lines for the operator: diagnostics, never part of the outcome. */
export const log = {
  debug: (text) => logWrite("debug", String(text)),
  info: (text) => logWrite("info", String(text)),
  warn: (text) => logWrite("warn", String(text)),
  error: (text) => logWrite("error", String(text)),
};

/** What the city file says: of a device, and of this plugin's settings. */
export const city = {
  device(id) {
    const found = cityDevice(id);
    return found && { ...found, settings: found.settings ? JSON.parse(found.settings) : {} };
  },
  setting: (name, otherwise) => citySetting(name) ?? otherwise,
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
  return real ? Date.UTC(year, month - 1, day, hour, minute, second, millisecond) - offset * 60000 : undefined;
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
  new Date(Math.floor(at / 1000) * 1000 + 28800000).toISOString().replace(".000Z", "+08:00");

const KINDS = new Set(["alarm", "fault", "reading", "warning", "report", "status", "recovery", "device", "progress"]);
const ACTS = new Set(["confirm", "refute", "merge", "raise", "attach", "order", "note"]);
const REFUSALS = new Set(["malformed", "unsupported", "unauthorised", "implausible"]);
const arm = (known, word) => (known.has(word) ? { tag: word } : { tag: "other", val: String(word) });

const asSignal = (s) => ({
  kind: arm(KINDS, s.kind),
  code: s.code,
  device: s.device ?? "",
  urgency: s.urgency ?? "unknown",
  severity: s.severity ?? "unknown",
  certainty: s.certainty ?? "unknown",
  observed: s.observed === undefined || s.observed === null ? undefined : BigInt(Math.trunc(s.observed)),
  position: s.position ? { datum: "wgs84", ...s.position } : undefined,
  region: s.region ?? "",
  value: s.value ?? undefined,
  unit: s.unit ?? "",
  reference: s.reference ?? "",
  title: s.title ?? "",
  data: dataText(s.data),
});

const asOutcome = (said) => {
  let outcome = said;
  if (said instanceof Signal) outcome = new Outcome([said]);
  else if (said instanceof Advice) outcome = new Outcome().advise(said);
  else if (!(said instanceof Outcome)) outcome = new Outcome([...(said ?? [])]);
  return {
    signals: outcome.signals.map(asSignal),
    sends: outcome.sends.map(({ payload, device, channel }) => ({ payload: bytes(payload), device, channel })),
    advice: outcome.advice.map((a) => ({ ...a, act: arm(ACTS, a.act), data: dataText(a.data) })),
    defects: outcome.defects.map(String),
  };
};

const mistake = (error) => {
  log.error(error instanceof Error ? `${error}\n${error.stack}` : String(error));
  throw error;
};

/** For the lines that `tocsin plugin build` adds behind a plugin. */
export const border = {
  answer(call, given) {
    try {
      return asOutcome(call(given));
    } catch (error) {
      if (!(error instanceof Rejection)) mistake(error);
      const { kind, reason, reply } = error;
      throw { kind: arm(REFUSALS, kind), reason, reply: bytes(reply) };
    }
  },
  frame(call, buffer) {
    try {
      return call(buffer);
    } catch (error) {
      mistake(error);
    }
  },
  Message,
  Event,
  Tick,
};
