//! One line a figure: for people, or one JSON object for programs.

use serde_json::json;

pub struct Report {
    json: bool,
}

pub struct Figure<'a> {
    pub name: &'a str,
    pub unit: &'a str,
    pub values: Vec<f64>,
    pub ratio: Option<f64>,
    pub more: serde_json::Value,
}

impl Report {
    pub fn new(json: bool) -> Report {
        Report { json }
    }

    pub fn add(&mut self, mut figure: Figure<'_>) {
        figure.values.sort_by(f64::total_cmp);
        let (min, max) = (figure.values[0], figure.values[figure.values.len() - 1]);
        let median = median(&figure.values);
        if self.json {
            let mut line = json!({
                "name": figure.name, "unit": figure.unit, "median": round(median), "min": round(min),
                "max": round(max), "runs": figure.values.len(),
            });
            if let Some(ratio) = figure.ratio {
                line["ratio"] = json!(round(ratio));
            }
            if let (Some(line), Some(more)) = (line.as_object_mut(), figure.more.as_object()) {
                line.extend(more.clone());
            }
            println!("{line}");
        } else {
            let ratio = figure.ratio.map_or(String::new(), |ratio| format!("  ratio {ratio:.3}"));
            let more = if figure.more.is_null() { String::new() } else { format!("  {}", figure.more) };
            println!(
                "{:<28} {median:>12.2} {:<10} ({min:.2} – {max:.2}){ratio}{more}",
                figure.name, figure.unit
            );
        }
    }

    /// For people alone.
    pub fn note(&self, text: &str) {
        if !self.json {
            println!("{text}");
        }
    }
}

/// Of sorted values.
pub fn median(values: &[f64]) -> f64 {
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { (values[middle - 1] + values[middle]) / 2.0 }
}

pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    let at = ((sorted.len() as f64 * share).ceil() as usize).clamp(1, sorted.len());
    sorted[at - 1]
}

fn round(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}
