//! What lines of the C file stand for, in P4's terms: in, a program; out, for each span that the emitter may write a line for, the construct that a
//! person would name: a parser state, an action, the application of a table, a statement of a control, a deparser. What clang and the verifier make of the
//! lines is counted by constructs elsewhere.

use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{Block, HeaderRef, Program, Stmt, StmtKind, Transition};
use rustc_hash::FxHashMap;

/// Something of the program that costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Construct {
    /// What it is: "table `ingress.routes`".
    pub what: String,
    /// Where it stands; of a table, where it is applied.
    pub span: Span,
}

/// All constructs of a program.
#[derive(Clone, Debug, Default)]
pub struct Constructs {
    list: Vec<Construct>,
    of: FxHashMap<Span, usize>,
}

impl Constructs {
    /// Those of a program. `deparsers` are the names of controls that put packets together.
    pub(crate) fn of(program: &Program, deparsers: &[&str]) -> Constructs {
        let mut all = Constructs::default();
        for parser in program.parsers.values() {
            let whole = all.add(format!("parser `{}`", parser.name), parser.span);
            all.block(&parser.prologue, whole);
            for state in parser.states.values() {
                let number = all.add(format!("state `{}`", state.name), state.span);
                all.block(&state.body, number);
                match &state.transition {
                    Transition::Select { cases, .. } => {
                        cases.iter().for_each(|case| all.also(case.span, number));
                    }
                    Transition::Direct(_) => {}
                }
            }
        }
        for action in program.actions.values() {
            let number = all.add(format!("action `{}`", action.name), action.span);
            all.block(&action.body, number);
        }
        for control in program.controls.values() {
            let is_deparser = deparsers.contains(&&*control.name);
            let kind = if is_deparser { "deparser" } else { "control" };
            let number = all.add(format!("{kind} `{}`", control.name), control.span);
            if is_deparser {
                all.block(&control.body, number)
            } else {
                all.statements(program, &control.body)
            }
        }
        all
    }

    /// The construct that a line stands for, by the line's span.
    pub fn at(&self, span: Span) -> Option<&Construct> {
        self.of.get(&span).and_then(|number| self.list.get(*number))
    }

    fn add(&mut self, what: String, span: Span) -> usize {
        let number = self.list.len();
        self.list.push(Construct { what, span });
        self.also(span, number);
        number
    }

    /// Lines of this span stand for that construct, unless they stand for another: actions of several names may have one body.
    fn also(&mut self, span: Span, number: usize) {
        if span != Span::NONE {
            self.of.entry(span).or_insert(number);
        }
    }

    /// All statements stand for one construct.
    fn block(&mut self, block: &Block, number: usize) {
        for stmt in block {
            self.also(stmt.span, number);
            stmt.blocks().into_iter().for_each(|inner| self.block(inner, number));
        }
    }

    /// Each statement stands for itself.
    fn statements(&mut self, program: &Program, block: &Block) {
        for stmt in block {
            if !self.of.contains_key(&stmt.span) {
                self.add(name(program, stmt), stmt.span);
            }
            stmt.blocks().into_iter().for_each(|inner| self.statements(program, inner));
        }
    }
}

/// A statement in words.
fn name(program: &Program, stmt: &Stmt) -> String {
    let header = |header: &HeaderRef| match header {
        HeaderRef::Header(id) => program.headers[*id].name.to_string(),
        HeaderRef::Element { stack, .. } | HeaderRef::Next(stack) | HeaderRef::Last(stack) => {
            format!("{}[..]", program.stacks[*stack].name)
        }
    };
    match &stmt.kind {
        StmtKind::Assign { .. } => "assignment".to_owned(),
        StmtKind::SetValid { header: of, valid: true } => format!("`{}.setValid()`", header(of)),
        StmtKind::SetValid { header: of, valid: false } => format!("`{}.setInvalid()`", header(of)),
        StmtKind::CopyHeader { dst, .. } => format!("copy to `{}`", header(dst)),
        StmtKind::PushFront { stack, count } => {
            format!("`{}.push_front({count})`", program.stacks[*stack].name)
        }
        StmtKind::PopFront { stack, count } => {
            format!("`{}.pop_front({count})`", program.stacks[*stack].name)
        }
        StmtKind::If { .. } => "`if`".to_owned(),
        StmtKind::Switch { .. } => "`switch`".to_owned(),
        StmtKind::Labelled { .. } | StmtKind::Leave(_) => "statement".to_owned(),
        StmtKind::Loop { .. } => "loop".to_owned(),
        StmtKind::ApplyTable { table, .. } => format!("table `{}`", program.tables[*table].name),
        StmtKind::CallExtern { instance, name, .. } => match instance {
            Some(id) => format!("`{}.{name}`", program.externs[*id].name),
            None => format!("`{name}`"),
        },
        StmtKind::Extract { header: of, .. } => format!("extraction of `{}`", header(of)),
        StmtKind::Lookahead { .. } => "lookahead".to_owned(),
        StmtKind::Advance { .. } => "`advance`".to_owned(),
        StmtKind::PacketLength { .. } => "packet length".to_owned(),
        StmtKind::Verify { .. } => "`verify`".to_owned(),
        StmtKind::Reject { .. } => "`reject`".to_owned(),
        StmtKind::Emit(of) => format!("emission of `{}`", header(of)),
        StmtKind::EmitScalar(_) => "emission of a value".to_owned(),
    }
}
