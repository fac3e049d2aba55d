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

    /// The names of a warning: the one that `-W`, `@noWarn` and `@diagnostic` are told first, then others that mean it
    /// as well, mostly because other compilers of P4 call it so. Several codes may share a name. Errors have none.
    pub fn names(self) -> &'static [&'static str] {
        NAMES.iter().find(|(code, _)| *code == self).map_or(&[], |(_, names)| names)
    }

    /// The warnings with this name or this code, `_` being as good as `-`.
    pub fn named(name: &str) -> Vec<Code> {
        let wanted = name.replace('_', "-");
        let is_meant = |(code, names): &&(Code, &[&str])| {
            code.is_warning() && (code.0 == wanted || names.contains(&wanted.as_str()))
        };
        NAMES.iter().filter(is_meant).map(|(code, _)| *code).collect()
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

/// Declares the codes: a constant each, and [`ALL`] with titles and explanations in the same order. The names of a
/// warning stand behind its title.
macro_rules! codes {
    ($($name:ident $title:literal $($warning:literal)*;)*) => {
        $(#[doc = $title] pub const $name: Code = Code(stringify!($name));)*
        /// All codes: the code, its title, and its explanation in Markdown.
        pub const ALL: &[(Code, &str, &str)] =
            &[$(($name, $title, include_str!(concat!("explain/", stringify!($name), ".md")))),*];
        const NAMES: &[(Code, &[&str])] = &[$(($name, &[$($warning),*])),*];
    };
}

// E01xx: lexing, preprocessing and syntax.   E02xx: names.   E03xx: types.   E04xx: architecture.
// E05xx: what XDP cannot do.                 W..: warnings.
codes! {
    E0001 "internal error";
    E0100 "syntax error";
    E0101 "a source file cannot be read";
    E0102 "an include cannot be found or read";
    E0103 "includes are nested without end";
    E0104 "a source file is not UTF-8";
    E0105 "a comment has no end";
    E0106 "a string literal has no end";
    E0108 "malformed preprocessor directive";
    E0109 "a conditional directive has no `#endif`";
    E0110 "a conditional directive out of place";
    E0111 "malformed expression in `#if`";
    E0112 "the program says `#error`";
    E0113 "malformed macro definition";
    E0114 "malformed use of a macro";
    E0115 "the program is too large";
    E0116 "a `##` without a token on each side";
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
    E0131 "text that is no token of P4";
    E0132 "a misspelt keyword";
    E0133 "a declaration of P4_14";
    E0134 "a number that is too large";
    E0135 "an operator that cannot stand here";
    E0136 "a loop variable without a type";
    E0201 "a name that is not declared";
    E0202 "a name that is declared twice";
    E0203 "a name of the wrong kind";
    E0204 "no such field, member or method";
    E0206 "a recursion";
    E0207 "two things of one control-plane name";
    E0301 "mismatched types";
    E0302 "an operator that the type does not have";
    E0303 "a value that is not known at compile time";
    E0304 "a size that cannot be";
    E0305 "a cast that does not exist";
    E0306 "an l-value is needed";
    E0307 "arguments that do not fit the parameters";
    E0308 "a type that cannot be inferred";
    E0309 "a wrong number of type arguments";
    E0310 "a type that cannot be used here";
    E0312 "a number that is out of range";
    E0313 "something that cannot be called";
    E0314 "an object that cannot be instantiated here";
    E0315 "the labels of a `switch`";
    E0316 "a path without `return`";
    E0317 "`return` and the result do not fit";
    E0318 "a statement that is out of place";
    E0319 "the properties of a table";
    E0320 "the actions of a table";
    E0321 "a keyset that does not fit";
    E0322 "the states of a parser";
    E0323 "methods and their implementations";
    E0324 "the values of a struct";
    E0325 "arithmetic that has no result";
    E0326 "a static assertion that failed";
    E0327 "the direction of a parameter";
    E0328 "optional parameters and default values";
    E0329 "`next` and `last` outside of a parser";
    E0332 "the key of a table";
    E0333 "the body of an annotation";
    E0334 "a type that packets do not take";
    E0335 "a key without a name";
    E0336 "a call that cannot be made here";
    E0337 "priorities of table entries";
    E0338 "a value that cannot be branched on";
    E0339 "something that cannot be constructed";
    E0401 "a package of no known architecture";
    E0402 "no `main`, or one that is no package";
    E0404 "an entry whose priority cannot be derived";
    E0405 "an extern in a block that it is not for";
    E0406 "an object that belongs to one table";
    E0407 "an id that an object cannot have";
    E0501 "not supported yet";
    E0502 "the program becomes too large";
    E0511 "a loop without a bound";
    E0512 "a number is too wide";
    E0513 "a varbit field is used in a way that cannot be compiled";
    E0514 "a header that begins or ends within a byte, where it cannot";
    E0515 "a use of the architecture that XDP does not have";
    E0516 "a construct that cannot be compiled to XDP yet";
    E0520 "a table cannot be filled at run time";
    E0521 "a table is too large";
    E0522 "a table's key is too wide";
    E0523 "an extern without implementation";
    E0524 "an extern cannot be used like this on XDP";
    E0525 "the program needs too many maps";
    E0526 "the verifier would have too much to do";
    E0527 "the program needs too much stack";
    E0528 "a newer kernel is needed than the program may have";
    E0529 "a table that cannot forget entries";
    E0530 "an atomic block that XDP cannot execute as one step";
    E0550 "the interpreter does not know an extern";
    E0551 "the interpreter cannot run a construct";
    W0101 "the program says `#warning`" "user-warning";
    W0102 "a macro is redefined" "macro-redefined";
    W0103 "text after a directive is ignored" "extra-tokens";
    W0104 "a `##` that makes no token" "invalid-paste";
    W0105 "a `#` that begins no directive" "unknown-directive";
    W0106 "a line that goes on where it seems to end" "line-continuation";
    W0107 "a quote that has no end" "unclosed-quote";
    W0108 "a directive that is odd" "odd-directive";
    W0109 "an `#if` that is odd" "odd-condition";
    W0110 "a macro that is odd" "odd-macro";
    W0201 "a name that hides another" "shadow";
    W0202 "something that is never used" "unused";
    W0203 "a variable that is never read" "unused";
    W0301 "a value that does not fit" "overflow" "mismatch";
    W0302 "a shift that leaves nothing" "overflow";
    W0303 "a state without transition" "parser-transition";
    W0304 "a case that is never reached" "unreachable" "parser-transition";
    W0305 "a use of something deprecated" "deprecated";
    W0306 "a parser that never accepts" "never-accepts" "unreachable";
    W0307 "a state that is never reached" "unreachable" "unused";
    W0308 "entries of equal priority" "duplicate-priorities";
    W0309 "entries out of the order of their priorities" "entries-out-of-priority-order";
    W0310 "a statement that is never reached" "unreachable";
    W0311 "a value that was never set" "uninitialized-use" "uninitialized";
    W0312 "an `out` parameter that is never set" "uninitialized-out-param";
    W0313 "a field of a header that is not valid" "invalid-header";
    W0314 "an entry that never matches" "unreachable" "keys";
    W0315 "a range without values" "empty-range" "invalid";
    W0316 "a mask that hides bits of the value" "masked-bits" "mismatch";
    W0317 "a key that is always the same" "constant-key" "mismatch" "ignore-prop";
    W0318 "a comparison whose outcome is known" "tautological-compare";
    W0319 "two arguments that come out in one place" "ordering";
    W0401 "a warning that nobody knows" "unknown-warning" "unknown";
    W0402 "an annotation that has no effect" "ignored-annotation";
    W0403 "an extern in a block that it is not meant for" "misplaced-extern";
    W0501 "a table whose entries do not expire" "idle-timeout";
    W0502 "a newer kernel is needed" "newer-kernel";
    W0503 "a loop that may not end in time" "unbounded-loop";
}
