//! What is refused, in which words, and with which answer.

use super::*;
use tocsin_sdk::RejectionKind;

/// `says` stands in the reason; `reply` is the command that answers, 0 for none.
fn check(bytes: &[u8], kind: RejectionKind, says: &str, reply: u8) {
    let rejection = decode(&Host::fresh(), bytes).expect_err("a frame that is refused");
    assert_eq!(rejection.kind, kind, "{}", rejection.reason);
    assert!(rejection.reason.contains(says), "{} does not say {says}", rejection.reason);
    if reply == 0 {
        assert!(rejection.reply.is_empty());
        return;
    }
    assert_eq!((rejection.reply.len(), rejection.reply[26]), (30, reply), "{}", rejection.reason);
    assert_eq!(rejection.reply[..12], bytes[..12], "start, serial, version and time are the frame's");
    assert_eq!(rejection.reply[12..18], bytes[18..24], "addresses are exchanged");
    assert_eq!(rejection.reply[18..24], bytes[12..18], "addresses are exchanged");
    assert_eq!(rejection.reply[27], checksum(&rejection.reply));
    assert!(rejection.reply.ends_with(b"##"));
}

use RejectionKind::{Malformed, Unsupported};
const ACK: u8 = 3;
const NAK: u8 = 6;

#[test]
fn the_frame_itself() {
    let alarm = hex(ALARM);
    let with = |at: usize, byte: u8| {
        let mut bytes = alarm.clone();
        bytes[at] = byte;
        bytes
    };
    check(&with(75, 0x91), Malformed, "校验和 0x91 应为 0x90", NAK);
    check(&with(36, 0x07), Malformed, "校验和 0x90 应为 0x94", NAK);
    check(&with(76, b'*'), Malformed, "结束符 [2A, 23]", NAK);
    check(&with(77, 0), Malformed, "结束符 [23, 00]", NAK);
    check(&alarm[..76], Malformed, "长度 48 应成帧 78 字节, 实为 76 字节", NAK);
    check(&[&alarm[..], b"#"].concat(), Malformed, "实为 79 字节", NAK);
    check(&frame(2, &[0; 1_025]), Malformed, "长度 1025 超过 1024", NAK);
    check(&with(25, 0xFF)[..27], Malformed, "长度 65328 超过 1024", NAK);
    check(&with(0, 0), Malformed, "不是一帧", 0);
    check(&alarm[..26], Malformed, "不是一帧: 26 字节", 0);
    check(b"", Malformed, "不是一帧: 0 字节", 0);
    check("火警".as_bytes(), Malformed, "不是一帧", 0);
}

#[test]
fn commands() {
    for reserved in [0, 7, 127] {
        check(&frame(reserved, &[]), Unsupported, &format!("命令字节 {reserved} 为预留"), NAK);
    }
    for private in [128, 255] {
        check(&frame(private, &[1]), Unsupported, &format!("命令字节 {private} 为用户自定义"), NAK);
    }
    check(&frame(1, &[90, 1, 20, 30, 14, 12, 7, 26]), Unsupported, "命令字节 1 只由监控中心发出", NAK);
    check(&frame(4, &[61, 1, 1, 2]), Unsupported, "命令字节 4 只由监控中心发出", NAK);
}

#[test]
fn damaged_answers_are_not_answered() {
    for command in [3, 6] {
        let mut bytes = frame(command, &[]);
        bytes[27] ^= 1;
        check(&bytes, Malformed, "校验和", 0);
    }
}

#[test]
fn objects() {
    let smoke = component(42, 3, b"", TAG);
    check(&frame(2, &[2]), Malformed, "1 字节, 缺类型标志或信息对象数目", NAK);
    check(&send(2, &vec![smoke.clone(); 22][..0]), Malformed, "数目 0 不在 1 到 22 之间", NAK);
    check(
        &frame(2, &[&[2, 23][..], &smoke.repeat(22)].concat()),
        Malformed,
        "数目 23 不在 1 到 22 之间",
        NAK,
    );
    check(
        &frame(2, &[&[2, 2][..], &smoke].concat()),
        Malformed,
        "2 个信息对象应为 92 字节, 实为 46 字节",
        NAK,
    );
    check(&frame(2, &[&[2, 1][..], &smoke, &[0]].concat()), Malformed, "应为 46 字节, 实为 47 字节", NAK);
    check(&frame(2, &[21, 1, 3, 20, 30, 14, 12, 7]), Malformed, "应为 7 字节, 实为 6 字节", NAK);
    check(&frame(2, &[21, 2, 3, 20, 30, 14, 12, 7, 26]), Malformed, "数目 2 不在 1 到 1 之间", NAK);
    check(&frame(2, &[6, 1, 1, 1, 5, b'a', b'b']), Malformed, "应为 8 字节, 实为 5 字节", NAK);
    check(&frame(2, &[6, 2, 1, 1, 1, b'a']), Malformed, "2 个信息对象应为 7 字节, 实为 4 字节", NAK);
    check(&frame(2, &[26, 1]), Malformed, "应为 1 字节, 实为 0 字节", NAK);
    for reserved in [0, 9, 20, 22, 27, 29, 60, 61, 91, 127, 255] {
        check(&frame(2, &[reserved, 1, 0]), Unsupported, &format!("类型标志 {reserved} 为预留或下行"), ACK);
    }
    for private in [128, 254] {
        check(&frame(2, &[private, 1, 0]), Unsupported, &format!("类型标志 {private} 为用户自定义"), ACK);
        check(&frame(5, &[private, 1, 0]), Unsupported, "用户自定义", 0);
    }
}
