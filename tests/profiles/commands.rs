//! `p4xdp member` and `p4xdp group`.

use p4xdp_test_support::command::binary;
use p4xdp_test_support::space::with_object;

#[test]
fn members_and_groups_are_changed_from_the_command_line_and_survive_a_new_program() {
    let Some((_dir, object, space)) = with_object("testdata/packets/v1model_profiles.p4", "profiles") else {
        return;
    };
    let load = || space.run(&[binary(), "load", "--no-pins", &object, "1=sw"]);
    load();
    let command = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        space.try_run(&[&[binary(), words[0], words[1], "--dev", "sw"], &words[2..]].concat())
    };
    let said = |line: &str| {
        let output = command(line);
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let refused = |line: &str| {
        let output = command(line);
        assert!(!output.status.success(), "{line}");
        String::from_utf8(output.stderr).unwrap()
    };
    said("member insert by_flow 1 set v=0xc1");
    said("member insert by_flow 2 set 0xc2");
    said("member insert by_flow 3 twice low=3 high=0xc");
    said("member modify by_flow 2 set 0xc4");
    said("group insert by_flow 9 1 2 1");
    said("group insert by_flow 8");
    said("group modify by_flow 9 3:2 2 1:3");
    assert!(said("group dump by_flow").contains("  group 9 -> members 3:2 2 1:3\n"));
    said("group modify by_flow 9 3 3:1 2");
    assert!(said("group dump by_flow").contains("  group 9 -> members 3:2 2\n"));
    said("group modify by_flow 9 3 2");
    said("table insert groups key=0x10/4 group 9");
    said("table insert groups 0x20/4 member 1");
    said("member insert profile 7 twice 1 2");
    said("table insert members 5 member 7");
    let members = "Ing.by_flow\n  member 1 -> Ing.set(v=193)\n  member 2 -> Ing.set(v=196)\n  \
                   member 3 -> Ing.twice(high=12, low=3)\n";
    assert_eq!(said("member dump by_flow"), members);
    let groups = "Ing.by_flow\n  group 8 -> members\n  group 9 -> members 3 2\n";
    assert_eq!(said("group dump by_flow"), groups);
    let entries = said("table dump groups");
    assert!(
        entries.contains("key=16/4 -> group 9\n") && entries.contains("key=32/4 -> member 1\n"),
        "{entries}"
    );
    let list = said("member list");
    let flows = "Ing.by_flow (3 of 8 members, 2 of 8 groups of at most 128 members)\n  table   Ing.groups\n  \
                 action  Ing.set(v: bit<8>)\n";
    assert!(list.contains(flows), "{list}");
    assert!(
        list.contains("Ing.profile (1 of 8 members)\n  table   Ing.members\n  table   Ing.again\n"),
        "{list}"
    );

    for (line, message) in [
        ("member insert by_flow 1 set 1", "`Ing.by_flow` has member 1 already; modify it instead"),
        ("member insert by_flow x set 1", "`x` is not a value for `member`"),
        ("member insert by_flow 4 set 256", "`256` does not fit `v`, which has 8 bits"),
        (
            "member insert by_flow 4 sets 1",
            "there is no action `sets` in `Ing.by_flow`; did you mean `Ing.set`?",
        ),
        (
            "member insert by_flaw 4 set 1",
            "there is no action profile `by_flaw`; did you mean `Ing.by_flow`?",
        ),
        ("member delete by_flow 2", "member 2 of `Ing.by_flow` is in use: group 9 names it"),
        ("group delete by_flow 9", "group 9 of `Ing.by_flow` is in use: an entry of table `Ing.groups` ("),
        ("group insert by_flow 4 1 6", "`Ing.by_flow` has no member 6, which group 4 names"),
        ("group insert by_flow 4 1:0", "the weight of member 1 is 0: leave it out of the group"),
        ("group insert by_flow 4 1:x", "`x`"),
        (
            "group insert by_flow 4 1:100 2:4294967295",
            "group 4 of `Ing.by_flow` has 4294967395 members; a group holds 128",
        ),
        ("group insert profile 4 7", "`Ing.profile` is an action profile, which has no groups"),
        (
            "table insert members 6 set 3",
            "entries of table `Ing.members` run members of `Ing.profile`: give `member N`",
        ),
        ("table insert members 6 group 3", "give `member N` for table `Ing.members`"),
        (
            "table insert members 6 member 3",
            "`Ing.profile` has no member 3, which an entry of table `Ing.members` names",
        ),
        ("table insert members 6 member", "`member` has 1 number, 0 given"),
        ("table modify members 5 member 4294967296", "`4294967296` does not fit `member`, which has 32 bits"),
    ] {
        let said = refused(line);
        assert!(said.contains(message), "{line}: {said}");
    }

    let kept = load();
    assert!(kept.contains("Ing.by_flow") && kept.contains("kept"), "{kept}");
    assert_eq!(said("member dump by_flow"), members);
    assert_eq!(said("group dump by_flow"), groups);
    assert_eq!(said("table dump groups"), entries);
    said("table clear groups");
    said("group delete by_flow 9");
    said("member delete by_flow 2");
    assert_eq!(said("group dump by_flow"), "Ing.by_flow\n  group 8 -> members\n");
}
