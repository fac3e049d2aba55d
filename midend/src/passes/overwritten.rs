//! Stores to header fields that are overwritten before anybody sees them, whatever way control takes.
//!
//! ```text
//! h.ttl = 0; if (c) { x = y; } h.ttl = d             =>   if (c) { x = y; } h.ttl = d
//! h.a = 1; if (c) { h.a = 2; } else { exit; }         =>   as it is: what exits shows h.a
//! h.a = 1; apply t; h.setInvalid()                    =>   apply t; h.setInvalid()      (no action of t reads h.a)
//! ```
//!
//! Carries backwards the fields whose values are *doomed*: overwritten, or lost with their header, on every way from here before they are
//! read. None is where a stage ends or a parser may reject, for there everything is seen; what an action stores may be doomed by what
//! follows its table wherever that is applied. Stores to locals are [`super::dead`]'s.

use crate::analysis::effects;
use crate::analysis::persistent::Set;
use crate::ir::visit::Part;
use crate::ir::*;
use cranelift_entity::{EntityRef, entity_impl};
use rustc_hash::FxHashMap;

/// Removes such stores everywhere.
pub fn run(program: &mut Program) {
    let mut walk = Walk::new(program);
    for control in program.controls.values_mut() {
        walk.block(&mut control.body, &mut Fields::default());
    }
    for parser in program.parsers.values_mut() {
        for state in parser.states.values_mut() {
            walk.block(&mut state.body, &mut Fields::default());
        }
    }
    let mut behind: FxHashMap<ActionId, Fields> = FxHashMap::default();
    for (id, table) in program.tables.iter() {
        // The actions of a table that is applied nowhere stay as they are.
        let fields = walk.behind.get(&id).cloned().unwrap_or_default();
        for action in &table.actions {
            keep_common(&mut behind, action.action, &fields);
        }
    }
    for (id, action) in program.actions.iter_mut() {
        walk.block(&mut action.body, &mut behind.remove(&id).unwrap_or_default());
    }
}

/// A field of a header instance, counted through all of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct FieldId(u32);
entity_impl!(FieldId, "field");

type Fields = Set<FieldId>;

struct Walk {
    /// The first field of each header; behind them the number of all fields.
    starts: Vec<usize>,
    stacks: FxHashMap<StackId, Vec<HeaderId>>,
    /// What applying a table may read, and the labels that its actions leave.
    tables: FxHashMap<TableId, (Vec<FieldId>, Vec<LabelId>)>,
    /// What is doomed where a label's block ends.
    labels: FxHashMap<LabelId, Fields>,
    /// What is doomed behind every application of a table.
    behind: FxHashMap<TableId, Fields>,
}

/// What is doomed for one use is only doomed if it is for all.
fn keep_common<K: std::hash::Hash + Eq>(all: &mut FxHashMap<K, Fields>, key: K, fields: &Fields) {
    all.entry(key).and_modify(|known| known.keep_all(fields)).or_insert_with(|| fields.clone());
}

impl Walk {
    fn new(program: &Program) -> Walk {
        let mut starts = vec![0];
        let mut count = 0;
        for header in program.headers.values() {
            count += program.header_types[header.ty].fields.len();
            starts.push(count);
        }
        let stacks = program.stacks.iter().map(|(id, stack)| (id, stack.elements.clone())).collect();
        let (tables, labels, behind) = Default::default();
        let mut walk = Walk { starts, stacks, tables, labels, behind };
        walk.tables = effects::of_tables(program, &|stmt, read| walk.own_reads(stmt, read), &|key, read| {
            walk.expr(key, read)
        });
        walk
    }

    fn fields(&self, header: HeaderId) -> impl Iterator<Item = FieldId> + use<> {
        let start = |at: usize| self.starts.get(at).copied().unwrap_or_default();
        (start(header.index())..start(header.index() + 1)).map(FieldId::new)
    }

    fn field(&self, header: HeaderId, field: u32) -> FieldId {
        FieldId::new(self.starts.get(header.index()).copied().unwrap_or_default() + field as usize)
    }

    /// Walks a block backwards; `doomed` is what is doomed behind it, and in front of it afterwards.
    fn block(&mut self, block: &mut Block, doomed: &mut Fields) {
        let mut kept = Vec::with_capacity(block.len());
        while let Some(mut stmt) = block.pop() {
            if self.stmt(&mut stmt, doomed) {
                kept.push(stmt);
            }
        }
        kept.reverse();
        *block = kept;
    }

    /// False if the statement's store is overwritten.
    fn stmt(&mut self, stmt: &mut Stmt, doomed: &mut Fields) -> bool {
        match &mut stmt.kind {
            StmtKind::Assign { dst, .. } => {
                if let LValue::Field { header: HeaderRef::Header(header), field } = dst.root() {
                    let id = self.field(*header, *field);
                    if doomed.contains(id) {
                        return false;
                    }
                    if let LValue::Field { .. } = dst {
                        doomed.insert(id);
                    }
                }
            }
            // Whether the old values are still there when it becomes valid makes no difference to those that are doomed.
            StmtKind::SetValid { header: HeaderRef::Header(header), valid: false } => {
                self.fields(*header).for_each(|field| doomed.insert(field));
            }
            StmtKind::CopyHeader { dst: HeaderRef::Header(header), .. } => {
                self.fields(*header).for_each(|field| doomed.insert(field));
            }
            StmtKind::If { then_block, else_block, .. } => {
                let mut other = doomed.clone();
                self.block(then_block, doomed);
                self.block(else_block, &mut other);
                doomed.keep_all(&other);
            }
            StmtKind::Switch { cases, default, .. } => {
                let behind = doomed.clone();
                self.block(default, doomed);
                for (_, block) in cases {
                    let mut case = behind.clone();
                    self.block(block, &mut case);
                    doomed.keep_all(&case);
                }
            }
            StmtKind::Labelled { label, body, .. } => {
                self.labels.insert(*label, doomed.clone());
                self.block(body, doomed);
            }
            // An action's label that is left to is that of a control, which has been walked.
            StmtKind::Leave(label) => *doomed = self.labels.get(label).cloned().unwrap_or_default(),
            StmtKind::Loop { body, .. } => {
                // Another round may read everything.
                *doomed = Fields::default();
                self.block(body, doomed);
            }
            StmtKind::ApplyTable { table, .. } => {
                keep_common(&mut self.behind, *table, doomed);
                if let Some((reads, leaves)) = self.tables.get(table) {
                    for label in leaves {
                        // A label of the action itself, whose block ends where the action goes on, is none of these.
                        if let Some(behind) = self.labels.get(label) {
                            doomed.keep_all(behind);
                        }
                    }
                    reads.iter().for_each(|&field| doomed.remove(field));
                }
            }
            StmtKind::CallExtern { result, .. } => {
                if let Some(result) = result {
                    self.written(result, doomed);
                }
            }
            // What rejects ends the stage.
            StmtKind::Extract { .. }
            | StmtKind::Lookahead { .. }
            | StmtKind::Advance { .. }
            | StmtKind::Verify { .. }
            | StmtKind::Reject { .. } => *doomed = Fields::default(),
            StmtKind::SetValid { .. }
            | StmtKind::CopyHeader { .. }
            | StmtKind::PushFront { .. }
            | StmtKind::PopFront { .. }
            | StmtKind::PacketLength { .. }
            | StmtKind::Emit(_)
            | StmtKind::EmitScalar(_) => {}
        }
        self.own_reads(stmt, &mut |field| doomed.remove(field));
        true
    }

    /// The receiver of a result is written as a whole, behind everything else.
    fn written(&self, result: &Arg, doomed: &mut Fields) {
        result.targets(&mut |target| {
            if let LValue::Field { header: HeaderRef::Header(header), field } = target {
                doomed.insert(self.field(*header, *field));
            }
        });
    }

    /// What a statement itself reads, without its blocks and the actions of its table.
    fn own_reads(&self, stmt: &Stmt, read: &mut dyn FnMut(FieldId)) {
        stmt.parts(&mut |part| self.part(part, read));
    }

    fn part(&self, part: Part<'_>, read: &mut dyn FnMut(FieldId)) {
        match part {
            Part::Expr(expr) => self.expr(expr, read),
            Part::Target(lvalue) => self.index_of(lvalue, read),
            Part::Written(header) => self.index(header, read),
            Part::Header(header) => self.header(header, None, read),
            Part::Stack(stack) => self.stack(*stack, None, read),
            Part::Local(_) => {}
            // What an extern is given it may read, also what it may write.
            Part::Arg(arg) => arg.parts(&mut |part| {
                if let Part::Target(lvalue) = part
                    && let LValue::Field { header, field } = lvalue.root()
                {
                    self.header(header, Some(*field), read);
                }
                self.part(part, read);
            }),
            // What finding the receiver of a result reads.
            Part::Result(result) => result.parts(&mut |part| self.part(part, read)),
        }
    }

    fn index_of(&self, lvalue: &LValue, read: &mut dyn FnMut(FieldId)) {
        match lvalue.root() {
            LValue::Field { header, .. } => self.index(header, read),
            LValue::Local(_) | LValue::Slice { .. } => {}
        }
        // A slice keeps the rest of its field.
        if let (LValue::Slice { .. }, LValue::Field { header, field }) = (lvalue, lvalue.root()) {
            self.header(header, Some(*field), read);
        }
    }

    fn index(&self, header: &HeaderRef, read: &mut dyn FnMut(FieldId)) {
        header.exprs(&mut |index| self.expr(index, read));
    }

    /// One field or all of a header that is read, whichever it is.
    fn header(&self, header: &HeaderRef, field: Option<u32>, read: &mut dyn FnMut(FieldId)) {
        self.index(header, read);
        match header {
            HeaderRef::Header(id) => self.instance(*id, field, read),
            HeaderRef::Element { stack, .. } | HeaderRef::Next(stack) | HeaderRef::Last(stack) => {
                self.stack(*stack, field, read)
            }
        }
    }

    fn stack(&self, stack: StackId, field: Option<u32>, read: &mut dyn FnMut(FieldId)) {
        for &element in self.stacks.get(&stack).into_iter().flatten() {
            self.instance(element, field, read);
        }
    }

    fn instance(&self, header: HeaderId, field: Option<u32>, read: &mut dyn FnMut(FieldId)) {
        match field {
            Some(field) => read(self.field(header, field)),
            None => self.fields(header).for_each(read),
        }
    }

    fn expr(&self, expr: &Expr, read: &mut dyn FnMut(FieldId)) {
        if let ExprKind::Field { header, field } = &expr.kind {
            self.header(header, Some(*field), read);
        } else {
            expr.operands(&mut |operand| self.expr(operand, read));
        }
    }
}
