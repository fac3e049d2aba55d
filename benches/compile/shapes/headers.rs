//! Families of headers, stacks and unions, and of what is emitted. In: a size. Out: the text of a program.

use super::program::{headers, many};
use super::{Family, of};

pub(super) fn families() -> Vec<Family> {
    vec![
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
    ]
}
