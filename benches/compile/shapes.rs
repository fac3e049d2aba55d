//! Every way in which a program can grow. In: the name of a family and a size n. Out: a P4 program of that family whose text grows in
//! proportion to n, save for the families that stay small and ask for much.
//!
//! The bench shows how time grows with n; a test runs small members. Nothing here is taken from an existing program.

use std::fmt::Write as _;

/// One way to grow.
pub struct Family {
    pub name: &'static str,
    /// The program of size n.
    pub make: fn(usize) -> String,
}

/// All families, by what grows.
#[must_use]
pub fn families() -> Vec<Family> {
    let of = |name, make| Family { name, make };
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
        // Constants and types.
        of("constants_chain", |n| {
            program(
                &format!(
                    "const bit<32> k0 = 1;\n{}",
                    many(n, |i| format!("const bit<32> k{} = k{i} + 1;\n", i + 1))
                ),
                "",
                &format!("x.h.c = k{n};"),
                "",
                "",
            )
        }),
        of("constants_backwards_width", |n| {
            program(
                &many(n, |i| format!("const bit<32> k{i} = {i};\ntypedef bit<(k{i} % 8 + 1)> t{i};\n")),
                "",
                "",
                "",
                "",
            )
        }),
        of("int_constants_chain", |n| {
            program(
                &format!("const int k0 = 1;\n{}", many(n, |i| format!("const int k{} = k{i} * 3;\n", i + 1))),
                "",
                "",
                "",
                "",
            )
        }),
        of("typedef_chain", |n| {
            program(
                &format!("typedef bit<8> t0;\n{}", many(n, |i| format!("typedef t{i} t{};\n", i + 1))),
                "",
                &format!("t{n} v = x.h.a; x.h.a = v + 1;"),
                "",
                "",
            )
        }),
        of("type_chain", |n| {
            program(
                &format!("type bit<8> t0;\n{}", many(n, |i| format!("type t{i} t{};\n", i + 1))),
                "",
                "",
                "",
                "",
            )
        }),
        of("structs_chain", |n| {
            program(
                &format!(
                    "struct s0 {{ bit<8> f; }}\n{}",
                    many(n, |i| format!("struct s{} {{ s{i} g; }}\n", i + 1))
                ),
                "",
                &format!("s{n} v;"),
                "",
                "",
            )
        }),
        of("structs_chain_unused", |n| {
            program(
                &format!(
                    "struct s0 {{ bit<8> f; }}\n{}",
                    many(n, |i| format!("struct s{} {{ s{i} g; }}\n", i + 1))
                ),
                "",
                "",
                "",
                "",
            )
        }),
        of("structs_chain_with_fields", |n| {
            program(
                &format!(
                    "struct s0 {{ bit<8> f; }}\n{}",
                    many(n, |i| format!("struct s{} {{ bit<8> f; s{i} g; }}\n", i + 1))
                ),
                "",
                &format!("s{n} v; v.f = x.h.a; x.h.a = v.f;"),
                "",
                "",
            )
        }),
        of("structs_doubling", |n| {
            program(
                &format!(
                    "struct s0 {{ bit<8> f; }}\n{}",
                    many(n, |i| format!("struct s{} {{ s{i} g; s{i} h; }}\n", i + 1))
                ),
                "",
                &format!("s{n} v;"),
                "",
                "",
            )
        }),
        of("struct_fields", |n| {
            program(
                &format!("struct m {{ {} }}\n", many(n, |i| format!("bit<8> f{i};\n"))),
                "",
                &format!("m v; {}", many(n, |i| format!("v.f{i} = x.h.a; x.h.a = v.f{i} + 1;\n"))),
                "",
                "",
            )
        }),
        of("struct_fields_copied", |n| {
            program(
                &format!("struct m {{ {} }}\n", many(n, |i| format!("bit<8> f{i};\n"))),
                "",
                &format!("m v; m w; v.f0 = x.h.a; w = v; if (v == w) {{ v = w; }} x.h.a = w.f{};", n - 1),
                "",
                "",
            )
        }),
        of("structs", |n| {
            program(&many(n, |i| format!("struct s{i} {{ bit<8> f; bit<16> g; }}\n")), "", "", "", "")
        }),
        of("struct_initialiser", |n| {
            program(
                &format!("struct m {{ {} }}\n", many(n, |i| format!("bit<8> f{i};\n"))),
                "",
                &format!(
                    "m v = {{ {} }}; x.h.a = v.f0;",
                    many(n, |i| format!("f{i} = {},", i % 256)).trim_end_matches(',')
                ),
                "",
                "",
            )
        }),
        of("tuple_elements", |n| {
            body(&format!(
                "tuple<{}> v = {{ {} }}; x.h.a = v[0];",
                vec!["bit<8>"; n].join(", "),
                list(n, 256)
            ))
        }),
        of("type_arguments_deep", |n| {
            program(
                &format!("struct g<T> {{ T f; }}\ntypedef {}bit<8>{} t;\n", "g<".repeat(n), ">".repeat(n)),
                "",
                "",
                "",
                "",
            )
        }),
        of("generics_instantiated", |n| {
            program(
                "struct g<T> { T f; }\n",
                "",
                &many(n, |i| format!("g<bit<{}>> v{i}; v{i}.f = 1;\n", i % 2000 + 1)),
                "",
                "",
            )
        }),
        of("generics_nested_chain", |n| {
            program(
                &format!(
                    "struct g<T> {{ T f; }}\ntypedef g<bit<8>> t0;\n{}",
                    many(n, |i| format!("typedef g<t{i}> t{};\n", i + 1))
                ),
                "",
                &format!("t{n} v;"),
                "",
                "",
            )
        }),
        of("generic_functions", |n| {
            program(
                "T id<T>(in T a) { return a; }\n",
                "",
                &many(n, |_| "x.h.a = id<bit<8>>(x.h.a);\n".into()),
                "",
                "",
            )
        }),
        of("generic_functions_inferred", |n| {
            program(
                "T id<T>(in T a) { return a; }\n",
                "",
                &many(n, |_| "x.h.a = id(x.h.a);\n".into()),
                "",
                "",
            )
        }),
        of("generic_functions_declared", |n| {
            program(
                &many(n, |i| format!("T id{i}<T>(in T a) {{ return a; }}\n")),
                "",
                &many(n, |i| format!("x.h.a = id{i}(x.h.a);\n")),
                "",
                "",
            )
        }),
        of("enum_members", |n| {
            program(
                &format!("enum e {{ {} }}\n", names(n, "m")),
                "",
                &format!("e v = e.m0; if (v == e.m{}) {{ x.h.a = 1; }}", n - 1),
                "",
                "",
            )
        }),
        of("enum_values", |n| {
            let members = many(n, |i| format!("m{i} = {i},"));
            program(
                &format!("enum bit<32> e {{ {} }}\n", members.trim_end_matches(',')),
                "",
                &format!("x.h.c = e.m{};", n - 1),
                "",
                "",
            )
        }),
        of("enums", |n| program(&many(n, |i| format!("enum e{i} {{ a, b }}\n")), "", "", "", "")),
        of("errors", |n| program(&format!("error {{ {} }}\n", names(n, "Error")), "", "", "", "")),
        of("errors_verified", |n| {
            program(
                &format!("error {{ {} }}\n", names(n, "Error")),
                "",
                "",
                &many(n, |i| format!("verify(x.h.c != {i}, error.Error{i});\n")),
                "",
            )
        }),
        of("match_kinds", |n| program(&format!("match_kind {{ {} }}\n", names(n, "kind")), "", "", "", "")),
        of("annotations", |n| {
            program(
                "",
                "",
                &format!("{}bit<8> v = 1; x.h.a = v;", many(n, |i| format!("@a{i}(1, 2) "))),
                "",
                "",
            )
        }),
        of("annotation_body", |n| {
            program(&format!("@a({})\nconst bit<8> z = 1;\n", list(n, 256)), "", "", "", "")
        }),
        of("string", |n| {
            program(&format!("@a(\"{}\")\nconst bit<8> z = 1;\n", "s".repeat(n * 100)), "", "", "", "")
        }),
        of("long_name", |n| program(&format!("const bit<8> {} = 1;\n", "s".repeat(n * 10)), "", "", "", "")),
        of("comments", |n| program(&many(n, |i| format!("// comment {i}\n/* and {i} */\n")), "", "", "", "")),
        // Preprocessor.
        of("macros", |n| {
            program(
                &many(n, |i| format!("#define M{i} {i}\n")),
                "",
                &many(n, |i| format!("x.h.c = x.h.c + M{i};\n")),
                "",
                "",
            )
        }),
        of("macro_chain", |n| {
            program(
                &format!("#define M0 1\n{}", many(n, |i| format!("#define M{} M{i}\n", i + 1))),
                "",
                &format!("x.h.c = M{n};"),
                "",
                "",
            )
        }),
        of("macro_calls", |n| {
            program(
                "#define F(a, b) ((a) + (b))\n",
                "",
                &many(n, |i| format!("x.h.c = F(x.h.c, {i});\n")),
                "",
                "",
            )
        }),
        of("conditions", |n| {
            program(&many(n, |i| format!("#if {i} > 3 && defined(X)\n#else\n#endif\n")), "", "", "", "")
        }),
        of("conditions_nested", |n| program(&("#if 1\n".repeat(n) + &"#endif\n".repeat(n)), "", "", "", "")),
        // Functions, actions, controls.
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
        // Tables.
        of("tables", |n| {
            control(
                &many(n, |i| {
                    format!("table t{i} {{ key = {{ x.h.b: exact; }} actions = {{ NoAction; }} }}\n")
                }),
                &many(n, |i| format!("t{i}.apply();\n")),
            )
        }),
        of("tables_of_constants", |n| {
            control(
                &(String::from("action set(bit<8> v) { x.h.a = v; }\n")
                    + &many(n, |i| {
                        format!(
                            "table t{i} {{ key = {{ x.h.b: exact; }} actions = {{ set; NoAction; }} const default_action = NoAction(); const entries = {{ {}: set({}); }} }}\n",
                            i % 65536,
                            i % 256
                        )
                    })),
                &many(n, |i| format!("t{i}.apply();\n")),
            )
        }),
        of("table_applied", |n| {
            control(
                "action set(bit<8> v) { x.h.a = v; }\ntable t { key = { x.h.b: exact; } actions = { set; NoAction; } }\n",
                &many(n, |_| "t.apply();\n".into()),
            )
        }),
        of("table_of_many_actions_applied", |n| {
            control(
                &format!(
                    "{}table t {{ key = {{ x.h.b: exact; }} actions = {{ {} }} }}\n",
                    many(n, |i| format!("action a{i}(bit<8> v) {{ x.h.a = v + {}; }}\n", i % 256)),
                    many(n, |i| format!("a{i}; ")),
                ),
                &many(n, |_| "t.apply();\n".into()),
            )
        }),
        of("table_of_many_entries_applied", |n| {
            entries(n, "exact", |i| i.to_string()).replace("t.apply();", &many(n, |_| "t.apply();\n".into()))
        }),
        of("table_hits_nested", |n| {
            control(
                "action set(bit<8> v) { x.h.a = v; }\ntable t { key = { x.h.b: exact; } actions = { set; NoAction; } }\n",
                &(many(n, |_| "if (t.apply().hit) { ".into()) + &"}".repeat(n)),
            )
        }),
        of("table_actions", |n| {
            control(
                &format!(
                    "{}table t {{ key = {{ x.h.b: exact; }} actions = {{ {} }} }}\n",
                    many(n, |i| format!("action a{i}(bit<8> v) {{ x.h.a = v + {}; }}\n", i % 256)),
                    many(n, |i| format!("a{i}; ")),
                ),
                "t.apply();",
            )
        }),
        of("table_actions_switched", |n| {
            control(
                &format!(
                    "{}table t {{ key = {{ x.h.b: exact; }} actions = {{ {} NoAction; }} }}\n",
                    many(n, |i| format!("action a{i}(bit<8> v) {{ x.h.a = v + {}; }}\n", i % 256)),
                    many(n, |i| format!("a{i}; ")),
                ),
                &format!(
                    "switch (t.apply().action_run) {{ {} default: {{ }} }}",
                    many(n, |i| format!("a{i}: {{ x.h.b = {}; }}\n", i % 65536))
                ),
            )
        }),
        of("table_keys", |n| {
            control(
                &format!(
                    "table t {{ key = {{ {} }} actions = {{ NoAction; }} }}\n",
                    many(n, |i| format!("x.h.b: exact @name(\"k{i}\");\n"))
                ),
                "t.apply();",
            )
        }),
        of("entries_exact", |n| entries(n, "exact", |i| i.to_string())),
        of("entries_lpm", |n| entries(n, "lpm", |i| format!("32w{} &&& 32w0xffffff00", i << 8))),
        of("entries_ternary", |n| {
            entries(n, "ternary", |i| format!("{i} &&& 0x{:x}", 0xffff_ffff_u32 << (i % 8)))
        }),
        of("entries_range", |n| {
            String::from("match_kind { range }\n")
                + &entries(n, "range", |i| format!("{} .. {}", i * 10, i * 10 + 5))
        }),
        of("entries_two_keys", |n| {
            control(
                &format!(
                    "action set(bit<8> v) {{ x.h.a = v; }}\ntable t {{ key = {{ x.h.c: exact; x.h.b: ternary; }} actions = {{ set; NoAction; }} \
                     const default_action = NoAction(); const entries = {{ {} }} }}\n",
                    many(n, |i| format!("({i}, {} &&& 0xff): set({});\n", i % 256, i % 256)),
                ),
                "t.apply();",
            )
        }),
        of("entries_not_const", |n| {
            control(
                &format!(
                    "action set(bit<8> v) {{ x.h.a = v; }}\ntable t {{ key = {{ x.h.c: exact; }} actions = {{ set; NoAction; }} \
                     entries = {{ {} }} }}\n",
                    many(n, |i| format!("{i}: set({});\n", i % 256)),
                ),
                "t.apply();",
            )
        }),
        // Parsers.
        of("states_chain", |n| {
            parser(
                "",
                &format!(
                    "transition s0; }}\n{}state s{n} {{ transition accept;",
                    many(n, |i| format!("state s{i} {{ transition s{}; }}\n", i + 1))
                ),
            )
        }),
        of("states_chain_advancing", |n| {
            parser(
                "",
                &format!(
                    "transition s0; }}\n{}state s{n} {{ transition accept;",
                    many(n, |i| format!(
                        "state s{i} {{ b.advance(8); transition select(b.lookahead<bit<8>>()) {{ {}: s{}; default: accept; }} }}\n",
                        i % 256,
                        i + 1
                    ))
                ),
            )
        }),
        of("states_chain_selecting", |n| {
            parser(
                "",
                &format!(
                    "transition s0; }}\n{}state s{n} {{ transition accept;",
                    many(n, |i| format!(
                        "state s{i} {{ transition select(x.h.b) {{ {}: s{}; default: accept; }} }}\n",
                        i % 65536,
                        i + 1
                    ))
                ),
            )
        }),
        of("states_of_one_select", |n| {
            parser(
                "",
                &format!(
                    "transition select(x.h.c) {{ {} default: accept; }} }}\n{} state last {{ transition accept;",
                    many(n, |i| format!("{i}: s{i};\n")),
                    many(n, |i| format!(
                        "state s{i} {{ b.advance({}); transition last; }}\n",
                        8 * (i % 100 + 1)
                    ))
                ),
            )
        }),
        of("states_in_loops", |n| {
            parser(
                "",
                &format!(
                    "transition s0; }}\n{}state s{n} {{ transition accept;",
                    many(n, |i| format!(
                        "state s{i} {{ b.advance(8); transition select(b.lookahead<bit<8>>()) {{ 0: s{i}; 1: s0; default: s{}; }} }}\n",
                        i + 1
                    ))
                ),
            )
        }),
        of("states_diamonds", |n| {
            parser(
                "",
                &format!(
                    "transition s0; }}\n{}state s{n} {{ transition accept;",
                    many(n, |i| format!(
                        "state s{i} {{ transition select(x.h.a[{}:{}]) {{ 0: l{i}; default: r{i}; }} }}\nstate l{i} {{ b.advance(8); transition s{}; }}\nstate r{i} {{ b.advance(16); transition s{}; }}\n",
                        i % 8,
                        i % 8,
                        i + 1,
                        i + 1
                    ))
                ),
            )
        }),
        of("select_cases", |n| {
            parser(
                "",
                &format!(
                    "transition select(x.h.c) {{ {} default: reject; }}",
                    many(n, |i| format!("{i}: accept;\n"))
                ),
            )
        }),
        of("select_masks", |n| {
            parser(
                "",
                &format!(
                    "transition select(x.h.c) {{ {} default: reject; }}",
                    many(n, |i| format!("{i} &&& 0x{:x}: accept;\n", 0xffff_ffff_u32 << (i % 8)))
                ),
            )
        }),
        of("select_ranges", |n| {
            parser(
                "",
                &format!(
                    "transition select(x.h.c) {{ {} default: reject; }}",
                    many(n, |i| format!("{} .. {}: accept;\n", i * 10, i * 10 + 5))
                ),
            )
        }),
        of("select_keys", |n| {
            parser(
                "",
                &format!(
                    "transition select({}) {{ ({}): accept; default: reject; }}",
                    vec!["x.h.a"; n].join(", "),
                    list(n, 256)
                ),
            )
        }),
        of("parser_statements", |n| {
            parser(
                "",
                &format!("{} transition accept;", many(n, |i| format!("x.h.a = x.h.a + {};\n", i % 256))),
            )
        }),
        of("parser_locals", |n| {
            parser(
                &many(n, |i| format!("bit<8> v{i} = 1;\n")),
                &format!("{} transition accept;", many(n, |i| format!("x.h.a = x.h.a + v{i};\n"))),
            )
        }),
        of("parser_advances", |n| {
            parser("", &format!("{} transition accept;", many(n, |_| "b.advance(8);\n".into())))
        }),
        of("parser_lookaheads", |n| {
            parser(
                "",
                &format!(
                    "{} transition accept;",
                    many(n, |_| "x.h.a = x.h.a + b.lookahead<bit<8>>();\n".into())
                ),
            )
        }),
        of("parser_verifies", |n| {
            parser(
                "",
                &format!(
                    "{} transition accept;",
                    many(n, |i| format!("verify(x.h.c != {i}, error.NoMatch);\n"))
                ),
            )
        }),
        of("subparsers", |n| {
            program(
                &format!(
                    "parser q0(packet_in b, inout s x) {{ state start {{ b.advance(8); transition accept; }} }}\n{}",
                    many(n, |i| format!(
                        "parser q{}(packet_in b, inout s x) {{ q{i}() u; q{i}() v; state start {{ u.apply(b, x); v.apply(b, x); transition accept; }} }}\n",
                        i + 1
                    ))
                ),
                "",
                "",
                &format!("q.apply(b, x);"),
                &format!("q{n}() q;"),
            )
        }),
        of("subparsers_applied_twice", |n| {
            program(
                &format!(
                    "parser q0(packet_in b, inout s x) {{ state start {{ b.advance(8); transition accept; }} }}\n{}",
                    many(n, |i| format!(
                        "parser q{}(packet_in b, inout s x) {{ q{i}() u; state start {{ u.apply(b, x); u.apply(b, x); transition accept; }} }}\n",
                        i + 1
                    ))
                ),
                "",
                "",
                &format!("q.apply(b, x);"),
                &format!("q{n}() q;"),
            )
        }),
        of("subparsers_chain", |n| {
            program(
                &format!(
                    "parser q0(packet_in b, inout s x) {{ state start {{ b.advance(8); transition accept; }} }}\n{}",
                    many(n, |i| format!(
                        "parser q{}(packet_in b, inout s x) {{ q{i}() u; state start {{ u.apply(b, x); transition accept; }} }}\n",
                        i + 1
                    ))
                ),
                "",
                "",
                &format!("q.apply(b, x);"),
                &format!("q{n}() q;"),
            )
        }),
        of("subparser_applied", |n| {
            program(
                "parser q(packet_in b, inout s x) { state start { b.advance(8); transition accept; } }\n",
                "",
                "",
                &many(n, |_| "q.apply(b, x);\n".into()),
                "q() q;\n",
            )
        }),
        of("subparsers_in_a_row", |n| {
            program(
                &many(n, |i| {
                    format!(
                        "parser q{i}(packet_in b, inout s x) {{ state start {{ b.advance(8); transition accept; }} }}\n"
                    )
                }),
                "",
                "",
                &many(n, |i| format!("i{i}.apply(b, x);\n")),
                &many(n, |i| format!("q{i}() i{i};\n")),
            )
        }),
        of("parsers", |n| {
            program(
                &many(n, |i| {
                    format!(
                        "parser q{i}(packet_in b, inout s x) {{ state start {{ b.advance(8); transition accept; }} }}\n"
                    )
                }),
                "",
                "",
                "",
                "",
            )
        }),
        of("value_sets", |n| {
            parser(
                &many(n, |i| format!("value_set<bit<32>>(4) v{i};\n")),
                &format!(
                    "transition select(x.h.c) {{ {} default: reject; }}",
                    many(n, |i| format!("v{i}: accept;\n"))
                ),
            )
        }),
        // Headers.
        of("header_fields", |n| {
            headers(
                &format!(
                    "header w {{ {} }}\nstruct s {{ h h; w w; }}\n",
                    many(n, |i| format!("bit<8> f{i};\n"))
                ),
                "b.extract(x.w);",
                &many(n, |i| format!("x.w.f{i} = x.h.a;\n")),
                "b.emit(x.w);",
            )
        }),
        of("header_fields_few_bytes", |n| {
            headers(
                &format!(
                    "header w {{ {} bit<{}> p; }}\nstruct s {{ h h; w w; }}\n",
                    many(n, |i| format!("bit<1> f{i};\n")),
                    8 - n % 8
                ),
                "b.extract(x.w);",
                &many(n, |i| format!("x.w.f{i} = 1;\n")),
                "b.emit(x.w);",
            )
        }),
        of("headers", |n| {
            headers(
                &format!("struct s {{ h h; {} }}\n", many(n, |i| format!("h h{i};\n"))),
                &many(n, |i| format!("b.extract(x.h{i});\n")),
                &many(n, |i| format!("x.h{i}.a = 1;\n")),
                &many(n, |i| format!("b.emit(x.h{i});\n")),
            )
        }),
        of("headers_small", |n| {
            headers(
                &format!(
                    "header e {{ bit<8> f; }}\nstruct s {{ h h; {} }}\n",
                    many(n, |i| format!("e h{i};\n"))
                ),
                &many(n, |i| format!("b.extract(x.h{i});\n")),
                &many(n, |i| format!("x.h{i}.f = 1;\n")),
                &many(n, |i| format!("b.emit(x.h{i});\n")),
            )
        }),
        of("headers_unused", |n| {
            headers(&format!("struct s {{ h h; {} }}\n", many(n, |i| format!("h h{i};\n"))), "", "", "")
        }),
        of("header_types", |n| {
            headers(
                &format!("{}struct s {{ h h; }}\n", many(n, |i| format!("header h{i} {{ bit<8> f; }}\n"))),
                "",
                "",
                "",
            )
        }),
        of("headers_made_valid", |n| {
            headers(
                &format!("struct s {{ h h; {} }}\n", many(n, |i| format!("h h{i};\n"))),
                "",
                &many(n, |i| format!("x.h{i}.setValid();\n")),
                &many(n, |i| format!("b.emit(x.h{i});\n")),
            )
        }),
        of("headers_made_valid_on_many_ways", |n| {
            let branch = |i| {
                format!(
                    "state s{i} {{ transition select(x.h.a[{i}:{i}]) {{ 0: l{i}; default: s{}; }} }}\nstate l{i} {{ b.extract(x.o{i}); transition s{}; }}\n",
                    i + 1,
                    i + 1
                )
            };
            headers(
                &format!(
                    "struct s {{ h h; {} {} }}\n",
                    many(7, |i| format!("h o{i};\n")),
                    many(n, |i| format!("h h{i};\n"))
                ),
                &format!("transition s0; }}\n{}state s7 {{ transition accept;", many(7, branch)),
                &many(n, |i| format!("if (x.h.c == {i}) {{ x.h{i}.setValid(); x.h{i}.a = 1; }}\n")),
                &(many(7, |i| format!("b.emit(x.o{i});\n")) + &many(n, |i| format!("b.emit(x.h{i});\n"))),
            )
        }),
        of("emits_of_struct", |n| {
            headers(
                &format!("struct s {{ h h; {} }}\n", many(n, |i| format!("h h{i};\n"))),
                "",
                &many(n, |i| format!("x.h{i}.setInvalid();\n")),
                "b.emit(x);",
            )
        }),
        of("emits", |n| headers("struct s { h h; }\n", "", "", &many(n, |_| "b.emit(x.h);\n".into()))),
        of("header_copies", |n| {
            headers(
                "struct s { h h; h g; }\n",
                "",
                &many(n, |_| "x.g = x.h; x.g.a = x.g.a + 1; x.h = x.g;\n".into()),
                "b.emit(x.g);",
            )
        }),
        of("stack_elements", |n| {
            headers(
                &format!("header e {{ bit<8> f; }}\nstruct s {{ h h; e[{n}] a; }}\n"),
                "b.extract(x.a.next);",
                "x.a[0].f = 1;",
                "b.emit(x.a);",
            )
        }),
        of("stack_pushes", |n| {
            headers(
                &format!("header e {{ bit<8> f; }}\nstruct s {{ h h; e[{n}] a; }}\n"),
                "b.extract(x.a.next);",
                "x.a.push_front(1); x.a[0].setValid(); x.a[0].f = 1;",
                "b.emit(x.a);",
            )
        }),
        of("stack_loop", |n| {
            headers(
                &format!("header e {{ bit<8> f; }}\nstruct s {{ h h; e[{n}] a; }}\n"),
                "transition next; }\n state next { b.extract(x.a.next); transition select(x.a.last.f) { 0: next; default: accept; }",
                "x.a[0].f = 1;",
                "b.emit(x.a);",
            )
        }),
        of("stack_index", |n| {
            headers(
                &format!("header e {{ bit<8> f; }}\nstruct s {{ h h; e[{n}] a; }}\n"),
                "b.extract(x.a.next);",
                "x.a[x.h.c].f = 1;",
                "b.emit(x.a);",
            )
        }),
        of("stacks", |n| {
            headers(
                &format!(
                    "header e {{ bit<8> f; }}\nstruct s {{ h h; {} }}\n",
                    many(n, |i| format!("e[4] a{i};\n"))
                ),
                &many(n, |i| format!("b.extract(x.a{i}.next);\n")),
                &many(n, |i| format!("x.a{i}.push_front(1);\n")),
                &many(n, |i| format!("b.emit(x.a{i});\n")),
            )
        }),
        of("header_union_members", |n| {
            headers(
                &format!(
                    "header_union u {{ {} }}\nstruct s {{ h h; u u; }}\n",
                    many(n, |i| format!("h m{i};\n"))
                ),
                "b.extract(x.u.m0);",
                &many(n, |i| format!("if (x.u.m{i}.isValid()) {{ x.u.m{i}.a = 1; }}\n")),
                "b.emit(x.u);",
            )
        }),
        of("varbit", |n| {
            headers(
                &format!("header e {{ varbit<{}> f; }}\nstruct s {{ h h; e e; }}\n", n * 8),
                "b.extract(x.e, (bit<32>) x.h.a * 8);",
                "",
                "b.emit(x.e);",
            )
        }),
        of("wide_field", |n| {
            headers(
                &format!("header e {{ bit<{}> f; }}\nstruct s {{ h h; e e; }}\n", n * 8),
                "b.extract(x.e);",
                "x.e.f = x.e.f + 1;",
                "b.emit(x.e);",
            )
        }),
        // Text that is wrong.
        of("unknown_names", |n| body(&many(n, |i| format!("x.h.a = unknown{i};\n")))),
        of("like_names", |n| {
            body(
                &(many(n, |i| format!("bit<8> value{i} = x.h.a;\n"))
                    + &many(n, |i| format!("x.h.a = valve{i};\n"))),
            )
        }),
        of("type_errors", |n| body(&many(n, |_| "x.h.a = true;\n".into()))),
        of("syntax_errors", |n| body(&many(n, |_| "x.h.a = = 1;\n".into()))),
        of("same_names", |n| program(&many(n, |_| "const bit<8> same = 1;\n".into()), "", "", "", "")),
    ]
}

fn many(n: usize, each: impl Fn(usize) -> String) -> String {
    (0..n).fold(String::new(), |mut text, i| {
        text += &each(i);
        text
    })
}

/// `0, 1, 2, ..`, each less than `below`.
fn list(n: usize, below: usize) -> String {
    let numbers: Vec<String> = (0..n).map(|i| (i % below).to_string()).collect();
    numbers.join(", ")
}

/// `name0, name1, ..`
fn names(n: usize, name: &str) -> String {
    let names: Vec<String> = (0..n).map(|i| format!("{name}{i}")).collect();
    names.join(", ")
}

fn body(statements: &str) -> String {
    program("", "", statements, "", "")
}

fn control(locals: &str, statements: &str) -> String {
    program("", locals, statements, "", "")
}

/// What is behind the extraction of the first header in the first state.
fn parser(locals: &str, state: &str) -> String {
    let text = program("", "", "", "%", locals);
    text.replace("%\ntransition accept;", state)
}

fn entries(n: usize, kind: &str, key: impl Fn(usize) -> String) -> String {
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
fn program(declarations: &str, locals: &str, statements: &str, parse: &str, parser_locals: &str) -> String {
    whole("struct s { h h; }\n", declarations, locals, statements, (parser_locals, parse), "")
}

/// A program with headers of its own: their types, what the first state does, what the control does, and what is emitted.
fn headers(types: &str, parse: &str, statements: &str, emits: &str) -> String {
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
