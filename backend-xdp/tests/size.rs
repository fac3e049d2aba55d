//! Programs that are too large for XDP are refused, and at once; the same ones elaborate.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]
mod support;

use support::try_compile;

/// A program with `elements` headers in a stack, and an apply block.
fn program(elements: usize, declarations: &str, apply: &str) -> String {
    format!(
        "#include <core.p4>
#include <xdp_model.p4>
header h_t {{ bit<8> a; }}
struct headers_t {{ h_t[{elements}] s; h_t h; }}
{declarations}
parser Parse(packet_in packet, out headers_t h) {{
    state start {{ packet.extract(h.h); transition accept; }}
}}
control Switch(inout headers_t h, in xdp_input xin, out xdp_output xout) {{
    apply {{
        xout.output_port = 0;
        xout.output_action = xdp_action.XDP_PASS;
{apply}
    }}
}}
control Deparse(in headers_t h, packet_out packet) {{ apply {{ packet.emit(h.h); }} }}
xdp(Parse(), Switch(), Deparse()) main;
"
    )
}

#[test]
fn a_choice_among_too_many() {
    let apply = "        h.s[xin.input_port].a = 1;";
    assert!(try_compile("few", &program(8, "", apply)).is_ok());
    let text = try_compile("many", &program(1000, "", apply)).unwrap_err();
    assert!(text.contains("many.p4:13:"), "{text}");
    assert!(text.contains("error[E0516]: an index into `h.s`, which has 1000 elements"), "{text}");
    assert!(try_compile("known", &program(1000, "", "        h.s[700].a = 1;")).is_ok());
}

#[test]
fn too_many_statements() {
    let body = "    x = x + 1;\n".repeat(100);
    let apply = "        step(h.h.a);\n".repeat(1100);
    let text = try_compile("many", &program(1, &format!("void step(inout bit<8> x) {{\n{body}}}"), &apply))
        .unwrap_err();
    assert!(text.contains("error[E0502]: the program has 11"), "{text}");
}
