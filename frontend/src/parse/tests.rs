//! What the shape of the tree depends on: precedence, casts, type arguments, spans, depth.

use super::parse;
use crate::ast::{DeclarationKind, Expr, ExprKind, Program};
use crate::ast_dump::{dump, dump_expression};
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::source::{Span, SpanMap};

/// The text stands for itself; positions begin with 1.
struct Identity;

impl SpanMap for Identity {
    fn span(&self, lo: usize, hi: usize) -> Span {
        Span::new(lo as u32 + 1, hi as u32 + 1)
    }
}

fn program(text: &str) -> Program {
    let mut sink = Diagnostics::new();
    parse(text, &Identity, &mut sink).unwrap_or_else(|_| panic!("{text}\n{:#?}", sink.into_vec()))
}

fn errors(text: &str) -> Vec<Diagnostic> {
    let mut sink = Diagnostics::new();
    assert!(parse(text, &Identity, &mut sink).is_err(), "{text}");
    sink.into_vec()
}

fn text_of(text: &str, span: Span) -> &str {
    &text[span.lo as usize - 1..span.hi as usize - 1]
}

fn initializer(program: &Program) -> &Expr {
    match &program.declarations.last().unwrap().kind {
        DeclarationKind::Constant { init, .. } => init,
        other => panic!("{other:?}"),
    }
}

/// The tree of an expression, in a program that knows the types `T`, `U`, `S<_>` and the value `v`.
fn tree(expression: &str) -> String {
    let types = "typedef bit<8> T; typedef bit<8> U; struct S<A> { A a; } const T v = 1; ";
    dump_expression(initializer(&program(&format!("{types} const T x = {expression};"))))
}

#[track_caller]
fn check(cases: &[(&str, &str)]) {
    for (expression, expected) in cases {
        assert_eq!(tree(expression), *expected, "{expression}");
    }
}

#[test]
fn precedence() {
    check(&[
        ("a + b * c", "(+ a (* b c))"),
        ("a - b - c", "(- (- a b) c)"),
        ("a * b / c % d", "(% (/ (* a b) c) d)"),
        ("a ++ b + c |+| d |-| e", "(|-| (|+| (+ (++ a b) c) d) e)"),
        ("a << b + c", "(<< a (+ b c))"),
        ("a & b << c", "(& a (<< b c))"),
        ("a | b ^ c & d", "(| a (^ b (& c d)))"),
        ("a < b | c", "(< a (| b c))"),
        ("a == b < c", "(== a (< b c))"),
        ("a && b == c", "(&& a (== b c))"),
        ("a || b && c || d", "(|| (|| a (&& b c)) d)"),
        ("a || b ? c : d || e", "(? (|| a b) c (|| d e))"),
        ("a ? b : c ? d : e", "(? a b (? c d e))"),
        ("a >> b >= c", "(>= (>> a b) c)"),
        ("-a.b", "(- (. a b))"),
        ("-a * b", "(* (- a) b)"),
        ("!a && ~b == c", "(&& (! a) (== (~ b) c))"),
        ("- - + a", "(- (- (+ a)))"),
        ("a--b", "(- a (- b))"),
        ("a !=!b", "(!= a (! b))"),
    ]);
}

#[test]
fn postfixes() {
    check(&[
        ("a.b.c[3].d", "(. (index (. (. a b) c) 3) d)"),
        ("a[7:0]", "(slice a 7 0)"),
        ("a[i +: 8]", "(slice+ a i 8)"),
        ("a[i + : 8]", "(slice+ a i 8)"),
        ("a[b ? 1 : 2 : 0]", "(slice a (? b 1 2) 0)"),
        ("f(a, n = b, _)", "(call f a (= n b) _)"),
        ("f<T, bit<8>>(a)", "(call f (T bit<8>) a)"),
        ("f<tuple<bit<8>, S<T>>>()", "(call f (tuple<bit<8>, S<T>>))"),
        ("p.f<_>(a).g", "(. (call (. p f) (_) a) g)"),
        (".a.b + .c", "(+ (. .a b) .c)"),
        ("error.NoError", "(. error NoError)"),
        ("T.max", "(. T max)"),
        ("S<T>.apply(a)", "(call (. S<T> apply) a)"),
        ("this.f(a)", "(call (. this f) a)"),
        ("a.apply().hit", "(. (call (. a apply)) hit)"),
        ("a.key + a.type", "(+ (. a key) (. a type))"),
    ]);
}

#[test]
fn comparisons_are_no_type_arguments() {
    check(&[
        ("a < b", "(< a b)"),
        ("a < b && c > d", "(&& (< a b) (> c d))"),
        ("a<b>>c", "(< a (>> b c))"),
        ("f(a < b, c)", "(call f (< a b) c)"),
        ("f(a < b, c > d)", "(call f (< a b) (> c d))"),
        ("f(v < v, v > (v))", "(call f (< v v) (> v (paren v)))"),
        ("{v < v, v > (v)}", "(list (< v v) (> v (paren v)))"),
    ]);
}

#[test]
fn casts() {
    check(&[
        ("(bit<8>) a + b", "(+ (cast bit<8> a) b)"),
        ("(bit<8>) a.b", "(cast bit<8> (. a b))"),
        ("(bit<8>) -a", "(cast bit<8> (- a))"),
        ("(bit<(2 + 6)>) a", "(cast bit<(paren (+ 2 6))> a)"),
        ("(T) a", "(cast T a)"),
        ("(T) (U) a", "(cast T (cast U a))"),
        ("(T)(U)(bit<8>) a", "(cast T (cast U (cast bit<8> a)))"),
        ("(unknown) a", "(cast unknown a)"),
        ("(.T) a", "(cast .T a)"),
        ("(S<T>) {a}", "(cast S<T> (list a))"),
        ("(T[2]) {a, b}", "(cast T[2] (list a b))"),
        ("(T[4][2]) {(S<T>[4][2]) a}", "(cast T[4][2] (list (cast S<T>[4][2] a)))"),
        ("(bool) !a", "(cast bool (! a))"),
        ("(T) ~a", "(cast T (~ a))"),
        ("(error) a", "(cast error a)"),
    ]);
}

#[test]
fn names_that_are_types_make_casts() {
    check(&[
        ("(T) - a", "(cast T (- a))"),
        ("(v) - a", "(- (paren v) a)"),
        ("(w) - a", "(- (paren w) a)"),
        ("(T) - a - b", "(- (cast T (- a)) b)"),
        ("(T) + a * b", "(* (cast T (+ a)) b)"),
        ("(T)(a)", "(cast T (paren a))"),
        ("(T)(a).b", "(cast T (. (paren a) b))"),
        ("(T)(a) + b", "(+ (cast T (paren a)) b)"),
        ("(v)(a)", "(call (paren v) a)"),
        ("(T)(U)(a)", "(cast T (cast U (paren a)))"),
        ("(T)(U) - a", "(cast T (cast U (- a)))"),
        ("(T) - (U) a", "(cast T (- (cast U a)))"),
        ("(T).a", "(cast T .a)"),
        ("(v).a", "(. (paren v) a)"),
        ("(T) != a", "(!= (paren T) a)"),
    ]);
}

#[test]
fn types_are_known_in_their_scope_only() {
    let text = "
        typedef bit<8> T;
        X f<X>(X a) { return (X) - a; }
        control c(in bit<8> T) { apply { y = (T) - 1; } }
        const T x = (T) - 1;
        const T y = (X) - 1;";
    let dump = dump(&program(text));
    for expected in
        ["(return (cast X (- a)))", "(= y (- (paren T) 1))", "T x (cast T (- 1))", "y (- (paren X) 1)"]
    {
        assert!(dump.contains(expected), "{expected}\n{dump}");
    }
}

#[test]
fn lists() {
    check(&[
        ("{}", "(list)"),
        ("{,}", "(list)"),
        ("{a, {b}, }", "(list a (list b))"),
        ("{a, ...}", "(list a ...)"),
        ("{...}", "(list ...)"),
        ("{a = 1, b = {2}}", "(struct (= a 1) (= b (list 2)))"),
        ("{a = 1, ..., }", "(struct (= a 1) ...)"),
        ("{#}", "{#}"),
        ("...", "..."),
    ]);
    for text in ["{a = 1, 2}", "{1, a = 2}", "{a = 1, ..., 3}"] {
        assert_eq!(errors(&format!("const T x = {text};"))[0].code, codes::E0128, "{text}");
    }
}

#[test]
fn literals() {
    check(&[
        ("8w0xFF", "8w255"),
        ("4s0b1010", "4s10"),
        ("0x_F", "15"),
        ("16w0o377", "16w255"),
        ("1_000", "1000"),
        ("0xFFFFFFFFFFFFFFFFFFFF", "1208925819614629174706175"),
        ("\"a\" ++ \"\\\"\"", r#"(++ "a" "\"")"#),
        ("true", "true"),
        ("truely", "truely"),
    ]);
}

#[test]
fn keywords_that_are_names() {
    let text = "
        struct S { bit<8> key; bit<8> state; bit<8> type; bit<8> apply; bit<8> priority; bit<8> list; }
        control c(inout S actions) {
            action entries() { actions.key = actions.state; }
            apply { entries(); actions.apply = actions.priority; bit<8> type = 1; type = 2; }
        }";
    let dump = dump(&program(text));
    assert!(dump.contains("(= (. actions key) (. actions state))"), "{dump}");
    assert!(dump.contains("(var bit<8> type 1) (= type 2)"), "{dump}");
}

#[test]
fn spans_are_tight() {
    let text = "const bit<8> x = (f(a,\n b) + c [ 1 : 0 ] ) ;\n @name(\"n\") struct S { bit<8> [ 2 ] y ; }  ";
    let program = program(text);
    assert_eq!(text_of(text, program.declarations[0].span), &text[..text.find('\n').unwrap() + 22]);
    let ExprKind::Paren(sum) = &initializer_of(&program, 0).kind else { panic!() };
    assert_eq!(text_of(text, sum.span), "f(a,\n b) + c [ 1 : 0 ]");
    let DeclarationKind::Struct { name, fields, .. } = &program.declarations[1].kind else { panic!() };
    assert_eq!(text_of(text, name.span), "S");
    assert_eq!(text_of(text, fields[0].ty.span), "bit<8> [ 2 ]");
    assert_eq!(text_of(text, program.declarations[1].annotations[0].span), "@name(\"n\")");
    assert!(text_of(text, program.declarations[1].span).starts_with("struct S"));
}

fn initializer_of(program: &Program, index: usize) -> &Expr {
    match &program.declarations[index].kind {
        DeclarationKind::Constant { init, .. } => init,
        other => panic!("{other:?}"),
    }
}

/// Deep text either parses or is refused with one error; nothing overflows, not even while it is dropped.
#[test]
fn deep_nesting_is_refused() {
    let wrap = |expression: String| format!("const bit<8> x = {expression};");
    let apply = |body: String| format!("control c(inout bit<8> x) {{ apply {{ {body} }} }}");
    for depth in [200, 1_000, 10_000] {
        let repeat = |text: &str| text.repeat(depth);
        let texts = [
            wrap(format!("{}1{}", repeat("("), repeat(")"))),
            wrap(format!("{}1{}", repeat("{"), repeat("}"))),
            wrap(format!("{}1", repeat("- "))),
            wrap(format!("{}1", repeat("(bit<8>) "))),
            wrap(format!("{}1", repeat("a ? b : "))),
            wrap(format!("{}1", repeat("a + "))),
            wrap(format!("{}1{}", repeat("f("), repeat(")"))),
            wrap(format!("a{}", repeat(".b"))),
            wrap(format!("a{}", repeat("[1]"))),
            wrap(format!("{}1{}", repeat("a["), repeat("]"))),
            wrap(format!("{}1", repeat("a < "))),
            apply(format!("{}{}", repeat("{"), repeat("}"))),
            apply(format!("{};", repeat("if (x == 1) "))),
            apply(format!("{} x = 1;", repeat("if (x == 1) x = 2; else "))),
            format!("typedef {}bit<8>{} t;", repeat("s<"), repeat(">")),
            format!("const s{} x = 1;", repeat("[1]")),
        ];
        for text in texts {
            let mut sink = Diagnostics::new();
            let refused = parse(&text, &Identity, &mut sink).is_err();
            let found = sink.into_vec();
            let shown = &text[..text.len().min(60)];
            assert!(refused || found.is_empty(), "{shown}");
            assert!(!refused || found.len() == 1 && found[0].code == codes::E0119, "{shown} {found:?}");
            assert!(refused || depth < 10_000, "{shown}");
        }
    }
}

/// Text that a parser would take for ever over, if it read what nests twice at each level.
#[test]
fn backtracking_stays_bounded() {
    let nested =
        |open: &str, close: &str| format!("const bit<8> x = {}1{};", open.repeat(200), close.repeat(200));
    for (open, close) in [
        ("(a[", "])"),
        ("f((a)(", "))"),
        ("{a = ", "}"),
        ("(a < (", "))"),
        ("f(a < b, c > (", "))"),
        ("a[{", "}]"),
    ] {
        let text = nested(open, close);
        let _ = parse(&text, &Identity, &mut Diagnostics::new());
        let _ = parse(text.trim_end_matches(';'), &Identity, &mut Diagnostics::new());
    }
    let wide = format!("const bit<8> x = f({} 1);", "a < b, ".repeat(60));
    assert_eq!(program(&wide).declarations.len(), 1);
}

#[test]
fn errors_are_counted_and_capped() {
    let found = errors(&"const bit<8> x = ;\n".repeat(1_000));
    assert_eq!(found.len(), super::MAX_ERRORS);
    assert_eq!(errors("const bit<8> x = ;\nbit y = 1;\nconst bit<8> z = 1;\nstruct S { bit }").len(), 3);
}
