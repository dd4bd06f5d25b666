//! Who is expected to speak, when each was last heard, and who is overdue.
//!
//! ```text
//! heard ──▶ time of the last word, exact, in memory alone
//! overdue = last word, or the host's own start, + two heartbeats
//! ```
//!
//! None of it is state: the times are finer than JOURNAL keeps them, and a host that
//! was away has heard nothing, which is not the devices' silence. So everybody has
//! two heartbeats from the host's start, and again from when the host finds that it
//! was itself asleep. What comes of it, that a device is silent, is a fact.

use crate::city::City;
use crate::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A check that comes so much after it was due says that the host was away: asleep,
/// or far behind. Ten times what a loaded host needs for a step.
const AWAY_MS: i64 = 60_000;
/// Between two counts of a department's silent devices that are told.
const COUNTED_MS: i64 = 30_000;

/// Whose silence it would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Whose {
    Device,
    Department,
    Door,
}

impl Whose {
    pub fn as_str(self) -> &'static str {
        match self {
            Whose::Device => "device",
            Whose::Department => "department",
            Whose::Door => "door",
        }
    }
}

/// One that is to speak at least once a heartbeat.
#[derive(Clone, Debug)]
pub struct Expected {
    pub whose: Whose,
    /// Of its row.
    pub id: String,
    pub department: String,
    /// Of the registration, or the door's name; empty for a department.
    pub name: String,
    pub heartbeat_ms: i64,
}

#[derive(Default)]
pub struct Vigil {
    /// When this host began to listen; none: not yet.
    awake: Option<Timestamp>,
    expected: Vec<Expected>,
    by_id: HashMap<String, usize>,
    /// Department → device id.
    devices: HashMap<String, HashMap<String, usize>>,
    departments: HashMap<String, usize>,
    doors: HashMap<String, usize>,
    heard: Vec<Option<Timestamp>>,
    silent: Vec<bool>,
    due: BTreeSet<(Timestamp, usize)>,
    /// Department → its silent devices, and all that are expected.
    counts: BTreeMap<String, (u32, u32)>,
    /// When a department's count was last told, and when it is to be told next.
    told: HashMap<String, Timestamp>,
    untold: BTreeSet<(Timestamp, String)>,
}

impl Vigil {
    pub fn new(city: &City) -> Vigil {
        let mut vigil = Vigil::default();
        for device in &city.devices {
            let Some(heartbeat) = device.heartbeat.filter(|heartbeat| *heartbeat > 0) else { continue };
            let id = format!("{}/{}", device.department, device.id);
            let at = vigil.expect(Whose::Device, id, &device.department, &device.id, heartbeat);
            vigil
                .devices
                .entry(device.department.clone())
                .or_default()
                .entry(device.id.clone())
                .or_insert(at);
            vigil.counts.entry(device.department.clone()).or_default().1 += 1;
        }
        for department in &city.departments {
            let Some(heartbeat) = department.heartbeat.filter(|heartbeat| *heartbeat > 0) else { continue };
            let at = vigil.expect(Whose::Department, department.id.clone(), &department.id, "", heartbeat);
            vigil.departments.entry(department.id.clone()).or_insert(at);
        }
        for feed in city.upkeep.feeds.iter().filter(|feed| feed.heartbeat > 0) {
            let id = format!("{}:{}", feed.department, feed.door);
            let at = vigil.expect(Whose::Door, id, &feed.department, &feed.door, feed.heartbeat);
            vigil.doors.entry(feed.door.clone()).or_insert(at);
        }
        vigil
    }

    fn expect(&mut self, whose: Whose, id: String, department: &str, name: &str, heartbeat: u32) -> usize {
        let at = self.expected.len();
        self.by_id.entry(id.clone()).or_insert(at);
        let (department, name) = (department.to_owned(), name.to_owned());
        self.expected.push(Expected {
            whose,
            id,
            department,
            name,
            heartbeat_ms: i64::from(heartbeat) * 1_000,
        });
        self.heard.push(None);
        self.silent.push(false);
        at
    }

    /// New city data: what was heard before counts on.
    pub fn inherit(mut self, before: &Vigil) -> Vigil {
        for (at, expected) in self.expected.iter().enumerate() {
            self.heard[at] = before.by_id.get(&expected.id).and_then(|known| before.heard[*known]);
        }
        self
    }

    /// Whether it has not listened yet.
    pub fn begins(&self) -> bool {
        self.awake.is_none()
    }

    /// Begins to listen.
    pub fn wake(&mut self, now: Timestamp) {
        self.awake = Some(now);
        let speaking = (0..self.expected.len()).filter(|at| !self.silent[*at]);
        self.due = speaking.map(|at| (self.overdue(at), at)).collect();
        self.untold = self.counts.keys().map(|department| (now, department.clone())).collect();
    }

    pub fn is_expected(&self, id: &str) -> bool {
        self.by_id.contains_key(id)
    }

    pub fn get(&self, at: usize) -> &Expected {
        &self.expected[at]
    }

    pub fn heard_at(&self, at: usize) -> Option<Timestamp> {
        self.heard[at]
    }

    pub fn awake(&self) -> Timestamp {
        self.awake.unwrap_or_default()
    }

    /// A registered device spoke. Answers its place where it was silent.
    pub fn device(&mut self, department: &str, id: &str, at: Timestamp) -> Option<usize> {
        let place = *self.devices.get(department)?.get(id)?;
        self.hear(place, at)
    }

    /// Something came in through a door of a department. Answers what was silent.
    pub fn door(&mut self, department: &str, door: &str, at: Timestamp) -> impl Iterator<Item = usize> {
        let places = [self.departments.get(department).copied(), self.doors.get(door).copied()];
        places.map(|place| place.and_then(|place| self.hear(place, at))).into_iter().flatten()
    }

    fn hear(&mut self, place: usize, at: Timestamp) -> Option<usize> {
        let known = &mut self.heard[place];
        *known = (*known).max(Some(at));
        self.silent[place].then_some(place)
    }

    /// What a row says: whether it is silent.
    pub fn mark(&mut self, id: &str, is_silent: bool) {
        let Some(&place) = self.by_id.get(id) else { return };
        if std::mem::replace(&mut self.silent[place], is_silent) == is_silent {
            return;
        }
        let Expected { whose, department, .. } = &self.expected[place];
        if *whose == Whose::Device {
            let count = &mut self.counts.entry(department.clone()).or_default().0;
            *count = if is_silent { count.saturating_add(1) } else { count.saturating_sub(1) };
            if self.awake.is_some() {
                self.recount(&department.clone());
            }
        }
        if !is_silent && self.awake.is_some() {
            self.due.insert((self.overdue(place), place));
        }
    }

    /// Silent devices of a department, and all that are expected to speak.
    pub fn count(&self, department: &str) -> (u32, u32) {
        self.counts.get(department).copied().unwrap_or_default()
    }

    /// Those that are overdue now; each is told once.
    pub fn fallen(&mut self, now: Timestamp, most: usize) -> Vec<usize> {
        if self.due.first().is_some_and(|(due, _)| now.since(*due) > AWAY_MS) {
            self.awake = Some(now);
        }
        let mut fallen = Vec::new();
        while let Some(&(due, place)) = self.due.first()
            && due <= now
            && fallen.len() < most
        {
            self.due.pop_first();
            let until = self.overdue(place);
            match (until <= now, self.silent[place]) {
                (_, true) => {}
                (true, false) => fallen.push(place),
                (false, false) => _ = self.due.insert((until, place)),
            }
        }
        fallen
    }

    /// A department's count changed: when it is to be told.
    fn recount(&mut self, department: &str) {
        let last = self.told.get(department).copied();
        let at = last.map_or(Timestamp::default(), |last| last.plus_millis(COUNTED_MS));
        self.untold.insert((at, department.to_owned()));
    }

    /// Departments whose count is to be told now.
    pub fn recounted(&mut self, now: Timestamp) -> Vec<String> {
        let mut departments = BTreeSet::new();
        while self.untold.first().is_some_and(|(at, _)| *at <= now) {
            let Some((_, department)) = self.untold.pop_first() else { break };
            departments.insert(department);
        }
        departments.into_iter().collect()
    }

    /// A department's count was told.
    pub fn told(&mut self, department: &str, now: Timestamp) {
        self.told.insert(department.to_owned(), now);
    }

    pub fn due(&self) -> Option<Timestamp> {
        let overdue = self.due.first().map(|(at, _)| *at);
        let untold = self.untold.first().map(|(at, _)| *at);
        [overdue, untold].into_iter().flatten().min()
    }

    fn overdue(&self, place: usize) -> Timestamp {
        let last = self.heard[place].max(self.awake).unwrap_or_default();
        last.plus_millis(2 * self.expected[place].heartbeat_ms)
    }
}
