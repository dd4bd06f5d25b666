//! Whom to ask: who holds a post, then who is asked when they do not answer.

use crate::city::duty::Person;
use crate::core::Core;
use crate::order::{Asked, Escalation};

impl Core {
    /// Whom to ask at a post, in order: who is on duty, then the deputy's holder,
    /// then the superior's. Posts that nobody holds are left out, and so is who
    /// was named before.
    pub(crate) fn chain(&self, post: &str) -> Vec<Asked> {
        let mut chain: Vec<Asked> = Vec::new();
        for asked in self.rungs(post).into_iter().filter_map(|rung| self.holder(rung)) {
            if chain.iter().all(|before| before.person != asked.person) {
                chain.push(asked);
            }
        }
        chain
    }

    pub(crate) fn holder(&self, post: &str) -> Option<Asked> {
        self.state.rooms.watches.get(post).filter(|watch| watch.ended_at.is_none())?.holder.clone()
    }

    /// Who is asked after `asked` when that one does not answer: whoever has taken the
    /// same post since, else the next rung up, of those who were not asked before.
    pub(crate) fn next_up(&self, post: &str, asked: &Asked, before: &[Escalation]) -> Option<Asked> {
        let rungs = self.rungs(post);
        let from = rungs.iter().position(|rung| *rung == asked.post).unwrap_or(0);
        let was_asked = |person: &str| {
            asked.person == person || before.iter().any(|e| e.from.person == person || e.to.person == person)
        };
        let holders = rungs.into_iter().skip(from).filter_map(|rung| self.holder(rung));
        holders.into_iter().find(|holder| !was_asked(&holder.person))
    }

    /// The post, its deputy and its superior.
    fn rungs<'a>(&'a self, post: &'a str) -> Vec<&'a str> {
        let mut rungs = vec![post];
        if let Some(known) = self.registry.duty().post(post) {
            for next in [known.deputy.as_str(), known.superior.as_str()] {
                if !next.is_empty() && !rungs.contains(&next) {
                    rungs.push(next);
                }
            }
        }
        rungs
    }
}

impl Asked {
    pub(crate) fn at(post: &str, person: &Person) -> Asked {
        Asked {
            post: post.to_owned(),
            person: person.id.clone(),
            name: person.name.clone(),
            phone: person.phone.clone(),
        }
    }

    /// A post that nobody holds.
    pub(crate) fn nobody(post: &str) -> Asked {
        Asked { post: post.to_owned(), ..Asked::default() }
    }

    /// As an officer reads it.
    pub(crate) fn told(&self) -> String {
        match (self.name.as_str(), self.phone.as_str()) {
            ("", _) => format!("{}(无人)", self.post),
            (name, "") => format!("{name}({})", self.post),
            (name, phone) => format!("{name} {phone}({})", self.post),
        }
    }
}
