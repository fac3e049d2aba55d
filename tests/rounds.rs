//! How many rounds a loop can have: what the compiler finds of loops whose bounds are known at run time only.
#![allow(clippy::unwrap_used, reason = "it is a test")]

use p4xdp_midend::analysis::rounds;
use p4xdp_midend::ir::{Program, StmtKind, visit};
use p4xdp_test_support::program::of_text;

fn optimised(head: &str, body: &str) -> Program {
    let text = format!(
        "#include <core.p4>
#include <xdp_model.p4>
header h_t {{ bit<8> n8; bit<8> m8; bit<16> n16; bit<32> n32; bit<32> sum; }}
struct H {{ h_t h; }}
parser P(packet_in packet, out H hdr) {{ state start {{ packet.extract(hdr.h); transition accept; }} }}
control C(inout H hdr, in xdp_input i, out xdp_output o) {{
    action skip() {{ return; }}
    action count() {{ hdr.h.sum = hdr.h.sum + 1; }}
    table t {{ key = {{ hdr.h.n8: exact; }} actions = {{ skip; count; }} default_action = skip(); }}
    apply {{
        o.output_port = 0;
        o.output_action = xdp_action.XDP_TX;
        for ({head}) {{ hdr.h.sum = hdr.h.sum * 3; {body} }}
    }}
}}
control D(in H hdr, packet_out packet) {{ apply {{ packet.emit(hdr.h); }} }}
xdp(P(), C(), D()) main;
"
    );
    (*of_text("rounds", &text).optimise().unwrap()).clone()
}

/// Of the only loop of the program.
fn most_rounds(head: &str, body: &str) -> Option<u64> {
    let program = optimised(head, body);
    let mut found = Vec::new();
    for block in program.blocks() {
        visit::statements(block, &mut |stmt| {
            if let StmtKind::Loop { body, bound } = &stmt.kind {
                found.push(bound.or_else(|| rounds::most(&program, body)));
            }
        });
    }
    assert_eq!(found.len(), 1, "{head}");
    found.remove(0)
}

#[test]
fn a_range_has_as_many_as_its_bound_can_be() {
    assert_eq!(most_rounds("bit<16> i in 0..hdr.h.n16", ""), Some(1 << 16));
    assert_eq!(most_rounds("bit<32> i in 0..(bit<32>)hdr.h.n8", "if (hdr.h.sum == 3) { break; }"), Some(256));
    assert_eq!(most_rounds("bit<32> i in 0..(hdr.h.n32 & 0x3ff)", ""), Some(1024));
    assert_eq!(most_rounds("bit<32> i in 0..hdr.h.n32", ""), Some(1 << 32));
    assert_eq!(most_rounds("int<8> i in -5..(int<8>)hdr.h.n8", ""), Some(256));
    assert_eq!(most_rounds("bit<8> i in hdr.h.n8..9", ""), Some(10));
}

#[test]
fn a_counter_comes_to_its_bound() {
    for body in ["", "if (hdr.h.sum == 7) { break; }", "t.apply();"] {
        let most = |head| most_rounds(head, body);
        assert_eq!(most("bit<16> k = 0; k < hdr.h.n16; k = k + 1"), Some(1 << 16), "{body}");
        assert_eq!(most("bit<32> k = 7; k < (bit<32>)hdr.h.n16; k = k + 3"), Some(1 << 16), "{body}");
        assert_eq!(most("bit<32> k = 0; (bit<32>)hdr.h.n8 >= k; k = k + 1"), Some(257), "{body}");
        assert_eq!(most("bit<16> k = hdr.h.n16; k != 0; k = k - 1"), Some(1 << 16), "{body}");
    }
}

/// What has come to no end when its counter comes to a value again never will, unless something else ends it.
#[test]
fn a_counter_has_so_many_values() {
    for head in ["bit<8> k = 0; k <= hdr.h.n8; k = k + 1", "bit<8> k = 1; k != hdr.h.n8; k = k + 2"] {
        assert_eq!(most_rounds(head, ""), Some(256), "{head}");
        assert_eq!(most_rounds(head, "if (hdr.h.n16 == 5) { hdr.h.sum = 0; }"), Some(256), "{head}");
        assert_eq!(most_rounds(head, "if (hdr.h.sum == 7) { return; }"), None, "{head}");
    }
}

#[test]
fn others_may_have_any_number() {
    for (head, body) in [
        ("; hdr.h.n32 != 1; hdr.h.n32 = hdr.h.n32 >> 1", ""),
        ("bit<16> k = 0; k < hdr.h.n16; k = k + 1", "hdr.h.n16 = hdr.h.n16 + 1;"),
        ("bit<16> k = 0; k < hdr.h.n16; k = k + 1", "if (hdr.h.sum == 1) { k = 0; }"),
        ("bit<16> k = 0; k < hdr.h.n16; k = k + (bit<16>)hdr.h.m8", "if (hdr.h.sum == 7) { break; }"),
        ("bit<64> k = 0; k < (bit<64>)hdr.h.n32 * 4096; k = k + 1", ""),
    ] {
        assert_eq!(most_rounds(head, body), None, "{head} {body}");
    }
}
