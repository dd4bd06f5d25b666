// Mistakes that an author makes, each for an input of its name.

import {
  alarm,
  log,
  reading,
} from "tocsin";

const mistakes = {
  missing: () => undefined.station,
  word: () => alarm("fire.smoke", { severity: "serious" }),
  code: () => reading(7, 1.5, "m"),
  answer: () => 7,
  clock: () => reading("clock", Date.now(), "ms"),
  today: () => reading("clock", new Date().getFullYear(), "a"),
  random: () => reading("dice", Math.random(), "1"),
  lines: () => log.warn("one\ntwo"),
};

export function decode(message) {
  return mistakes[message.text().trim()]();
}

export function frame(buffer) {
  return [buffer.length];
}
