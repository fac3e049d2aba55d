//! Families of tables and what stands in them. In: a size. Out: the text of a program.

use super::program::{control, entries, many};
use super::{Family, of};

pub(super) fn families() -> Vec<Family> {
    vec![
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
        of("table_of_many_actions_switched_often", |n| {
            control(
                &format!(
                    "{}table t {{ key = {{ x.h.b: exact; }} actions = {{ {} NoAction; }} }}\n",
                    many(n, |i| format!("action a{i}(bit<8> v) {{ x.h.a = v + {}; }}\n", i % 256)),
                    many(n, |i| format!("a{i}; ")),
                ),
                &many(n, |i| {
                    format!("switch (t.apply().action_run) {{ a{i}: {{ x.h.b = 1; }} default: {{ }} }}\n")
                }),
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
    ]
}
