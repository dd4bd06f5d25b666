//! Additional items behind a position: id 1, length 1, that many bytes.

use serde_json::{Map, Value, json};
use tocsin_sdk::text::hex;

/// Of bytes in one item that nobody reads.
const SHOWN_BYTES: usize = 64;

/// The items, and where they break off if they do.
pub fn read(bytes: &[u8]) -> (Map<String, Value>, Option<String>) {
    let mut items = Map::new();
    let mut rest = bytes;
    while let [id, length, behind @ ..] = rest {
        let length = usize::from(*length);
        let Some(value) = behind.get(..length) else {
            let left = behind.len();
            return (
                items,
                Some(format!("附加信息 {id:02X} 应有 {length} 字节,只剩 {left} (item {id:02X} breaks off)")),
            );
        };
        rest = &behind[length..];
        let (name, value) = item(*id, value);
        items.insert(name, value);
    }
    let defect = (!rest.is_empty()).then(|| format!("位置信息之后多出 {} 字节 (stray bytes)", rest.len()));
    (items, defect)
}

fn item(id: u8, bytes: &[u8]) -> (String, Value) {
    let number = bytes.iter().take(4).fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    let tenth = f64::from(number) / 10.0;
    match (id, bytes.len()) {
        (0x01, 4) => ("mileage_km".into(), json!(tenth)),
        (0x02, 2) => ("fuel_l".into(), json!(tenth)),
        (0x03, 2) => ("recorder_km_h".into(), json!(tenth)),
        (0x04, 2) => ("alarm_event".into(), json!(number)),
        (0x06, 2) => ("cabin_celsius".into(), json!(number as u16 as i16)),
        (0x25, 4) => ("signals".into(), json!(number)),
        (0x2A, 2) => ("io".into(), json!(number)),
        (0x30, 1) => ("signal_strength".into(), json!(number)),
        (0x31, 1) => ("satellites".into(), json!(number)),
        _ => (format!("item_{id:02x}"), json!(hex(&bytes[..bytes.len().min(SHOWN_BYTES)]))),
    }
}
