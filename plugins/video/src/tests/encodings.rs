//! Declared, sniffed and damaged encodings.

use super::{accepted, decode, usual};
use encoding_rs::{GB18030, UTF_8};

const SAID: &str = "东区 3 号仓库周界 洒水泵㐀𠀀";

fn body(label: &str, encoding: &'static encoding_rs::Encoding) -> Vec<u8> {
    let whole = usual("5", &format!("<AlarmDescription>{SAID}</AlarmDescription>"));
    let declaration = if label.is_empty() { String::new() } else { format!(" encoding=\"{label}\"") };
    let whole = whole.replace(" encoding=\"UTF-8\"", &declaration);
    encoding.encode(&whole).0.into_owned()
}

#[test]
fn chinese_is_read_under_every_label() {
    let check = |label: &str, encoding: &'static encoding_rs::Encoding, defects: usize| {
        let outcome = accepted(body(label, encoding));
        assert_eq!(outcome.signals[0].title, format!("视频报警:{SAID}"), "{label} {}", encoding.name());
        assert_eq!(outcome.defects.len(), defects, "{label} {}: {:?}", encoding.name(), outcome.defects);
    };
    for honest in ["GB2312", "gb2312", "GBK", "GB18030"] {
        check(honest, GB18030, 0);
    }
    check("UTF-8", UTF_8, 0);
    check("utf8", UTF_8, 0);
    check("", UTF_8, 0);
    // Lies: the bytes win, and the lie is named.
    check("UTF-8", GB18030, 1);
    check("", GB18030, 1);
    check("ISO-8859-1", GB18030, 1);
    check("ISO-8859-1", UTF_8, 1);
}

/// UTF-8 under a GB label is recognised by spelling nothing but Chinese.
#[test]
fn utf8_that_claims_to_be_gb() {
    let said = "仓库周界入侵";
    let whole =
        usual("5", &format!("<AlarmDescription>{said}</AlarmDescription>")).replace("UTF-8", "GB2312");
    let outcome = accepted(whole);
    assert_eq!(outcome.signals[0].title, format!("视频报警:{said}"));
    assert_eq!(outcome.defects, ["declared GB2312, is UTF-8"]);
}

/// Signs beside the ideographs are Chinese as well.
#[test]
fn signs_make_no_other_encoding() {
    let title = |label: &str, encoding: &'static encoding_rs::Encoding, said: &str| {
        let whole = usual("5", &format!("<AlarmDescription>{said}</AlarmDescription>"));
        let outcome = accepted(encoding.encode(&whole.replace("UTF-8", label)).0);
        (outcome.signals[0].title.clone(), outcome.defects.len())
    };
    for sign in ["℃", "①", "·", "×", "Ⅱ", "°", "±", "÷", "→", "■", "★", "㎡", "—", "、", "："]
    {
        let said = format!("水泵{sign}房");
        assert_eq!(title("GB2312", UTF_8, &said), (format!("视频报警:{said}"), 1));
    }
    // Their bytes are those of other characters in GB 18030.
    for said in ["路", "卤", "掳", "脳", "梅", "楼"] {
        assert_eq!(title("GB2312", GB18030, said), (format!("视频报警:{said}"), 0), "{said}");
    }
}

/// A device cuts a text where its buffer ends, in the middle of a character.
#[test]
fn utf8_that_was_cut_is_utf8() {
    let said = "东区三号仓库周界洒水泵房";
    let whole = usual("5", "<AlarmDescription>@</AlarmDescription>");
    for label in ["UTF-8", "utf8", ""] {
        let declaration = if label.is_empty() { String::new() } else { format!(" encoding=\"{label}\"") };
        let whole = whole.replace(" encoding=\"UTF-8\"", &declaration);
        let (before, after) = whole.split_once('@').unwrap();
        for bytes in 6..said.len() {
            let outcome = accepted([before.as_bytes(), &said.as_bytes()[..bytes], after.as_bytes()].concat());
            let (title, whole) = (&outcome.signals[0].title, bytes / 3);
            let expect: String = said.chars().take(whole).collect();
            assert!(title.starts_with(&format!("视频报警:{expect}")), "{label} {bytes}: {title}");
            assert_eq!(outcome.defects.len(), usize::from(bytes % 3 > 0), "{label} {bytes}: {title}");
        }
    }
}

#[test]
fn marks_and_padding_are_left_away() {
    let plain = usual("5", "<AlarmDescription>围墙</AlarmDescription>");
    let mut marked = b"\xef\xbb\xbf".to_vec();
    marked.extend(plain.as_bytes());
    let wide: Vec<u8> = [0xfffe_u16.swap_bytes()]
        .into_iter()
        .chain(plain.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let padded = [b"\r\n ", plain.as_bytes(), b"\0\0\0"].concat();
    let gb = [b"\x84\x31\x95\x33", &*GB18030.encode(&plain).0].concat();
    for bytes in [marked, wide, padded, gb] {
        let outcome = accepted(&bytes);
        assert_eq!(outcome.signals[0].title, "视频报警:围墙");
        assert_eq!(outcome.defects, Vec::<String>::new());
    }
}

#[test]
fn damaged_text_is_kept_as_far_as_it_can_be_read() {
    for (label, bytes) in
        [("GB2312", &b"\xb6\xab\xff\xff\xc7\xf8"[..]), ("UTF-8", b"\xe4\xb8\x9c\xff\xff\xe5\x8c\xba")]
    {
        let whole = usual("5", "<AlarmDescription>@</AlarmDescription>").replace("UTF-8", label);
        let (before, after) = whole.split_once('@').unwrap();
        let outcome = accepted([before.as_bytes(), bytes, after.as_bytes()].concat());
        let title = &outcome.signals[0].title;
        assert!(
            title.starts_with("视频报警:东") && title.ends_with('区') && title.contains('\u{fffd}'),
            "{title}"
        );
        assert_eq!(outcome.defects.len(), 1);
    }
}

/// Nothing but UTF-8 without control characters leaves the decoder, and no
/// damage makes it panic.
#[test]
fn damage_never_panics() {
    let whole = body("GB2312", GB18030);
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..20_000 {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        let mut bytes = whole.clone();
        bytes.truncate(whole.len() - (seed >> 8) as usize % 40 * ((seed & 1) as usize));
        for shift in [16, 32] {
            let at = (seed >> shift) as usize % bytes.len();
            bytes[at] = (seed >> 48) as u8;
        }
        if let Ok(outcome) = decode(&bytes) {
            assert!(!outcome.signals[0].title.contains(char::is_control));
        }
    }
}
