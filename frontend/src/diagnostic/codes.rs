//! Every diagnostic code. A code is made here and nowhere else; its explanation (why, a wrong example, a right
//! one) is the Markdown file of the same name under `explain/`.

/// A stable name of a rule: `E0301`, `W0102`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(&'static str);

impl Code {
    /// The code's text, e.g. `E0301`.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

/// Declares the codes: a constant each, and [`ALL`] with titles and explanations in the same order.
macro_rules! codes {
    ($($name:ident $title:literal;)*) => {
        $(#[doc = $title] pub const $name: Code = Code(stringify!($name));)*
        /// All codes: the code, its title, and its explanation in Markdown.
        pub const ALL: &[(Code, &str, &str)] =
            &[$(($name, $title, include_str!(concat!("explain/", stringify!($name), ".md")))),*];
    };
}

// E01xx: lexing, preprocessing and syntax.   E02xx: names.   E03xx: types.   E04xx: architecture.
// E05xx: what XDP cannot do.                 W..: warnings.
codes! {
    E0100 "syntax error";
}
