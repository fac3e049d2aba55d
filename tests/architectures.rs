//! Which architecture a program is for: that whose package it declares, not that whose package has the same name; or the one that `--arch` says.

#![allow(clippy::unwrap_used, reason = "it is a test")]

use p4xdp::driver::{Compilation, Options};
use p4xdp::frontend::diagnostic::{Format, render};
use p4xdp::frontend::source::InMemory;
use p4xdp_test_support::command::p4xdp;

/// A package of the user's own, for whatever.
const OWN: &str = r#"
#include <core.p4>
header e_t { bit<8> a; }
struct h_t { e_t e; }
parser Prs<H>(packet_in p, out H h);
control Ctl<H>(inout H h);
control Dep<H>(packet_out p, in H h);
package NAME<H>(Prs<H> p0, Ctl<H> i0, Dep<H> d0);
parser P(packet_in p, out h_t h) { state start { p.extract(h.e); transition accept; } }
control I(inout h_t h) { apply { h.e.a = 1; } }
control D(packet_out p, in h_t h) { apply { p.emit(h.e); } }
NAME(P(), I(), D()) main;
"#;

/// v1model's package under a name of the user's own.
const RENAMED: &str = r#"
#include <v1model.p4>
struct h_t {}
struct m_t {}
package Mine<H, M>(Parser<H, M> p, VerifyChecksum<H, M> vr, Ingress<H, M> ig, Egress<H, M> eg, ComputeChecksum<H, M> ck, Deparser<H> dep);
parser P(packet_in p, out h_t h, inout m_t m, inout standard_metadata_t s) { state start { transition accept; } }
control C(inout h_t h, inout m_t m) { apply {} }
control I(inout h_t h, inout m_t m, inout standard_metadata_t s) { apply { s.egress_spec = 1; } }
control E(inout h_t h, inout m_t m, inout standard_metadata_t s) { apply {} }
control D(packet_out p, in h_t h) { apply {} }
Mine(P(), C(), I(), E(), C(), D()) main;
"#;

fn compilation(text: &str, architecture: Option<&str>) -> Compilation {
    let options = Options {
        program: "own.p4".into(),
        architecture: architecture.map(str::to_owned),
        ..Options::default()
    };
    Compilation::with_loader(options, Box::new(InMemory::new().with("own.p4", text)))
}

fn findings(compilation: &Compilation) -> String {
    let mut out = Vec::new();
    render(compilation.diagnostics.iter(), &compilation.sources, Format::Human, false, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn own_packages_are_checked_and_not_built_whatever_their_name() {
    for name in ["V1Switch", "PSA_Switch", "PNA_NIC", "ebpfFilter", "xdp", "ubpf", "Mine"] {
        let text = OWN.replace("NAME", name);
        let mut program = compilation(&text, None);
        assert!(program.check().is_ok(), "{name}: {}", findings(&program));
        assert!(program.elaborate().is_err(), "{name}");
        let said = findings(&program);
        assert!(
            said.contains(&format!("error[E0401]: package `{name}` is of no known architecture")),
            "{said}"
        );
        assert_eq!(said.contains("it differs from"), name != "Mine", "{said}");
    }
}

#[test]
fn the_architecture_that_is_asked_for_is_taken_or_refused() {
    let mut program = compilation(RENAMED, None);
    assert!(program.elaborate().is_err(), "its package has a name that nobody knows");
    let mut program = compilation(RENAMED, Some("v1model"));
    let ir = program.elaborate();
    assert_eq!(&*ir.unwrap_or_else(|_| panic!("{}", findings(&program))).architecture, "v1model");
    for (architecture, why) in [
        ("psa", "error[E0401]: package `Mine` is not of the architecture `psa`"),
        ("banana", "error[E0401]: there is no architecture `banana`"),
    ] {
        let mut program = compilation(RENAMED, Some(architecture));
        assert!(program.check().is_err());
        let said = findings(&program);
        assert!(said.contains(why), "{said}");
    }
}

#[test]
fn an_unknown_architecture_is_wrong_usage_and_the_known_are_listed() {
    let p4xdp = p4xdp().args(["check", "--arch", "banana", "examples/switch/switch.p4"]).output().unwrap();
    assert_eq!(p4xdp.status.code(), Some(2));
    let said = String::from_utf8(p4xdp.stderr).unwrap();
    let known: Vec<&str> = p4xdp::frontend::architecture::names().collect();
    assert!(known.iter().all(|name| said.contains(name)), "{said}");
    assert!(known.contains(&"xdp_model") && known.len() == 6, "{known:?}");
}
