//! `build --report` and `build --verify`: what is told of objects, and of those that the verifier refuses.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

#[path = "../benches/verifier/families.rs"]
#[allow(dead_code, reason = "not all of it is needed here")]
mod families;

use p4xdp::backend::Holding;
use p4xdp::driver::{Codegen, ObjectError, make_object};
use p4xdp::frontend::diagnostic::{Format, render};
use p4xdp::report;
use p4xdp_test_support::command::p4xdp;
use p4xdp_test_support::needs::{Need, are_met, lacking};
use p4xdp_test_support::program::of_text;
use p4xdp_test_support::root;
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

fn build(program: &Path, folder: &Path, more: &[&str]) -> Output {
    p4xdp()
        .arg("build")
        .arg(program)
        .args(["-W", "none", "--error-format", "short", "-o"])
        .arg(folder)
        .args(more)
        .output()
        .unwrap()
}

fn told(program: &Path, more: &[&str]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let output = build(program, folder.path(), &[&["--report=json"], more].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn instructions_are_told_by_what_they_come_from() {
    let report = told(&root().join("examples/switch/switch.p4"), &[]);
    let program = &report["programs"][0];
    let parts = program["parts"].as_array().unwrap();
    let whole: u64 = parts.iter().map(|part| number(&part["instructions"])).sum();
    assert_eq!(whole, number(&program["instructions"]));
    let processed: u64 = parts.iter().map(|part| number(&part["processed"])).sum();
    assert_eq!(processed, number(&program["expected"]["processed"]));
    for (what, place) in [
        ("table `l2_switch.mac`", "switch.p4:72"),
        ("table `l2_switch.reserved`", "switch.p4:71"),
        ("action `l2_switch.forward`", "switch.p4:30"),
        ("state `start`", "switch.p4:21"),
    ] {
        let part = parts.iter().find(|part| part["what"] == what);
        assert_eq!(part.map(|part| &part["place"]), Some(&Value::from(place)), "{parts:#?}");
    }
    // What is around the program is told by functions of the C.
    let around: Vec<&Value> = parts.iter().filter(|part| part["place"].is_null()).collect();
    assert!(around.iter().any(|part| part["what"] == "`p4xdp_count_verdict` of the C"), "{around:#?}");
    assert!(around.iter().all(|part| part["what"] != "the rest"), "{around:#?}");
}

#[test]
fn maps_are_told_with_their_bytes() {
    let report = told(&root().join("examples/switch/switch.p4"), &[]);
    let map = |name: &str| {
        let maps = report["maps"].as_array().unwrap();
        maps.iter().find(|map| map["name"] == name).unwrap_or_else(|| panic!("{maps:#?}")).clone()
    };
    let table = map("mac");
    assert_eq!((number(&table["entries"]), number(&table["cpus"])), (4096, 1));
    assert_eq!(number(&table["bytes"]), 4096 * (8 + 8));
    let counters = map("packets");
    assert_eq!(number(&counters["bytes"]), number(&counters["entries"]) * 8 * number(&counters["cpus"]));
}

#[test]
fn what_was_decided_is_told_by_p4s_names() {
    let folder = tempfile::tempdir().unwrap();
    let family = |name: &str| families::FAMILIES.iter().find(|family| family.name.contains(name)).unwrap();
    let program = folder.path().join("grown.p4");
    std::fs::write(&program, (family("each tested 4 times").make)(24)).unwrap();
    let decisions = told(&program, &[])["programs"][0]["decisions"].clone();
    assert_eq!((&decisions["merged"], &decisions["headers"]), (&Value::from(true), &Value::from("shared")));
    let facts: Vec<&Value> =
        decisions["facts"].as_array().unwrap().iter().map(|fact| &fact["fact"]).collect();
    assert!(facts.contains(&&Value::from("`h.f.f0`")), "{facts:?}");
    std::fs::write(&program, (family("locals of 64 bits").make)(64)).unwrap();
    let decisions = told(&program, &[])["programs"][0]["decisions"].clone();
    assert!(!decisions["off_stack"].as_array().unwrap().is_empty(), "{decisions}");
}

#[test]
fn the_verifiers_word_stands_beside_what_was_expected() {
    let switch = root().join("examples/switch/switch.p4");
    let report = told(&switch, &[]);
    let verified = &report["programs"][0]["verified"];
    if lacking(&[Need::Root]).is_some() {
        assert!(report["verifier"]["accepted"].is_null() && verified.is_null(), "{report}");
        return;
    }
    assert_eq!(report["verifier"]["accepted"], true);
    assert_eq!(verified["stack"][0], report["programs"][0]["stack"]["largest"]);
    let folder = tempfile::tempdir().unwrap();
    let output = build(&switch, folder.path(), &["--report", "--verify"]);
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    for line in [
        "accepted by kernel",
        "program switch_, which devices run",
        "by the verifier",
        "share  instructions",
        "for each of",
    ] {
        assert!(text.contains(line), "no `{line}` in:\n{text}");
    }
}

/// A program whose extern function goes round so often, and is built with these flags.
fn rounds(rounds: usize, more: &[&str]) -> (Output, bool) {
    let codes = root().join("testdata/codes");
    let folder = tempfile::tempdir().unwrap();
    let c = std::fs::read_to_string(codes.join("E0526.c")).unwrap();
    let users = folder.path().join("rounds.c");
    std::fs::write(&users, c.replace("100000", &rounds.to_string())).unwrap();
    let users = users.display().to_string();
    let output = build(&codes.join("E0526.p4"), folder.path(), &[&["--extern", &users], more].concat());
    (output, folder.path().join("E0526.o").exists())
}

#[test]
fn verify_fails_where_the_verifier_does() {
    if !are_met(&[Need::Root]) {
        return;
    }
    // More than the kernel takes, and not so much that the estimate is certain.
    let (output, has_object) = rounds(10_000, &[]);
    assert!(output.status.success() && has_object, "{}", String::from_utf8_lossy(&output.stderr));
    let (output, _) = rounds(10_000, &["--verify"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("E0526.p4:10:14: error[E0526]: the verifier of kernel"), "{said}");
    assert!(said.contains("is too complex"), "{said}");
    let (output, _) = rounds(10, &["--verify"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn what_is_certain_to_be_refused_is_not_built() {
    let (output, has_object) = rounds(100_000, &[]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), has_object), (Some(1), false), "{said}");
    assert!(said.contains("E0526.p4:10:14: error[E0526]: the verifier would have to"), "{said}");
}

/// The program of a family, held as no program is that is left to the compiler.
fn held_locally(family: &str, size: usize) -> String {
    let family = families::FAMILIES.iter().find(|other| other.name.contains(family)).unwrap();
    let mut compilation = of_text("grown", &(family.make)(size));
    let codegen = Codegen { holding: Some(Holding::Local), ..Codegen::default() };
    let folder = tempfile::tempdir().unwrap();
    let made = compilation.object(&folder.path().join("grown.c"), &codegen);
    assert!(matches!(made, Err(ObjectError::Reported(_))), "{made:?}");
    let mut text = Vec::new();
    render(compilation.diagnostics.iter(), &compilation.sources, Format::Human, false, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

#[test]
fn clangs_complaint_of_the_stack_is_an_error_of_the_program() {
    let said = held_locally("locals of 64 bits", 64);
    assert!(said.contains("error[E0527]") && said.contains("% of the generated C"), "{said}");
    assert_eq!(said.matches("error[").count(), 1, "{said}");
}

/// Of a program as one; `build` would split it.
#[test]
fn what_the_verifier_cannot_finish_is_told_by_what_is_dear() {
    let family = families::FAMILIES.iter().find(|family| family.name.contains("each tested twice")).unwrap();
    let mut compilation = of_text("grown", &(family.make)(48));
    let codegen = Codegen { holding: Some(Holding::Local), ..Codegen::default() };
    let output = compilation.generate(&codegen).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let made = make_object(&output, &folder.path().join("grown.c"), &codegen).unwrap();
    let cost = report::cost(&std::fs::read(made.object).unwrap()).unwrap();
    let found = report::refusal::of_cost(&cost, &output, &compilation.sources).unwrap();
    assert_eq!(found.code.as_str(), "E0526");
    assert!(found.notes.iter().any(|note| note.starts_with("`if` (grown.p4:")), "{:?}", found.notes);
}

#[test]
fn a_fault_of_the_users_c_is_told_as_such() {
    if !are_met(&[Need::Root]) {
        return;
    }
    let codes = root().join("testdata/codes");
    let folder = tempfile::tempdir().unwrap();
    let users = folder.path().join("wild.c");
    let c = "static __u32 many_rounds(__u32 a)\n{\n\treturn *(volatile __u32 *)(unsigned long)a;\n}\n";
    std::fs::write(&users, c).unwrap();
    let users = users.display().to_string();
    let output = build(&codes.join("E0526.p4"), folder.path(), &["--extern", &users, "--verify"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("error[E0524]") && said.contains("wild.c:3: R"), "{said}");
}

#[test]
fn verify_needs_rights_and_says_so() {
    if !are_met(&[Need::Root, Need::Command("setpriv")]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new("setpriv")
        .args(["--bounding-set=-all", "--inh-caps=-all"])
        .arg(p4xdp().get_program())
        .arg("build")
        .arg(root().join("examples/switch/switch.p4"))
        .arg("-o")
        .arg(folder.path())
        .args(["--verify", "--report"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("the verifier cannot be asked") && said.contains("CAP_BPF"), "{said}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("not asked"), "{output:?}");
}

#[test]
fn report_and_verify_are_about_the_object() {
    let folder = tempfile::tempdir().unwrap();
    let output =
        build(&root().join("examples/switch/switch.p4"), folder.path(), &["--emit", "c", "--report"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("add `obj` to `--emit`"));
}
