//! What XDP does not have yet: the back end's table of it, what `check --target xdp` says, and docs/limits.md are one and the same.

use p4xdp::backend::lacking::MESSAGE;
use p4xdp::backend::lacks;
use p4xdp::driver::{Codegen, Compilation};
use p4xdp_test_support::command::p4xdp;
use p4xdp_test_support::program::{of_file, of_text};
use std::collections::BTreeSet;
use std::path::Path;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Every row of the table is refused in some program, with its code; nothing is refused in these words that is no row.
#[test]
fn every_row_is_a_refusal() {
    let mut refused: BTreeSet<(String, String)> = BTreeSet::new();
    let mut compilations: Vec<Compilation> = Vec::new();
    for entry in std::fs::read_dir(Path::new(ROOT).join("testdata/lacking")).unwrap() {
        compilations.push(of_file(&entry.unwrap().path()));
    }
    compilations.push(of_text("program", ATTACHED));
    for mut compilation in compilations {
        assert!(compilation.generate(&Codegen::default()).is_err());
        for found in compilation.diagnostics.iter().filter(|found| !found.code.is_warning()) {
            assert!(!found.message.contains("internal error"), "{}", found.message);
            if let Some(what) = found.message.strip_suffix(MESSAGE) {
                refused.insert((what.trim().to_owned(), found.code.as_str().to_owned()));
            }
        }
    }
    let rows: BTreeSet<(String, String)> =
        lacks().map(|row| (row.what.to_owned(), row.code.as_str().to_owned())).collect();
    let not_refused: Vec<_> = rows.difference(&refused).collect();
    let no_row: Vec<_> = refused.difference(&rows).collect();
    assert!(
        not_refused.is_empty() && no_row.is_empty(),
        "never refused: {not_refused:?}, no row: {no_row:?}"
    );
}

const ATTACHED: &str = "#include <ebpf_model.p4>
    extern cache { cache(bit<32> size); }
    header e_t { bit<8> a; } struct h_t { e_t e; }
    parser P(packet_in p, out h_t h) { state start { p.extract(h.e); transition accept; } }
    control F(inout h_t h, out bool pass) {
        table t { key = { h.e.a: exact; } actions = { NoAction; } implementation = cache(4); default_action = NoAction; }
        apply { t.apply(); pass = true; }
    }
    ebpfFilter(P(), F()) main;";

/// The table in docs/limits.md is made from the code.
#[test]
fn the_document_lists_every_row() {
    let rows: String = lacks().map(|row| format!("| {} | {} |\n", row.what, row.code)).collect();
    let expected = format!("| Not on XDP yet | Code |\n| --- | --- |\n{rows}\n");
    let document = std::fs::read_to_string(Path::new(ROOT).join("docs/limits.md")).unwrap();
    assert!(document.contains(&expected), "docs/limits.md should have this table:\n{expected}");
}

/// One run says all: every key, property, call and type that is in the way, without clang.
#[test]
fn check_for_a_target_says_all_at_once() {
    let check = |target: &[&str]| {
        let output = p4xdp()
            .args(["check", "testdata/lacking/tables.p4", "--error-format", "short"])
            .args(target)
            .current_dir(ROOT)
            .env("P4XDP_CLANG", "/nonexistent/clang")
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(check(&[]).0, Some(0));
    let (status, said) = check(&["--target", "xdp"]);
    assert_eq!((status, said.matches("error[E0516]").count()), (Some(1), 1), "{said}");
    assert_eq!(said.matches("error[E0520]").count(), 2, "{said}");
    assert_eq!(said.matches("error[E0523]").count(), 1, "{said}");
}

/// The one type that no byte ends does not hide what else is lacking.
#[test]
fn a_header_of_odd_bits_hides_nothing() {
    let text = ATTACHED
        .replace("bit<8> a;", "bit<8> a; bit<4> b; varbit<8> c;")
        .replace("extract(h.e)", "extract(h.e, 0)");
    let mut compilation = of_text("program", &text);
    assert!(compilation.generate(&Codegen::default()).is_err());
    let codes: Vec<&str> = compilation.diagnostics.iter().map(|found| found.code.as_str()).collect();
    assert_eq!(codes, ["E0514", "E0516"]);
}
