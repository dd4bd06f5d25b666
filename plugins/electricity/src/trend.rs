//! A slow rise: the means of minutes, ten minutes, hours and quarter days, and whether
//! one of these series climbs towards the limit.

use serde::{Deserialize, Serialize};
use tocsin_sdk::Timestamp;

/// Steps of the series: a rise over ten minutes to three days shows in one of them.
const STEPS_MS: [i64; 4] = [60_000, 600_000, 3_600_000, 21_600_000];
/// Means kept of each.
const KEPT: usize = 12;
/// Of them, how many are one end.
const ENDS: usize = 3;
/// Of its steps go up while it climbs, in tenths: by chance that happens to one series
/// in a hundred thousand.
const UPS: usize = 9;
/// Of the limit: what a rise must gain, and where it must have come to.
const GAIN: f64 = 0.1;
const FLOOR: f64 = 0.3;
/// A line that reaches the limit later than this is no reason to go and look.
const HORIZON_MS: f64 = 24.0 * 3_600_000.0;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Trend {
    series: [Series; 4],
    /// Place of the series that was told, from 1, until it turns; 0: none.
    told: usize,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Series {
    /// Which step is being gathered.
    step: i64,
    sum: f64,
    count: u32,
    /// Oldest first, to a tenth.
    means: Vec<f64>,
}

/// How it climbs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rise {
    pub from: f64,
    pub to: f64,
    pub minutes: i64,
    /// Until the limit, if it goes on so.
    pub left_minutes: i64,
}

impl Trend {
    /// One sample; a rise is told once, and again only after it has turned.
    pub fn sample(&mut self, value: f64, at: Timestamp, limit: f64) -> Option<Rise> {
        let (mut rise, mut turned) = (None, false);
        for (index, (series, step)) in self.series.iter_mut().zip(STEPS_MS).enumerate() {
            if !series.add(value, at.div_euclid(step)) {
                continue;
            }
            if self.told == 0
                && let Some(climb) = series.rise(step, limit)
            {
                self.told = index + 1;
                rise = Some(climb);
            }
            turned |= self.told == index + 1 && series.falls();
        }
        // What a longer series still sees climbing has not turned.
        if turned && self.series.iter().zip(STEPS_MS).all(|(series, step)| series.rise(step, limit).is_none())
        {
            self.told = 0;
        }
        rise
    }
}

impl Series {
    /// Whether a step was completed.
    fn add(&mut self, value: f64, step: i64) -> bool {
        let complete = step != self.step && self.count > 0;
        if complete {
            let mean = (self.sum / f64::from(self.count) * 10.0).round() / 10.0;
            if self.means.len() == KEPT {
                self.means.remove(0);
            }
            // What lies apart by a long gap is no slope.
            if step - self.step > KEPT as i64 {
                self.means.clear();
            }
            self.means.push(mean);
            (self.sum, self.count) = (0.0, 0);
        }
        self.step = step;
        self.sum += value;
        self.count += 1;
        complete
    }

    fn rise(&self, step: i64, limit: f64) -> Option<Rise> {
        if self.means.len() < KEPT {
            return None;
        }
        let (first, last) = (self.means[0], self.means[KEPT - 1]);
        let ups = self.means.windows(2).filter(|pair| pair[1] > pair[0]).count();
        let gain = median(&self.means[KEPT - ENDS..]) - median(&self.means[..ENDS]);
        let gaps = KEPT - 1;
        let climbs = ups * 10 >= gaps * UPS && gain >= limit * GAIN && last >= limit * FLOOR && last < limit;
        let left = (limit - last) / gain * (step * (KEPT - ENDS) as i64) as f64;
        (climbs && left <= HORIZON_MS).then(|| Rise {
            from: first,
            to: last,
            minutes: step * gaps as i64 / 60_000,
            left_minutes: left as i64 / 60_000,
        })
    }

    fn falls(&self) -> bool {
        self.means.len() == KEPT && self.means.last() < self.means.first()
    }
}

/// One odd step at either end is no climb.
fn median(end: &[f64]) -> f64 {
    let mut end = end.to_vec();
    end.sort_by(f64::total_cmp);
    end[end.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_783_836_000_000;

    fn rises(every_s: i64, values: impl IntoIterator<Item = f64>) -> usize {
        let mut trend = Trend::default();
        let samples = values.into_iter().enumerate();
        samples
            .filter(|(n, value)| trend.sample(*value, START + *n as i64 * every_s * 1_000, 300.0).is_some())
            .count()
    }

    #[test]
    fn a_slow_rise_is_told_once() {
        // From 40 mA to 290: in twenty minutes, eight hours and three days.
        for (every, count) in [(10, 120), (60, 480), (300, 864)] {
            let values = (0..count).map(|n| 40.0 + 250.0 * f64::from(n) / f64::from(count));
            assert_eq!(rises(every, values), 1, "{count} samples every {every} s");
        }
    }

    #[test]
    fn what_is_no_rise() {
        let check = |values: Vec<f64>| assert_eq!(rises(60, values.iter().copied()), 0, "{:?}", &values[..4]);
        check(vec![150.0; 3_000]);
        // Noise of a fifth of the limit, by the same dice each time.
        let mut dice = 7_u32;
        check(
            (0..3_000)
                .map(|_| {
                    dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    100.0 + f64::from(dice >> 26)
                })
                .collect(),
        );
        check((0..3_000).map(|n| 250.0 - 0.05 * f64::from(n)).collect());
        // One step up is load, not leakage.
        check((0..3_000).map(|n| if n < 1_500 { 60.0 } else { 120.0 }).collect());
        // So small that nobody needs to look.
        check((0..3_000).map(|n| 5.0 + 0.02 * f64::from(n)).collect());
    }

    #[test]
    fn it_is_told_again_after_it_turned() {
        let wave = |n: i32| 150.0 + 120.0 * (f64::from(n) / 120.0 * std::f64::consts::PI).sin();
        let told = rises(60, (0..960).map(wave));
        assert!((2..=6).contains(&told), "{told}");
    }
}
