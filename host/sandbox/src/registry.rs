//! What a call may see of the city.

use crate::call::{Call, Piece};
use crate::room::Room;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use tocsin_core::outcome::{Outcome, Rejection};
use tocsin_core::signal::Position;

/// City data at the version an input was taken under.
pub trait Registry: Send + Sync {
    /// The longest registered prefix of the path.
    fn device(&self, path: &str) -> Option<Registration>;

    /// Whether that device has a place: a cheaper question than `device`, asked of
    /// every signal. `None`: the city does not know it.
    fn placed(&self, path: &str) -> Option<bool> {
        self.device(path).map(|known| known.position.is_some() || !known.region.is_empty())
    }
}

/// A device as the city file knows it (`city.registration` of the contract).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Registration {
    pub id: String,
    pub model: String,
    pub title: String,
    pub unit: String,
    pub region: String,
    pub position: Option<Position>,
    /// Text of a JSON object.
    pub settings: String,
}

/// The same plugin compiled into the host instead of run in the sandbox: what
/// benchmarks compare the sandbox with. It goes through the same stack and border.
pub trait Native: Send + Sync {
    fn call(&self, call: &Call, room: &mut Room) -> Result<Outcome, Rejection>;
    fn frame(&self, buffer: &[u8]) -> Vec<Piece>;
}

/// What stands around a guest for as long as it lives.
#[derive(Clone)]
pub struct Surroundings {
    pub registry: Arc<dyn Registry>,
    /// The operator's values for the settings that the manifest declares.
    pub settings: Arc<BTreeMap<String, String>>,
    /// `None` outside of benchmarks.
    pub native: Option<Arc<dyn Native>>,
}

/// A city that knows nothing: for doors, which only frame, and for tests.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nowhere;

impl Registry for Nowhere {
    fn device(&self, _path: &str) -> Option<Registration> {
        None
    }
}

impl Surroundings {
    /// No registered device and no setting: enough for `frame`.
    pub fn nowhere() -> Surroundings {
        Surroundings { registry: Arc::new(Nowhere), settings: Arc::default(), native: None }
    }
}
