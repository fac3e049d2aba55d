//! Program text as a tree that knows which of its parts can be taken out or put in place of one another: in, pieces of text and
//! trees; out, text, and all smaller trees that are still well-typed P4 (or at worst refused by the checker).

/// The type of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ty {
    /// `bit<w>`
    Bit(u32),
    /// `int<w>`
    Int(u32),
    /// `bool`
    Bool,
}

impl Ty {
    /// As P4 writes it.
    pub fn text(self) -> String {
        match self {
            Ty::Bit(width) => format!("bit<{width}>"),
            Ty::Int(width) => format!("int<{width}>"),
            Ty::Bool => "bool".to_owned(),
        }
    }

    /// In bits.
    pub fn width(self) -> u32 {
        match self {
            Ty::Bit(width) | Ty::Int(width) => width,
            Ty::Bool => 1,
        }
    }

    /// The simplest value.
    fn zero(self) -> String {
        match self {
            Ty::Bit(width) => format!("{width}w0"),
            Ty::Int(width) => format!("{width}s0"),
            Ty::Bool => "false".to_owned(),
        }
    }
}

/// What may become of a part when a program shrinks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It stays.
    Fixed,
    /// It may go: a statement, a declaration, an entry.
    Item,
    /// An expression: its place may be taken by a part of the same type, or by zero.
    Expr(Ty),
}

/// A part of a program.
#[derive(Clone, Debug)]
pub struct Tree {
    kind: Kind,
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
enum Part {
    Text(String),
    Tree(Tree),
}

impl Tree {
    /// A part without content yet.
    pub fn new(kind: Kind) -> Tree {
        Tree { kind, parts: Vec::new() }
    }

    /// A statement or declaration of one line.
    pub fn item(text: impl Into<String>) -> Tree {
        Tree::new(Kind::Item).text(text)
    }

    /// An expression without parts.
    pub fn leaf(ty: Ty, text: impl Into<String>) -> Tree {
        Tree::new(Kind::Expr(ty)).text(text)
    }

    /// With text behind it.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Tree {
        self.parts.push(Part::Text(text.into()));
        self
    }

    /// With a part behind it.
    #[must_use]
    pub fn tree(mut self, tree: Tree) -> Tree {
        self.parts.push(Part::Tree(tree));
        self
    }

    /// With parts behind it.
    #[must_use]
    pub fn trees(mut self, trees: impl IntoIterator<Item = Tree>) -> Tree {
        self.parts.extend(trees.into_iter().map(Part::Tree));
        self
    }

    /// All of it as text.
    pub fn print(&self) -> String {
        let mut out = String::new();
        self.print_to(&mut out);
        out
    }

    fn print_to(&self, out: &mut String) {
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Tree(tree) => tree.print_to(out),
            }
        }
    }

    /// Number of parts, itself included.
    pub fn size(&self) -> usize {
        1 + self.children().map(Tree::size).sum::<usize>()
    }

    fn children(&self) -> impl Iterator<Item = &Tree> {
        self.parts.iter().filter_map(|part| match part {
            Part::Tree(tree) => Some(tree),
            Part::Text(_) => None,
        })
    }

    /// The part at a position of the walk from the top.
    fn at(&mut self, position: usize) -> Option<&mut Tree> {
        if position == 0 {
            return Some(self);
        }
        let mut rest = position - 1;
        for part in &mut self.parts {
            if let Part::Tree(tree) = part {
                let size = tree.size();
                if rest < size {
                    return tree.at(rest);
                }
                rest -= size;
            }
        }
        None
    }

    /// What can stand at a position instead of what does, simplest first.
    pub fn replacements(&self, position: usize) -> Vec<Tree> {
        let mut copy = self.clone();
        let Some(part) = copy.at(position) else { return Vec::new() };
        let part = part.clone();
        match part.kind {
            Kind::Fixed => Vec::new(),
            Kind::Item if part.parts.is_empty() => Vec::new(),
            Kind::Item => {
                let mut inside = Tree::new(Kind::Item);
                part.items(&mut inside);
                let mut out = vec![Tree::new(Kind::Item)];
                if !inside.parts.is_empty() {
                    out.push(inside);
                }
                out
            }
            Kind::Expr(ty) => {
                let mut out = vec![Tree::leaf(ty, ty.zero())];
                part.of_type(ty, &mut out);
                out.retain(|tree| tree.print().len() < part.print().len());
                out.sort_by_key(|tree| tree.print().len());
                out
            }
        }
    }

    /// With another part at a position.
    pub fn with(&self, position: usize, other: Tree) -> Tree {
        let mut copy = self.clone();
        if let Some(part) = copy.at(position) {
            *part = other;
        }
        copy
    }

    /// Removable parts right below: what a block or branch holds.
    fn items(&self, into: &mut Tree) {
        for child in self.children() {
            match child.kind {
                Kind::Item => into.parts.push(Part::Tree(child.clone())),
                Kind::Fixed => child.items(into),
                Kind::Expr(_) => {}
            }
        }
    }

    /// Expressions of a type anywhere below.
    fn of_type(&self, ty: Ty, out: &mut Vec<Tree>) {
        for child in self.children() {
            if child.kind == Kind::Expr(ty) {
                out.push(child.clone());
            }
            child.of_type(ty, out);
        }
    }
}
