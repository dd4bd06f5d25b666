//! 入库: stock that an operator brings at run time. All of it or nothing, and the
//! same file twice is the same as once.

use super::Code;
use crate::city::supply::{self as file, Item, Minimum, Stock};
use crate::core::Core;
use crate::core::act::{Refusal, refuse};
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::place::Spot;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Lots of one command: at half a KiB each a record stays well under the 8 MiB of
/// a message, whatever else the step decides.
const LOTS_A_COMMAND: usize = 2_000;

/// Lots in memory: each reservation looks through them, in well under a
/// millisecond at this number; ten times what a county keeps.
const LOTS_MAX: usize = 50_000;
const STORES_MAX: usize = 2_000;

/// Ids are typed by people and stand in paths.
const ID_BYTES: usize = 64;
const NAME_CHARS: usize = 128;

/// Keeps sums of lots far from the end of a `u64`.
const QUANTITY_MAX: u64 = 1_000_000_000_000;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Load {
    #[serde(alias = "store")]
    pub stores: Vec<file::Store>,
    #[serde(alias = "item")]
    pub items: Vec<Item>,
    #[serde(alias = "lot")]
    pub lots: Vec<Stock>,
    #[serde(alias = "minimum")]
    pub minimums: Vec<Minimum>,
}

impl Core {
    /// Answers how much of it was new, as text.
    pub(super) fn load(&mut self, step: &mut Step, cause: &Cause, load: &Load) -> Result<String, Refusal> {
        self.check_load(load)?;
        for store in &load.stores {
            let minimums = self.state.rooms.stores.get(&store.id).map(|known| known.minimums.clone());
            self.enter_store(step, cause, store, minimums.unwrap_or_default());
        }
        let mut entered = 0;
        for stock in &load.lots {
            entered += usize::from(self.enter_lot(step, cause, stock, &load.items));
        }
        for minimum in &load.minimums {
            self.set_minimum(step, cause, minimum);
        }
        self.watch_minimums(step, cause);
        Ok(format!("{entered}/{}", load.lots.len()))
    }

    fn set_minimum(&mut self, step: &mut Step, cause: &Cause, minimum: &Minimum) {
        let Some(mut row) = self.state.rooms.stores.get(&minimum.store).cloned() else { return };
        row.set_minimums.retain(|known| known.item != minimum.item);
        row.set_minimums.push(minimum.clone());
        row.set_minimums.sort_by(|a, b| a.item.cmp(&b.item));
        if self.state.rooms.stores.get(&minimum.store) != Some(&row) {
            let note = format!("最低储备 {} {}", minimum.item, minimum.quantity);
            self.set(step, cause, "changed", &note, row);
        }
    }

    fn check_load(&self, load: &Load) -> Result<(), Refusal> {
        let rooms = &self.state.rooms;
        if load.lots.is_empty() && load.stores.is_empty() && load.minimums.is_empty() {
            return refuse("supply.load.empty", "没有可入库的内容 (there is nothing to load)");
        }
        if load.lots.len() > LOTS_A_COMMAND || load.minimums.len() > LOTS_A_COMMAND {
            let reason = format!(
                "一次至多 {LOTS_A_COMMAND} 个批次，请分次入库 (load at most {LOTS_A_COMMAND} lots at once)"
            );
            return refuse("supply.load.too-many", &reason);
        }
        if rooms.lots.len() + load.lots.len() > LOTS_MAX
            || rooms.stores.len() + load.stores.len() > STORES_MAX
        {
            let reason =
                format!("至多 {STORES_MAX} 个仓库、{LOTS_MAX} 个批次 (the ledger holds at most these)");
            return refuse("supply.load.full", &reason);
        }
        for store in &load.stores {
            self.check_store(store)?;
        }
        for item in &load.items {
            check_code(&format!("item {}", item.name), &item.code)?;
        }
        let mut ids = BTreeSet::new();
        for stock in &load.lots {
            self.check_lot(load, stock)?;
            let id = stock.lot_id();
            if !ids.insert(id.clone()) {
                let reason = format!(
                    "批次 {id} 在文件中出现两次；请写明不同的 id (lot {id} stands in it twice; give each an id)"
                );
                return refuse("supply.load.twice", &reason);
            }
        }
        for minimum in &load.minimums {
            self.check_home(load, &minimum.store, &format!("minimum {}", minimum.item))?;
            check_code(&format!("minimum of {}", minimum.store), &minimum.item)?;
        }
        Ok(())
    }

    fn check_store(&self, store: &file::Store) -> Result<(), Refusal> {
        let what = format!("store {}", store.id);
        check_words(&what, &store.id, &store.name)?;
        let city = self.city();
        if !city.departments.iter().any(|known| known.id == store.department) {
            let reason = format!("{what}：没有部门 {} (no such department)", store.department);
            return refuse("supply.load.department-unknown", &reason);
        }
        if !store.region.is_empty() && self.registry.regions().get(&store.region).is_none() {
            let reason = format!("{what}：没有区划 {} (no such region)", store.region);
            return refuse("supply.load.region-unknown", &reason);
        }
        if store.position.is_some_and(|position| Spot::of(position).is_none()) {
            let reason = format!("{what}：位置无效 (no such position; WGS-84 degrees)");
            return refuse("supply.load.position", &reason);
        }
        Ok(())
    }

    fn check_lot(&self, load: &Load, stock: &Stock) -> Result<(), Refusal> {
        let id = stock.lot_id();
        let what = format!("lot {id}");
        check_words(&what, &id, if stock.name.is_empty() { "-" } else { &stock.name })?;
        check_code(&what, &stock.item)?;
        self.check_home(load, &stock.store, &what)?;
        if !(1..=QUANTITY_MAX).contains(&stock.quantity) {
            let reason = format!("{what}：数量须为 1 至 {QUANTITY_MAX} (a quantity is 1 to {QUANTITY_MAX})");
            return refuse("supply.load.quantity", &reason);
        }
        let Some(known) = self.state.rooms.lots.get(&id) else { return Ok(()) };
        if (known.loaded, &known.store, &known.item) != (stock.quantity, &stock.store, &stock.item) {
            let reason = format!(
                "{what} 已在账：{} {} 入库 {}；新到货请用新的批次 id (it is in the ledger already; new stock needs a lot of its own)",
                known.store, known.item, known.loaded
            );
            return refuse("supply.load.known", &reason);
        }
        Ok(())
    }

    fn check_home(&self, load: &Load, store: &str, what: &str) -> Result<(), Refusal> {
        if self.state.rooms.stores.contains_key(store) || load.stores.iter().any(|new| new.id == store) {
            return Ok(());
        }
        let names: Vec<&str> = self.state.rooms.stores.keys().map(String::as_str).take(20).collect();
        let reason =
            format!("{what}：没有仓库 {store}；已有 {0} (no such store; there are {0})", names.join(", "));
        refuse("supply.load.store-unknown", &reason)
    }
}

fn check_code(what: &str, code: &str) -> Result<(), Refusal> {
    code.parse::<Code>().map(drop).map_err(|error| {
        let reason = format!("{what}：{code} 不是 GB/T 38565 代码：{error} (no GB/T 38565 code)");
        ("supply.load.item-malformed".to_owned(), reason)
    })
}

fn check_words(what: &str, id: &str, name: &str) -> Result<(), Refusal> {
    let odd = |c: char| c.is_whitespace() || c.is_control() || c == '/';
    if id.is_empty() || id.len() > ID_BYTES || id.chars().any(odd) {
        let reason = format!(
            "{what}：编号须为 1 至 {ID_BYTES} 字节，不含空白和 / (an id is 1 to {ID_BYTES} bytes without blanks or /)"
        );
        return refuse("supply.load.id", &reason);
    }
    if name.trim().is_empty() || name.chars().count() > NAME_CHARS {
        let reason =
            format!("{what}：名称须为 1 至 {NAME_CHARS} 字 (a name is 1 to {NAME_CHARS} characters)");
        return refuse("supply.load.name", &reason);
    }
    Ok(())
}
