// 电梯: a lift monitoring platform posts what its lifts say, as JSON.
//
// Read: {"lift": "QS-T-0007", "event": "trapped" | "restored" | "fault" | "patrol",
// "floor", "people", "code", "time"}. Numbers may come as text.
//
// Written: an alarm when people are trapped, once for one entrapment, and again,
// more severe, when they still are after `rescue_minutes`; its recovery; faults
// and patrols. Refused: what is no JSON object, no lift, an event not known.

import { Malformed, Outcome, Unsupported, alarm, city, fault, memory, parseTime, recovery, status, timers } from "tocsin";

export function decode(message) {
  const sent = message.json();
  const lift = typeof sent?.lift === "string" ? sent.lift.trim() : "";
  if (lift === "") throw new Malformed(`\`lift\` is ${JSON.stringify(sent?.lift)}; a lift says which it is`);
  const outcome = new Outcome().reply(JSON.stringify({ code: 0 }));
  const observed = parseTime(sent.time);
  if (observed === undefined) {
    outcome.defect(`\`time\` is ${JSON.stringify(sent.time)}, no time; the time of receipt counts`);
  }
  const fields = { device: lift, observed };
  switch (sent.event) {
    case "trapped":
      return trapped(lift, sent, message.received, fields, outcome);
    case "restored":
      if (memory.get(lift) === undefined) return outcome;
      memory.forget(lift);
      timers.cancel(lift);
      return outcome.signal(recovery("elevator.trapped", { ...fields, title: "困人解除" }));
    case "fault":
      return outcome.signal(fault("elevator.fault", { ...fields, title: `电梯故障 ${sent.code ?? ""}`.trim() }));
    case "patrol":
      return outcome.signal(status("elevator.patrol", { ...fields, title: "维保巡检" }));
    default:
      throw new Unsupported(`\`event\` is ${JSON.stringify(sent.event)}; trapped, restored, fault, patrol are known`);
  }
}

/** One alarm for one entrapment; the platform repeats itself. */
function trapped(lift, sent, now, fields, outcome) {
  const people = count(sent.people, outcome);
  if (memory.get(lift) !== undefined) return outcome;
  memory.save(lift, { people, floor: String(sent.floor ?? "") });
  timers.set(lift, now + city.number("rescue_minutes", 30, 1, 1440) * 60_000);
  return outcome.signal(alarm("elevator.trapped", {
    ...fields,
    urgency: "immediate",
    severity: "moderate",
    certainty: "likely",
    title: `电梯困人${where(sent.floor)}${people ? `,${people} 人` : ""}`,
    data: { people, floor: sent.floor ?? null },
  }));
}

export function wake(tick) {
  const kept = memory.load(tick.key);
  if (!kept) return undefined;
  return alarm("elevator.trapped", {
    device: tick.key,
    observed: tick.due,
    urgency: "immediate",
    severity: "severe",
    certainty: "likely",
    title: `电梯困人${where(kept.floor)}超过 ${city.number("rescue_minutes", 30, 1, 1440)} 分钟未解除`,
  });
}

const where = (floor) => (floor === undefined || floor === null || floor === "" ? "" : `(${floor} 层)`);

function count(people, outcome) {
  if (people === undefined || people === null || people === "") return null;
  const number = Number(people);
  if (Number.isInteger(number) && number >= 0 && number <= 100) return number;
  outcome.defect(`\`people\` is ${JSON.stringify(people)}, no number of people`);
  return null;
}
