//! From the IR to the form that runs: a program in, [`Code`] out, or what the interpreter cannot run.

mod expr;
mod stmt;
mod table;
mod writing;

pub(in crate::interp) use stmt::matcher as keyset_matcher;
pub(in crate::interp) use table::fits;

use super::arch::CallSite;
use super::code::{ActionCode, Block, Code, ControlCode, Errors, Names, ParserCode, State};
use super::externs::Builtin;
use super::layout::{Layout, Slot};
use crate::ir::{Arg, ExternId, Program};
use cranelift_entity::EntityRef;
use p4xdp_frontend::diagnostic::{Diagnostic, codes};
use p4xdp_frontend::source::Span;

/// Nesting of expressions and blocks that the interpreter's recursion bears.
const DEEPEST: u32 = 1000;

/// Resolves the externs of an architecture.
pub type Resolver<'a> = &'a dyn Fn(&CallSite<'_>) -> Option<Builtin>;

/// Lowers one program.
pub struct Lowering<'a> {
    program: &'a Program,
    layout: Layout,
    resolver: Resolver<'a>,
    errors: Errors,
    depth: u32,
    /// Stacks that the expressions of the statement at hand take `next` (true) or `last` of.
    guards: Vec<(u32, bool)>,
    found: Vec<Diagnostic>,
}

/// Lowers a program; every construct that the interpreter cannot run is a diagnostic.
pub fn lower(program: &Program, resolver: Resolver<'_>) -> Result<Code, Vec<Diagnostic>> {
    let mut lowering = Lowering {
        program,
        layout: Layout::new(program),
        resolver,
        errors: errors(program),
        depth: 0,
        guards: Vec::new(),
        found: Vec::new(),
    };
    let parsers = program.parsers.values().map(|p| lowering.parser(p)).collect();
    let controls = program
        .controls
        .values()
        .map(|c| ControlCode { name: c.name.clone(), body: lowering.block(&c.body) })
        .collect();
    let actions = program.actions.values().map(|a| lowering.action(a)).collect();
    let tables = program.tables.iter().map(|(id, t)| lowering.table(id, t)).collect();
    if lowering.found.is_empty() {
        let Lowering { layout, errors, .. } = lowering;
        let names = Names {
            headers: program.headers.values().map(|h| h.name.clone()).collect(),
            stacks: program.stacks.values().map(|s| s.name.clone()).collect(),
            fields: program
                .header_types
                .values()
                .map(|t| t.fields.iter().map(|f| f.name.clone()).collect())
                .collect(),
            errors: program.errors.clone(),
        };
        Ok(Code { layout, parsers, controls, actions, tables, errors, names })
    } else {
        Err(lowering.found)
    }
}

/// The positions of core.p4's errors; one that the program's core.p4 lacks gets a number that no name has.
fn errors(program: &Program) -> Errors {
    let position = |name: &str| {
        let found =
            program.errors.iter().position(|e| &**e == name || e.strip_prefix("error.") == Some(name));
        found.unwrap_or(program.errors.len()) as u128
    };
    Errors {
        none: position("NoError"),
        packet_too_short: position("PacketTooShort"),
        no_match: position("NoMatch"),
        stack_out_of_bounds: position("StackOutOfBounds"),
        header_too_short: position("HeaderTooShort"),
        invalid_argument: position("ParserInvalidArgument"),
    }
}

impl Lowering<'_> {
    fn unsupported(&mut self, span: Span, what: impl Into<String>) {
        self.found.push(Diagnostic::error(codes::E0551, span, what));
    }

    /// Runs `inner` one level deeper, unless that is too deep.
    fn deeper<T>(&mut self, span: Span, otherwise: T, inner: impl FnOnce(&mut Self) -> T) -> T {
        if self.depth >= DEEPEST {
            self.unsupported(span, format!("nested more than {DEEPEST} levels deep"));
            return otherwise;
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn parser(&mut self, parser: &crate::ir::Parser) -> ParserCode {
        let prologue = self.block(&parser.prologue);
        let states = parser
            .states
            .values()
            .map(|state| State {
                name: state.name.clone(),
                body: self.block(&state.body),
                transition: self.transition(&state.transition),
                span: state.span,
            })
            .collect();
        let error = self.narrow_local(parser.error);
        ParserCode { name: parser.name.clone(), prologue, states, start: parser.start.index() as u32, error }
    }

    fn action(&mut self, action: &crate::ir::Action) -> ActionCode {
        let params = action
            .params
            .iter()
            .map(|p| (p.name.clone(), self.layout.local(p.local), p.ty.width()))
            .collect();
        ActionCode { params, body: self.block(&action.body) }
    }

    fn narrow_local(&self, local: crate::ir::LocalId) -> u32 {
        match self.layout.local(local) {
            Slot::Narrow(slot) => slot,
            Slot::Wide(_) | Slot::Var(_) => u32::MAX,
        }
    }

    fn builtin(
        &mut self,
        instance: Option<ExternId>,
        name: &str,
        args: &[Arg],
        span: Span,
    ) -> Option<Builtin> {
        let instance = instance.map(|id| &self.program.externs[id]);
        let site = CallSite { instance, name, args };
        let found = (self.resolver)(&site);
        if found.is_none() {
            let message = match instance {
                Some(i) => format!(
                    "the interpreter does not know the method `{name}` of extern `{}` in architecture `{}`",
                    i.extern_type, self.program.architecture
                ),
                None => format!(
                    "the interpreter does not know the extern function `{name}` in architecture `{}`",
                    self.program.architecture
                ),
            };
            self.found.push(
                Diagnostic::error(codes::E0550, span, message)
                    .with_primary("called here")
                    .with_note("an extern's meaning is not in the program: only documented ones can be run"),
            );
        }
        found
    }

    fn empty_block() -> Block {
        Vec::new()
    }
}
