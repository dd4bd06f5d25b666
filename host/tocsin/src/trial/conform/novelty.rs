//! Whether an input led somewhere new.

use std::collections::HashSet;
use tocsin_sandbox::{Account, Answer, Verdict};

/// How a guest built for fuzzing tells which edges it reached for the first
/// time: a log line of this and their numbers in hex.
const MARK: &str = "coverage ";

/// Shapes kept; a plugin that echoes its input would have no end of them.
const SHAPES: usize = 20_000;

#[derive(Debug, Default)]
pub struct Novelty {
    edges: HashSet<u32>,
    shapes: HashSet<(String, u32)>,
}

impl Novelty {
    pub fn edges(&self) -> usize {
        self.edges.len()
    }

    pub fn account(&mut self, account: &Account) -> bool {
        let lines = account.logs.iter().filter_map(|(_, text)| text.strip_prefix(MARK));
        let edges =
            lines.flat_map(|line| line.split(' ')).filter_map(|edge| u32::from_str_radix(edge, 16).ok());
        let before = self.edges.len();
        self.edges.extend(edges);
        self.edges.len() > before
    }

    /// Edges where they are counted; else the answer's shape and the order of
    /// magnitude of its cost.
    pub fn answer(&mut self, answer: &Result<Answer, Verdict>, account: &Account) -> bool {
        let new = self.account(account);
        if !self.edges.is_empty() {
            return new;
        }
        let cost = account.instructions.max(1).ilog2();
        self.shapes.len() < SHAPES && self.shapes.insert((super::shape(answer), cost))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tocsin_sandbox::Level;

    #[test]
    fn edges_are_new_once() {
        let account =
            |text: &str| Account { logs: vec![(Level::Debug, text.to_owned())], ..Account::default() };
        let mut novelty = Novelty::default();
        assert!(!novelty.account(&account("hello")));
        assert!(novelty.account(&account("coverage 1 2 ff")));
        assert!(!novelty.account(&account("coverage ff 1")));
        assert!(novelty.account(&account("coverage 100")));
        assert_eq!(novelty.edges(), 4);
    }
}
