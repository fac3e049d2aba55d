//! What P4Runtime's control planes are told of a program: P4Info and entries of every program in `testdata/p4info`, as `build` writes them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "it is a test")]

use p4xdp_control::description::Description;
use p4xdp_p4runtime::p4::config::v1::P4Info;
use p4xdp_p4runtime::{Format, entries, p4info};
use p4xdp_test_support::command::p4xdp;
use p4xdp_test_support::program::{of_file, of_text};
use std::path::Path;
use std::sync::Arc;

fn described(path: &Path) -> Arc<Description> {
    let mut compilation = of_file(path);
    let description = compilation.describe();
    description.unwrap_or_else(|_| {
        let messages: Vec<&str> = compilation.diagnostics.iter().map(|found| &*found.message).collect();
        panic!("{}: {messages:?}", path.display())
    })
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn what_is_told() {
    insta::glob!("../testdata/p4info", "*.p4", |path| {
        let description = described(path);
        let info = text(Format::Text.write(&p4info(&description)).unwrap());
        let written = text(Format::Text.write(&entries(&description)).unwrap());
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(info + "\n" + &written);
        });
    });
}

/// Ids say what kind of object they are of, and are those of one object.
#[test]
fn ids_are_unique() {
    let info = p4info(&described(Path::new("testdata/p4info/pna.p4")));
    let preambles = [
        info.tables.iter().map(|it| (2, it.preamble.clone().unwrap())).collect::<Vec<_>>(),
        info.actions.iter().map(|it| (1, it.preamble.clone().unwrap())).collect(),
        info.action_profiles.iter().map(|it| (0x11, it.preamble.clone().unwrap())).collect(),
        info.counters.iter().map(|it| (0x12, it.preamble.clone().unwrap())).collect(),
        info.direct_counters.iter().map(|it| (0x13, it.preamble.clone().unwrap())).collect(),
        info.meters.iter().map(|it| (0x14, it.preamble.clone().unwrap())).collect(),
        info.direct_meters.iter().map(|it| (0x15, it.preamble.clone().unwrap())).collect(),
        info.registers.iter().map(|it| (0x16, it.preamble.clone().unwrap())).collect(),
        info.digests.iter().map(|it| (0x17, it.preamble.clone().unwrap())).collect(),
    ]
    .concat();
    assert!(preambles.iter().all(|(kind, preamble)| preamble.id >> 24 == *kind), "{preambles:?}");
    let ids: std::collections::BTreeSet<u32> = preambles.iter().map(|(_, preamble)| preamble.id).collect();
    let aliases: std::collections::BTreeSet<&str> =
        preambles.iter().map(|(_, preamble)| &*preamble.alias).collect();
    assert_eq!((ids.len(), aliases.len()), (preambles.len(), preambles.len()));
}

/// A program without `main` has nothing to control; a package of its own makes no difference to what its controls have.
#[test]
fn other_packages() {
    let nothing = of_text("t", "#include <core.p4>\ncontrol c() { apply {} }").describe().unwrap();
    assert_eq!(p4info(&nothing), P4Info::default());
    let own = "#include <core.p4>
        control c(inout bit<8> x) {
            table t { key = { x: exact; } actions = { NoAction; } }
            apply { t.apply(); }
        }
        control ct(inout bit<8> x);
        package own(ct c);
        own(c()) main;";
    let info = p4info(&of_text("t", own).describe().unwrap());
    let names: Vec<&str> = info.tables.iter().map(|table| &*table.preamble.as_ref().unwrap().name).collect();
    assert_eq!((names, info.pkg_info.unwrap().arch), (vec!["c.t"], String::new()));
}

#[test]
fn files_and_formats() {
    let directory = tempfile::tempdir().unwrap();
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/p4info/xdp.p4");
    let build = |args: &[&str]| {
        let output = p4xdp().arg("build").arg(&program).args(args).current_dir(directory.path()).output();
        let output = output.unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", text(output.stderr));
        output.stdout
    };
    let names = |extension: &str| ["p4info", "entries"].map(|name| format!("xdp.{name}.{extension}"));
    let read = |name: &str| std::fs::read(directory.path().join(name)).unwrap();
    let description = described(&program);
    for (format, name) in [(Format::Text, "text"), (Format::Binary, "binary"), (Format::Json, "json")] {
        build(&["--emit", "p4info,entries", "--p4info-format", name]);
        let [info, written] = names(format.extension());
        assert_eq!(read(&info), format.write(&p4info(&description)).unwrap());
        assert_eq!(read(&written), format.write(&entries(&description)).unwrap());
    }
    assert_eq!(build(&["--emit", "p4info", "-o", "-"]), read("xdp.p4info.txtpb"));
    assert_eq!(
        build(&["--emit", "entries", "-o", "-", "--p4info-format", "binary"]),
        read("xdp.entries.bin")
    );
}
