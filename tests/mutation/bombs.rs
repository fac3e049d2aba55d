//! Small programs that ask for far too much.

/// Without optimisation the largest bombs are only an eighth as large.
const MB: usize = if cfg!(debug_assertions) { 1 << 17 } else { 1 << 20 };

/// Each with its name.
pub fn all() -> Vec<(&'static str, String)> {
    vec![
        ("giant width", "const bit<1000000000> x = 1;".into()),
        (
            "giant width, used",
            "header h { bit<1000000000> f; } control c(inout h x) { apply { x.f = ~x.f * x.f; } }".into(),
        ),
        (
            "giant stack",
            core(
                "header h { bit<8> f; } struct s { h[4294967295] a; } control c(inout s x) { apply { x.a[1].f = 1; } }",
            ),
        ),
        (
            "giant stack of the program",
            xdp("header h { bit<8> f; } struct s { h[2000000000] a; }", "s", "extract(x.a.next)", ""),
        ),
        (
            "a parser loop over a large stack",
            xdp(
                "header h { bit<8> f; } struct s { h[4000] a; }",
                "s",
                "extract(x.a.next); transition select(x.a.last.f) { 0: start; default: done; } } state done { b.advance(0)",
                "x.a[(bit<32>) i.input_port].f = 1;",
            ),
        ),
        ("giant varbit", "header h { varbit<4294967288> f; }".into()),
        ("giant shift", "const int x = 1 << 1000000000; const bool b = x > 0;".into()),
        ("giant shift to the right", "const int x = 1 >> 100000000000000000000;".into()),
        ("giant shift of a width", "const bit<8> x = 8w1 << 100000000000000000000;".into()),
        ("products of products", products()),
        ("concatenations of concatenations", concatenations()),
        ("giant slice", "const bit<8> x = (8w1)[1000000000:0];".into()),
        ("giant literal", format!("const int x = {};", "9".repeat(1_000_000))),
        ("giant width literal", format!("const int x = {}w1;", "9".repeat(100_000))),
        ("division by zero", "const int x = 1 / 0; const int y = 1 % 0; const bit<0> z = 0;".into()),
        (
            "structs of structs",
            doubling("struct s0 { bit<8> f; }", |i| format!("struct s{i} {{ s{0} a; s{0} b; }}", i - 1), 64)
                + " control c(inout s64 x) { apply { s64 y = x; x = y; } }",
        ),
        (
            "tuples of tuples",
            doubling(
                "typedef tuple<bit<8>, bit<8>> t0;",
                |i| format!("typedef tuple<t{0}, t{0}> t{i};", i - 1),
                64,
            ) + " control c(in t64 x) { apply { t64 y = x; bool b = x == y; } }",
        ),
        (
            "structs of structs in the program",
            xdp(
                &doubling(
                    "header s0h { bit<8> f; } struct s0 { s0h h; }",
                    |i| format!("struct s{i} {{ s{0} a; s{0} b; }}", i - 1),
                    40,
                ),
                "s40",
                "extract(x.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.h)",
                "",
            ),
        ),
        ("functions that call twice", functions()),
        (
            "actions that call twice",
            xdp("header e { bit<8> f; } struct s { e h; }", "s", "extract(x.h)", &actions()),
        ),
        ("controls that apply twice", controls()),
        ("instances of instances", instances()),
        ("loops in loops", loops()),
        (
            "a giant loop",
            xdp(
                "header e { bit<8> f; } struct s { e h; }",
                "s",
                "extract(x.h)",
                "for (bit<64> i in 0 .. 18446744073709551615) { x.h.f = x.h.f + (bit<8>) i; }",
            ),
        ),
        ("generics of themselves", "struct s<T> { s<s<T>> f; } const s<bit<8>> x = {};".into()),
        ("a type of itself", "struct s { s f; } header h { h f; } typedef t t; type u u;".into()),
        ("types in a ring", "struct a { b f; } struct b { a f; }".into()),
        (
            "parser that calls itself",
            core("parser p(packet_in b) { p() q; state start { q.apply(b); transition start; } }"),
        ),
        ("long expression", format!("const int x = {}1;", "1 + ".repeat(200_000))),
        ("long chain of members", format!("const int x = a{};", ".b".repeat(100_000))),
        (
            "long else-if",
            format!("control c() {{ apply {{ {} }} }}", "if (true) {} else ".repeat(50_000) + "{}"),
        ),
        ("deep parentheses", format!("const int x = {}1{};", "(".repeat(300_000), ")".repeat(300_000))),
        (
            "deep blocks",
            format!("control c() {{ apply {{ {}{} }} }}", "{".repeat(100_000), "}".repeat(100_000)),
        ),
        (
            "deep type arguments",
            format!("const {}bit<8>{} x = {{}};", "list<".repeat(50_000), ">".repeat(50_000)),
        ),
        ("deep annotations", format!("@a{}{} const int x = 1;", "(".repeat(100_000), ")".repeat(100_000))),
        ("many signs", format!("const int x = {}1;", "- ".repeat(200_000))),
        ("10 MB of nothing", " ".repeat(10 * MB)),
        ("10 MB of comment", format!("/*{}*/", "*".repeat(10 * MB))),
        ("10 MB of brackets", "(".repeat(10 * MB)),
        ("10 MB of one name", "a".repeat(10 * MB)),
        ("10 MB of string", format!("@a(\"{}\") const int x = 1;", "s".repeat(10 * MB))),
        ("1 MB of declarations", (0..MB / 26).map(|i| format!("const bit<32> c{i} = {i};\n")).collect()),
        ("1 MB of the same mistake", "const bit<8> x = y;\n".repeat(MB / 21)),
        ("1 MB of semicolons", ";".repeat(MB)),
        ("a file that includes itself", "#include \"bomb.p4\"\nconst int x = 1;\n".into()),
        ("a file that includes itself twice", "#include \"bomb.p4\"\n#include \"bomb.p4\"\n".into()),
        (
            "calls of macros in arguments",
            format!("#define F(a) a a\nconst int x = {}1{};\n", "F(".repeat(40), ")".repeat(40)),
        ),
        ("many unknown names", (0..MB / 200).map(|i| format!("const int x{i} = y{i};\n")).collect()),
        ("many ways out", xdp("header e { bit<8> f; } struct s { e h; }", "s", "extract(x.h)", &exits())),
        (
            "a struct of many fields",
            format!(
                "struct s {{ {} }} control c(inout s x) {{ apply {{ {} }} }}",
                (0..MB / 500).map(|i| format!("bit<8> f{i};")).collect::<String>(),
                (0..MB / 500).map(|i| format!("x.f{i} = 1;")).collect::<String>(),
            ),
        ),
        ("macros of macros", macros()),
        ("macros in a ring", "#define A B B\n#define B A A\nconst int x = A;".into()),
        ("a table with many keys", table(&format!("key = {{ {} }}", "x.h.f : exact; ".repeat(2_000)))),
        ("a table with a giant size", table("key = { x.h.f : exact; } size = 1000000000000000000000")),
        (
            "many entries",
            table(&format!(
                "key = {{ x.h.f : ternary; }} const entries = {{ {} }}",
                "5 &&& 7 : NoAction(); ".repeat(5_000)
            )),
        ),
    ]
}

fn core(rest: &str) -> String {
    format!("#include <core.p4>\n{rest}")
}

/// A whole program for XDP: types, the type of its headers, what the parser does, and the body of its control.
fn xdp(types: &str, headers: &str, parse: &str, body: &str) -> String {
    let (locals, body) = body.split_once("apply").unwrap_or(("", body));
    format!(
        "#include <core.p4>\n#include <xdp_model.p4>\n{types}\n\
         parser p(packet_in b, out {headers} x) {{ state start {{ b.{parse}; transition accept; }} }}\n\
         control c(inout {headers} x, in xdp_input i, out xdp_output o) {{\n{locals}\napply {{ {body} \
         o.output_action = xdp_action.XDP_PASS; o.output_port = 0; }} }}\n\
         control d(in {headers} x, packet_out b) {{ apply {{ }} }}\nxdp(p(), c(), d()) main;\n"
    )
}

fn table(properties: &str) -> String {
    xdp(
        "header e { bit<8> f; } struct s { e h; }",
        "s",
        "extract(x.h)",
        &format!("table t {{ actions = {{ NoAction; }} {properties}; }} apply t.apply();")
            .replace("};}", "}}")
            .replace("}; }", "} }"),
    )
}

fn doubling(first: &str, next: impl Fn(usize) -> String, depth: usize) -> String {
    std::iter::once(first.to_owned()).chain((1..=depth).map(next)).collect::<Vec<_>>().join("\n")
}

fn products() -> String {
    doubling("const int x0 = 3;", |i| format!("const int x{i} = x{0} * x{0};", i - 1), 64)
}

fn concatenations() -> String {
    doubling(
        "const bit<8> x0 = 3;",
        |i| format!("const bit<{}> x{i} = x{1} ++ x{1};", 8_u128 << i, i - 1),
        64,
    )
}

fn functions() -> String {
    let functions = doubling(
        "bit<8> f0(bit<8> a) { return a + 1; }",
        |i| format!("bit<8> f{i}(bit<8> a) {{ return f{0}(f{0}(a)); }}", i - 1),
        40,
    );
    xdp(
        &format!("header e {{ bit<8> f; }} struct s {{ e h; }} {functions}"),
        "s",
        "extract(x.h)",
        "x.h.f = f40(x.h.f);",
    )
}

fn actions() -> String {
    doubling(
        "action a0() { x.h.f = x.h.f + 1; }",
        |i| format!("action a{i}() {{ a{0}(); a{0}(); }}", i - 1),
        40,
    ) + " apply a40();"
}

fn controls() -> String {
    let controls = doubling(
        "control k0(inout s x) { apply { x.h.f = x.h.f + 1; } }",
        |i| format!("control k{i}(inout s x) {{ k{0}() a; apply {{ a.apply(x); a.apply(x); }} }}", i - 1),
        40,
    );
    xdp(
        &format!("header e {{ bit<8> f; }} struct s {{ e h; }} {controls}"),
        "s",
        "extract(x.h)",
        "k40() k; apply k.apply(x);",
    )
}

fn instances() -> String {
    let controls = doubling(
        "control k0(inout s x) { apply { x.h.f = x.h.f + 1; } }",
        |i| {
            format!(
                "control k{i}(inout s x) {{ k{0}() a; k{0}() b; apply {{ a.apply(x); b.apply(x); }} }}",
                i - 1
            )
        },
        40,
    );
    xdp(
        &format!("header e {{ bit<8> f; }} struct s {{ e h; }} {controls}"),
        "s",
        "extract(x.h)",
        "k40() k; apply k.apply(x);",
    )
}

fn loops() -> String {
    let body = (0..12).fold("x.h.f = x.h.f + 1;".to_owned(), |body, i| {
        format!("for (bit<16> i{i} in 0 .. 60000) {{ {body} }}")
    });
    xdp("header e { bit<8> f; } struct s { e h; }", "s", "extract(x.h)", &body)
}

fn exits() -> String {
    (0..MB / 500).map(|i| format!("if (x.h.f == {}) {{ exit; }} ", i % 256)).collect()
}

fn macros() -> String {
    doubling("#define M0 1 +", |i| format!("#define M{i} M{0} M{0}", i - 1), 60) + "\nconst int x = M60 1;\n"
}
