//! The language: commands as parsed, errors with their places.

use super::*;
use p4xdp_control::entry::Mirror;

fn one(text: &str) -> CommandKind {
    let commands = parse(text).unwrap();
    assert_eq!(commands.len(), 1, "{text}");
    commands.into_iter().next().unwrap().kind
}

fn error(text: &str) -> String {
    parse(text).unwrap_err().to_string()
}

#[test]
fn add_with_everything() {
    let text = "ADD \"a table\".t 100 extra$0.h:0x25** k[1].f:10/8 x:1..0b11 y:0x1&&&0xf c.act(val:0x7f, port:2) = A";
    let CommandKind::Add { table, priority, keys, target: Target::Action(action), id } = one(text) else {
        panic!()
    };
    assert_eq!((table.text.as_str(), table.column), ("a table.t", 5));
    assert_eq!(priority, Some(100));
    assert_eq!(id.as_deref(), Some("A"));
    let names: Vec<&str> = keys.iter().map(|(n, _)| n.text.as_str()).collect();
    assert_eq!(names, ["extra$0.h", "k[1].f", "x", "y"]);
    let MatchValue::Plain(wild) = &keys[0].1 else { panic!() };
    assert_eq!((wild.value.clone(), wild.mask.clone()), (0x2500u32.into(), 0xff00u32.into()));
    assert_eq!((wild.digits, wild.wildcards, wild.digit_bits), (4, 2, Some(4)));
    assert!(matches!(&keys[1].1, MatchValue::Prefix(n, 8) if n.value == 10u32.into()));
    assert!(matches!(&keys[2].1, MatchValue::Range(_, high) if high.value == 3u32.into()));
    assert!(matches!(&keys[3].1, MatchValue::Masked(..)));
    let args: Vec<(&str, &BigUint)> = action.args.iter().map(|(n, v)| (n.text.as_str(), &v.value)).collect();
    assert_eq!(args, [("val", &0x7fu32.into()), ("port", &2u32.into())]);
}

#[test]
fn packets_and_expectations() {
    assert_eq!(one("packet 3 0aF 1 2\t3"), CommandKind::Packet { port: 3, bytes: vec![0x0a, 0xf1, 0x23] });
    let nibbles = vec![Some(1), None, Some(0xf)];
    let pattern = Some(Pattern { nibbles, exact: true });
    assert_eq!(one("  Expect 5 1* F $ # behind"), CommandKind::Expect { port: 5, pattern });
    assert_eq!(one("expect 5"), CommandKind::Expect { port: 5, pattern: None });
    let nothing = Some(Pattern { nibbles: Vec::new(), exact: true });
    assert_eq!(one("expect 5 $"), CommandKind::Expect { port: 5, pattern: nothing });
}

#[test]
fn other_commands() {
    assert_eq!(one("remove all"), CommandKind::RemoveAll);
    assert_eq!(one("mc_node_create 17 1 2 3"), CommandKind::McNodeCreate(17, vec![1, 2, 3]));
    let session = |target, class_of_service, truncate| Session { target, class_of_service, truncate };
    let to_group = session(Mirror::Group(3), 0, None);
    assert_eq!(one("mirroring_add_mc 8 3"), CommandKind::MirroringAdd(8, to_group));
    let to_port = session(Mirror::Port(4), 2, Some(64));
    assert_eq!(
        one("mirroring_add 8 4 truncate:64 class_of_service:2"),
        CommandKind::MirroringAdd(8, to_port)
    );
    let CommandKind::SetCustomCrc(crc) = one("set_crc16_parameters 0x1021 0xffff 0 false true") else {
        panic!()
    };
    assert_eq!((crc.width, crc.polynomial, crc.reflect_in, crc.reflect_out), (16, 0x1021, false, true));
    let CommandKind::CheckCounter { counter, index, check } = one("check_counter c.d(0x10) bytes >= 64")
    else {
        panic!()
    };
    assert_eq!((counter.text.as_str(), index), ("c.d", CellIndex::Number(16)));
    assert_eq!(check, Some((CountOf::Bytes, Comparison::Ge, 64)));
    assert!(matches!(one("check_counter cntDum($A)"), CommandKind::CheckCounter { check: None, .. }));
    let CommandKind::MeterSetRates(name, index, rates) = one("meter_set_rates i.m 2 0.000005:4 0.00002:5")
    else {
        panic!()
    };
    assert_eq!((name.text.as_str(), rates), ("i.m", vec![(0.000_005, 4), (0.000_02, 5)]));
    assert_eq!(index, Some(CellIndex::Number(2)));
    let CommandKind::MeterSetRates(_, Some(CellIndex::Entry(id)), _) = one("meter_set_rates i.m $A 1:4 1:5")
    else {
        panic!()
    };
    assert_eq!(id.text, "$A");
    assert_eq!(parse("# nothing\n\n   \nwait\nno_packet\n").unwrap().len(), 2);
}

#[test]
fn profiles_value_sets_and_checks() {
    let CommandKind::Add { keys, target: Target::Group(9), .. } = one("add t k:1 group 9") else { panic!() };
    assert_eq!(keys.len(), 1);
    let CommandKind::Add { target: Target::Member(3), id, .. } = one("add t k:1 member 3 = x") else {
        panic!()
    };
    assert_eq!(id.as_deref(), Some("x"));
    assert!(matches!(one("member_add p 1 set(v:2)"), CommandKind::MemberAdd(_, 1, _)));
    assert!(
        matches!(one("group_add p 1 2 3"), CommandKind::GroupAdd(_, 1, members) if members == [2.into(), 3.into()])
    );
    let CommandKind::GroupAdd(_, 1, members) = one("group_add p 1 2@7 3") else { panic!() };
    assert_eq!(members, [GroupMember { member: 2, watch_port: Some(7) }, 3.into()]);
    assert_eq!(one("port_down 7"), CommandKind::SetPort(7, false));
    assert_eq!(one("port_up 0x7"), CommandKind::SetPort(7, true));
    for line in ["member_add p 1@2 set(v:2)", "add t k:1 member 3@2", "group_delete p 1@2"] {
        let message = parse(line).unwrap_err().message;
        assert_eq!(message, "a watch port belongs to a member of a group: `group_add P G M@PORT`");
    }
    assert!(
        matches!(one("value_set_add v 1 2..3"), CommandKind::ValueSetAdd(_, values) if values.len() == 2)
    );
    assert!(matches!(one("check_register r(1) == 2"), CommandKind::CheckRegister(_, 1, Comparison::Eq, _)));
    assert!(
        matches!(one("check_digest 1 a:2 b.c:3"), CommandKind::CheckDigest(_, fields) if fields.len() == 2)
    );
    assert_eq!(error("add t k:1 member"), "1:17: expected `:`, found the end of the line");
    assert_eq!(error("check_digest d a"), "1:17: expected `:`, found the end of the line");
}

#[test]
fn addresses() {
    let keys = |text: &str| match one(text) {
        CommandKind::Add { keys, .. } => keys,
        other => panic!("{other:?}"),
    };
    let whole = |value: &MatchValue| match value {
        MatchValue::Plain(number) => (number.address, number.value.clone(), number.mask.bits()),
        other => panic!("{other:?}"),
    };
    let found =
        keys("add t a:02:00:00:00:00:0a b:10.0.0.1 c:::1 c.d:1::2 e:1 f:a::b fe(x:fe80::, y:1.2.3.4)");
    let values: Vec<_> = found.iter().map(|(name, value)| (name.text.as_str(), whole(value))).collect();
    let number = |value: u128| num_bigint::BigUint::from(value);
    let wanted = [
        ("a", (Some(Address::Mac), number(0x0200_0000_000a), 48)),
        ("b", (Some(Address::Ipv4), number(0x0a00_0001), 32)),
        ("c", (Some(Address::Ipv6), number(1), 128)),
        ("c.d", (Some(Address::Ipv6), number(1 << 112 | 2), 128)),
        ("e", (None, number(1), 1)),
        ("f", (Some(Address::Ipv6), number(0xa << 112 | 0xb), 128)),
    ];
    assert_eq!(values, wanted);
    let found = keys("add t a:10.0.0.0/8 b:10.0.0.1..10.0.0.9 c:10.0.0.0&&&255.0.0.0 d:fe80::/10 x()");
    assert!(matches!(&found[0].1, MatchValue::Prefix(n, 8) if n.value == number(10 << 24)));
    assert!(matches!(&found[1].1, MatchValue::Range(a, b) if &b.value - &a.value == number(8)));
    assert!(matches!(&found[2].1, MatchValue::Masked(_, mask) if mask.value == number(255 << 24)));
    assert!(matches!(&found[3].1, MatchValue::Prefix(n, 10) if n.value == number(0xfe80 << 112)));
    // What is no address stays what it was: a name, a colon, a number.
    assert_eq!(whole(&keys("add t 5 ab:12 x()")[0].1), (None, number(12), 4));
    assert!(matches!(one("value_set_add v 10.0.0.1 02:00:00:00:00:01 2001:db8::1"),
        CommandKind::ValueSetAdd(_, values) if values.iter().all(|v| whole(v).0.is_some()) && values.len() == 3));
    assert_eq!(error("add t k:10.0.0.256 x()"), "1:9: `10.0.0.256` is no MAC, IPv4 or IPv6 address");
}

#[test]
fn lines_are_counted() {
    let commands = parse("\u{feff}wait\r\n\r\n# x\r\nwait\r\n").unwrap();
    assert_eq!(commands.iter().map(|c| c.line).collect::<Vec<_>>(), [1, 4]);
}

#[test]
fn errors_say_where() {
    assert_eq!(error("wait\n  frobnicate 1"), "2:3: unknown command `frobnicate`");
    assert_eq!(error("pakcet 0 00"), "1:1: unknown command `pakcet`; did you mean `packet`?");
    assert_eq!(error("mirroring_add 1 2 trunc:3"), "1:19: expected `class_of_service` or `truncate`");
    assert_eq!(
        error("set_crc16_parameters 0x10000 0 0 true true"),
        "1:22: 0x10000 does not fit a CRC of 16 bits"
    );
    assert_eq!(error("set_crc16_parameters 1 0 0 1 true"), "1:28: expected `true` or `false`");
    assert_eq!(error("packet 0 00 0g"), "1:14: `g` is no hexadecimal digit");
    assert_eq!(error("packet 0 00*"), "1:12: `*` is no hexadecimal digit");
    assert_eq!(error("packet 0 000"), "1:9: a packet has a whole number of bytes, but half of one is left");
    assert_eq!(error("packet x 00"), "1:8: expected a port number, found `x`");
    assert_eq!(error("expect 1 00 $ 11"), "1:15: nothing may follow `$`");
    assert_eq!(error("add t k:0xzz a()"), "1:9: `0xzz` is no number");
    assert_eq!(error("add t k:1"), "1:10: expected a name, found the end of the line");
    assert_eq!(error("add t k=1 a()"), "1:8: expected `:`, found `=`");
    assert_eq!(error("add t k:1 a(b:2"), "1:16: expected a name, found the end of the line");
    assert_eq!(error("add \"t k:1 a()"), "1:5: a quoted name has no end");
    assert_eq!(error("setdefault t a() b"), "1:18: expected the end of the line, found `b`");
    assert_eq!(error("remove one"), "1:8: `remove` only knows `all`");
    assert_eq!(error("mirroring_add 1"), "1:16: expected a number, found the end of the line");
    assert_eq!(error("mc_mgrp_create 99999999999"), "1:16: the number is too large");
    assert_eq!(error("check_counter c(1) packets ~ 1"), "1:28: unexpected character `~`");
    assert_eq!(error("meter_array_set_rates m 1"), "1:25: expected `rate:burst`, found `1`");
}
