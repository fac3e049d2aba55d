//! Files that are not objects of ours are refused, each with its reason.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "it is a test")]

use p4xdp_runtime::Object;
use p4xdp_test_support::switch;
use std::path::Path;

fn refusal(bytes: Vec<u8>) -> String {
    Object::from_bytes("x.o", bytes).unwrap_err().to_string()
}

#[test]
fn files_that_are_not_ours() {
    assert!(
        Object::open(Path::new("/nonexistent.o"))
            .unwrap_err()
            .to_string()
            .starts_with("cannot read /nonexistent.o: ")
    );
    assert!(refusal(Vec::new()).starts_with("x.o is not an eBPF object: "));
    assert!(
        refusal(b"not an ELF file at all, but long enough to be one".to_vec())
            .starts_with("x.o is not an eBPF object: ")
    );
    let own = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    assert_eq!(refusal(own), "x.o is not an eBPF object: it is compiled for X86_64");

    let good = switch::manifest(256).encode().unwrap();
    let object = switch::compile(&good, 256, &[]);
    assert_eq!(Object::from_bytes("x.o", object.clone()).unwrap().manifest().source, "switch.p4");
    let mut cut = object;
    cut.truncate(cut.len() / 2);
    assert!(refusal(cut).starts_with("x.o "));

    let mut version = good.clone();
    version[8] = 99;
    let text = refusal(switch::compile(&version, 256, &[]));
    assert!(text.contains("version 99") && text.contains("compile the program again"), "{text}");
    assert_eq!(refusal(switch::compile(b"something else", 256, &[])), "x.o: not a p4xdp manifest");
    let short = refusal(switch::compile(&good[..good.len() - 9], 256, &[]));
    assert!(short.contains("is cut short"), "{short}");
    let mut entry = switch::manifest(256);
    entry.entry = "nothing".into();
    let text = refusal(switch::compile(&entry.encode().unwrap(), 256, &[]));
    assert_eq!(text, "x.o has no program `nothing`, though its manifest says so");
}
