//! Which numbers are ports: in, the variables of an architecture that a packet's port comes in and goes out by; out, the action parameters
//! and keys that are ports as well, and the port numbers that the program itself names.
//!
//! A value is a port if it is copied to the port that the packet leaves by, or from the port that it came from, over any number of variables,
//! header fields, casts and choices. What is computed from it is none.
//!
//! ```text
//! action forward(bit<32> port) { meta.out = port; }       port is a port,
//! sm.egress_spec = (bit<9>) meta.out;                     since meta.out is
//! sm.egress_spec = 3;                                     the program itself names port 3
//! ```
//!
//! The order of statements is not looked at: a variable that once holds a port counts as one everywhere.

use crate::ir::*;
use num_bigint::BigUint;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;

/// What is known of a program's ports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ports {
    /// Action parameters that are ports, by position.
    pub params: BTreeSet<(ActionId, usize)>,
    /// Keys that are ports, by position.
    pub keys: BTreeSet<(TableId, usize)>,
    /// Numbers that are assigned to ports, compared with them, or are arguments and keys that stand in the program. Not 0, which
    /// variables are initialised with.
    pub constants: BTreeSet<BigUint>,
}

/// A place that can hold a port.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Cell {
    Local(LocalId),
    Field(HeaderId, u32),
}

/// Finds the ports, from the variables that packets come in by and those that they leave by.
pub fn find(program: &Program, ingress: &[LocalId], egress: &[LocalId]) -> Ports {
    let mut copies = Copies { program, from: FxHashMap::default(), to: FxHashMap::default() };
    for block in program.blocks() {
        visit::statements(block, &mut |stmt| copies.statement(stmt));
    }
    let outward = closure(egress, &copies.from);
    let inward = closure(ingress, &copies.to);
    let mut found = Ports::default();
    for (id, action) in program.actions.iter() {
        for (position, param) in action.params.iter().enumerate() {
            if outward.contains(&Cell::Local(param.local)) {
                found.params.insert((id, position));
            }
        }
    }
    let is_port = |expr: &Expr| {
        let mut cells = Vec::new();
        sources(program, expr, &mut cells, &mut Vec::new());
        cells.iter().any(|cell| inward.contains(cell) || outward.contains(cell))
    };
    for (id, table) in program.tables.iter() {
        for (position, key) in table.keys.iter().enumerate() {
            if is_port(&key.expr) {
                found.keys.insert((id, position));
            }
        }
    }
    found.name_constants(program, &outward, &is_port);
    found.constants.remove(&BigUint::ZERO);
    found
}

impl Ports {
    /// Collects the numbers that the program itself gives to ports or compares them with.
    fn name_constants(
        &mut self,
        program: &Program,
        outward: &FxHashSet<Cell>,
        is_port: &dyn Fn(&Expr) -> bool,
    ) {
        for block in program.blocks() {
            visit::statements(block, &mut |stmt| {
                if let StmtKind::Assign { dst, src } = &stmt.kind {
                    if cells_of(program, dst).iter().any(|cell| outward.contains(cell)) {
                        let mut constants = Vec::new();
                        sources(program, src, &mut Vec::new(), &mut constants);
                        self.constants.extend(constants);
                    }
                    self.compared(src, is_port);
                }
                if let StmtKind::If { condition, .. } = &stmt.kind {
                    self.compared(condition, is_port);
                }
                if let StmtKind::Switch { scrutinee, cases, .. } = &stmt.kind
                    && is_port(scrutinee)
                {
                    self.constants.extend(cases.iter().flat_map(|(values, _)| values).cloned());
                }
            });
        }
        for (id, table) in program.tables.iter() {
            let calls = table.entries.iter().map(|entry| &entry.action);
            for call in calls.chain(std::iter::once(&table.default_action)) {
                let Some(action) = table.actions.get(call.action) else { continue };
                let is_param = |position: &usize| self.params.contains(&(action.action, *position));
                let ports = call.args.iter().enumerate().filter(|(position, _)| is_param(position));
                self.constants.extend(ports.map(|(_, value)| value.clone()));
            }
            for entry in &table.entries {
                for (position, keyset) in entry.keysets.iter().enumerate() {
                    if let (true, Keyset::Value(value)) = (self.keys.contains(&(id, position)), keyset) {
                        self.constants.insert(value.clone());
                    }
                }
            }
        }
    }

    /// Constants that an expression compares a port with.
    fn compared(&mut self, expr: &Expr, is_port: &dyn Fn(&Expr) -> bool) {
        if let ExprKind::Binary(_, a, b) = &expr.kind {
            for (one, other) in [(a, b), (b, a)] {
                if let (ExprKind::Const(value), true) = (&one.kind, is_port(other)) {
                    self.constants.insert(value.clone());
                }
            }
        }
        if expr.header().is_none() {
            expr.operands(&mut |operand| self.compared(operand, is_port));
        }
    }
}

/// All copies of the program, both ways.
struct Copies<'a> {
    program: &'a Program,
    /// What is copied to a cell.
    from: FxHashMap<Cell, Vec<Cell>>,
    /// What a cell is copied to.
    to: FxHashMap<Cell, Vec<Cell>>,
}

impl Copies<'_> {
    fn statement(&mut self, stmt: &Stmt) {
        if let StmtKind::Assign { dst, src } = &stmt.kind {
            let (targets, mut cells) = (cells_of(self.program, dst), Vec::new());
            sources(self.program, src, &mut cells, &mut Vec::new());
            for target in targets {
                cells.iter().for_each(|source| self.add(*source, target));
            }
        }
        // Ports that travel through elements of stacks are not followed.
        if let StmtKind::CopyHeader { dst: HeaderRef::Header(dst), src: HeaderRef::Header(src) } = &stmt.kind
        {
            let fields = self.program.header_types[self.program.headers[*dst].ty].fields.len();
            for field in (0..).take(fields) {
                self.add(Cell::Field(*src, field), Cell::Field(*dst, field));
            }
        }
    }

    fn add(&mut self, source: Cell, target: Cell) {
        self.from.entry(target).or_default().push(source);
        self.to.entry(source).or_default().push(target);
    }
}

/// All that can be reached.
fn closure(start: &[LocalId], edges: &FxHashMap<Cell, Vec<Cell>>) -> FxHashSet<Cell> {
    let mut waiting: Vec<Cell> = start.iter().map(|local| Cell::Local(*local)).collect();
    let mut reached = FxHashSet::default();
    while let Some(cell) = waiting.pop() {
        if reached.insert(cell) {
            waiting.extend(edges.get(&cell).into_iter().flatten());
        }
    }
    reached
}

/// What an expression's value may be a copy of: cells and constants.
fn sources(program: &Program, expr: &Expr, cells: &mut Vec<Cell>, constants: &mut Vec<BigUint>) {
    match &expr.kind {
        ExprKind::Const(value) => constants.push(value.clone()),
        ExprKind::Local(local) => cells.push(Cell::Local(*local)),
        ExprKind::Field { header, field } => cells.extend(fields_of(program, header, *field)),
        ExprKind::Cast(a) | ExprKind::Slice { base: a, lo: 0, .. } => sources(program, a, cells, constants),
        ExprKind::Conditional(_, a, b) => {
            sources(program, a, cells, constants);
            sources(program, b, cells, constants);
        }
        ExprKind::IsValid(_) | ExprKind::Unary(..) | ExprKind::Binary(..) | ExprKind::Slice { .. } => {}
    }
}

fn cells_of(program: &Program, target: &LValue) -> Vec<Cell> {
    match target {
        LValue::Local(local) => vec![Cell::Local(*local)],
        LValue::Field { header, field } => fields_of(program, header, *field),
        LValue::Slice { base, .. } => cells_of(program, base),
    }
}

/// A computed index can be any.
fn fields_of(program: &Program, header: &HeaderRef, field: u32) -> Vec<Cell> {
    match header {
        HeaderRef::Header(id) => vec![Cell::Field(*id, field)],
        HeaderRef::Element { stack, .. } | HeaderRef::Next(stack) | HeaderRef::Last(stack) => {
            program.stacks[*stack].elements.iter().map(|id| Cell::Field(*id, field)).collect()
        }
    }
}
