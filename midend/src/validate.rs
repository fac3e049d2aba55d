//! The rules of the IR, checked. Run after elaboration and after every pass in debug builds and in tests.
//!
//! 1. Every handle is of an object that exists; a stack's elements and a union's members are headers of the right type, `next_index` is
//!    a `bit<32>`, a parser's error is of type `error`.
//! 2. Types: both sides of an assignment agree; operands and results are as [`BinaryOp`] and the other operators say; conditions are
//!    `bool`; a constant fits its type; a slice lies within its base; a field exists in its header's type.
//! 3. `Next` and `Last` stand in parsers only, and `Next` only as what is extracted; so do extract, lookahead, advance, length, verify, reject.
//! 4. `Emit` and `EmitScalar` do not stand in parsers.
//! 5. `Leave` stands inside the block of its label; in an action's body also where each application of the action's tables does. A label has
//!    one block.
//! 6. `Switch`: values are of the scrutinee's width and none occurs twice.
//! 7. Tables: an entry has one keyset a key, within the key's width, never a value set; an action call has one argument a parameter, within its
//!    width; its position is in the list; no entry runs a default-only action, no default action is table-only.
//! 8. A select has at least one key and one keyset a key in each case; every target exists.
//! 9. `hit` receives a bool, `action_run` a `bit<32>`, `Lookahead` an unsigned number, `PacketLength` a `bit<32>`; the amounts of `Advance` and of a
//!    varbit extraction are `bit<32>`, and the latter's header has a varbit field.
//! 10. Every stage's block exists, and the places of its parameters.
//! 11. Parameters of actions are locals of the same type, each its own.
//! 12. A header is in at most one stack and in at most one union.
//! 13. Fields of header types are numbers, `bool` or varbit: what has a place on the wire.
//! 14. A constant of an enum or of `error` is one of its members; a constant varbit is the empty one, 0.
//! 15. A value set in a select has the types of the keys that it stands for, and the keysets behind it that it stands for are universal.
//! 16. The result of an extern call is written, never read.

mod expr;
mod stmt;
mod table;
#[cfg(test)]
mod tests;

use crate::ir::*;
use p4xdp_frontend::source::Span;
use rustc_hash::{FxHashMap, FxHashSet};

/// A broken rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub span: Span,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

/// Checks a program; a valid one has no violations.
pub fn validate(program: &Program) -> Vec<Violation> {
    let mut validator = Validator {
        program,
        found: Vec::new(),
        region: Region::Control,
        open: Vec::new(),
        seen_labels: FxHashSet::default(),
        applied_within: FxHashMap::default(),
        span: Span::NONE,
    };
    validator.storage();
    validator.stages();
    validator.tables();
    validator.found
}

/// Where a statement stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Region {
    Parser,
    Control,
    Action,
}

struct Validator<'a> {
    program: &'a Program,
    found: Vec<Violation>,
    region: Region,
    /// Labels of the blocks around the statement at hand.
    open: Vec<LabelId>,
    seen_labels: FxHashSet<LabelId>,
    /// Labels around all applications of a table.
    applied_within: FxHashMap<TableId, FxHashSet<LabelId>>,
    span: Span,
}

impl Validator<'_> {
    fn fail(&mut self, message: impl Into<String>) {
        self.found.push(Violation { message: message.into(), span: self.span });
    }

    fn require(&mut self, holds: bool, message: &str) {
        if !holds {
            self.fail(message);
        }
    }

    fn local_is(&mut self, id: LocalId, ty: ScalarType, what: &str) {
        match self.program.locals.find(id) {
            Some(local) if local.ty == ty => {}
            Some(local) => {
                let message = format!("{what} `{}` is {:?}, not {ty:?}", local.name, local.ty);
                self.fail(message);
            }
            None => self.fail(format!("{what} does not exist")),
        }
    }

    fn storage(&mut self) {
        let program = self.program;
        for ty in program.header_types.values() {
            self.span = ty.span;
            let varbits = ty.fields.iter().filter(|f| matches!(f.ty, ScalarType::Varbit { .. })).count();
            self.require(varbits <= 1, "a header type with several varbit fields");
            let mut offset = 0;
            for field in &ty.fields {
                self.require(field.offset == offset, "a field's offset is not the sum of those in front");
                let on_the_wire = match field.ty {
                    ScalarType::Bool | ScalarType::Bits { .. } | ScalarType::Varbit { .. } => true,
                    ScalarType::Enum(_) | ScalarType::Error => false,
                };
                self.require(on_the_wire, "a header field without a place on the wire");
                if !matches!(field.ty, ScalarType::Varbit { .. }) {
                    offset += field.ty.width();
                }
            }
        }
        for local in program.locals.values() {
            self.span = local.span;
            if let ScalarType::Enum(id) = local.ty {
                self.require(program.enums.is_valid(id), "a local of an enum that does not exist");
            }
        }
        for header in program.headers.values() {
            self.span = header.span;
            self.require(program.header_types.is_valid(header.ty), "a header of a type that does not exist");
        }
        let mut in_stack = FxHashSet::default();
        for stack in program.stacks.values() {
            self.span = stack.span;
            let alone = stack.elements.iter().all(|element| in_stack.insert(*element));
            self.require(alone, "a header in two places of stacks");
            self.local_is(stack.next_index, ScalarType::bit(32), "next_index");
            for &element in &stack.elements {
                let fits = program.headers.find(element).is_some_and(|h| h.ty == stack.ty);
                self.require(fits, "an element of a stack is of another type");
            }
        }
        self.span = Span::NONE;
        let mut in_union = FxHashSet::default();
        for union in program.unions.values() {
            for (_, member) in &union.members {
                self.require(in_union.insert(*member), "a header in two places of unions");
                self.require(program.headers.is_valid(*member), "a union's member does not exist");
            }
        }
    }

    fn stages(&mut self) {
        let program = self.program;
        for stage in &program.stages {
            for param in &stage.params {
                self.place(&param.place);
            }
            match stage.block {
                StageBlock::Parser(id) => match program.parsers.find(id) {
                    Some(parser) => self.parser(parser),
                    None => self.fail("a stage's parser does not exist"),
                },
                StageBlock::Control(id) => match program.controls.find(id) {
                    Some(control) => {
                        self.region = Region::Control;
                        self.span = control.span;
                        self.block(&control.body);
                    }
                    None => self.fail("a stage's control does not exist"),
                },
            }
        }
    }

    fn place(&mut self, place: &Place) {
        let program = self.program;
        match place {
            Place::Scalar(id) => self.require(program.locals.is_valid(*id), "a place without local"),
            Place::Header(id) => self.require(program.headers.is_valid(*id), "a place without header"),
            Place::Stack(id) => self.require(program.stacks.is_valid(*id), "a place without stack"),
            Place::Union(id) => self.require(program.unions.is_valid(*id), "a place without union"),
            Place::UnionStack(members) => {
                for (_, id) in members {
                    self.require(program.stacks.is_valid(*id), "a place without stack");
                }
            }
            Place::Struct { fields, .. } => fields.iter().for_each(|(_, field)| self.place(field)),
            Place::Opaque(_) => {}
        }
    }

    fn parser(&mut self, parser: &Parser) {
        self.region = Region::Parser;
        self.span = parser.span;
        self.local_is(parser.error, ScalarType::Error, "the parser's error");
        self.require(parser.states.is_valid(parser.start), "the parser's start does not exist");
        self.block(&parser.prologue);
        for state in parser.states.values() {
            self.span = state.span;
            self.block(&state.body);
            self.span = state.span;
            match &state.transition {
                Transition::Direct(target) => self.target(parser, *target),
                Transition::Select { keys, cases } => {
                    self.require(!keys.is_empty(), "a select without keys");
                    let types: Vec<ScalarType> = keys.iter().map(|k| self.expr(k)).collect();
                    for case in cases {
                        self.span = case.span;
                        self.keysets(&case.keysets, &types, true);
                        self.value_sets(&case.keysets, &types);
                        self.target(parser, case.target);
                    }
                }
            }
        }
    }

    fn target(&mut self, parser: &Parser, target: Target) {
        match target {
            Target::State(state) => {
                self.require(parser.states.is_valid(state), "a transition to a state that does not exist");
            }
            Target::Accept | Target::Reject => {}
        }
    }
}
