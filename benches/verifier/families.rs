//! Programs that grow in one way, each a way in which verification can get out of hand: in, sizes; out, P4.

/// A family of programs.
pub struct Family {
    /// What the table of results calls it.
    pub name: &'static str,
    /// Sizes to measure.
    pub sizes: &'static [usize],
    /// The power of the size by which the program itself grows.
    pub power: f64,
    /// The code by which it is refused, if that is so.
    pub refused: Option<&'static str>,
    /// The program of a size.
    pub make: fn(usize) -> String,
}

/// All of them.
pub const FAMILIES: &[Family] = &[
    Family {
        name: "n flags, each tested once",
        sizes: &[12, 24, 48],
        power: 1.0,
        refused: None,
        make: |n| flags(n, 1),
    },
    Family {
        name: "n flags, each tested twice",
        sizes: &[6, 12, 13, 24, 48],
        power: 1.0,
        refused: None,
        make: |n| flags(n, 2),
    },
    Family {
        name: "n flags, each tested 4 times",
        sizes: &[6, 8, 12, 24, 48],
        power: 1.0,
        refused: None,
        make: |n| flags(n, 4),
    },
    Family {
        name: "n different conditions",
        sizes: &[50, 100, 200],
        power: 1.0,
        refused: None,
        make: conditions,
    },
    Family {
        name: "n headers by lookahead, 1 stage",
        sizes: &[8, 10, 14, 20, 32],
        power: 1.0,
        refused: None,
        make: |n| lookahead(n, 1),
    },
    Family {
        name: "n headers by lookahead, 4 stages",
        sizes: &[6, 7, 8, 16, 32],
        power: 1.0,
        refused: None,
        make: |n| lookahead(n, 4),
    },
    Family {
        name: "n headers by lookahead, read in one statement",
        sizes: &[4, 8, 16, 32],
        power: 1.0,
        refused: None,
        make: read_together,
    },
    Family {
        name: "n headers by lookahead, keys of one table",
        sizes: &[4, 8, 16, 32],
        power: 1.0,
        refused: None,
        make: keys_together,
    },
    Family {
        name: "parser loop of n states that fills no stack",
        sizes: &[2, 4, 8],
        power: 1.0,
        refused: None,
        make: parser_rounds,
    },
    Family {
        name: "n headers switched on by flags",
        sizes: &[8, 12, 16, 20, 32],
        power: 1.0,
        refused: None,
        make: toggles,
    },
    Family {
        name: "n headers switched on by tables",
        sizes: &[8, 12, 16, 20, 32],
        power: 1.0,
        refused: None,
        make: table_toggles,
    },
    Family { name: "n headers in a row", sizes: &[10, 11, 20, 30], power: 1.0, refused: None, make: row },
    Family {
        name: "stack of 5, n pairs of push and write",
        sizes: &[1, 2, 3, 4, 5, 12],
        power: 1.0,
        refused: None,
        make: |n| edits(5, 4, n),
    },
    Family {
        name: "stack of 16, n pairs of push and write",
        sizes: &[1, 2, 6, 12],
        power: 1.0,
        refused: None,
        make: |n| edits(16, 2, n),
    },
    Family {
        name: "loop with a bound of n bits",
        sizes: &[4, 8, 16, 32],
        power: 1.0,
        refused: None,
        make: |bits| counted(bits, 1),
    },
    Family {
        name: "2 nested loops with bounds of n bits",
        sizes: &[4, 8, 16, 32],
        power: 1.0,
        refused: None,
        make: |bits| counted(bits, 2),
    },
    Family {
        name: "n nested loops with bounds of 8 bits",
        sizes: &[1, 2, 3, 4],
        power: 1.0,
        refused: None,
        make: |n| counted(8, n),
    },
    Family {
        name: "n loops with bounds of 8 bits",
        sizes: &[1, 2, 4, 8, 16],
        power: 1.0,
        refused: None,
        make: loops,
    },
    Family {
        name: "16-bit loop, n tests of flags in its body",
        sizes: &[2, 4, 8, 16, 32],
        power: 1.0,
        refused: None,
        make: tested_in_loop,
    },
    Family {
        name: "n constant ternary rules",
        sizes: &[64, 128, 256, 300],
        power: 1.0,
        refused: None,
        make: rules,
    },
    Family {
        name: "stack of n labels, actions that push 1 to n",
        sizes: &[4, 8],
        power: 2.0,
        refused: None,
        make: labels,
    },
    Family { name: "n locals of 64 bits", sizes: &[16, 32, 64], power: 1.0, refused: None, make: locals },
    Family { name: "n metadata fields", sizes: &[25, 50, 100], power: 1.0, refused: None, make: metadata },
];

const HEAD: &str = "#include <core.p4>
#include <xdp_model.p4>
header eth_t { bit<48> dst; bit<48> src; bit<16> type; }
";

/// A program from its types, headers, parser, control and emit statements.
fn program(types: &str, headers: &str, parser: &str, locals: &str, apply: &str, emits: &str) -> String {
    format!(
        "{HEAD}{types}struct hs {{ eth_t eth; {headers} }}
parser p(packet_in b, out hs h) {{
{parser}}}
control c(inout hs h, in xdp_input i, out xdp_output o) {{
{locals}apply {{ o.output_port = 0; o.output_action = xdp_action.XDP_TX;
{apply}}} }}
control d(in hs h, packet_out b) {{ apply {{ b.emit(h.eth); {emits}}} }}
xdp(p(), c(), d()) main;
"
    )
}

/// A text for each number below n.
fn each(n: usize, text: impl Fn(usize) -> String) -> String {
    (0..n).map(text).collect()
}

/// The type of a header of n flags and a number.
fn flags_type(n: usize) -> String {
    let pad = match n % 8 {
        0 => String::new(),
        rest => format!("bit<{}> pad; ", 8 - rest),
    };
    format!("header flags_t {{ {}{pad}bit<32> sum; }}\n", each(n, |i| format!("bit<1> f{i}; ")))
}

const PARSE_FLAGS: &str = "state start { b.extract(h.eth); b.extract(h.f); transition accept; }\n";

fn flags(n: usize, times: usize) -> String {
    let tests = each(times, |stage| {
        each(n, |i| {
            let number = stage * n + i + 1;
            format!("if (h.f.f{i} == 1) {{ sum = sum + {number}; }} else {{ sum = sum ^ {number}; }}\n")
        })
    });
    let apply = format!("bit<32> sum = h.f.sum;\n{tests}h.f.sum = sum;\n");
    program(&flags_type(n), "flags_t f;", PARSE_FLAGS, "", &apply, "b.emit(h.f);")
}

fn conditions(n: usize) -> String {
    let types = "header f_t { bit<32> a; bit<32> sum; }\n";
    let tests =
        each(n, |i| format!("if (h.f.a > {}) {{ sum = sum + {i}; }} else {{ sum = sum ^ {i}; }}\n", i * 77));
    let apply = format!("bit<32> sum = h.f.sum;\n{tests}h.f.sum = sum;\n");
    program(types, "f_t f;", PARSE_FLAGS, "", &apply, "b.emit(h.f);")
}

const OPTION: &str = "header option_t { bit<8> tag; bit<8> next; bit<16> value; }\n";

fn options(n: usize) -> String {
    each(n, |i| format!("option_t o{i}; "))
}

fn emit_options(n: usize) -> String {
    each(n, |i| format!("b.emit(h.o{i}); "))
}

fn lookahead(n: usize, stages: usize) -> String {
    let tests = each(stages, |stage| {
        each(n, |i| format!("if (h.o{i}.isValid()) {{ sum = sum + (bit<32>)h.o{i}.value + {stage}; }}\n"))
    });
    found_by_lookahead(n, "", &format!("bit<32> sum = h.f.sum;\n{tests}h.f.sum = sum;\n"))
}

fn read_together(n: usize) -> String {
    let values = each(n, |i| format!(" ^ (bit<32>)h.o{i}.value"));
    found_by_lookahead(n, "", &format!("h.f.sum = h.f.sum{values};\n"))
}

fn keys_together(n: usize) -> String {
    let keys = each(n, |i| format!("h.o{i}.isValid(): exact @name(\"v{i}\"); h.o{i}.value: exact; "));
    let table = format!(
        "action set(bit<32> v) {{ h.f.sum = v; }}
action none() {{}}
table t {{ key = {{ {keys}}} actions = {{ set; none; }} default_action = none(); size = 64; }}\n"
    );
    found_by_lookahead(n, &table, "t.apply();\n")
}

/// A program with n headers of which each may be there.
fn found_by_lookahead(n: usize, locals: &str, apply: &str) -> String {
    let states = each(n, |i| {
        format!(
            "state s{i} {{ transition select(b.lookahead<bit<8>>()) {{ {}: o{i}; default: s{}; }} }}
state o{i} {{ b.extract(h.o{i}); transition s{}; }}\n",
            i + 1,
            i + 1,
            i + 1
        )
    });
    let parser = format!(
        "state start {{ b.extract(h.eth); b.extract(h.f); transition s0; }}\n{states}state s{n} {{ transition accept; }}\n"
    );
    let types = format!("{OPTION}header f_t {{ bit<32> sum; }}\n");
    program(
        &types,
        &format!("f_t f; {}", options(n)),
        &parser,
        locals,
        apply,
        &format!("b.emit(h.f); {}", emit_options(n)),
    )
}

fn parser_rounds(n: usize) -> String {
    let states = each(n, |i| {
        format!(
            "state s{i} {{ b.extract(h.o{i}); h.f.sum = h.f.sum + (bit<32>)h.o{i}.value;
transition select(h.o{i}.next) {{ 1: s{}; default: accept; }} }}\n",
            (i + 1) % n
        )
    });
    let parser = format!("state start {{ b.extract(h.eth); b.extract(h.f); transition s0; }}\n{states}");
    let types = format!("{OPTION}header f_t {{ bit<32> sum; }}\n");
    let headers = format!("f_t f; {}", options(n));
    program(&types, &headers, &parser, "", "", &format!("b.emit(h.f); {}", emit_options(n)))
}

fn toggles(n: usize) -> String {
    let tests = each(n, |i| {
        format!(
            "if (h.f.f{i} == 1) {{ h.o{i}.setValid(); h.o{i} = {{ {i}, 0, {i} }}; }} else {{ h.o{i}.setInvalid(); }}\n"
        )
    });
    let types = format!("{OPTION}{}", flags_type(n));
    let headers = format!("flags_t f; {}", options(n));
    program(&types, &headers, PARSE_FLAGS, "", &tests, &format!("b.emit(h.f); {}", emit_options(n)))
}

fn table_toggles(n: usize) -> String {
    let tables = each(n, |i| {
        format!(
            "action on{i}(bit<16> v) {{ h.o{i}.setValid(); h.o{i} = {{ {i}, 0, v }}; }}
action off{i}() {{ h.o{i}.setInvalid(); }}
table t{i} {{ key = {{ h.f.sum: exact; }} actions = {{ on{i}; off{i}; }} default_action = off{i}(); size = 16; }}\n"
        )
    });
    let apply = each(n, |i| format!("t{i}.apply();\n"));
    let types = format!("{OPTION}{}", flags_type(n));
    let headers = format!("flags_t f; {}", options(n));
    program(&types, &headers, PARSE_FLAGS, &tables, &apply, &format!("b.emit(h.f); {}", emit_options(n)))
}

fn row(n: usize) -> String {
    let states = each(n, |i| {
        let next = if i + 1 < n { format!("1: s{}; ", i + 1) } else { String::new() };
        format!(
            "state s{i} {{ b.extract(h.o{i}); transition select(h.o{i}.next) {{ {next}default: accept; }} }}\n"
        )
    });
    let parser = format!(
        "state start {{ b.extract(h.eth); transition select(h.eth.type) {{ 0x1234: s0; default: accept; }} }}\n{states}"
    );
    program(OPTION, &options(n), &parser, "", "h.eth.src = 1;\n", &emit_options(n))
}

/// Pairs of a conditional push and a conditional write on a stack of headers of so many bytes.
fn edits(depth: usize, bytes: usize, n: usize) -> String {
    let types =
        format!("header item_t {{ bit<1> last; bit<{}> value; }}\n{}", bytes * 8 - 1, flags_type(2 * n));
    let parser = "state start { b.extract(h.eth); b.extract(h.f); transition select(h.eth.type) { 0x1234: items; default: accept; } }
state items { b.extract(h.s.next); transition select(h.s.last.last) { 1: accept; default: items; } }\n";
    let apply = each(n, |i| {
        format!(
            "if (h.f.f{} == 1) {{ h.s.push_front(1); h.s[0].setValid(); h.s[0] = {{ 0, {i} }}; }}
if (h.f.f{} == 1 && h.s[1].isValid()) {{ h.s[1].value = {i}; }}\n",
            2 * i,
            2 * i + 1
        )
    });
    program(
        &types,
        &format!("flags_t f; item_t[{depth}] s;"),
        parser,
        "",
        &apply,
        "b.emit(h.f); b.emit(h.s);",
    )
}

/// As many loops in one another.
fn counted(bits: usize, nested: usize) -> String {
    let types = format!("header f_t {{ bit<{bits}> n; bit<{}> pad; bit<32> sum; }}\n", 64 - bits);
    let heads = each(nested, |i| format!("for (bit<{bits}> k{i} = 0; k{i} < h.f.n; k{i} = k{i} + 1) {{\n"));
    let sum = each(nested, |i| format!(" ^ (bit<32>)k{i}"));
    let apply = format!(
        "bit<32> sum = h.f.sum;\n{heads}sum = sum ^ (sum << 1){sum};\n{}\nh.f.sum = sum;\n",
        "}".repeat(nested)
    );
    program(&types, "f_t f;", PARSE_FLAGS, "", &apply, "b.emit(h.f);")
}

fn loops(n: usize) -> String {
    let types = "header f_t { bit<8> n; bit<56> pad; bit<32> sum; }\n";
    let apply = each(n, |i| {
        format!(
            "for (bit<8> k = 0; k < h.f.n; k = k + 1) {{ h.f.sum = h.f.sum ^ (h.f.sum << {i}) ^ (bit<32>)k; }}\n"
        )
    });
    program(types, "f_t f;", PARSE_FLAGS, "", &apply, "b.emit(h.f);")
}

/// Flags are set and tested in turn.
fn tested_in_loop(n: usize) -> String {
    let types = "header f_t { bit<16> n; bit<48> pad; bit<32> sum; }\n";
    let flags = each(n, |i| format!("bool b{i} = false;\n"));
    let tests = each(n, |i| {
        format!("if (h.f.sum[{i}:{i}] == 1) {{ b{i} = true; }} if (b{i}) {{ h.f.sum = h.f.sum + k; }}\n")
    });
    let apply = format!("{flags}for (bit<32> k in 0..(bit<32>)h.f.n) {{\n{tests}}}\n");
    program(types, "f_t f;", PARSE_FLAGS, "", &apply, "b.emit(h.f);")
}

fn rules(n: usize) -> String {
    let types = "header f_t { bit<32> a; bit<32> b; bit<16> c; bit<16> d; bit<32> sum; }\n";
    let entries = each(n, |i| {
        format!(
            "({:#x} &&& 0xffff00{:02x}, {:#x} &&& 0xff, _, {}): set({i});\n",
            i * 0x0101_0100,
            i % 3,
            i % 256,
            i % 17
        )
    });
    let table = format!(
        "action set(bit<32> v) {{ h.f.sum = v; }}
action none() {{}}
table acl {{ key = {{ h.f.a: ternary; h.f.b: ternary; h.f.c: ternary; h.f.d: exact; }} actions = {{ set; none; }}
default_action = none(); const entries = {{\n{entries}}} }}\n"
    );
    program(types, "f_t f;", PARSE_FLAGS, &table, "acl.apply();\n", "b.emit(h.f);")
}

fn labels(n: usize) -> String {
    let types = "header label_t { bit<20> label; bit<3> tc; bit<1> last; bit<8> ttl; }\n";
    let parser =
        "state start { b.extract(h.eth); transition select(h.eth.type) { 0x8847: labels; default: accept; } }
state labels { b.extract(h.s.next); transition select(h.s.last.last) { 1: accept; default: labels; } }\n";
    let actions = each(n, |i| {
        let params = each(i + 1, |j| format!("{}bit<20> l{j}", if j > 0 { ", " } else { "" }));
        let pushes =
            each(i + 1, |j| format!("h.s.push_front(1); h.s[0].setValid(); h.s[0] = {{ l{j}, 0, 0, 64 }}; "));
        format!("action push{i}({params}) {{ {pushes}}}\n")
    });
    let names = each(n, |i| format!("push{i}; "));
    let table = format!(
        "{actions}action none() {{}}
table t {{ key = {{ h.eth.dst: exact; }} actions = {{ {names}none; }} default_action = none(); size = 64; }}\n"
    );
    program(types, &format!("label_t[{n}] s;"), parser, &table, "t.apply();\n", "b.emit(h.s);")
}

/// The type of a header of n numbers of so many bits.
fn numbers(n: usize, bits: usize) -> String {
    format!("header f_t {{ {}}}\n", each(n, |i| format!("bit<{bits}> a{i}; ")))
}

fn locals(n: usize) -> String {
    let apply = format!(
        "{}{}{}",
        each(n, |i| format!("bit<64> x{i} = h.f.a{i} ^ (h.f.a{} << 3);\n", (i + 1) % n)),
        each(n, |i| format!("if (x{} > x{i}) {{ x{i} = x{i} + x{}; }}\n", (i * 7 + 1) % n, (i * 5 + 2) % n)),
        each(n, |i| format!("h.f.a{i} = x{i} ^ x{};\n", (i * 3 + 1) % n)),
    );
    program(&numbers(n, 64), "f_t f;", PARSE_FLAGS, "", &apply, "b.emit(h.f);")
}

fn metadata(n: usize) -> String {
    let types = format!("{}struct meta_t {{ {}}}\n", numbers(n, 32), each(n, |i| format!("bit<32> m{i}; ")));
    let table = "action set(bit<32> v) { m.m0 = v; m.m1 = m.m1 + v; }
action none() {}
table t { key = { m.m2: exact; } actions = { set; none; } default_action = none(); size = 64; }\n";
    let apply = format!(
        "{}t.apply();\n{}{}",
        each(n, |i| format!("m.m{i} = h.f.a{i} + {i};\n")),
        each(n, |i| format!(
            "if (m.m{i} > 77) {{ m.m{} = m.m{i} ^ m.m{}; }}\n",
            (i + 1) % n,
            (i * 3 + 1) % n
        )),
        each(n, |i| format!("h.f.a{i} = m.m{i};\n")),
    );
    program(&types, "f_t f;", PARSE_FLAGS, &format!("meta_t m;\n{table}"), &apply, "b.emit(h.f);")
}
