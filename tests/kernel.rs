//! Versions of the kernel: what `build` says that a program needs, what `--kernel` refuses, and what a kernel says that is too old.
#![allow(clippy::unwrap_used, reason = "it is a test")]

use p4xdp::backend::Output;
use p4xdp::driver::Codegen;
use p4xdp_control::kernel::Kernel;
use p4xdp_test_support::command::{binary, p4xdp};
use p4xdp_test_support::needs::{Need, are_met};
use p4xdp_test_support::program::{findings, generate, object, of_text};
use p4xdp_test_support::space::Space;
use std::sync::Arc;

/// A loop over a range of so many bits.
fn program(bits: u32) -> String {
    format!(
        "#include <core.p4>
#include <xdp_model.p4>
header list_t {{ bit<{bits}> count; bit<{}> pad; bit<32> sum; }}
struct H {{ list_t list; }}
parser P(packet_in packet, out H hdr) {{ state start {{ packet.extract(hdr.list); transition accept; }} }}
control C(inout H hdr, in xdp_input i, out xdp_output o) {{
    apply {{
        o.output_port = 0;
        o.output_action = xdp_action.XDP_TX;
        for (bit<{bits}> i in 1..hdr.list.count) {{ hdr.list.sum = hdr.list.sum + 7; }}
    }}
}}
control D(in H hdr, packet_out packet) {{ apply {{ packet.emit(hdr.list); }} }}
xdp(P(), C(), D()) main;
",
        64 - bits
    )
}

fn built(bits: u32, kernel: Option<&str>) -> Result<Arc<Output>, String> {
    let kernel = kernel.map(|kernel| kernel.parse().unwrap());
    generate(of_text("list", &program(bits)), &Codegen { kernel, ..Codegen::default() })
}

/// What `build` says of the program, without errors.
fn said(bits: u32, kernel: Option<&str>) -> String {
    let mut compilation = of_text("list", &program(bits));
    let kernel = kernel.map(|kernel| kernel.parse().unwrap());
    compilation.generate(&Codegen { kernel, ..Codegen::default() }).unwrap();
    findings(&compilation)
}

#[test]
fn the_manifest_says_what_is_needed() {
    for (bits, needed) in [(4, Kernel::BASELINE), (8, Kernel::BASELINE), (16, Kernel::BPF_LOOP)] {
        for kernel in [None, Some("5.17"), Some("6.12")] {
            assert_eq!(built(bits, kernel).unwrap().manifest.kernel, needed, "{bits} bits, {kernel:?}");
        }
    }
}

#[test]
fn build_says_which_loop_needs_a_newer_kernel() {
    assert!(
        said(16, None).contains("list.p4:10:9: warning[W0502]: with this loop the program needs Linux 5.17")
    );
    assert!(!said(8, None).contains("W0502") && !said(16, Some("6.1")).contains("W0502"));
    let endless = said(32, Some("6.1"));
    assert!(endless.contains("list.p4:10:9: warning[W0503]") && !said(24, Some("6.1")).contains("W0503"));
}

/// A loop of 256 rounds is one that an older verifier follows, though it is not made so without need.
#[test]
fn an_old_kernel_gets_what_its_verifier_can_follow() {
    let refused = built(16, Some("5.15")).unwrap_err();
    assert!(refused.contains("list.p4:10:9: error[E0511]: the verifier of kernel 5.15"), "{refused}");
    assert!(built(32, Some("5.16.7")).unwrap_err().contains("error[E0511]"));
    let old = built(11, Some("5.15")).unwrap();
    assert!(!old.c.contains("bpf_loop"), "{}", old.c);
    assert_eq!(old.manifest.kernel, Kernel::BASELINE);
    assert!(built(11, None).unwrap().c.contains("bpf_loop"));
    if are_met(&[Need::Root, Need::Command("clang")]) {
        let file = object("list", &old);
        p4xdp_runtime::verify::verify(&p4xdp_runtime::Object::open(&file.path).unwrap()).unwrap();
    }
}

/// Loops that no kernel can be given.
#[test]
fn what_cannot_be_called_is_refused() {
    let refused = |functions: &str, parser: &str, apply: &str, deparser: &str| {
        let text = format!(
            "#include <core.p4>
#include <xdp_model.p4>
header list_t {{ bit<16> count; bit<16> pad; bit<32> sum; }}
struct H {{ list_t list; list_t[2] more; }}
{functions}
parser P(packet_in packet, out H hdr) {{ state start {{ packet.extract(hdr.list); {parser} transition accept; }} }}
control C(inout H hdr, in xdp_input i, out xdp_output o) {{
    apply {{ o.output_port = 0; o.output_action = xdp_action.XDP_TX; {apply} }}
}}
control D(in H hdr, packet_out packet) {{ apply {{ packet.emit(hdr.list); {deparser} }} }}
xdp(P(), C(), D()) main;
"
        );
        generate(of_text("list", &text), &Codegen::default()).map(|output| output.c.clone()).unwrap_err()
    };
    let toggle = "void f(inout list_t h, in bit<16> n) { for (bit<16> i in 0..n) { if (h.isValid()) { h.setInvalid(); } else { h.setValid(); } } }";
    let said = refused(toggle, "f(hdr.list, hdr.list.count);", "", "");
    assert!(said.contains("error[E0511]: this loop of a parser can have too many rounds"), "{said}");
    let said = refused("", "", "", "for (bit<16> i in 0..hdr.list.count) { packet.emit(hdr.list); }");
    assert!(said.contains("error[E0511]: this loop emits headers"), "{said}");
    let (mut heads, mut ends) = (String::new(), String::new());
    for depth in 0..7 {
        heads += &format!("for (bit<16> i{depth} in 0..hdr.list.count) {{ ");
        ends += "}";
    }
    let said = refused("", "", &format!("{heads} hdr.list.sum = hdr.list.sum * 3; {ends}"), "");
    assert!(said.contains("error[E0511]: this loop is in too many others"), "{said}");
}

#[test]
fn other_words_are_no_version() {
    let output = p4xdp().args(["build", "x.p4", "--kernel", "new"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("`new` is no version of the kernel such as `5.15`")
    );
}

/// A kernel without the helper says no more than that there is none; which kernel has it says the manifest.
#[test]
fn a_kernel_that_is_too_old_is_told() {
    if !are_met(&[Need::Root, Need::Command("clang"), Need::Command("ip")]) {
        return;
    }
    let mut output = Arc::unwrap_or_clone(built(16, None).unwrap());
    // No kernel has the helper of this number, nor is there that version.
    output.c = output.c.replace("(void *)181", "(void *)100181").replace("5.17", "9.17");
    let file = object("list", &output);
    let path = file.path.to_str().unwrap();
    let space = Space::new("too-old");
    for args in [&[binary(), "verify", path][..], &[binary(), "load", path, "sw"]] {
        let output = space.try_run(args);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("needs Linux 9.17 or newer, and this is "), "{args:?}: {said}");
        assert_eq!(output.status.code(), Some(2), "{args:?}");
    }
}
