//! 值班: the people of a city, the posts that they hold and by which roster, and
//! how they are called. Times of the day are Beijing's.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Duty {
    pub people: Vec<Person>,
    pub posts: Vec<Post>,
    /// Single turns that go before the rosters; those of one post do not overlap.
    pub shifts: Vec<Shift>,
    pub calling: Calling,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub phone: String,
}

/// 岗位.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Post {
    pub id: String,
    pub name: String,
    /// Whom it belongs to, or empty.
    pub department: String,
    /// Where it answers, or empty.
    pub region: String,
    /// It is the one that answers: for its region where it has one, else for its department.
    pub duty: bool,
    /// Post that is asked when this one does not answer.
    pub deputy: String,
    /// And the one after that.
    pub superior: String,
    /// In the order in which to reach them. Without a roster the first one holds the post.
    pub people: Vec<String>,
    pub roster: Option<Roster>,
}

/// People who take turns for ever.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roster {
    /// Midnight of the day on which the first turn begins.
    pub from: Timestamp,
    /// Minutes of the day at which the post changes hands, ascending.
    pub hand_over: Vec<u32>,
    /// Hand-over times that one turn lasts.
    pub turns: u32,
    /// Whose turn it is, over and over.
    pub people: Vec<String>,
}

/// One person at one post from a time to another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    pub post: String,
    pub person: String,
    pub from: Timestamp,
    pub until: Timestamp,
    #[serde(default)]
    pub note: String,
}

/// How a person on duty is called until they confirm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Calling {
    pub again_minutes: u32,
    /// Calls of one person before the next one up is called.
    pub tries: u32,
    /// Whose plugins may bring the word of a post that belongs to no department,
    /// such as a township's; empty: any department's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub confirmed_by: Vec<String>,
}

/// Three calls within a quarter of an hour, then someone else.
impl Default for Calling {
    fn default() -> Calling {
        Calling { again_minutes: 5, tries: 3, confirmed_by: vec![] }
    }
}
