// Hears the city's events, and knows nothing of Tocsin but its published schemas.
//
//     tocsin schema --out schema
//     npm install
//     node listen.js nats://subscriber:SECRET@127.0.0.1:14222 --schemas schema
//
// One JSON line an event. Ends with 1 where an event is not as its schema says.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { connect } from "@nats-io/transport-node";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    schemas: { type: "string" },
    audience: { type: "string", default: "city" },
    count: { type: "string", default: "0" },
  },
});
if (positionals.length !== 1 || !values.schemas) {
  console.error("usage: node listen.js URL --schemas DIR [--audience city] [--count N]");
  process.exit(2);
}

/** CloudEvents binary mode: attributes are headers, percent-encoded UTF-8. */
function attributes(headers) {
  const event = {};
  for (const name of headers?.keys() ?? []) {
    if (name.toLowerCase().startsWith("ce-")) {
      event[name.slice(3).toLowerCase()] = decodeURIComponent(headers.get(name));
    }
  }
  return event;
}

/** By `$id`, which is what an event's `dataschema` names. */
function validators(folder) {
  const ajv = new Ajv2020({ strict: false, allErrors: false });
  addFormats(ajv);
  for (const format of ["uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64", "uint", "float", "double"]) {
    ajv.addFormat(format, true);
  }
  const files = readdirSync(folder).filter((name) => name.endsWith(".schema.json"));
  if (files.length === 0) {
    throw new Error(`no *.schema.json in ${folder}; write them with: tocsin schema --out ${folder}`);
  }
  const schemas = files.map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")));
  return new Map(schemas.map((schema) => [schema.$id, ajv.compile(schema)]));
}

/** What is wrong with it, or null. */
function fault(event, data, known) {
  const missing = ["id", "source", "type", "specversion"].filter((name) => !event[name]);
  if (missing.length > 0) return `attributes are missing: ${missing.join(", ")}`;
  const validate = known.get(event.dataschema);
  // Newer than these schemas: read what is known of it.
  if (!validate || validate(data)) return null;
  const [error] = validate.errors;
  return `${error.instancePath}: ${error.message}`;
}

const known = validators(values.schemas);
const url = new URL(positionals[0]);
const connection = await connect({ servers: url.host, user: url.username, pass: url.password });
const events = connection.subscribe(`tocsin.live.event.${values.audience}.>`);
await connection.flush();
console.error("listening");

const seen = new Set();
let faults = 0;
for await (const message of events) {
  const event = attributes(message.headers);
  if (seen.has(event.id)) continue; // The same event always has the same id.
  seen.add(event.id);
  const wrong = fault(event, message.json(), known);
  if (wrong !== null) faults += 1;
  const { id, type, subject, time, title = "" } = event;
  console.log(JSON.stringify({ id, type, subject, time, title, fault: wrong }));
  if (Number(values.count) > 0 && seen.size >= Number(values.count)) break;
}
await connection.close();
process.exit(faults > 0 ? 1 : 0);
