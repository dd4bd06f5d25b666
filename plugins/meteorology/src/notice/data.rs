//! The `data` of a signal: the message by schema `warning`, as much of it as the host
//! takes.

use super::{Notice, Sum, line};
use crate::area::{Area, front};
use tocsin_sdk::json::{Object, escape};
use tocsin_sdk::text::push_number;
use tocsin_sdk::time::Beijing;

/// What a desk shows without scrolling for ever; a message has some hundred.
const TEXT_CHARS_MAX: usize = 2_000;
/// A cancellation lists every message of its chain.
const REFERENCES_MAX: usize = 32;
/// The host takes 32 KiB of data in a signal, and would drop all of it beyond.
const DATA_BYTES_MAX: usize = 30 * 1024;

impl Notice {
    /// As much of it as the host takes, the long texts cut before anything else.
    pub(super) fn data(&mut self, sum: &Sum) -> String {
        for (chars, shapes, names) in
            [(TEXT_CHARS_MAX, true, true), (300, true, true), (300, false, true), (100, false, false)]
        {
            let data = self.write(sum, chars, shapes, names);
            if data.len() <= DATA_BYTES_MAX {
                self.left_out(chars, shapes, names);
                return data;
            }
        }
        self.left_out(100, false, false);
        self.defect("more areas than a signal holds; the rest is left out");
        let mut most = 200;
        loop {
            self.areas.list.truncate(most);
            let data = self.write(sum, 100, false, false);
            if data.len() <= DATA_BYTES_MAX || most == 0 {
                return data;
            }
            most /= 2;
        }
    }

    fn left_out(&mut self, chars: usize, shapes: bool, names: bool) {
        if chars < TEXT_CHARS_MAX {
            self.defect(format!("the texts were cut to {chars} characters"));
        }
        if !shapes {
            self.defect("polygons and circles were left out");
        }
        if !names {
            self.defect("names of areas with a code or a shape were left out");
        }
    }

    fn write(&self, sum: &Sum, chars: usize, shapes: bool, names: bool) -> String {
        let mut data = Object::with_capacity(1_024)
            .text("format", self.format)
            .text("id", self.id.as_deref().unwrap_or_default())
            .text("sender", &self.sender)
            .text("sender_name", &self.sender_name)
            .text("msg_type", sum.msg_type.as_str())
            .text("status", sum.status)
            .texts("references", self.references.iter().take(REFERENCES_MAX).map(String::as_str))
            .text("event_code", &sum.code)
            .text("event", &sum.event);
        // CAP's own severity without a colour stays without: nobody said one.
        let coloured = !self.is_cap() || self.colour.is_some() || !sum.words.is_empty();
        if let Some(level) = sum.level {
            data = data
                .text("colour", if coloured { level.colour() } else { "" })
                .text("level", if sum.words.is_empty() { level.words() } else { &sum.words });
        }
        data = data.raw("areas", &list(&self.areas.list, names));
        if names && !self.areas.drawn.is_empty() {
            data = data.texts("area_names", self.areas.drawn.iter().map(String::as_str));
        }
        if shapes && !self.areas.polygons.is_empty() {
            data = data.raw("polygons", &polygons(&self.areas.polygons));
        }
        if shapes && !self.areas.circles.is_empty() {
            data = data.raw("circles", &circles(&self.areas.circles));
        }
        for (key, at) in [
            ("sent", self.sent),
            ("effective", self.effective),
            ("onset", self.onset),
            ("expires", self.expires),
        ] {
            if let Some(at) = at {
                data = data.text(key, &Beijing::of(at).to_string());
            }
        }
        data.text("headline", front(&line(&self.headline), chars))
            .text("description", front(&self.description, chars))
            .text("instruction", front(&self.instruction, chars))
            .texts("flags", self.flags.iter().copied())
            .finish()
    }
}

fn list(areas: &[Area], names: bool) -> String {
    let mut text = String::with_capacity(2 + areas.len() * 48);
    text.push('[');
    for (place, area) in areas.iter().enumerate() {
        text.push_str(if place > 0 { ",{\"code\":\"" } else { "{\"code\":\"" });
        escape(&mut text, &area.code);
        text.push_str("\",\"name\":\"");
        if names || area.code.is_empty() {
            escape(&mut text, &area.name);
        }
        text.push_str("\"}");
    }
    text.push(']');
    text
}

fn polygons(rings: &[Vec<(f64, f64)>]) -> String {
    let points: usize = rings.iter().map(Vec::len).sum();
    let mut text = String::with_capacity(4 * rings.len() + 24 * points);
    joined(&mut text, rings, |text, ring| joined(text, ring, |text, (lon, lat)| numbers(text, [*lon, *lat])));
    text
}

fn circles(circles: &[(f64, f64, f64)]) -> String {
    let mut text = String::new();
    joined(&mut text, circles, |text, (lon, lat, km)| numbers(text, [*lon, *lat, *km]));
    text
}

fn numbers<const N: usize>(text: &mut String, numbers: [f64; N]) {
    joined(text, &numbers, |text, number| push_number(text, *number));
}

/// A JSON array.
fn joined<T>(text: &mut String, items: &[T], item: impl Fn(&mut String, &T)) {
    text.push('[');
    for (place, each) in items.iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        item(text, each);
    }
    text.push(']');
}
