//! What statements and expressions read and write: sets of storage, down to the header field.
//!
//! In: IR nodes and the [`Program`] that owns the storage. Out: [`StorageSet`]s. Conservative: a stack element with a
//! computed index stands for every element, an applied table for all its actions.

use crate::ir::*;
use rustc_hash::{FxHashMap, FxHashSet};

/// Which parts of a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeaderParts {
    /// Validity and all fields.
    All,
    /// Some fields; [`VALIDITY`] stands for the validity.
    Fields(FxHashSet<u32>),
}

/// The "field" that stands for a header's validity in [`HeaderParts::Fields`].
pub const VALIDITY: u32 = u32::MAX;

/// A set of storage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StorageSet {
    /// Locals.
    pub locals: FxHashSet<LocalId>,
    /// Headers.
    pub headers: FxHashMap<HeaderId, HeaderParts>,
}

impl StorageSet {
    /// Nothing.
    pub fn new() -> StorageSet {
        StorageSet::default()
    }

    /// True if nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.locals.is_empty() && self.headers.is_empty()
    }

    /// Adds a whole header.
    pub fn add_header(&mut self, header: HeaderId) {
        self.headers.insert(header, HeaderParts::All);
    }

    /// Adds a field, or the validity.
    pub fn add_field(&mut self, header: HeaderId, field: u32) {
        match self.headers.entry(header).or_insert_with(|| HeaderParts::Fields(FxHashSet::default())) {
            HeaderParts::All => {}
            HeaderParts::Fields(fields) => {
                fields.insert(field);
            }
        }
    }

    /// Adds a field (all parts if `None`) of each header that the reference can mean.
    pub fn add_ref(&mut self, program: &Program, header: &HeaderRef, field: Option<u32>) {
        let add = |set: &mut StorageSet, header| match field {
            Some(field) => set.add_field(header, field),
            None => set.add_header(header),
        };
        match header {
            HeaderRef::Header(id) => add(self, *id),
            HeaderRef::Element { stack, .. } | HeaderRef::Next(stack) | HeaderRef::Last(stack) => {
                for &element in &program.stacks[*stack].elements {
                    add(self, element);
                }
            }
        }
    }

    /// Adds everything of another set.
    pub fn add_all(&mut self, other: &StorageSet) {
        self.locals.extend(other.locals.iter().copied());
        for (&header, parts) in &other.headers {
            match parts {
                HeaderParts::All => self.add_header(header),
                HeaderParts::Fields(fields) => fields.iter().for_each(|&f| self.add_field(header, f)),
            }
        }
    }

    /// True if the sets have something in common.
    pub fn overlaps(&self, other: &StorageSet) -> bool {
        let (few, many) = if self.locals.len() <= other.locals.len() { (self, other) } else { (other, self) };
        if few.locals.iter().any(|l| many.locals.contains(l)) {
            return true;
        }
        let (few, many) =
            if self.headers.len() <= other.headers.len() { (self, other) } else { (other, self) };
        few.headers.iter().any(|(header, a)| match (a, many.headers.get(header)) {
            (_, None) => false,
            (HeaderParts::All, Some(_)) | (_, Some(HeaderParts::All)) => true,
            (HeaderParts::Fields(a), Some(HeaderParts::Fields(b))) => !a.is_disjoint(b),
        })
    }

    /// True if the header's validity is in it.
    pub fn has_validity(&self, header: HeaderId) -> bool {
        self.has_field(header, VALIDITY)
    }

    /// True if the field is in it.
    pub fn has_field(&self, header: HeaderId, field: u32) -> bool {
        match self.headers.get(&header) {
            None => false,
            Some(HeaderParts::All) => true,
            Some(HeaderParts::Fields(fields)) => fields.contains(&field),
        }
    }
}

/// Adds what an expression reads.
pub fn expr_reads(program: &Program, expr: &Expr, reads: &mut StorageSet) {
    if let ExprKind::Local(id) = expr.kind {
        reads.locals.insert(id);
    }
    let Some(header) = expr.header() else {
        return expr.operands(&mut |operand| expr_reads(program, operand, reads));
    };
    if let ExprKind::Field { field, .. } = expr.kind {
        reads.add_ref(program, header, Some(field));
    }
    reads.add_ref(program, header, Some(VALIDITY));
    ref_reads(program, header, reads);
}

/// Adds what finding the header reads: indices.
pub fn ref_reads(program: &Program, header: &HeaderRef, reads: &mut StorageSet) {
    match header {
        HeaderRef::Header(_) => {}
        HeaderRef::Element { index, .. } => expr_reads(program, index, reads),
        HeaderRef::Next(stack) | HeaderRef::Last(stack) => {
            reads.locals.insert(program.stacks[*stack].next_index);
        }
    }
}

/// Adds what an l-value writes, and what finding it reads. A slice also reads the rest of its base.
pub fn lvalue_effects(program: &Program, lvalue: &LValue, reads: &mut StorageSet, writes: &mut StorageSet) {
    match lvalue {
        LValue::Local(id) => {
            writes.locals.insert(*id);
        }
        LValue::Field { header, field } => {
            writes.add_ref(program, header, Some(*field));
            holder_reads(program, header, reads);
        }
        LValue::Slice { base, .. } => {
            lvalue_reads(program, base, reads);
            lvalue_effects(program, base, reads, writes);
        }
    }
}

/// Adds what reading an l-value's value reads.
pub fn lvalue_reads(program: &Program, lvalue: &LValue, reads: &mut StorageSet) {
    match lvalue {
        LValue::Local(id) => {
            reads.locals.insert(*id);
        }
        LValue::Field { header, field } => {
            reads.add_ref(program, header, Some(*field));
            holder_reads(program, header, reads);
        }
        LValue::Slice { base, .. } => lvalue_reads(program, base, reads),
    }
}

/// What a field's header is found by, and whether it is there.
fn holder_reads(program: &Program, header: &HeaderRef, reads: &mut StorageSet) {
    reads.add_ref(program, header, Some(VALIDITY));
    ref_reads(program, header, reads);
}

/// Adds an argument's effects: what may be written is taken to be read as well.
fn arg_effects(program: &Program, arg: &Arg, reads: &mut StorageSet, writes: &mut StorageSet) {
    match arg {
        Arg::In(expr) => expr_reads(program, expr, reads),
        Arg::While { condition, value } => {
            expr_reads(program, condition, reads);
            expr_reads(program, value, reads);
        }
        Arg::Out(lvalue) => {
            lvalue_reads(program, lvalue, reads);
            lvalue_effects(program, lvalue, reads, writes);
        }
        Arg::Header(header) => {
            reads.add_ref(program, header, None);
            ref_reads(program, header, reads);
            writes.add_ref(program, header, None);
        }
        Arg::Stack(stack) => {
            add_stack(program, *stack, reads);
            add_stack(program, *stack, writes);
        }
        Arg::Struct(fields) => fields.iter().for_each(|(_, a)| arg_effects(program, a, reads, writes)),
        Arg::String(_) | Arg::Extern(_) | Arg::Packet | Arg::Missing => {}
    }
}

fn add_stack(program: &Program, stack: StackId, set: &mut StorageSet) {
    let stack = &program.stacks[stack];
    stack.elements.iter().for_each(|&h| set.add_header(h));
    set.locals.insert(stack.next_index);
}

/// Adds what a block reads and may write.
pub fn block_effects(program: &Program, block: &[Stmt], reads: &mut StorageSet, writes: &mut StorageSet) {
    for stmt in block {
        stmt_effects(program, stmt, reads, writes);
    }
}

/// Adds what a statement reads and may write, nested blocks and the actions of applied tables included.
pub fn stmt_effects(program: &Program, stmt: &Stmt, reads: &mut StorageSet, writes: &mut StorageSet) {
    match &stmt.kind {
        StmtKind::Assign { dst, src } => {
            expr_reads(program, src, reads);
            lvalue_effects(program, dst, reads, writes);
        }
        StmtKind::SetValid { header, .. } => {
            ref_reads(program, header, reads);
            reads.add_ref(program, header, Some(VALIDITY));
            writes.add_ref(program, header, None);
        }
        StmtKind::CopyHeader { dst, src } => {
            ref_reads(program, src, reads);
            ref_reads(program, dst, reads);
            reads.add_ref(program, src, None);
            writes.add_ref(program, dst, None);
        }
        StmtKind::PushFront { stack, .. } | StmtKind::PopFront { stack, .. } => {
            add_stack(program, *stack, reads);
            add_stack(program, *stack, writes);
        }
        StmtKind::If { condition, then_block, else_block } => {
            expr_reads(program, condition, reads);
            block_effects(program, then_block, reads, writes);
            block_effects(program, else_block, reads, writes);
        }
        StmtKind::Switch { scrutinee, cases, default } => {
            expr_reads(program, scrutinee, reads);
            cases.iter().for_each(|(_, block)| block_effects(program, block, reads, writes));
            block_effects(program, default, reads, writes);
        }
        StmtKind::Labelled { body, .. } | StmtKind::Loop { body, .. } => {
            block_effects(program, body, reads, writes)
        }
        StmtKind::Leave(_) => {}
        StmtKind::ApplyTable { table, hit, action_run } => {
            let table = &program.tables[*table];
            table.key_exprs().for_each(|expr| expr_reads(program, expr, reads));
            for action in &table.actions {
                let action = &program.actions[action.action];
                writes.locals.extend(action.params.iter().map(|p| p.local));
                block_effects(program, &action.body, reads, writes);
            }
            writes.locals.extend(hit.iter().chain(action_run).copied());
        }
        StmtKind::CallExtern { args, result, .. } => {
            args.iter().for_each(|arg| arg_effects(program, arg, reads, writes));
            if let Some(result) = result {
                arg_effects(program, result, &mut StorageSet::new(), writes);
            }
        }
        StmtKind::Extract { header, varbit_bits } => {
            ref_reads(program, header, reads);
            if let Some(bits) = varbit_bits {
                expr_reads(program, bits, reads);
            }
            writes.add_ref(program, header, None);
            if let HeaderRef::Next(stack) = header {
                writes.locals.insert(program.stacks[*stack].next_index);
            }
        }
        StmtKind::Lookahead { dst, .. } | StmtKind::PacketLength { dst } => {
            writes.locals.insert(*dst);
        }
        StmtKind::Advance { bits } => expr_reads(program, bits, reads),
        StmtKind::Verify { condition, error } => {
            expr_reads(program, condition, reads);
            expr_reads(program, error, reads);
        }
        StmtKind::Reject { error } => expr_reads(program, error, reads),
        StmtKind::Emit(header) => {
            ref_reads(program, header, reads);
            reads.add_ref(program, header, None);
        }
        StmtKind::EmitScalar(expr) => expr_reads(program, expr, reads),
    }
}

/// Hands on what a node reads itself.
pub type Reads<'a, N, T> = &'a dyn Fn(&N, &mut dyn FnMut(T));

/// For each table what its keys and actions read, as the two functions tell it, and the labels that its actions leave.
pub fn of_tables<T: Copy>(
    program: &Program,
    of_stmt: Reads<'_, Stmt, T>,
    of_key: Reads<'_, Expr, T>,
) -> FxHashMap<TableId, (Vec<T>, Vec<LabelId>)> {
    let mut of_actions: FxHashMap<ActionId, (Vec<T>, Vec<LabelId>)> = FxHashMap::default();
    for (id, action) in program.actions.iter() {
        let (mut reads, mut leaves) = (Vec::new(), Vec::new());
        visit::statements(&action.body, &mut |stmt| {
            of_stmt(stmt, &mut |read| reads.push(read));
            if let StmtKind::Leave(label) = stmt.kind {
                leaves.push(label);
            }
        });
        of_actions.insert(id, (reads, leaves));
    }
    let of_table = |table: &Table| {
        let (mut reads, mut leaves) = (Vec::new(), Vec::new());
        table.key_exprs().for_each(|expr| of_key(expr, &mut |read| reads.push(read)));
        for (own, left) in table.actions.iter().filter_map(|action| of_actions.get(&action.action)) {
            reads.extend(own);
            leaves.extend(left);
        }
        (reads, leaves)
    };
    program.tables.iter().map(|(id, table)| (id, of_table(table))).collect()
}
