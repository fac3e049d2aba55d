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

    /// The code with this text.
    pub fn find(text: &str) -> Option<Code> {
        ALL.iter().map(|(code, ..)| *code).find(|code| code.0 == text)
    }

    /// True for `W..`.
    pub fn is_warning(self) -> bool {
        self.0.starts_with('W')
    }

    /// What the code is about, in a few words.
    pub fn title(self) -> &'static str {
        ALL.iter().find(|(code, ..)| *code == self).map_or("", |(_, title, _)| title)
    }

    /// Why the rule is there, with a wrong and a right example, in Markdown.
    pub fn explanation(self) -> &'static str {
        ALL.iter().find(|(code, ..)| *code == self).map_or("", |(.., explanation)| explanation)
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
    E0101 "a source file cannot be read";
    E0102 "an include cannot be found or read";
    E0103 "includes are nested without end";
    E0104 "a source file is not UTF-8";
    E0105 "a comment has no end";
    E0106 "a string literal has no end";
    E0107 "unknown preprocessor directive";
    E0108 "malformed preprocessor directive";
    E0109 "a conditional directive has no `#endif`";
    E0110 "a conditional directive out of place";
    E0111 "malformed expression in `#if`";
    E0112 "the program says `#error`";
    E0113 "malformed macro definition";
    E0114 "malformed use of a macro";
    E0115 "the program is too large";
    E0116 "misuse of `#` or `##`";
    E0117 "control character in the text";
    E0118 "missing semicolon";
    E0119 "nested too deeply";
    E0120 "malformed number";
    E0121 "a reserved word in the place of a name";
    E0122 "unbalanced brackets";
    E0123 "a declaration out of place";
    E0124 "a statement out of place";
    E0125 "an expression that is no statement";
    E0126 "an annotation out of place";
    E0127 "the values of an enum's members";
    E0128 "a list with names for some of its elements";
    E0129 "a parser without states, or a table without properties";
    E0130 "a method without result type";
    E0520 "a table cannot be filled at run time";
    E0521 "a table is too large";
    E0522 "a table's key is too wide";
    E0523 "an extern without implementation";
    E0524 "an extern cannot be used like this on XDP";
    E0525 "the program needs too many maps";
    E0550 "the interpreter does not know an extern";
    E0551 "the interpreter cannot run a construct";
    W0101 "the program says `#warning`";
    W0102 "a macro is redefined";
    W0103 "text after a directive is ignored";
}
