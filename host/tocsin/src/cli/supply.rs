//! `tocsin supply`

mod file;

use super::print::Tone;
use super::thing::{self, By, Column, Which};
use super::{Around, words};
use crate::client::segment;
use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::{Map, Value};
use std::path::PathBuf;
use std::process::ExitCode;

const LIST: &str = "\
Examples · 示例:
  tocsin supply list
  tocsin supply list --item 3010101 --json
  tocsin supply list --short                      what lies below its minimum";
const LOTS: &str = "\
Examples · 示例:
  tocsin supply lots --state expiring --json";
const TRANSFERS: &str = "\
Examples · 示例:
  tocsin supply transfers --incident I20260712-0001
  tocsin supply transfers --state dispatched --json";
const SHOW: &str = "\
Examples · 示例:
  tocsin supply show T20260712-0001";
const NEAREST: &str = "\
Examples · 示例:
  tocsin supply nearest --item 3010101 --quantity 200 --incident I20260712-0001";
const LOAD: &str = "\
Examples · 示例:
  tocsin supply load stock.toml                   [[store]] [[item]] [[lot]] [[minimum]]
  tocsin supply load stock.json --by 王建国";
const RESERVE: &str = "\
Examples · 示例:
  tocsin supply reserve --store store-city --item 3010101 --quantity 200 --for I20260712-0001
  tocsin supply reserve --item 3010101 --quantity 200 --for I20260712-0001     the nearest that has enough";
const DISPATCH: &str = "\
Examples · 示例:
  tocsin supply dispatch T20260712-0001 --note \"车牌尾号 218\"";
const RECEIVE: &str = "\
Examples · 示例:
  tocsin supply receive T20260712-0001
  tocsin supply receive T20260712-0001 --quantity 190 --note \"途中破损 10 条\"";
const RETURN: &str = "\
Examples · 示例:
  tocsin supply return T20260712-0001 --quantity 40     the rest is consumed";
const CANCEL: &str = "\
Examples · 示例:
  tocsin supply cancel T20260712-0001 --note 不再需要";
const BALANCE: &str = "\
Examples · 示例:
  tocsin supply balance                           exit code 1: it does not add up";

const SHELVES: &[Column] = &[
    (words::STORE, "store"),
    (words::ITEM, "item"),
    (words::ON_HAND, "on_hand"),
    (words::RESERVED, "reserved"),
    (words::AVAILABLE, "available"),
    (words::MINIMUM, "minimum"),
    (words::MEASURE, "unit"),
    (words::EXPIRES, "expires"),
    (words::NAME, "name"),
];
const LOT_COLUMNS: &[Column] = &[
    (words::ID, "id"),
    (words::STATE, "state"),
    (words::STORE, "store"),
    (words::ITEM, "item"),
    (words::ON_HAND, "on_hand"),
    (words::RESERVED, "reserved"),
    (words::EXPIRES, "expires"),
    (words::NAME, "name"),
];
const TRANSFER_COLUMNS: &[Column] = &[
    (words::ID, "id"),
    (words::STATE, "state"),
    (words::STORE, "store"),
    (words::INCIDENT, "incident"),
    (words::AT, "reserved_at"),
    (words::BY, "by"),
    (words::TITLE, "title"),
];
const OFFERS: &[Column] = &[
    (words::STORE, "store"),
    (words::AVAILABLE, "available"),
    (words::METRES, "distance_m"),
    (words::DEPARTMENT, "department"),
    (words::PHONE, "phone"),
    (words::NAME, "name"),
];
const ACCOUNTS: &[Column] = &[
    (words::ITEM, "item"),
    (words::LOADED, "loaded"),
    (words::ON_HAND, "on_hand"),
    (words::RESERVED, "reserved"),
    (words::IN_TRANSIT, "in_transit"),
    (words::AT_INCIDENTS, "at_incidents"),
    (words::CONSUMED, "consumed"),
    (words::LOST, "lost"),
    (words::NAME, "name"),
    (words::FAULTS, "faults"),
];

#[derive(Debug, Subcommand)]
pub enum Supply {
    /// Stock by store and item · 库存
    #[command(after_help = LIST)]
    List(Shelves),
    /// Lots, newest change first · 批次
    #[command(after_help = LOTS)]
    Lots(Which),
    /// Transfers, newest change first · 调拨列表
    #[command(after_help = TRANSFERS)]
    Transfers(Which),
    /// One transfer with its story · 详情
    #[command(after_help = SHOW)]
    Show { id: String },
    /// Stores that have an item, nearest first · 就近仓库
    #[command(after_help = NEAREST)]
    Nearest(Nearest),
    /// Bring in stock from a TOML or JSON file; the same file twice counts once · 入库
    #[command(after_help = LOAD)]
    Load {
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        by: By,
    },
    /// Promise stock to an incident, all or nothing · 预留
    #[command(after_help = RESERVE)]
    Reserve(Reserve),
    /// It leaves the store · 出库
    #[command(after_help = DISPATCH)]
    Dispatch(Moved),
    /// It is there; what is missing is lost · 签收
    #[command(after_help = RECEIVE)]
    Receive(Counted),
    /// What is left comes back; the rest is consumed · 归还
    #[command(after_help = RETURN)]
    Return(Counted),
    /// It is not needed; only before it leaves · 取消
    #[command(after_help = CANCEL)]
    Cancel(Moved),
    /// Redo the sum over the ledger · 账目核对
    #[command(after_help = BALANCE)]
    Balance,
}

#[derive(Debug, Args)]
pub struct Shelves {
    /// Only in this store · 仓库
    #[arg(long, value_name = "ID")]
    store: Option<String>,
    /// Only this item, GB/T 38565 · 物资代码
    #[arg(long, value_name = "CODE")]
    item: Option<String>,
    /// Only of this department · 部门
    #[arg(long, value_name = "ID")]
    department: Option<String>,
    /// Only in this region, 12 digits · 行政区划
    #[arg(long, value_name = "CODE")]
    region: Option<String>,
    /// Only what lies below its minimum · 低于最低储备
    #[arg(long)]
    short: bool,
}

#[derive(Debug, Args)]
pub struct Nearest {
    /// GB/T 38565 · 物资代码
    #[arg(long, value_name = "CODE")]
    item: String,
    /// How much is wanted · 数量
    #[arg(long, value_name = "N", default_value_t = 1)]
    quantity: u64,
    /// Distances are from this incident · 事件
    #[arg(long, value_name = "ID")]
    incident: Option<String>,
    /// ... or from this store · 仓库
    #[arg(long, value_name = "ID")]
    store: Option<String>,
}

#[derive(Debug, Args)]
pub struct Reserve {
    /// From which store [default: the nearest that has enough] · 仓库
    #[arg(long, value_name = "ID")]
    store: Option<String>,
    /// GB/T 38565 · 物资代码
    #[arg(long, value_name = "CODE")]
    item: String,
    /// How much · 数量
    #[arg(long, value_name = "N")]
    quantity: u64,
    /// For which incident, or another matter · 用于
    #[arg(long = "for", value_name = "INCIDENT")]
    matter: String,
    /// Goes into the record · 备注
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    #[command(flatten)]
    by: By,
}

#[derive(Debug, Args)]
pub struct Moved {
    id: String,
    /// Goes into the record · 备注
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    #[command(flatten)]
    by: By,
}

#[derive(Debug, Args)]
pub struct Counted {
    id: String,
    /// How much [default: all of it] · 数量
    #[arg(long, value_name = "N")]
    quantity: Option<u64>,
    /// Goes into the record · 备注
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    #[command(flatten)]
    by: By,
}

impl Supply {
    pub fn run(self, around: &Around) -> Result<ExitCode> {
        let moved = |verb: &str, Moved { id, note, by }: Moved| {
            act(around, &id, verb, by, [("note", note.map(Value::from))])
        };
        let counted = |verb: &str, Counted { id, quantity, note, by }: Counted| {
            let fields = [("quantity", quantity.map(Value::from)), ("note", note.map(Value::from))];
            act(around, &id, verb, by, fields)
        };
        match self {
            Supply::List(shelves) => shelves.run(around)?,
            Supply::Lots(which) => thing::list(around, "lots", which, LOT_COLUMNS, tone)?,
            Supply::Transfers(which) => thing::list(around, "transfers", which, TRANSFER_COLUMNS, tone)?,
            Supply::Show { id } => _ = thing::show(around, "transfers", &id)?,
            Supply::Nearest(nearest) => nearest.run(around)?,
            Supply::Load { file, by } => {
                thing::act(around, "supplies", "", "load", by, file::read(&file)?)?;
            }
            Supply::Reserve(Reserve { store, item, quantity, matter, note, by }) => {
                let fields = [
                    ("store", store.map(Value::from)),
                    ("item", Some(item.into())),
                    ("quantity", Some(quantity.into())),
                    ("for", Some(matter.into())),
                    ("note", note.map(Value::from)),
                ];
                act(around, "", "reserve", by, fields)?;
            }
            Supply::Dispatch(which) => moved("dispatch", which)?,
            Supply::Receive(which) => counted("receive", which)?,
            Supply::Return(which) => counted("return", which)?,
            Supply::Cancel(which) => moved("cancel", which)?,
            Supply::Balance => return balance(around),
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Shelves {
    fn run(self, around: &Around) -> Result<()> {
        let Shelves { store, item, department, region, short } = self;
        let mut asked =
            query([("store", store), ("item", item), ("department", department), ("region", region)]);
        if short {
            asked.push_str("&short=true");
        }
        listing(around, &format!("/api/v1/supplies?{asked}"), SHELVES)
    }
}

impl Nearest {
    fn run(self, around: &Around) -> Result<()> {
        let Nearest { item, quantity, incident, store } = self;
        let quantity = Some(quantity.to_string());
        let asked =
            query([("item", Some(item)), ("quantity", quantity), ("incident", incident), ("store", store)]);
        listing(around, &format!("/api/v1/supplies/nearest?{asked}"), OFFERS)
    }
}

fn query<const N: usize>(fields: [(&str, Option<String>); N]) -> String {
    let given = fields.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", segment(&value?))));
    given.collect::<Vec<_>>().join("&")
}

fn listing(around: &Around, path: &str, columns: &[Column]) -> Result<()> {
    let rows = around.client()?.get(path)?;
    thing::print(around, rows.as_array().map_or(&[], Vec::as_slice), columns, tone);
    Ok(())
}

fn balance(around: &Around) -> Result<ExitCode> {
    let sum = around.client()?.get("/api/v1/supplies/balance")?;
    thing::print(around, sum["items"].as_array().map_or(&[], Vec::as_slice), ACCOUNTS, tone);
    let is_exact = sum["exact"] == true;
    if !around.print.json {
        let (tone, said) = match is_exact {
            true => (Tone::Good, words::VERIFY_OK.with(&[])),
            false => (Tone::Alarm, words::BALANCE_WRONG.with(&[])),
        };
        around.print.line(&around.print.painted(tone, &said));
    }
    Ok(if is_exact { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn act<const N: usize>(
    around: &Around,
    id: &str,
    verb: &str,
    by: By,
    fields: [(&str, Option<Value>); N],
) -> Result<()> {
    let given = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    thing::act(around, "supplies", id, verb, by, given.collect::<Map<String, Value>>())
}

fn tone(row: &Value) -> Tone {
    let has_faults = row["faults"].as_array().is_some_and(|faults| !faults.is_empty());
    match row["state"].as_str() {
        _ if has_faults => Tone::Alarm,
        Some("expired" | "lost") => Tone::Alarm,
        Some("expiring") => Tone::Trouble,
        Some("returned" | "cancelled") => Tone::Faint,
        _ if row["short"] == true => Tone::Trouble,
        _ => Tone::Plain,
    }
}
