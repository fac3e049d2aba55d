//! Programs around what grows. In: statements, declarations, states. Out: a whole program for XDP that has them.

use std::fmt::Write as _;

pub(super) fn many(n: usize, each: impl Fn(usize) -> String) -> String {
    (0..n).fold(String::new(), |mut text, i| {
        text += &each(i);
        text
    })
}

/// `0, 1, 2, ..`, each less than `below`.
pub(super) fn list(n: usize, below: usize) -> String {
    let numbers: Vec<String> = (0..n).map(|i| (i % below).to_string()).collect();
    numbers.join(", ")
}

/// `name0, name1, ..`
pub(super) fn names(n: usize, name: &str) -> String {
    let names: Vec<String> = (0..n).map(|i| format!("{name}{i}")).collect();
    names.join(", ")
}

pub(super) fn body(statements: &str) -> String {
    program("", "", statements, "", "")
}

pub(super) fn control(locals: &str, statements: &str) -> String {
    program("", locals, statements, "", "")
}

/// What is behind the extraction of the first header in the first state.
pub(super) fn parser(locals: &str, state: &str) -> String {
    let text = program("", "", "", "%", locals);
    text.replace("%\ntransition accept;", state)
}

pub(super) fn entries(n: usize, kind: &str, key: impl Fn(usize) -> String) -> String {
    control(
        &format!(
            "action set(bit<8> v) {{ x.h.a = v; }}\ntable t {{ key = {{ x.h.c: {kind}; }} actions = {{ set; NoAction; }} \
             const default_action = NoAction(); const entries = {{ {} }} }}\n",
            many(n, |i| format!("{}: set({});\n", key(i), i % 256)),
        ),
        "t.apply();",
    )
}

/// A whole program for XDP: declarations, those of the control, its statements, those of the parser's first state, declarations of the parser.
pub(super) fn program(
    declarations: &str,
    locals: &str,
    statements: &str,
    parse: &str,
    parser_locals: &str,
) -> String {
    whole("struct s { h h; }\n", declarations, locals, statements, (parser_locals, parse), "")
}

/// A program with headers of its own: their types, what the first state does, what the control does, and what is emitted.
pub(super) fn headers(types: &str, parse: &str, statements: &str, emits: &str) -> String {
    whole(types, "", "", statements, ("", parse), emits)
}

fn whole(
    types: &str,
    declarations: &str,
    locals: &str,
    statements: &str,
    parser: (&str, &str),
    emits: &str,
) -> String {
    let (parser_locals, parse) = parser;
    let end = if parse.contains("transition") { "" } else { "transition accept;" };
    let mut text = String::from(
        "#include <core.p4>\n#include <xdp_model.p4>\nheader h { bit<8> a; bit<16> b; bit<32> c; }\n",
    );
    let _ = write!(
        text,
        "{types}{declarations}\
         parser p(packet_in b, out s x) {{\n{parser_locals}state start {{ b.extract(x.h);\n{parse}\n{end}}}\n}}\n\
         control c(inout s x, in xdp_input i, out xdp_output o) {{\n{locals}apply {{\no.output_action = xdp_action.XDP_PASS; \
         o.output_port = 0;\n{statements}\n}}\n}}\n\
         control d(in s x, packet_out b) {{ apply {{ b.emit(x.h);\n{emits}\n}} }}\nxdp(p(), c(), d()) main;\n"
    );
    text
}
