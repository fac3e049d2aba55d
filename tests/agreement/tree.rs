//! Program text as a tree that knows which of its parts can be taken out or put in place of one another: in, pieces of text and
//! trees; out, text, and all smaller trees that are still well-typed P4 (or at worst refused by the checker). What a tree writes out
//! in other words is in [`crate::expand`].

use std::collections::BTreeMap;

/// The type of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ty {
    /// `bit<w>`
    Bit(u32),
    /// `int<w>`
    Int(u32),
    /// `bool`
    Bool,
    /// `choice_t`, an enum without numbers.
    Choice,
    /// `code_t`, an enum of `bit<8>`.
    Code,
    /// `error`
    Error,
}

/// Members of `choice_t`.
pub const CHOICES: [&str; 3] = ["First", "Second", "Third"];
/// Members of `code_t`, and their values.
pub const CODES: [(&str, u8); 4] = [("None", 0), ("Low", 1), ("Mid", 0x7f), ("All", 0xff)];
/// Errors that programs use.
pub const ERRORS: [&str; 5] = ["NoError", "NoMatch", "PacketTooShort", "ParserInvalidArgument", "Odd"];

impl Ty {
    /// As P4 writes it.
    pub fn text(self) -> String {
        match self {
            Ty::Bit(width) => format!("bit<{width}>"),
            Ty::Int(width) => format!("int<{width}>"),
            Ty::Bool => "bool".to_owned(),
            Ty::Choice => "choice_t".to_owned(),
            Ty::Code => "code_t".to_owned(),
            Ty::Error => "error".to_owned(),
        }
    }

    /// In bits; those without numbers are probed as so many.
    pub fn width(self) -> u32 {
        match self {
            Ty::Bit(width) | Ty::Int(width) => width,
            Ty::Bool => 1,
            Ty::Choice | Ty::Code | Ty::Error => 8,
        }
    }

    /// The simplest value.
    fn zero(self) -> String {
        match self {
            Ty::Bit(width) => format!("{width}w0"),
            Ty::Int(width) => format!("{width}s0"),
            Ty::Bool => "false".to_owned(),
            Ty::Choice => format!("choice_t.{}", CHOICES[0]),
            Ty::Code => format!("code_t.{}", CODES[0].0),
            Ty::Error => format!("error.{}", ERRORS[0]),
        }
    }
}

/// What may become of a part when a program shrinks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// It stays.
    #[default]
    Fixed,
    /// It may go: a declaration, an entry.
    Item,
    /// It may go, and other statements may stand in front of it.
    Statement,
    /// An expression: its place may be taken by a part of the same type, or by zero.
    Expr(Ty),
}

/// Direction of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// `in`
    In,
    /// `out`
    Out,
    /// `inout`
    InOut,
    /// Filled by the control plane, or by the caller.
    None,
}

/// A parameter as it is written.
#[derive(Clone, Debug)]
pub struct Param {
    /// Direction.
    pub direction: Direction,
    /// Type.
    pub ty: String,
    /// Name.
    pub name: String,
}

/// What a part means, beyond its text.
#[derive(Clone, Debug, Default)]
pub enum Role {
    /// Nothing more.
    #[default]
    Plain,
    /// Declares an action, function or control: its first part that is a tree is the body, the second the result of a function.
    Callable {
        /// Name.
        name: String,
        /// Parameters.
        params: Vec<Param>,
        /// What stands in the body cannot stand elsewhere: it has tables, or returns early.
        closed: bool,
    },
    /// Calls what has the name; its parts that are trees are the arguments.
    Call(String),
    /// Gives a list of data to a hash or checksum: whether a field takes part asks for its header, which a copy of it has lost.
    Data,
    /// `exit;`
    Exit,
    /// A parser, in which neither `switch` nor `for` can stand.
    Parser,
    /// `a && b`
    And,
    /// `a || b`
    Or,
    /// `c ? a : b`
    Conditional,
    /// A constant.
    Literal,
    /// A `bit<8>` that chooses a stack's element.
    Index,
}

/// A part of a program.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// How it may change.
    pub kind: Kind,
    /// What it means.
    pub role: Role,
    /// Text and trees in order.
    pub parts: Vec<Part>,
    /// The construct that it is an example of, for the count.
    tag: Option<&'static str>,
    /// What may stand instead.
    instead: Option<String>,
}

/// Text or tree.
#[derive(Clone, Debug)]
pub enum Part {
    /// Text.
    Text(String),
    /// Tree.
    Tree(Tree),
}

impl Tree {
    /// A part without content yet.
    pub fn new(kind: Kind) -> Tree {
        Tree { kind, role: Role::Plain, parts: Vec::new(), tag: None, instead: None }
    }

    /// A declaration of one line.
    pub fn item(text: impl Into<String>) -> Tree {
        Tree::new(Kind::Item).text(text)
    }

    /// A statement of one line.
    pub fn statement(text: impl Into<String>) -> Tree {
        Tree::new(Kind::Statement).text(text)
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

    /// Counts as an example of a construct.
    #[must_use]
    pub fn tag(mut self, construct: &'static str) -> Tree {
        self.tag = Some(construct);
        self
    }

    /// With a meaning.
    #[must_use]
    pub fn role(mut self, role: Role) -> Tree {
        self.role = role;
        self
    }

    /// What may stand instead.
    #[must_use]
    pub fn or(mut self, text: impl Into<String>) -> Tree {
        self.instead = Some(text.into());
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

    /// Number of parts of the part at a position.
    pub fn size_at(&self, position: usize) -> usize {
        let mut rest = position;
        let mut tree = self;
        'down: while rest > 0 {
            rest -= 1;
            for child in tree.children() {
                let size = child.size();
                if rest < size {
                    tree = child;
                    continue 'down;
                }
                rest -= size;
            }
            return 0;
        }
        tree.size()
    }

    /// Adds its constructs to a count.
    pub fn constructs(&self, count: &mut BTreeMap<&'static str, usize>) {
        if let Some(tag) = self.tag {
            *count.entry(tag).or_default() += 1;
        }
        self.children().for_each(|child| child.constructs(count));
    }

    /// The parts that are trees.
    pub fn children(&self) -> impl Iterator<Item = &Tree> {
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
        if let Some(text) = &part.instead {
            return vec![Tree::new(Kind::Fixed).text(text.clone())];
        }
        match part.kind {
            Kind::Fixed => Vec::new(),
            Kind::Item | Kind::Statement if part.parts.is_empty() => Vec::new(),
            Kind::Item | Kind::Statement => {
                let mut inside = Tree::new(part.kind);
                part.items(&mut inside);
                let mut out = vec![Tree::new(part.kind)];
                if !inside.parts.is_empty() {
                    out.push(inside);
                }
                out
            }
            Kind::Expr(ty) => {
                let mut out = vec![Tree::leaf(ty, ty.zero()).role(Role::Literal)];
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
                Kind::Item | Kind::Statement => into.parts.push(Part::Tree(child.clone())),
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
