//! Storage that nobody reads: what writes it is removed, and it is itself. Handles of locals and headers change.
//!
//! Kept are the places of the stages' parameters, what is read anywhere, what packets are extracted into, and the elements of stacks and
//! unions of which one is kept.

use crate::ir::visit::{Part, PartMut};
use crate::ir::*;
use p4xdp_frontend::arena::Arena;
use rustc_hash::FxHashSet;

/// Removes unread storage.
pub fn run(program: &mut Program) {
    let mut reads = Used::default();
    reads.program(program, false);
    for block in program.blocks_mut() {
        remove_writes(block, &reads);
    }
    let mut all = Used::default();
    all.program(program, true);
    compact(program, &all);
}

/// Storage that is used.
#[derive(Default)]
struct Used {
    locals: FxHashSet<LocalId>,
    headers: FxHashSet<HeaderId>,
    stacks: FxHashSet<StackId>,
}

impl Used {
    /// Collects what is read, and with `writes` what is written, too.
    fn program(&mut self, program: &Program, writes: bool) {
        for stage in &program.stages {
            for param in &stage.params {
                self.place(program, &param.place);
            }
        }
        for parser in program.parsers.values() {
            self.locals.insert(parser.error);
            for state in parser.states.values() {
                if let Transition::Select { keys, .. } = &state.transition {
                    keys.iter().for_each(|key| self.expr(key));
                }
            }
        }
        for table in program.tables.values() {
            table.key_exprs().for_each(|expr| self.expr(expr));
        }
        for action in program.actions.values() {
            self.locals.extend(action.params.iter().map(|p| p.local));
        }
        for block in program.blocks() {
            visit::statements(block, &mut |stmt| self.stmt(stmt, writes));
        }
        for stack in self.stacks.clone() {
            self.stack_parts(program, stack);
        }
        for (id, stack) in program.stacks.iter() {
            if stack.elements.iter().any(|h| self.headers.contains(h)) {
                self.stack_parts(program, id);
            }
        }
        for union in program.unions.values() {
            if union.members.iter().any(|(_, h)| self.headers.contains(h)) {
                self.headers.extend(union.members.iter().map(|(_, h)| *h));
            }
        }
    }

    fn stack_parts(&mut self, program: &Program, stack: StackId) {
        self.stacks.insert(stack);
        let stack = &program.stacks[stack];
        self.headers.extend(stack.elements.iter().copied());
        self.locals.insert(stack.next_index);
    }

    fn place(&mut self, program: &Program, place: &Place) {
        match place {
            Place::Scalar(local) => {
                self.locals.insert(*local);
            }
            Place::Header(header) => {
                self.headers.insert(*header);
            }
            Place::Stack(stack) => {
                self.stacks.insert(*stack);
            }
            Place::Union(union) => {
                self.headers.extend(program.unions[*union].members.iter().map(|(_, h)| *h));
            }
            Place::UnionStack(members) => self.stacks.extend(members.iter().map(|(_, s)| *s)),
            Place::Struct { fields, .. } => fields.iter().for_each(|(_, field)| self.place(program, field)),
            Place::Opaque(_) => {}
        }
    }

    fn stmt(&mut self, stmt: &Stmt, writes: bool) {
        // What packets are extracted into is kept.
        if let StmtKind::Extract { header, .. } = &stmt.kind {
            self.header(header);
        }
        stmt.parts(&mut |part| self.part(part, writes));
    }

    fn part(&mut self, part: Part<'_>, writes: bool) {
        match part {
            Part::Expr(expr) => self.expr(expr),
            Part::Target(lvalue) => self.lvalue(lvalue, writes),
            Part::Written(header) => self.target(header, writes),
            Part::Header(header) => self.header(header),
            Part::Stack(stack) => {
                self.stacks.insert(*stack);
            }
            Part::Local(local) => {
                self.locals.insert(*local);
            }
            Part::Arg(arg) | Part::Result(arg) => arg.parts(&mut |part| self.part(part, true)),
        }
    }

    /// A header that is written.
    fn target(&mut self, header: &HeaderRef, writes: bool) {
        match header {
            HeaderRef::Header(id) => {
                if writes {
                    self.headers.insert(*id);
                }
            }
            HeaderRef::Element { .. } | HeaderRef::Next(_) | HeaderRef::Last(_) => self.header(header),
        }
    }

    fn header(&mut self, header: &HeaderRef) {
        match header {
            HeaderRef::Header(id) => {
                self.headers.insert(*id);
            }
            HeaderRef::Element { stack, index } => {
                self.stacks.insert(*stack);
                self.expr(index);
            }
            HeaderRef::Next(stack) | HeaderRef::Last(stack) => {
                self.stacks.insert(*stack);
            }
        }
    }

    fn lvalue(&mut self, lvalue: &LValue, writes: bool) {
        match lvalue {
            LValue::Local(local) => {
                if writes {
                    self.locals.insert(*local);
                }
            }
            LValue::Field { header, .. } => self.target(header, writes),
            LValue::Slice { base, .. } => self.lvalue(base, writes),
        }
    }

    fn expr(&mut self, expr: &Expr) {
        if let ExprKind::Local(local) = &expr.kind {
            self.locals.insert(*local);
        }
        match expr.header() {
            Some(header) => self.header(header),
            None => expr.operands(&mut |operand| self.expr(operand)),
        }
    }
}

fn remove_writes(block: &mut Block, reads: &Used) {
    for stmt in block.iter_mut() {
        stmt.blocks_mut().into_iter().for_each(|inner| remove_writes(inner, reads));
    }
    block.retain(|stmt| match &stmt.kind {
        StmtKind::Assign { dst, .. } => match dst.root() {
            LValue::Local(local) => reads.locals.contains(local),
            LValue::Field { header: HeaderRef::Header(header), .. } => reads.headers.contains(header),
            LValue::Field { .. } | LValue::Slice { .. } => true,
        },
        StmtKind::SetValid { header: HeaderRef::Header(header), .. }
        | StmtKind::CopyHeader { dst: HeaderRef::Header(header), .. } => reads.headers.contains(header),
        _ => true,
    });
}

/// Drops locals, headers, stacks and unions that are not used, and renumbers the others.
fn compact(program: &mut Program, used: &Used) {
    let mut renumber = Renumber::default();
    let locals = std::mem::take(&mut program.locals);
    program.locals = kept(&locals, |id| used.locals.contains(&id), &mut renumber.locals);
    let headers = std::mem::take(&mut program.headers);
    program.headers = kept(&headers, |id| used.headers.contains(&id), &mut renumber.headers);
    let stacks = std::mem::take(&mut program.stacks);
    program.stacks = kept(&stacks, |id| used.stacks.contains(&id), &mut renumber.stacks);
    let unions = std::mem::take(&mut program.unions);
    let is_used = |id: UnionId| unions[id].members.iter().all(|(_, h)| used.headers.contains(h));
    program.unions = kept(&unions, is_used, &mut renumber.unions);
    renumber.program(program);
}

fn kept<K: cranelift_entity::EntityRef, V: Clone>(
    old: &Arena<K, V>,
    is_used: impl Fn(K) -> bool,
    renumber: &mut Vec<Option<K>>,
) -> Arena<K, V> {
    let mut new = Arena::new();
    for (id, value) in old.iter() {
        renumber.push(is_used(id).then(|| new.push(value.clone())));
    }
    new
}

/// New handles by old ones.
#[derive(Default)]
struct Renumber {
    locals: Vec<Option<LocalId>>,
    headers: Vec<Option<HeaderId>>,
    stacks: Vec<Option<StackId>>,
    unions: Vec<Option<UnionId>>,
}

fn renamed<K: cranelift_entity::EntityRef>(list: &[Option<K>], id: &mut K) {
    if let Some(Some(new)) = list.get(id.index()) {
        *id = *new;
    }
}

impl Renumber {
    fn program(&self, program: &mut Program) {
        for stack in program.stacks.values_mut() {
            stack.elements.iter_mut().for_each(|h| renamed(&self.headers, h));
            renamed(&self.locals, &mut stack.next_index);
        }
        for union in program.unions.values_mut() {
            union.members.iter_mut().for_each(|(_, h)| renamed(&self.headers, h));
        }
        for stage in &mut program.stages {
            stage.params.iter_mut().for_each(|param| self.place(&mut param.place));
        }
        for parser in program.parsers.values_mut() {
            renamed(&self.locals, &mut parser.error);
            for state in parser.states.values_mut() {
                if let Transition::Select { keys, .. } = &mut state.transition {
                    keys.iter_mut().for_each(|key| self.expr(key));
                }
            }
        }
        for table in program.tables.values_mut() {
            table.key_exprs_mut().for_each(|expr| self.expr(expr));
        }
        for action in program.actions.values_mut() {
            action.params.iter_mut().for_each(|param| renamed(&self.locals, &mut param.local));
        }
        for block in program.blocks_mut() {
            self.block(block);
        }
    }

    fn place(&self, place: &mut Place) {
        match place {
            Place::Scalar(id) => renamed(&self.locals, id),
            Place::Header(id) => renamed(&self.headers, id),
            Place::Stack(id) => renamed(&self.stacks, id),
            Place::Union(id) => renamed(&self.unions, id),
            Place::UnionStack(members) => members.iter_mut().for_each(|(_, id)| renamed(&self.stacks, id)),
            Place::Struct { fields, .. } => fields.iter_mut().for_each(|(_, field)| self.place(field)),
            Place::Opaque(_) => {}
        }
    }

    fn block(&self, block: &mut Block) {
        for stmt in block {
            stmt.parts_mut(&mut |part| self.part(part));
            stmt.blocks_mut().into_iter().for_each(|inner| self.block(inner));
        }
    }

    fn part(&self, part: PartMut<'_>) {
        match part {
            PartMut::Expr(expr) => self.expr(expr),
            PartMut::Target(lvalue) => self.lvalue(lvalue),
            PartMut::Written(header) | PartMut::Header(header) => self.header(header),
            PartMut::Stack(stack) => renamed(&self.stacks, stack),
            PartMut::Local(local) => renamed(&self.locals, local),
            PartMut::Arg(arg) | PartMut::Result(arg) => arg.parts_mut(&mut |part| self.part(part)),
        }
    }

    /// A header, with what is in its index.
    fn header(&self, header: &mut HeaderRef) {
        header.exprs_mut(&mut |index| self.expr(index));
        match header {
            HeaderRef::Header(id) => renamed(&self.headers, id),
            HeaderRef::Element { stack, .. } | HeaderRef::Next(stack) | HeaderRef::Last(stack) => {
                renamed(&self.stacks, stack);
            }
        }
    }

    fn lvalue(&self, lvalue: &mut LValue) {
        match lvalue {
            LValue::Local(id) => renamed(&self.locals, id),
            LValue::Field { header, .. } => self.header(header),
            LValue::Slice { base, .. } => self.lvalue(base),
        }
    }

    fn expr(&self, expr: &mut Expr) {
        match &mut expr.kind {
            ExprKind::Local(id) => renamed(&self.locals, id),
            ExprKind::Field { header, .. } | ExprKind::IsValid(header) => self.header(header),
            ExprKind::Const(_)
            | ExprKind::Unary(..)
            | ExprKind::Binary(..)
            | ExprKind::Conditional(..)
            | ExprKind::Cast(_)
            | ExprKind::Slice { .. } => expr.operands_mut(&mut |operand| self.expr(operand)),
        }
    }
}
