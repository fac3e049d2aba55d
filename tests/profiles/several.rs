//! Members and groups of programs that are replaced by one.

use super::{TEXT, call};
use p4xdp_packet_tests::engine::{Entry, EntryTarget, GroupMember, KeyMatch};
use p4xdp_runtime::carry::Carried;
use p4xdp_runtime::load::{Options, load};
use p4xdp_runtime::profiles::Write;
use p4xdp_runtime::{Object, Program};
use p4xdp_test_support::program::{generate, object, of_text};
use p4xdp_test_support::space::{TWO_PAIRS, inside};

/// Members and groups of two devices' programs live on in one, under their numbers; those that differ are refused; a profile that is laid out
/// otherwise takes what it has room for, and entries that name the rest are lost with it.
#[test]
fn members_and_groups_of_several_programs_live_on_in_one() {
    inside("members_and_groups_of_several_programs_live_on_in_one", &TWO_PAIRS, || {
        let options = |reset_tables| Options { no_pins: true, reset_tables, ..Options::default() };
        let made = |text: &str| {
            let output = generate(of_text("carried", text), &p4xdp::driver::Codegen::default()).unwrap();
            let file = object("carried", &output);
            let opened = Object::open(&file.path).unwrap();
            (file, opened)
        };
        let (_file, plain) = made(TEXT);
        let fresh = |device: &str| {
            let program = load(&plain, &[&format!("1={device}")], &options(true)).unwrap().program;
            let crc = program.profile("crc").unwrap();
            for number in 1..4 {
                crc.write_member(number, &call(0, &[number]), Write::Insert).unwrap();
            }
            crc.write_group(2, &[1, 2], Write::Insert).unwrap();
            program
        };
        let trie = |program: &Program, prefix: u32, target| {
            let keys = vec![KeyMatch::Prefix((prefix << 24).into(), 8)];
            program.table("of_trie").unwrap().insert(&Entry::new(keys, None, target)).unwrap();
        };
        let (a, b) = (fresh("a0"), fresh("a1"));
        trie(&a, 1, EntryTarget::Group(2));
        let of_b = b.profile("crc").unwrap();
        of_b.write_member(8, &call(2, &[]), Write::Insert).unwrap();
        let watched = [8.into(), GroupMember { member: 3, watch_port: Some(1) }, 8.into()];
        of_b.write_watching_group(9, &watched, Write::Insert).unwrap();
        trie(&b, 2, EntryTarget::Group(9));
        trie(&b, 3, EntryTarget::Member(8));
        let report = load(&plain, &["1=a0", "2=a1"], &options(false)).unwrap();
        let devices = vec![vec!["a0".to_owned()], vec!["a1".to_owned()]];
        // Four members and two groups.
        let joined = |entries| Carried::Joined { devices: devices.clone(), entries, lost: 0 };
        assert_eq!([&report.carried["I.crc"], &report.carried["I.plain"]], [&joined(6), &joined(0)]);
        let both = report.program;
        let crc = both.profile("crc").unwrap();
        // Port 1 is another device's in the new program, and up.
        assert_eq!(crc.groups().unwrap(), [(2, vec![1.into(), 2.into()]), (9, watched.to_vec())]);
        assert_eq!(crc.chosen_groups().unwrap(), [(2, vec![1, 2]), (9, vec![8, 3, 8])]);
        assert_eq!(crc.members().unwrap().len(), 4);
        let entries = |program: &Program| {
            let table = program.table("of_trie").unwrap();
            let entries = table.entries().unwrap().into_iter();
            entries.map(|(_, entry)| table.target_text(&entry.target)).collect::<Vec<_>>()
        };
        assert_eq!(entries(&both), ["group 2", "group 9", "member 8"]);

        // The same program again: all of it stays where it is.
        let again = load(&plain, &["1=a0", "2=a1"], &options(false)).unwrap();
        assert_eq!((&again.carried["I.crc"], &again.carried["I.of_trie"]), (&Carried::Kept, &Carried::Kept));

        // Room for three members: the one with the highest number has none, and neither what names it.
        let (_small, small) = made(&TEXT.replace("crc32, 9, 14", "crc32, 3, 14"));
        let report = load(&small, &["1=a0", "2=a1"], &options(false)).unwrap();
        let reason = "its size was 9 and is 3".to_owned();
        assert_eq!(report.carried["I.crc"], Carried::Moved { reason, moved: 4, lost: 2 });
        let reason = "its action profile differs".to_owned();
        assert_eq!(report.carried["I.of_trie"], Carried::Moved { reason, moved: 1, lost: 2 });
        assert_eq!(entries(&report.program), ["group 2"]);

        // Members and groups that differ.
        let (a, b) = (fresh("a0"), fresh("a1"));
        b.profile("crc").unwrap().write_member(3, &call(2, &[]), Write::Modify).unwrap();
        b.profile("crc").unwrap().write_group(2, &[2, 1], Write::Modify).unwrap();
        let refused = load(&plain, &["1=a0", "2=a1"], &options(false)).unwrap_err().to_string();
        for what in [
            "I.crc: member 3 is I.set(by=3) on `a0`, I.leave() on `a1`",
            "I.crc: group 2 is [1, 2] on `a0`, [2, 1] on `a1`",
            "all stays as it was",
        ] {
            assert!(refused.contains(what), "{what}: {refused}");
        }
        let running = |device: &str| Program::by_device(device).unwrap().id();
        assert_eq!([running("a0"), running("a1")], [a.id(), b.id()]);
    });
}
