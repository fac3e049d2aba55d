//! Programs that are too large for XDP are refused, and at once; the same ones elaborate.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]
use p4xdp_test_support::program::try_compile;

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

#[test]
fn too_many_states_one_behind_the_other() {
    let chain = |states: usize| {
        let state = |i: usize| {
            let next = if i + 1 < states { format!("s{}", i + 1) } else { "accept".to_owned() };
            format!(
                "state s{i} {{ packet.advance(8); transition select(packet.lookahead<bit<8>>()) {{ {}: {next}; default: reject; }} }}\n",
                i % 256
            )
        };
        let states: String = (0..states).map(state).collect();
        let text = program(1, "", "");
        text.replace("transition accept; }\n}", &format!("transition s0; }}\n{states}}}"))
    };
    assert!(try_compile("few", &chain(8)).is_ok());
    let text = try_compile("many", &chain(5000)).unwrap_err();
    assert!(text.contains("many.p4:6:"), "{text}");
    assert!(text.contains("error[E0502]: the parser has 5000 states one behind the other"), "{text}");
}

#[test]
fn a_table_of_many_actions_that_is_applied_often() {
    let locals: String = (0..500)
        .map(|i| format!("    action a{i}(bit<8> x) {{ h.h.a = x + {}; }}\n", i % 256))
        .chain(["    table t { key = { h.h.a: exact; } actions = { ".to_owned()])
        .chain((0..500).map(|i| format!("a{i}; ")))
        .chain(["} }\n    apply {".to_owned()])
        .collect();
    let applied = |times: usize| {
        program(1, "", &"        t.apply();\n".repeat(times)).replacen("    apply {", &locals, 1)
    };
    assert!(try_compile("once", &applied(1)).is_ok());
    let text = try_compile("often", &applied(200)).unwrap_err();
    assert!(text.contains("error[E0502]: the program has 199"), "{text}");
}
