"""Hears the city's events, and knows nothing of Tocsin but its published schemas.

    tocsin schema --out schema
    pip install -r requirements.txt
    python listen.py nats://subscriber:SECRET@127.0.0.1:14222 --schemas schema

One JSON line an event. Ends with 1 where an event is not as its schema says.
"""

import argparse
import asyncio
import json
import pathlib
import sys
from urllib.parse import unquote, urlsplit

import jsonschema
import nats


def attributes(headers):
    """CloudEvents binary mode: attributes are headers, percent-encoded UTF-8."""
    return {
        name[3:].lower(): unquote(value)
        for name, value in (headers or {}).items()
        if name.lower().startswith("ce-")
    }


def validators(folder):
    """By `$id`, which is what an event's `dataschema` names."""
    checker = jsonschema.FormatChecker()
    found = {}
    for path in sorted(folder.glob("*.schema.json")):
        schema = json.loads(path.read_text(encoding="utf-8"))
        found[schema["$id"]] = jsonschema.Draft202012Validator(schema, format_checker=checker)
    if not found:
        sys.exit(f"no *.schema.json in {folder}; write them with: tocsin schema --out {folder}")
    return found


def fault(event, data, known):
    """What is wrong with it, or nothing."""
    missing = [name for name in ("id", "source", "type", "specversion") if not event.get(name)]
    if missing:
        return f"attributes are missing: {', '.join(missing)}"
    validator = known.get(event.get("dataschema"))
    if validator is None:
        return None  # Newer than these schemas: read what is known of it.
    error = next(validator.iter_errors(data), None)
    return error and f"{'/'.join(map(str, error.absolute_path))}: {error.message}"


async def listen(arguments):
    known, seen, faults = validators(arguments.schemas), set(), 0
    url = urlsplit(arguments.url)
    connection = await nats.connect(
        f"nats://{url.hostname}:{url.port}", user=url.username, password=url.password
    )
    events = await connection.subscribe(f"tocsin.live.event.{arguments.audience}.>")
    await connection.flush()
    print("listening", file=sys.stderr, flush=True)
    async for message in events.messages:
        event, data = attributes(message.headers), json.loads(message.data)
        if event.get("id") in seen:
            continue  # The same event always has the same id.
        seen.add(event.get("id"))
        wrong = fault(event, data, known)
        faults += wrong is not None
        line = {name: event.get(name, "") for name in ("id", "type", "subject", "time", "title")}
        print(json.dumps({**line, "fault": wrong}, ensure_ascii=False), flush=True)
        if arguments.count and len(seen) >= arguments.count:
            break
    await connection.close()
    return 1 if faults else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("url", help="`nats` of the ready line, or one of `audiences`")
    parser.add_argument("--schemas", type=pathlib.Path, required=True)
    parser.add_argument("--audience", default="city")
    parser.add_argument("--count", type=int, default=0, help="end after so many events")
    sys.exit(asyncio.run(listen(parser.parse_args())))


if __name__ == "__main__":
    main()
