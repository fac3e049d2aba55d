//! C as a tree of statements, each with the P4 text that it stands for. In go statements one behind the other, from the first to the last; what
//! is never read is taken out by [`super::liveness`], and [`super::print`] makes text of the rest.

use super::code::{Code, Name, ToCode, code};
use p4xdp_frontend::source::Span;

/// Statements, or declarations, that stand one behind the other; a part of it may still be open.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    pub(super) nodes: Vec<Node>,
    /// Parts that are not ended yet, the innermost last.
    open: Vec<Open>,
    current: Span,
}

#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) span: Span,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// A line, or several.
    Plain(Code),
    /// Does nothing but change these variables, and is needed only if all are read. If it is not, its effect stays.
    Update { sets: Vec<Name>, code: Code, effect: Option<Code> },
    /// `variable = value;`, needed only if the variable is read.
    Assign { variable: Name, place: Code, value: Code, effect: Option<Code> },
    /// `goto name;`
    Goto(Name),
    /// `name:`, with a comment. Where nobody goes there, the comment stays; `;` if it may be the last of its block.
    Label { name: Name, origin: String, is_last: bool },
    /// Alternatives, the last one perhaps without condition. The first statement needs no braces if it is alone.
    If { branches: Vec<Branch>, braces: bool, end: Span },
    /// `switch (value) { .. }`
    Switch { value: Code, cases: Vec<Case>, end: Span },
    /// Any other head, and what stands further in, ended by a line; that can be a head again.
    Group { head: Code, parts: Vec<Part> },
    /// An empty line, unless one stands in front of it.
    Blank,
    /// Nothing: the function may be cut here, see [`super::cut`].
    Cut,
    /// What follows is in the part of this number.
    Next(usize),
}

#[derive(Clone, Debug)]
pub(super) struct Branch {
    /// Where `else` stands.
    pub(super) span: Span,
    pub(super) condition: Option<Code>,
    pub(super) body: Vec<Node>,
}

#[derive(Clone, Debug)]
pub(super) struct Case {
    /// `case value:` or `default:`
    pub(super) label: (Code, Span),
    pub(super) body: Vec<Node>,
}

#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) body: Vec<Node>,
    /// The line behind it.
    pub(super) tail: Code,
    pub(super) span: Span,
}

/// A part that is not ended.
#[derive(Clone, Debug)]
struct Open {
    /// What stands in front of it in the block around it.
    outer: Vec<Node>,
    span: Span,
    what: OpenKind,
}

#[derive(Clone, Debug)]
enum OpenKind {
    /// The branches that are ended, and the condition of the one that is not.
    If {
        branches: Vec<Branch>,
        condition: Option<Code>,
        at: Span,
        braces: bool,
    },
    Switch {
        value: Code,
        cases: Vec<Case>,
        label: Option<(Code, Span)>,
    },
    Group {
        head: Code,
        parts: Vec<Part>,
    },
}

impl Tree {
    /// A piece of these statements.
    pub(super) fn of(nodes: Vec<Node>) -> Tree {
        Tree { nodes, ..Tree::default() }
    }

    /// An empty piece that stands for the same text.
    pub fn nested(&self) -> Tree {
        Tree { current: self.current, ..Tree::default() }
    }

    /// From now on lines stand for this text; returns what it was before.
    pub fn set_span(&mut self, span: Span) -> Span {
        if span == Span::NONE { self.current } else { std::mem::replace(&mut self.current, span) }
    }

    /// From now on lines stand for nothing in particular.
    pub fn clear_span(&mut self) {
        self.current = Span::NONE;
    }

    fn push(&mut self, kind: Kind) {
        self.nodes.push(Node { span: self.current, kind });
    }

    /// Writes a line, or several.
    pub fn line(&mut self, code: impl ToCode) {
        self.push(Kind::Plain(code.code()));
    }

    /// Writes `place = value;`, where the place is a variable or the member that stands for it.
    pub fn assignment(&mut self, place: &impl Target, value: impl ToCode) {
        let (variable, place) = (place.name().clone(), place.code());
        self.push(Kind::Assign { variable, place, value: value.code(), effect: None });
    }

    /// Writes a line that does nothing but change a variable.
    pub fn update(&mut self, variable: &Name, code: Code) {
        self.update_all(&[variable], code);
    }

    /// Writes a line that matters only if all of these variables are read.
    pub fn update_all(&mut self, variables: &[&Name], code: Code) {
        let sets = variables.iter().map(|name| (*name).clone()).collect();
        self.push(Kind::Update { sets, code, effect: None });
    }

    /// Writes `variable = call;`, or the call alone if nobody reads the variable.
    pub fn call(&mut self, place: &impl Target, call: &Code) {
        let effect = Some(code!("{};", call));
        let (variable, place, value) = (place.name().clone(), place.code(), call.clone());
        self.push(Kind::Assign { variable, place, value, effect });
    }

    /// Writes `if (condition) return value;`.
    pub fn return_if(&mut self, condition: impl ToCode, value: impl ToCode) {
        self.line(code!("if ({})\n\treturn {};", condition.code(), value.code()));
    }

    /// Writes a jump.
    pub fn goto(&mut self, label: &Name) {
        self.push(Kind::Goto(label.clone()));
    }

    /// Writes a label, with a comment or none.
    pub fn label(&mut self, name: &Name, origin: &str) {
        self.push(Kind::Label { name: name.clone(), origin: origin.to_owned(), is_last: false });
    }

    /// Writes a label behind which nothing need stand.
    pub fn last_label(&mut self, name: &Name) {
        self.push(Kind::Label { name: name.clone(), origin: String::new(), is_last: true });
    }

    /// An empty line, unless there is one already.
    pub fn blank(&mut self) {
        self.push(Kind::Blank);
    }

    /// Notes that the function may be cut here: whatever is alive in its variables can be handed over.
    pub fn cut_point(&mut self) {
        self.push(Kind::Cut);
    }

    fn open(&mut self, what: OpenKind) {
        self.open.push(Open { outer: std::mem::take(&mut self.nodes), span: self.current, what });
    }

    /// Begins what is done under a condition, until [`Tree::end`].
    pub fn begin_if(&mut self, condition: impl ToCode) {
        let condition = Some(condition.code());
        self.open(OpenKind::If { branches: Vec::new(), condition, at: self.current, braces: true });
    }

    /// The same for a single statement, without braces whatever it is.
    pub fn begin_single_if(&mut self, condition: impl ToCode) {
        let condition = Some(condition.code());
        self.open(OpenKind::If { branches: Vec::new(), condition, at: self.current, braces: false });
    }

    /// Begins what is done otherwise; under another condition, if one is given.
    pub fn begin_else(&mut self, condition: Option<Code>) {
        let body = std::mem::take(&mut self.nodes);
        if let Some(Open { what: OpenKind::If { branches, condition: own, at, .. }, .. }) =
            self.open.last_mut()
        {
            let before = std::mem::replace(own, condition);
            branches.push(Branch { span: std::mem::replace(at, self.current), condition: before, body });
        }
    }

    /// Begins a switch, until [`Tree::end`].
    pub fn begin_switch(&mut self, value: impl ToCode) {
        self.open(OpenKind::Switch { value: value.code(), cases: Vec::new(), label: None });
    }

    /// Begins a case.
    pub fn case(&mut self, value: impl ToCode) {
        self.case_label(code!("case {}:", value.code()));
    }

    /// Begins the case of all other values.
    pub fn default_case(&mut self) {
        self.case_label(Code::text("default:"));
    }

    fn case_label(&mut self, text: Code) {
        let (body, span) = (std::mem::take(&mut self.nodes), self.current);
        if let Some(Open { what: OpenKind::Switch { cases, label, .. }, .. }) = self.open.last_mut()
            && let Some(label) = label.replace((text, span))
        {
            cases.push(Case { label, body });
        }
    }

    /// Begins what stands further in behind a line, until [`Tree::end_with`].
    pub fn begin(&mut self, head: impl ToCode) {
        self.open(OpenKind::Group { head: head.code(), parts: Vec::new() });
    }

    /// Ends such a part with a line behind which another one begins.
    pub fn turn(&mut self, line: impl ToCode) {
        let part = Part { body: std::mem::take(&mut self.nodes), tail: line.code(), span: self.current };
        if let Some(Open { what: OpenKind::Group { parts, .. }, .. }) = self.open.last_mut() {
            parts.push(part);
        }
    }

    /// Ends what was begun last.
    pub fn end(&mut self) {
        self.end_with(code!("}}"));
    }

    /// Ends what was begun last with a line.
    pub fn end_with(&mut self, line: impl ToCode) {
        let Some(Open { outer, span, what }) = self.open.pop() else { return };
        let body = std::mem::replace(&mut self.nodes, outer);
        let end = self.current;
        let kind = match what {
            OpenKind::If { mut branches, condition, at, braces } => {
                let braces = braces && !(branches.is_empty() && is_single(&body));
                branches.push(Branch { span: at, condition, body });
                Kind::If { branches, braces, end }
            }
            OpenKind::Switch { value, mut cases, label } => {
                cases.extend(label.map(|label| Case { label, body }));
                Kind::Switch { value, cases, end }
            }
            OpenKind::Group { head, mut parts } => {
                parts.push(Part { body, tail: line.code(), span: end });
                Kind::Group { head, parts }
            }
        };
        self.nodes.push(Node { span, kind });
    }

    /// Takes the last statement back if it is this jump, also if it stands under a condition.
    pub fn retract(&mut self, label: &Name) -> bool {
        fn is_jump(nodes: &[Node], label: &Name) -> bool {
            nodes.last().is_some_and(|node| match &node.kind {
                Kind::Goto(target) => target == label,
                Kind::If { branches, braces: false, .. } => {
                    branches.first().is_some_and(|b| b.body.len() == 1 && is_jump(&b.body, label))
                }
                _ => false,
            })
        }
        let found = is_jump(&self.nodes, label);
        if found {
            self.nodes.pop();
        }
        found
    }

    /// True if the function may be cut at the end of what is written.
    pub fn ends_with_cut_point(&self) -> bool {
        matches!(self.nodes.last(), Some(Node { kind: Kind::Cut, .. }))
    }

    /// How many statements there are in this block; see [`Tree::split_off`].
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Takes the statements of this block from `at` on.
    pub fn split_off(&mut self, at: usize) -> Tree {
        let nodes = self.nodes.split_off(at.min(self.nodes.len()));
        Tree { nodes, open: Vec::new(), current: self.current }
    }

    /// Takes out empty lines at the beginning.
    pub fn trim_start(&mut self) {
        let blank = self.nodes.iter().take_while(|node| matches!(node.kind, Kind::Blank)).count();
        self.nodes.drain(..blank);
    }

    /// Puts another piece behind this one.
    pub fn append(&mut self, other: Tree) {
        self.nodes.extend(other.nodes);
    }
}

/// True if it is one line that stays: then it needs no braces.
fn is_single(body: &[Node]) -> bool {
    let [only] = body else { return false };
    matches!(&only.kind, Kind::Goto(_))
        || matches!(&only.kind, Kind::Plain(code) if code.is_one_line() && code.is_statement())
}

/// Where a value is kept: a variable of the function, or a member of the structure that a processor's programs share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A variable.
    Variable(Name),
    /// A member.
    Shared(Name),
}

/// The name of the pointer to the structure that a processor's programs share.
pub const SHARED: super::code::Known = super::code::Known("shared");

impl Place {
    /// The variable's name, or the member's.
    pub fn name(&self) -> &Name {
        match self {
            Place::Variable(name) | Place::Shared(name) => name,
        }
    }

    /// True for a member of the shared structure.
    pub fn is_shared(&self) -> bool {
        matches!(self, Place::Shared(_))
    }
}

impl ToCode for Place {
    fn add_to(&self, code: &mut Code) {
        match self {
            Place::Variable(name) => name.add_to(code),
            Place::Shared(name) => code!("{}->{}", SHARED, name).add_to(code),
        }
    }
}

/// What can be assigned to: it is dead if its name is read nowhere.
pub trait Target: ToCode {
    /// The variable's name, or the member's.
    fn name(&self) -> &Name;
}

impl Target for Name {
    fn name(&self) -> &Name {
        self
    }
}

impl Target for Place {
    fn name(&self) -> &Name {
        Place::name(self)
    }
}

impl Default for Place {
    fn default() -> Place {
        Place::Variable(Name::default())
    }
}

impl From<Name> for Place {
    fn from(name: Name) -> Place {
        Place::Variable(name)
    }
}
