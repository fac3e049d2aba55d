//! S-expressions and how they are broken into lines. Knows nothing of P4.

/// Lines are broken to stay below this many columns.
const COLUMNS: usize = 100;

/// An atom or a list.
pub(super) enum Sexp {
    Atom(String),
    List {
        items: Vec<Sexp>,
        /// Columns that the list takes in one line.
        width: usize,
    },
}

impl Sexp {
    pub(super) fn atom(text: impl Into<String>) -> Sexp {
        Sexp::Atom(text.into())
    }

    pub(super) fn list(items: impl IntoIterator<Item = Sexp>) -> Sexp {
        let items: Vec<Sexp> = items.into_iter().collect();
        let width = items.iter().map(|item| item.width() + 1).sum::<usize>().max(1) + 1;
        Sexp::List { items, width }
    }

    /// A list that begins with a word.
    pub(super) fn node(head: &str, items: impl IntoIterator<Item = Sexp>) -> Sexp {
        Sexp::list(std::iter::once(Sexp::atom(head)).chain(items))
    }

    fn width(&self) -> usize {
        match self {
            Sexp::Atom(text) => text.chars().count(),
            Sexp::List { width, .. } => *width,
        }
    }

    /// Appends the text, beginning at the first column.
    pub(super) fn write(&self, out: &mut String) {
        self.write_at(0, out);
    }

    /// Atoms at the begin of a list stay in its first line; what follows is indented.
    fn write_at(&self, indent: usize, out: &mut String) {
        let (items, width) = match self {
            Sexp::Atom(text) => return out.push_str(text),
            Sexp::List { items, width } => (items, *width),
        };
        let in_one_line = indent + width <= COLUMNS;
        out.push('(');
        let mut in_head = true;
        for (index, item) in items.iter().enumerate() {
            in_head &= matches!(item, Sexp::Atom(_));
            if index > 0 && (in_one_line || in_head) {
                out.push(' ');
            } else if index > 0 {
                out.push('\n');
                out.extend(std::iter::repeat_n(' ', indent + 2));
            }
            item.write_at(indent + 2, out);
        }
        out.push(')');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_are_broken_behind_their_head() {
        let long = |name: &str| Sexp::node(name, (0..9).map(|_| Sexp::node("word", [Sexp::atom("1")])));
        let mut text = String::new();
        Sexp::node("top", [Sexp::atom("name"), Sexp::node("short", []), long("long")]).write(&mut text);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "(top name");
        assert_eq!(lines[1], "  (short)");
        assert!(lines[2].starts_with("  (long (word 1) (word 1)"));
        assert_eq!(lines.len(), 3, "{text}");
    }
}
