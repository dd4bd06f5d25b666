//! 预留: all or nothing, the lot that expires first goes first, and who comes too
//! late hears who has it and where else there is some.

use super::offer::{Offer, offers};
use super::{Code, Draw, Lot, Store, Transfer};
use crate::core::Core;
use crate::core::act::{Refusal, refuse};
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::place::Spot;
use crate::state::Counter;
use crate::thing::Noun;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A step takes some hundred commands, each carries the lots it draws on at half
/// a KiB: 256 of them stay under the 8 MiB of a message.
const DRAWS_MAX: usize = 32;

/// Transfers in memory, those that ended lately included: at one KiB each, and
/// more than a city moves in three days.
const TRANSFERS_MAX: usize = 100_000;

/// Holders named in a refusal; the sum says how much the others hold.
const HOLDERS_NAMED: usize = 3;

/// Characters of another matter than an incident.
const MATTER_CHARS: usize = 128;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reserve {
    /// Empty: the nearest that has enough.
    #[serde(default)]
    pub store: String,
    /// GB/T 38565 code.
    pub item: String,
    pub quantity: u64,
    /// An open incident, or another matter: a warning, a drill.
    #[serde(rename = "for", alias = "incident")]
    pub matter: String,
    #[serde(default)]
    pub note: String,
}

/// Where stock goes.
#[derive(Default)]
struct Destination {
    /// An incident, or another matter.
    matter: String,
    response: String,
    spot: Option<Spot>,
    region: Option<String>,
}

impl Core {
    pub(crate) fn reserve(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        actor: &str,
        ask: &Reserve,
    ) -> Result<String, Refusal> {
        let name = self.item_name(&ask.item)?;
        let Destination { matter, response, spot, region } = self.destination(&ask.matter)?;
        if ask.quantity == 0 {
            return refuse("supply.reserve.nothing", "数量须大于 0 (ask for more than nothing)");
        }
        if self.state.rooms.transfers.len() >= TRANSFERS_MAX {
            let reason = format!("调拨已达 {TRANSFERS_MAX} 笔 (there are {TRANSFERS_MAX} transfers already)");
            return refuse("supply.reserve.too-many", &reason);
        }
        let store = match ask.store.as_str() {
            "" => self.nearest_with(step.now, ask, &name, spot)?,
            id => self.store(id)?.clone(),
        };
        let lots = self.lots_to_give(&store.id, &ask.item, step.now);
        let available: u64 = lots.iter().map(|lot| lot.available(step.now)).sum();
        if available < ask.quantity {
            return Err(self.too_little(step.now, &store, ask, &name, available, spot));
        }
        let mut missing = ask.quantity;
        let mut drawn: Vec<(Draw, Lot)> = Vec::new();
        for lot in lots {
            let quantity = lot.available(step.now).min(missing);
            if quantity == 0 {
                break;
            }
            missing -= quantity;
            let draw = Draw { lot: lot.id.clone(), quantity, ..Draw::default() };
            drawn.push((draw, Lot { reserved: lot.reserved + quantity, ..lot.clone() }));
        }
        if drawn.len() > DRAWS_MAX {
            let most: u64 = drawn.iter().take(DRAWS_MAX).map(|(draw, _)| draw.quantity).sum();
            let reason = format!(
                "需从 {} 个批次取货，一次至多 {DRAWS_MAX} 个；请分次预留，本次至多 {most} (too many lots; reserve in parts of at most {most})",
                drawn.len()
            );
            return refuse("supply.reserve.too-many-lots", &reason);
        }
        let id = self.number(Noun::Transfer, step.now);
        let unit = drawn.first().map(|(_, lot)| lot.unit.clone()).unwrap_or_default();
        let note = format!("{id} 预留，供 {matter}，{actor}");
        let (draws, lots): (Vec<Draw>, Vec<Lot>) = drawn.into_iter().unzip();
        for lot in lots {
            self.set(step, cause, "reserved", &note, lot);
        }
        let from = store.id.clone();
        let transfer = Transfer {
            id: id.clone(),
            title: format!("{name} {}{unit} · {} → {matter}", ask.quantity, store.name),
            state: "reserved".to_owned(),
            store: store.id.clone(),
            item: ask.item.clone(),
            name,
            unit,
            quantity: ask.quantity,
            draws,
            incident: matter,
            response,
            department: store.department.clone(),
            region: region.unwrap_or(store.region),
            by: actor.to_owned(),
            note: crate::core::act::cut(&ask.note),
            reserved_at: step.now,
            ..Transfer::default()
        };
        self.set(step, cause, "reserved", &format!("由 {actor} 预留"), transfer);
        self.watch_minimum(step, cause, &from, &ask.item);
        Ok(id)
    }

    fn nearest_with(
        &self,
        now: Timestamp,
        ask: &Reserve,
        name: &str,
        spot: Option<Spot>,
    ) -> Result<Store, Refusal> {
        let offers = offers(&self.state.rooms, &ask.item, ask.quantity, spot, now);
        let store = offers.first().filter(|offer| offer.enough).map(|offer| &offer.store);
        if let Some(store) = store.and_then(|store| self.state.rooms.stores.get(store)) {
            return Ok(store.clone());
        }
        let most: Vec<String> = offers
            .iter()
            .take(HOLDERS_NAMED)
            .map(|offer| format!("{} [{}] {}", offer.name, offer.store, offer.available))
            .collect();
        let most = if most.is_empty() { "—".to_owned() } else { most.join("、") };
        let reason = format!(
            "没有一个仓库有足够的{name} {}：需 {}，现有 {most}；请分仓预留 (no store has enough; reserve in parts)",
            ask.item, ask.quantity
        );
        refuse("supply.reserve.short", &reason)
    }

    /// Lots of an item in a store that may be given out, first that which expires first.
    fn lots_to_give(&self, store: &str, item: &str, now: Timestamp) -> Vec<&Lot> {
        let lots = self.state.rooms.lots.values();
        let mut lots: Vec<&Lot> = lots.filter(|lot| lot.is(store, item) && lot.available(now) > 0).collect();
        lots.sort_by_key(|lot| (lot.expires.unwrap_or(Timestamp(i64::MAX)), lot.id.as_str()));
        lots
    }

    pub(super) fn store(&self, id: &str) -> Result<&Store, Refusal> {
        self.state.rooms.stores.get(id).ok_or_else(|| {
            let names: Vec<&str> = self.state.rooms.stores.keys().map(String::as_str).take(20).collect();
            let reason = format!("没有仓库 {id}；已有 {0} (no such store; there are {0})", names.join(", "));
            ("supply.store-unknown".to_owned(), reason)
        })
    }

    /// What a code is called here; refused where it is none or nobody holds it.
    fn item_name(&self, item: &str) -> Result<String, Refusal> {
        if let Err(error) = item.parse::<Code>() {
            let reason = format!("{item} 不是 GB/T 38565 代码：{error} (no GB/T 38565 code)");
            return refuse("supply.item-malformed", &reason);
        }
        let lots = self.state.rooms.lots.values().find(|lot| lot.item == item).map(|lot| lot.name.clone());
        let named = || {
            let items = &self.city().supplies.items;
            items.iter().find(|known| known.code == item).map(|known| known.name.clone())
        };
        lots.or_else(named).ok_or_else(|| {
            let reason = format!("没有物资 {item}；`tocsin supply list` 列出已有 (nobody holds {item})");
            ("supply.item-unknown".to_owned(), reason)
        })
    }

    /// An incident must be open and a response active; anything else is a matter
    /// of its own.
    fn destination(&self, matter: &str) -> Result<Destination, Refusal> {
        let matter = matter.trim();
        if matter.is_empty() || matter.chars().count() > MATTER_CHARS {
            let reason = format!("须写明用于何事，至多 {MATTER_CHARS} 字 (say what it is for)");
            return refuse("supply.reserve.no-matter", &reason);
        }
        if Counter::of(matter, "R").is_some() {
            return self.for_response(matter);
        }
        if Counter::of(matter, "I").is_none() && !self.state.incidents.contains_key(matter) {
            return Ok(Destination { matter: matter.to_owned(), ..Destination::default() });
        }
        let incident = self.open_incident("supply.reserve", matter)?;
        let spot = incident.position.and_then(Spot::of);
        Ok(Destination { matter: incident.id, spot, region: Some(incident.region), ..Destination::default() })
    }

    fn for_response(&self, id: &str) -> Result<Destination, Refusal> {
        let Some(response) = self.state.rooms.responses.get(id).filter(|response| response.is_active())
        else {
            let reason = format!("没有进行中的响应 {id} (no such response is active)");
            return refuse("supply.reserve.response-unknown", &reason);
        };
        let incident = self.living(&response.incident).filter(|incident| incident.is_open());
        Ok(Destination {
            matter: incident.map_or(id, |incident| incident.id.as_str()).to_owned(),
            response: id.to_owned(),
            spot: incident.and_then(|incident| incident.position).and_then(Spot::of),
            region: Some(response.region.clone()),
        })
    }

    fn too_little(
        &self,
        now: Timestamp,
        store: &Store,
        ask: &Reserve,
        name: &str,
        available: u64,
        spot: Option<Spot>,
    ) -> Refusal {
        let from = spot.or_else(|| store.position.and_then(Spot::of));
        let others = offers(&self.state.rooms, &ask.item, ask.quantity, from, now);
        let other = others.iter().find(|offer| offer.store != store.id);
        let (wanted, item) = (ask.quantity, &ask.item);
        let reason = format!(
            "{} [{}] 的{name} {item} 可用 {available}，不足 {wanted} ({available} left of {wanted} asked for)；{}；{}",
            store.name,
            store.id,
            self.holders(now, store, item),
            elsewhere(other, wanted),
        );
        ("supply.reserve.short".to_owned(), reason)
    }

    /// Who holds what the store still has, and what of it is too old to be given out.
    fn holders(&self, now: Timestamp, store: &Store, item: &str) -> String {
        let lots = || self.state.rooms.lots.values().filter(|lot| lot.is(&store.id, item));
        let expired: u64 = lots().filter(|lot| lot.is_expired(now)).map(|lot| lot.on_hand).sum();
        let held = self.held(store, item, lots().map(|lot| lot.reserved).sum());
        match expired {
            0 => held,
            expired => format!("{held}；另有 {expired} 已过期，不再发放 ({expired} more expired)"),
        }
    }

    fn held(&self, store: &Store, item: &str, mut rest: u64) -> String {
        let mut named = Vec::new();
        if rest > 0 {
            let transfers = self.state.rooms.transfers.values().rev();
            let held = transfers.filter(|t| t.state == "reserved" && t.store == store.id && t.item == item);
            for transfer in held.take(HOLDERS_NAMED) {
                let Transfer { id, quantity, incident, by, .. } = transfer;
                named.push(format!("{id} {quantity} ({incident}，{by})"));
                rest = rest.saturating_sub(*quantity);
            }
        }
        match (named.is_empty(), rest) {
            (true, _) => "无人预留 (nobody holds any)".to_owned(),
            (false, 0) => format!("已被预留 (held by)：{}", named.join("、")),
            (false, rest) => {
                format!("已被预留 (held by)：{}，另有 {rest} (and {rest} by others)", named.join("、"))
            }
        }
    }
}

fn elsewhere(other: Option<&Offer>, wanted: u64) -> String {
    let Some(offer) = other else {
        return "其他仓库均无 (no other store has any)".to_owned();
    };
    let Offer { store, name, available, .. } = offer;
    let far =
        offer.distance_m.map(|metres| format!(" {:.1} km", metres as f64 / 1_000.0)).unwrap_or_default();
    let enough = if *available >= wanted { "" } else { "，数量不足 (not enough either)" };
    format!("最近的可用仓库 (next nearest): {name} [{store}]{far}，可用 {available}{enough}")
}
