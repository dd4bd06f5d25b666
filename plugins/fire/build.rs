//! Lays out the two-byte characters of GB 2312 as one table, made by the same
//! decoder that reads what the table does not hold.

use std::{env, fs, path::Path};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let mut table = Vec::new();
    for lead in 0xA1..=0xF7_u8 {
        for trail in 0xA1..=0xFE_u8 {
            let bytes = [lead, trail];
            let text = encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(&bytes);
            let letter = text.and_then(|text| text.chars().next()).unwrap_or('\0');
            // All of them stand in the first plane; what does not is left to the decoder.
            let code = u16::try_from(u32::from(letter)).unwrap_or(0);
            table.extend(code.to_le_bytes());
        }
    }
    let folder = env::var_os("OUT_DIR").expect("cargo names OUT_DIR");
    fs::write(Path::new(&folder).join("gb2312.bin"), table).expect("OUT_DIR can be written");
}
