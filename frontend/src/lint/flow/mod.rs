//! Uses of values that were never set, of fields of headers that are not valid, and `out` parameters that are left open.
//!
//! In: the typed program. Out: warnings. Every body is gone through once, statement by statement, with a [`state::State`]
//! for each point; parsers are gone through until nothing changes, loops a bounded number of times. What a body does for
//! its callers is a [`summary::Summary`]: callees come first, so each is made once.
//!
//! Whatever is not certain is taken to be right: an index that is not known, an object behind a constructor parameter, a
//! header that an outside caller hands in. A finding is "always" or "may be": on every path that leads to the place, or on
//! some.

mod branch;
mod call;
mod expr;
mod layout;
mod parser;
mod place;
mod report;
mod state;
mod stmt;
mod summary;
mod table;
mod unit;

use super::Lint;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{ActionId, ControlId, FunctionId, FunctionKind, ParserId, Program, TableId};
use crate::source::Span;
use layout::Layouts;
use rustc_hash::{FxHashMap, FxHashSet};
use state::State;
use std::rc::Rc;
use summary::Summary;
use table::TableSummary;
use unit::Unit;

pub(super) fn check(lint: &mut Lint<'_>) {
    let program = lint.program;
    let mut flow = Flow::new(program);
    for (id, function) in program.functions.iter() {
        if function.kind == FunctionKind::Defined {
            flow.function(id);
        }
    }
    program.parsers.keys().for_each(|id| drop(flow.parser(id)));
    program.controls.keys().for_each(|id| drop(flow.control(id)));
    program.actions.keys().for_each(|id| flow.remaining_action(id));
    flow.findings.into_iter().for_each(|finding| lint.emit(finding));
}

/// The walk.
struct Flow<'p> {
    program: &'p Program,
    layouts: Layouts<'p>,
    /// The body at hand and its variables.
    unit: Unit,
    /// Where `return` goes to.
    returns: State,
    /// Where `break` and `continue` go to, innermost last.
    loops: Vec<LoopExits>,
    /// What bodies do; `None` while one is being gone through.
    functions: FxHashMap<FunctionId, Option<Rc<Summary>>>,
    actions: FxHashMap<ActionId, Option<Rc<Summary>>>,
    parsers: FxHashMap<ParserId, Option<Rc<Summary>>>,
    controls: FxHashMap<ControlId, Option<Rc<Summary>>>,
    /// What tables do, in terms of the control that declares them.
    tables: FxHashMap<TableId, Rc<TableSummary>>,
    findings: Vec<Diagnostic>,
    /// What was reported already.
    reported: FxHashSet<(Span, Code)>,
    /// Findings are not final yet.
    muted: bool,
    /// A table is at work: which action runs, and whether a key counts, mostly depends on whether headers are valid.
    in_table: bool,
}

#[derive(Default)]
struct LoopExits {
    breaks: State,
    continues: State,
}

impl<'p> Flow<'p> {
    fn new(program: &'p Program) -> Flow<'p> {
        Flow {
            program,
            layouts: Layouts::new(program),
            unit: Unit::default(),
            returns: State::unreached(),
            loops: Vec::new(),
            functions: FxHashMap::default(),
            actions: FxHashMap::default(),
            parsers: FxHashMap::default(),
            controls: FxHashMap::default(),
            tables: FxHashMap::default(),
            findings: Vec::new(),
            reported: FxHashSet::default(),
            muted: false,
            in_table: false,
        }
    }
}
