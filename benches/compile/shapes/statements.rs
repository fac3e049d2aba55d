//! Families of statements, blocks, locals and expressions. In: a size. Out: the text of a program.

use super::program::{body, control, list, many, program};
use super::{Family, of};

pub(super) fn families() -> Vec<Family> {
    vec![
        // Statements and blocks.
        of("statements", |n| body(&many(n, |i| format!("x.h.a = x.h.a + {};\n", i % 256)))),
        of("statements_in_a_row_of_ifs", |n| {
            body(&many(n, |i| format!("if (x.h.b == {}) {{ x.h.a = {}; }}\n", i % 65536, i % 256)))
        }),
        of("if_else_chain", |n| {
            body(
                &(many(n, |i| format!("if (x.h.b == {}) {{ x.h.a = {}; }} else ", i % 65536, i % 256))
                    + "{ }"),
            )
        }),
        of("nested_ifs", |n| {
            body(&(many(n, |i| format!("if (x.h.b != {}) {{ ", i % 65536)) + "x.h.a = 1;" + &"}".repeat(n)))
        }),
        of("nested_blocks", |n| body(&("{".repeat(n) + "x.h.a = 1;" + &"}".repeat(n)))),
        of("blocks_in_a_row", |n| {
            body(&many(n, |i| format!("{{ bit<8> v = x.h.a; x.h.a = v ^ {}; }}\n", i % 256)))
        }),
        of("switch_cases", |n| {
            let cases = many(n, |i| format!("{i}: {{ x.h.a = {}; }}\n", i % 256));
            body(&format!("switch (x.h.c) {{ {cases} default: {{ }} }}"))
        }),
        of("switch_labels", |n| {
            let cases = many(n, |i| format!("{i}:\n"));
            body(&format!("switch (x.h.c) {{ {cases} {{ x.h.a = 1; }} default: {{ }} }}"))
        }),
        of("switches_in_a_row", |n| {
            body(&many(n, |i| {
                format!("switch (x.h.c) {{ {i}: {{ x.h.a = {}; }} default: {{ x.h.b = 1; }} }}\n", i % 256)
            }))
        }),
        of("exits", |n| body(&many(n, |i| format!("if (x.h.b == {}) {{ exit; }}\n", i % 65536)))),
        of("returns", |n| body(&many(n, |i| format!("if (x.h.b == {}) {{ return; }}\n", i % 65536)))),
        of("loops_in_a_row", |n| {
            body(&many(n, |i| format!("for (bit<8> i{i} in 0 .. 3) {{ x.h.a = x.h.a + i{i}; }}\n")))
        }),
        of("loop_rounds", |n| body(&format!("for (bit<32> i in 0 .. {n}) {{ x.h.c = x.h.c + i; }}"))),
        of("loop_over_list", |n| {
            body(&format!(
                "for (bit<16> v in (list<bit<16>>) {{ {} }}) {{ x.h.b = x.h.b + v; }}",
                list(n, 65536)
            ))
        }),
        // Locals and expressions.
        of("locals", |n| {
            body(&many(n, |i| format!("bit<8> v{i} = x.h.a + {};\nx.h.a = v{i} * 3;\n", i % 256)))
        }),
        of("locals_live", |n| {
            body(
                &(many(n, |i| format!("bit<32> v{i} = x.h.c + {i};\n"))
                    + &many(n, |i| format!("x.h.c = x.h.c ^ v{i};\n"))),
            )
        }),
        of("control_locals", |n| {
            control(
                &many(n, |i| format!("bit<8> v{i};\n")),
                &many(n, |i| format!("v{i} = x.h.a; x.h.a = v{i} + 1;\n")),
            )
        }),
        of("self_square_chain", |n| {
            body(&format!(
                "bit<32> x0 = x.h.c;\n{}x.h.c = x{n};",
                many(n, |i| format!("bit<32> x{} = x{i} ^ (x{i} << 1);\n", i + 1))
            ))
        }),
        of("self_square_rewrite", |n| {
            body(&format!("bit<32> y = x.h.c;\n{}x.h.c = y;", many(n, |_| "y = y * y + y;\n".into())))
        }),
        of("xor_chain", |n| {
            body(&format!(
                "bit<32> x0 = x.h.c;\nbit<32> x1;\n{}x.h.c = x1;",
                many(n, |i| format!("x1 = x0 ^ {i};\nx0 = x1;\n"))
            ))
        }),
        of("self_square_nested", |n| {
            body(&format!("bit<32> y = x.h.c;\nx.h.c = {}y{};", "(y ^ ".repeat(n), ")".repeat(n)))
        }),
        of("sum_wide", |n| body(&format!("x.h.c = {}1;", many(n, |_| "x.h.c + ".into())))),
        of("sum_of_constants", |n| body(&format!("x.h.c = {}1;", many(n, |i| format!("{i} + "))))),
        of("concatenation_wide", |n| {
            body(&format!("x.h.a = ({}x.h.a)[7:0];", many(n, |_| "x.h.a ++ ".into())))
        }),
        of("conditions_wide", |n| {
            body(&format!("if ({}true) {{ x.h.a = 1; }}", many(n, |i| format!("x.h.c != {i} && "))))
        }),
        of("ternaries", |n| {
            body(&format!("x.h.c = {}32w0;", many(n, |i| format!("x.h.c == {i} ? 32w{} : ", i + 1))))
        }),
        of("parentheses", |n| body(&format!("x.h.c = {}1{};", "(".repeat(n), ")".repeat(n)))),
        of("casts", |n| body(&format!("x.h.c = {}x.h.c;", "(bit<32>)".repeat(n)))),
        of("slices", |n| body(&format!("x.h.c = x.h.c{};", "[31:0]".repeat(n)))),
        of("list_expression", |n| {
            program(&format!("const list<bit<16>> l = {{ {} }};\n", list(n, 65536)), "", "", "", "")
        }),
    ]
}
