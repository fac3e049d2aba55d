//! Families of functions, actions and controls. In: a size. Out: the text of a program.

use super::program::{control, many, names, program};
use super::{Family, of};

pub(super) fn families() -> Vec<Family> {
    vec![
        of("functions", |n| {
            program(
                &many(n, |i| format!("bit<8> f{i}(in bit<8> a) {{ return a + {}; }}\n", i % 256)),
                "",
                &many(n, |i| format!("x.h.a = f{i}(x.h.a);\n")),
                "",
                "",
            )
        }),
        of("functions_chain", |n| {
            program(
                &format!(
                    "bit<8> f0(in bit<8> a) {{ return a + 1; }}\n{}",
                    many(n, |i| format!("bit<8> f{}(in bit<8> a) {{ return f{i}(a); }}\n", i + 1))
                ),
                "",
                &format!("x.h.a = f{n}(x.h.a);"),
                "",
                "",
            )
        }),
        of("functions_doubling", |n| {
            program(
                &format!(
                    "bit<8> f0(in bit<8> a) {{ return a + 1; }}\n{}",
                    many(n, |i| format!("bit<8> f{}(in bit<8> a) {{ return f{i}(f{i}(a)); }}\n", i + 1))
                ),
                "",
                &format!("x.h.a = f{n}(x.h.a);"),
                "",
                "",
            )
        }),
        of("functions_squaring", |n| {
            program(
                &format!(
                    "bit<8> f0(in bit<8> a) {{ return a + 1; }}\n{}",
                    many(n, |i| format!("bit<8> f{}(in bit<8> a) {{ return f{i}(a) ^ f{i}(a); }}\n", i + 1))
                ),
                "",
                &format!("x.h.a = f{n}(x.h.a);"),
                "",
                "",
            )
        }),
        of("function_nested_calls", |n| {
            program(
                "bit<8> f(in bit<8> a) { return a + 1; }\n",
                "",
                &format!("x.h.a = {}x.h.a{};", "f(".repeat(n), ")".repeat(n)),
                "",
                "",
            )
        }),
        of("function_parameters", |n| {
            let params: Vec<String> = (0..n).map(|i| format!("in bit<8> a{i}")).collect();
            program(
                &format!("bit<8> f({}) {{ return a0; }}\n", params.join(", ")),
                "",
                &format!("x.h.a = f({});", vec!["x.h.a"; n].join(", ")),
                "",
                "",
            )
        }),
        of("function_out_parameters", |n| {
            let params: Vec<String> = (0..n).map(|i| format!("inout bit<8> a{i}")).collect();
            program(
                &format!("void f({}) {{ a0 = 1; }}\n", params.join(", ")),
                &many(n, |i| format!("bit<8> v{i};\n")),
                &format!("{} f({});", many(n, |i| format!("v{i} = x.h.a;\n")), names(n, "v")),
                "",
                "",
            )
        }),
        of("function_same_out_parameters", |n| {
            let params: Vec<String> = (0..n).map(|i| format!("inout bit<8> a{i}")).collect();
            program(
                &format!("void f({}) {{ a0 = 1; }}\n", params.join(", ")),
                "",
                &format!("f({});", vec!["x.h.a"; n].join(", ")),
                "",
                "",
            )
        }),
        of("actions", |n| {
            control(
                &many(n, |i| format!("action a{i}() {{ x.h.a = x.h.a + {}; }}\n", i % 256)),
                &many(n, |i| format!("a{i}();\n")),
            )
        }),
        of("actions_chain", |n| {
            control(
                &format!(
                    "action a0() {{ x.h.a = x.h.a + 1; }}\n{}",
                    many(n, |i| format!("action a{}() {{ a{i}(); }}\n", i + 1))
                ),
                &format!("a{n}();"),
            )
        }),
        of("actions_nested", |n| {
            control(
                &format!(
                    "action a0() {{ x.h.a = x.h.a + 1; }}\n{}",
                    many(n, |i| format!("action a{}() {{ a{i}(); a{i}(); }}\n", i + 1))
                ),
                &format!("a{n}();"),
            )
        }),
        of("actions_chain_in_table", |n| {
            control(
                &format!(
                    "action a0() {{ x.h.a = x.h.a + 1; }}\n{}table t {{ key = {{ x.h.b: exact; }} actions = {{ a{n}; NoAction; }} }}\n",
                    many(n, |i| format!("action a{}() {{ a{i}(); }}\n", i + 1))
                ),
                "t.apply();",
            )
        }),
        of("action_parameters", |n| {
            let params: Vec<String> = (0..n).map(|i| format!("bit<8> p{i}")).collect();
            control(
                &format!(
                    "action a({}) {{ x.h.a = p0; }}\ntable t {{ key = {{ x.h.b: exact; }} actions = {{ a; NoAction; }} }}\n",
                    params.join(", ")
                ),
                "t.apply();",
            )
        }),
        of("controls", |n| {
            program(
                &many(n, |i| {
                    format!("control k{i}(inout s x) {{ apply {{ x.h.a = x.h.a + {}; }} }}\n", i % 256)
                }),
                &many(n, |i| format!("k{i}() i{i};\n")),
                &many(n, |i| format!("i{i}.apply(x);\n")),
                "",
                "",
            )
        }),
        of("controls_chain", |n| {
            program(
                &format!(
                    "control k0(inout s x) {{ apply {{ x.h.a = x.h.a + 1; }} }}\n{}",
                    many(n, |i| format!(
                        "control k{}(inout s x) {{ k{i}() a; apply {{ a.apply(x); }} }}\n",
                        i + 1
                    ))
                ),
                &format!("k{n}() k;"),
                "k.apply(x);",
                "",
                "",
            )
        }),
        of("controls_nested", |n| {
            program(
                &format!(
                    "control k0(inout s x) {{ apply {{ x.h.a = x.h.a + 1; }} }}\n{}",
                    many(n, |i| format!(
                        "control k{}(inout s x) {{ k{i}() a; k{i}() b; apply {{ a.apply(x); b.apply(x); }} }}\n",
                        i + 1
                    ))
                ),
                &format!("k{n}() k;"),
                "k.apply(x);",
                "",
                "",
            )
        }),
        of("controls_applied_twice", |n| {
            program(
                &format!(
                    "control k0(inout s x) {{ apply {{ x.h.a = x.h.a + 1; }} }}\n{}",
                    many(n, |i| format!(
                        "control k{}(inout s x) {{ k{i}() a; apply {{ a.apply(x); a.apply(x); }} }}\n",
                        i + 1
                    ))
                ),
                &format!("k{n}() k;"),
                "k.apply(x);",
                "",
                "",
            )
        }),
        of("control_applied", |n| {
            program(
                "control k(inout s x) { apply { x.h.a = x.h.a + 1; } }\n",
                "k() i;\n",
                &many(n, |_| "i.apply(x);\n".into()),
                "",
                "",
            )
        }),
        of("control_instances", |n| {
            program(
                "control k(inout s x) { bit<8> v; table t { key = { x.h.a: exact; } actions = { NoAction; } const entries = { 3: NoAction(); } } apply { v = x.h.a; t.apply(); x.h.a = v + 1; } }\n",
                &many(n, |i| format!("k() i{i};\n")),
                &many(n, |i| format!("i{i}.apply(x);\n")),
                "",
                "",
            )
        }),
        of("control_copied_parameters", |n| {
            program(
                "control k(inout bit<8> a, inout bit<8> b) { apply { a = b + 1; } }\n",
                "k() i;\n",
                &many(n, |_| "i.apply(x.h.a, x.h.a);\n".into()),
                "",
                "",
            )
        }),
        of("externs", |n| {
            control(
                &many(n, |i| format!("CounterArray(4, false) c{i};\n")),
                &many(n, |i| format!("c{i}.increment(1);\n")),
            )
        }),
        of("extern_declarations", |n| {
            program(&many(n, |i| format!("extern e{i} {{ e{i}(); void m(in bit<8> a); }}\n")), "", "", "", "")
        }),
        of("extern_functions", |n| {
            program(&many(n, |i| format!("extern void e{i}(in bit<8> a);\n")), "", "", "", "")
        }),
        of("extern_calls", |n| {
            control("CounterArray(4, false) c;\n", &many(n, |i| format!("c.increment({});\n", i % 4)))
        }),
    ]
}
