//! HIR to IR: from the package that `main` instantiates to a flat program without types of its own, generics,
//! instances of controls and parsers, calls or structs.
//!
//! Starting from the arguments of `main`, every block is evaluated once in its place: constructor arguments are
//! constants, sub-parsers, sub-controls, functions and actions are inlined, structs fall apart into leaves, and what has
//! an effect becomes a statement in P4's order of evaluation. Copy-in and copy-out happen where the storage of an
//! argument could be told from that of the parameter; elsewhere the parameter is the argument (see `inline`).
//!
//! Leaves to others: optimisation ([`crate::passes`]), the meaning of externs and the flow of packets between blocks.

mod annotations;
mod apply;
mod assign;
mod call;
mod compare;
mod constant;
mod env;
mod expr;
mod externs;
mod footprint;
mod inline;
mod instance;
mod integer;
mod keyset;
mod known;
mod loops;
mod names;
mod operator;
mod package;
mod packet;
mod parser;
mod prefixes;
mod stmt;
mod storage;
mod table;
mod table_action;
mod told;
mod types;
mod uses;
mod value;
mod walk;

use crate::arch::Architecture;
use crate::ir;
use p4xdp_frontend::arena::Arena;
use p4xdp_frontend::diagnostic::{Code, Diagnostic, Diagnostics, ErrorsReported, codes};
use p4xdp_frontend::hir;
use p4xdp_frontend::source::Span;
use std::sync::Arc;

type Res<T> = Result<T, ErrorsReported>;

/// Statements that a program may grow by when it is inlined, which is exponential in the depth of calls at worst.
const MOST_STATEMENTS: usize = 100_000;
/// Statements that each statement of the text may come to beyond that: what is large because it was written so is not refused here. What a
/// target cannot hold is refused where that is known.
const MOST_STATEMENTS_EACH: usize = 16;
/// Locals and headers that a program may have: structs and arrays within one another are exponential in the depth of their types at worst.
const MOST_LEAVES: usize = 1 << 20;
/// Callables inlined within one another, and instances made within one another.
const MOST_INLINED: usize = 200;

/// Elaborates the program that `main` stands for, for an architecture whatever its package type, or else for that of its package type.
///
/// # Errors
///
/// When something was reported: no `main`, an unknown architecture, or a construct that is not supported yet.
pub fn elaborate(
    hir: &hir::Program,
    architecture: Option<&'static Architecture>,
    sink: &mut Diagnostics,
) -> Res<ir::Program> {
    let mut elaborator = Elaborator::new(hir, sink);
    elaborator.package(architecture)?;
    let Elaborator { mut ir, sink, .. } = elaborator;
    crate::control_plane::check(&ir, sink);
    sink.check()?;
    known::fill_bytes(&mut ir);
    Ok(ir)
}

/// The state of an elaboration.
struct Elaborator<'h> {
    hir: &'h hir::Program,
    sink: &'h mut Diagnostics,
    ir: ir::Program,
    types: types::TypeTable,
    env: env::Env,
    objects: Arena<instance::ObjectId, instance::Object<'h>>,
    sites: walk::CallSites<'h>,
    uses: uses::Uses,
    mentions: walk::MentionCache,
    /// The statements being made.
    out: ir::Block,
    /// The parser being made, while its stage is.
    parser: Option<parser::ParserBuilder>,
    /// All statements so far.
    statements: usize,
    /// Instances around the one that is being made.
    enclosing_instances: usize,
    /// That the program becomes too large was reported.
    too_large: Option<ErrorsReported>,
}

impl<'h> Elaborator<'h> {
    fn new(hir: &'h hir::Program, sink: &'h mut Diagnostics) -> Self {
        Elaborator {
            hir,
            sink,
            ir: ir::Program { errors: errors(hir), ..ir::Program::default() },
            types: types::TypeTable::new(hir),
            env: env::Env::default(),
            objects: Arena::new(),
            sites: walk::CallSites::collect(hir),
            uses: uses::Uses::collect(hir),
            mentions: walk::MentionCache::default(),
            out: Vec::new(),
            parser: None,
            statements: 0,
            enclosing_instances: 0,
            too_large: None,
        }
    }

    /// Appends a statement.
    fn push(&mut self, kind: ir::StmtKind, span: Span) {
        self.statements += 1;
        self.out.push(ir::Stmt { kind, span });
    }

    /// Makes statements into a block of their own.
    fn block<T>(&mut self, make: impl FnOnce(&mut Self) -> Res<T>) -> Res<(ir::Block, T)> {
        let outer = std::mem::take(&mut self.out);
        let result = make(self);
        let block = std::mem::replace(&mut self.out, outer);
        result.map(|value| (block, value))
    }

    /// Statements, or instances, that the program may come to.
    fn most_statements(&self) -> usize {
        MOST_STATEMENTS + MOST_STATEMENTS_EACH * self.uses.statements
    }

    /// Fails when inlining has made too much.
    fn check_size(&mut self, span: Span) -> Res<()> {
        // Whatever is inlined after that is too much as well: going on would be exponential in the depth of calls.
        if let Some(reported) = self.too_large {
            return Err(reported);
        }
        if self.statements > self.most_statements() || self.env.frames.len() > MOST_INLINED {
            let message =
                "the program becomes too large when its controls, parsers, functions and actions are inlined";
            return Err(self.grows_too_large(span, message));
        }
        Ok(())
    }

    /// Reports, once, that the program is too large; nothing more is made of it.
    fn grows_too_large(&mut self, span: Span, message: &str) -> ErrorsReported {
        match self.too_large {
            Some(reported) => reported,
            None => {
                let reported = self.error(codes::E0502, span, message);
                self.too_large = Some(reported);
                reported
            }
        }
    }

    fn error(&mut self, code: Code, span: Span, message: impl Into<String>) -> ErrorsReported {
        self.sink.error(Diagnostic::error(code, span, message))
    }

    /// Valid P4 that we cannot compile.
    fn unsupported(&mut self, span: Span, what: impl std::fmt::Display) -> ErrorsReported {
        self.error(codes::E0501, span, format!("{what} is not supported yet"))
    }

    /// What the front end should not have let through.
    fn bug(&mut self, span: Span, what: impl std::fmt::Display) -> ErrorsReported {
        self.sink.error(Diagnostic::bug(span, what))
    }
}

/// The errors that parsers fail with by the rules of the language.
const CORE_ERRORS: [&str; 7] = [
    "NoError",
    "PacketTooShort",
    "NoMatch",
    "StackOutOfBounds",
    "HeaderTooShort",
    "ParserTimeout",
    "ParserInvalidArgument",
];

/// The program's errors in order; behind them those that a core.p4 of the user's own leaves out, which the program has no name for.
fn errors(hir: &hir::Program) -> Vec<Arc<str>> {
    let mut errors: Vec<Arc<str>> = hir.errors.values().map(|error| error.name.clone()).collect();
    for name in CORE_ERRORS {
        if !errors.iter().any(|error| &**error == name) {
            errors.push(name.into());
        }
    }
    errors
}
