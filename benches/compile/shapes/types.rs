//! Families of constants, types and generics. In: a size. Out: the text of a program.

use super::program::{body, list, many, names, program};
use super::{Family, of};

pub(super) fn families() -> Vec<Family> {
    vec![
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
    ]
}
