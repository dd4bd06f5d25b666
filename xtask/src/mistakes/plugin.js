// Mistakes that an author makes, each for an input of its name.

import {
  Malformed,
  Outcome,
  alarm,
  log,
  memory,
  reading,
} from "tocsin";

const mistakes = {
  missing: () => undefined.station,
  word: () => alarm("fire.smoke", { severity: "serious" }),
  field: () => alarm("fire.smoke", { devise: "D-01" }),
  code: () => reading(7, 1.5, "m"),
  value: () => reading("water.level", undefined, "m"),
  answer: () => 7,
  later: async () => [],
  reply: () => new Outcome().reply(200),
  refusal: () => { throw new Malformed("no", { reply: 5 }); },
  clock: () => reading("clock", Date.now(), "ms"),
  today: () => reading("clock", new Date().getFullYear(), "a"),
  chance: () => reading("dice", Math.random(), "1"),
  key: () => memory.save(5, 1),
  lines: () => {
    log.warn("one\ntwo");
    console.log("three", 4);
  },
};

export function decode(message) {
  return mistakes[message.text().trim()]();
}

export function frame(buffer) {
  return [buffer.length];
}
