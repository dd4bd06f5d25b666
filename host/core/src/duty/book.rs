//! The city's posts and people, prepared for lookups.

use crate::city::City;
use crate::city::duty::{Calling, Person, Post, Shift};
use std::collections::{BTreeMap, HashMap};

#[derive(Debug, Default)]
pub(crate) struct Book {
    pub calling: Calling,
    posts: BTreeMap<String, (Post, Vec<Shift>)>,
    people: HashMap<String, Person>,
    of_department: HashMap<String, String>,
    of_region: HashMap<String, Vec<String>>,
}

impl Book {
    pub fn new(city: &City) -> Book {
        let duty = &city.duty;
        let mut book = Book { calling: duty.calling.clone(), ..Book::default() };
        book.people.extend(duty.people.iter().map(|person| (person.id.clone(), person.clone())));
        for post in &duty.posts {
            let id = || post.id.clone();
            match (post.duty, post.region.is_empty(), post.department.is_empty()) {
                (true, false, _) => book.of_region.entry(post.region.clone()).or_default().push(id()),
                (true, true, false) => _ = book.of_department.entry(post.department.clone()).or_insert(id()),
                _ => {}
            }
            book.posts.insert(id(), (post.clone(), Vec::new()));
        }
        for shift in &duty.shifts {
            if let Some((_, shifts)) = book.posts.get_mut(&shift.post) {
                shifts.push(shift.clone());
            }
        }
        book
    }

    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.posts.keys().map(String::as_str)
    }

    pub fn post(&self, id: &str) -> Option<&Post> {
        self.posts.get(id).map(|(post, _)| post)
    }

    pub fn post_and_shifts(&self, id: &str) -> Option<(&Post, &[Shift])> {
        self.posts.get(id).map(|(post, shifts)| (post, shifts.as_slice()))
    }

    pub fn person(&self, id: &str) -> Option<&Person> {
        self.people.get(id)
    }

    /// Whether a department's plugin may say that a call was confirmed.
    pub fn may_confirm(&self, owner: &str, department: &str) -> bool {
        let allowed = &self.calling.confirmed_by;
        match owner {
            "" => allowed.is_empty() || allowed.iter().any(|known| known == department),
            owner => owner == department,
        }
    }

    /// The post that answers for a department.
    pub fn of_department(&self, department: &str) -> Option<&str> {
        self.of_department.get(department).map(String::as_str)
    }

    /// The posts that answer for a region, as the city lists them.
    pub fn of_region(&self, code: &str) -> &[String] {
        self.of_region.get(code).map_or(&[], Vec::as_slice)
    }
}
