//! Families of what the preprocessor does, and of text that is wrong. In: a size. Out: the text of a program.

use super::program::{body, many, program};
use super::{Family, of};

pub(super) fn preprocessed() -> Vec<Family> {
    vec![
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
    ]
}

pub(super) fn wrong() -> Vec<Family> {
    vec![
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
