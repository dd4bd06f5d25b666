//! A slow rise: the means of minutes, ten minutes, hours and quarter days, and whether
//! one of these series climbs towards the limit.
//!
//! Every report reads and writes its trends, some fifty numbers each, so they are kept
//! as bytes: as JSON they cost more than all else that is read in a report.

use std::collections::BTreeMap;
use std::ops::Range;
use tocsin_sdk::Timestamp;

/// Steps of the series: a rise over ten minutes to three days shows in one of them.
const STEPS_MS: [i64; 4] = [60_000, 600_000, 3_600_000, 21_600_000];
/// Means kept of each.
const KEPT: usize = 12;
/// Of them, how many are one end.
const ENDS: usize = 3;
/// Steps from one mean to the next, on the average: with more between them a series
/// measures the interval of reports, and a coarser one speaks.
const GAP_MAX: i64 = 2;
/// Of one distance; [`KEPT`], the longest, fits.
const GAP_BITS: usize = 4;
const GAPS_MASK: u64 = (1 << (GAP_BITS * KEPT)) - 1;
/// Of its steps go up while it climbs, in tenths: by chance that happens to one series
/// in a hundred thousand.
const UPS: usize = 9;
/// Of the limit: what a rise must gain, and where it must have come to.
const GAIN: f64 = 0.1;
const FLOOR: f64 = 0.3;
/// A line that reaches the limit later than this is no reason to go and look.
const HORIZON_MS: f64 = 24.0 * 3_600_000.0;

/// Of one device, by part.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trends(BTreeMap<String, Trend>);

/// Parts of one device that have a trend.
const PARTS_MAX: usize = 2;

#[derive(Clone, Debug, Default, PartialEq)]
struct Trend {
    series: [Series; STEPS_MS.len()],
    /// Place of the series that was told, from 1, until it turns; 0: none.
    told: u8,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Series {
    /// Which step is being gathered.
    step: i64,
    sum: f64,
    count: u32,
    /// Oldest first, in tenths.
    means: Vec<i32>,
    /// Steps from each mean to the one behind it, the newest one's to what is being
    /// gathered; four bits each, the newest lowest.
    gaps: u64,
}

impl Trends {
    /// What [`Trends::write`] wrote; `None` of anything else.
    pub fn read(mut left: &[u8]) -> Option<Trends> {
        let mut trends = BTreeMap::new();
        while !left.is_empty() {
            let [length] = take(&mut left)?;
            let part = left.split_off(..usize::from(length))?;
            trends.insert(String::from_utf8(part.to_vec()).ok()?, Trend::read(&mut left)?);
        }
        Some(Trends(trends))
    }

    /// For each part the length of its name, the name and its [`Trend`]; all numbers
    /// little-endian.
    pub fn write(&self) -> Vec<u8> {
        let mut into = Vec::with_capacity(512);
        for (part, trend) in &self.0 {
            into.push(part.len() as u8);
            into.extend_from_slice(part.as_bytes());
            trend.write(&mut into);
        }
        into
    }

    /// One sample of a part; a rise is told once, and again only after it has turned.
    pub fn sample(&mut self, part: &str, value: f64, at: Timestamp, limit: f64) -> Option<Rise> {
        if let Some(trend) = self.0.get_mut(part) {
            return trend.sample(value, at, limit);
        }
        let fits = self.0.len() < PARTS_MAX && u8::try_from(part.len()).is_ok();
        fits.then(|| self.0.entry(part.to_owned()).or_default().sample(value, at, limit))?
    }
}

/// The next `N` bytes.
fn take<const N: usize>(left: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = left.split_first_chunk()?;
    *left = rest;
    Some(*taken)
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
    fn read(left: &mut &[u8]) -> Option<Trend> {
        let [told] = take(left)?;
        let mut trend = Trend { told, ..Trend::default() };
        for series in &mut trend.series {
            *series = Series::read(left)?;
        }
        Some(trend)
    }

    fn write(&self, into: &mut Vec<u8>) {
        into.push(self.told);
        self.series.iter().for_each(|series| series.write(into));
    }

    fn sample(&mut self, value: f64, at: Timestamp, limit: f64) -> Option<Rise> {
        let (mut rise, mut turned) = (None, false);
        for (place, (series, step)) in (1..).zip(self.series.iter_mut().zip(STEPS_MS)) {
            if !series.add(value, at.div_euclid(step)) {
                continue;
            }
            if self.told == 0
                && let Some(climb) = series.rise(step, limit)
            {
                self.told = place;
                rise = Some(climb);
            }
            turned |= self.told == place && series.falls();
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
    fn read(left: &mut &[u8]) -> Option<Series> {
        let step = i64::from_le_bytes(take(left)?);
        let sum = f64::from_le_bytes(take(left)?);
        let count = u32::from_le_bytes(take(left)?);
        let gaps = u64::from_le_bytes(take(left)?);
        let [length] = take(left)?;
        let means = left.split_off(..usize::from(length) * 4)?;
        let means = means.as_chunks().0.iter().map(|mean| i32::from_le_bytes(*mean)).collect();
        Some(Series { step, sum, count, means, gaps })
    }

    fn write(&self, into: &mut Vec<u8>) {
        into.extend_from_slice(&self.step.to_le_bytes());
        into.extend_from_slice(&self.sum.to_le_bytes());
        into.extend_from_slice(&self.count.to_le_bytes());
        into.extend_from_slice(&self.gaps.to_le_bytes());
        into.push(self.means.len() as u8);
        self.means.iter().for_each(|mean| into.extend_from_slice(&mean.to_le_bytes()));
    }

    /// Whether a step was completed.
    fn add(&mut self, value: f64, step: i64) -> bool {
        let complete = step != self.step && self.count > 0;
        if complete {
            self.keep(step - self.step);
        }
        self.step = step;
        self.sum += value;
        self.count += 1;
        complete
    }

    /// The mean of what was gathered, `gap` steps before what is gathered next.
    fn keep(&mut self, gap: i64) {
        let mean = (self.sum / f64::from(self.count) * 10.0).round() as i32;
        (self.sum, self.count) = (0.0, 0);
        // What lies apart by a long gap is no slope, nor is a clock that was set back.
        let is_near = (1..=KEPT as i64).contains(&gap);
        if !is_near {
            (self.means, self.gaps) = (Vec::new(), 0);
            return;
        }
        if self.means.len() == KEPT {
            self.means.remove(0);
        }
        self.means.push(mean);
        self.gaps = (self.gaps << GAP_BITS | gap.unsigned_abs()) & GAPS_MASK;
    }

    /// Steps from one of the kept means to another, by their places.
    fn steps(&self, places: Range<usize>) -> i64 {
        let gap = |place: usize| self.gaps >> (GAP_BITS * (KEPT - 1 - place)) & ((1 << GAP_BITS) - 1);
        places.map(gap).sum::<u64>() as i64
    }

    fn rise(&self, step: i64, limit: f64) -> Option<Rise> {
        let gaps = KEPT - 1;
        let span = self.steps(0..gaps);
        if self.means.len() < KEPT || !(gaps as i64..=gaps as i64 * GAP_MAX).contains(&span) {
            return None;
        }
        let value = |tenths: i32| f64::from(tenths) / 10.0;
        let (first, last) = (value(self.means[0]), value(self.means[KEPT - 1]));
        let ups = self.means.windows(2).filter(|pair| pair[1] > pair[0]).count();
        let gain = value(median(&self.means[KEPT - ENDS..]) - median(&self.means[..ENDS]));
        let climbs = ups * 10 >= gaps * UPS && gain >= limit * GAIN && last >= limit * FLOOR && last < limit;
        // From the middle of one end to that of the other.
        let left = (limit - last) / gain * (step * self.steps(ENDS / 2..gaps - ENDS / 2)) as f64;
        (climbs && left <= HORIZON_MS).then(|| Rise {
            from: first,
            to: last,
            minutes: step * span / 60_000,
            left_minutes: left as i64 / 60_000,
        })
    }

    fn falls(&self) -> bool {
        self.means.len() == KEPT && self.means.last() < self.means.first()
    }
}

/// One odd step at either end is no climb.
fn median(end: &[i32]) -> i32 {
    let mut end = end.to_vec();
    end.sort_unstable();
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

    /// A line from 60 mA: the first hint of it, and the value then.
    fn hint(every_s: i64, a_minute: f64) -> Option<(Rise, f64)> {
        let mut trend = Trend::default();
        let value = |n: i64| 60.0 + a_minute * (n * every_s) as f64 / 60.0;
        let samples = (0..).map(value).take_while(|value| *value < 300.0);
        samples
            .enumerate()
            .find_map(|(n, value)| {
                Some((trend.sample(value, START + n as i64 * every_s * 1_000, 300.0)?, value))
            })
            .inspect(|_| {
                let mut kept = Vec::new();
                trend.write(&mut kept);
                assert!(kept.len() <= 320, "{} bytes are kept of one part", kept.len());
            })
    }

    #[test]
    fn minutes_are_real_at_every_interval() {
        let is_near = |said: i64, real: f64| (said as f64 - real).abs() <= real * 0.2;
        for (every_s, a_minute) in [
            (10, 4.0),
            (60, 4.0),
            (60, 0.5),
            (60, 0.2),
            (90, 4.0),
            (120, 4.0),
            (300, 1.0),
            (300, 0.5),
            (300, 0.2),
            (900, 0.2),
        ] {
            let (rise, value) = hint(every_s, a_minute).expect("it climbs");
            let (minutes, left) = ((rise.to - rise.from) / a_minute, (300.0 - value) / a_minute);
            assert!(is_near(rise.minutes, minutes), "every {every_s} s: {rise:?}, but {minutes} minutes");
            assert!(is_near(rise.left_minutes, left), "every {every_s} s: {rise:?}, but {left} left");
        }
        // An hour at five minutes: a minute's series does not speak, and a coarser one has
        // too little of it.
        assert_eq!(hint(300, 4.0), None);
    }

    #[test]
    fn a_pause_is_no_slope() {
        let mut trend = Trend::default();
        let mut rises = |n: i64, minute: i64| {
            trend.sample(60.0 + 4.0 * n as f64, START + minute * 60_000, 300.0).is_some()
        };
        // Six samples, then six after half a day, as one line they would climb.
        assert!(!(0..6).any(|n| rises(n, n)));
        assert!(!(6..18).any(|n| rises(n, n + 720)));
        assert!(rises(18, 738), "twelve means by themselves");
    }

    #[test]
    fn read_as_written() {
        let mut trends = Trends::default();
        for n in 0..2_000 {
            let value = 40.0 + f64::from(n % 97) * 1.37;
            let at = START + i64::from(n) * 61_700;
            trends.sample("", value, at, 300.0);
            trends.sample("柜1", -value, at, 300.0);
            assert_eq!(trends.sample("third", value, at, 300.0), None);
        }
        let kept = trends.write();
        assert_eq!(Trends::read(&kept).as_ref(), Some(&trends));
        assert_eq!(trends.0.len(), PARTS_MAX);
        for end in 1..kept.len() {
            let read = Trends::read(&kept[..end]);
            assert!(read.is_none_or(|read| read.0.len() < PARTS_MAX), "{end}");
        }
        assert_eq!(Trends::read(br#"{"": 1}"#), None);
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
