//! Families of parser states, selects and sub-parsers. In: a size. Out: the text of a program.

use super::program::{list, many, parser, program};
use super::{Family, of};

pub(super) fn families() -> Vec<Family> {
    vec![
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
                "q.apply(b, x);",
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
                "q.apply(b, x);",
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
                "q.apply(b, x);",
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
    ]
}
