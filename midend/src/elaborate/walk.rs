//! Questions about HIR bodies that must be answered before they are elaborated: which variables an action mentions,
//! whether it exits, where an instance is applied.

use p4xdp_frontend::hir::{
    self, ActionId, Argument, Block, Call, Callee, Expr, ExprKind, InstanceId, Keyset, Stmt, StmtKind,
    SwitchLabel, Transition, VarId,
};
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// A node of a body.
#[derive(Clone, Copy)]
pub(super) enum Node<'a> {
    Stmt(&'a Stmt),
    Expr(&'a Expr),
    Call(&'a Call),
}

/// Visits everything in a block, parents first.
pub(super) fn block<'a>(block: &'a Block, visit: &mut dyn FnMut(Node<'a>)) {
    statements(&block.statements, visit);
}

/// Visits everything in some statements, parents first.
pub(super) fn statements<'a>(list: &'a [Stmt], visit: &mut dyn FnMut(Node<'a>)) {
    for stmt in list {
        visit(Node::Stmt(stmt));
        match &stmt.kind {
            StmtKind::Variable(_, init) => init.iter().for_each(|e| expr(e, visit)),
            StmtKind::Constant(_)
            | StmtKind::Instance(_)
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Exit => {}
            StmtKind::Assign { lhs, op: _, rhs } => {
                expr(lhs, visit);
                expr(rhs, visit);
            }
            StmtKind::Call(c) => call(c, visit),
            StmtKind::If { condition, then_block, else_block } => {
                expr(condition, visit);
                block(then_block, visit);
                else_block.iter().for_each(|b| block(b, visit));
            }
            StmtKind::Block(b) => block(b, visit),
            StmtKind::Switch { scrutinee, cases, default } => {
                expr(scrutinee, visit);
                for case in cases {
                    for label in &case.labels {
                        match label {
                            SwitchLabel::Action(..) => {}
                            SwitchLabel::Value(e) => expr(e, visit),
                        }
                    }
                    block(&case.block, visit);
                }
                default.iter().for_each(|b| block(b, visit));
            }
            StmtKind::For { init, condition, update, body } => {
                statements(init, visit);
                expr(condition, visit);
                statements(update, visit);
                block(body, visit);
            }
            StmtKind::ForRange { variable: _, lo, hi, body } => {
                expr(lo, visit);
                expr(hi, visit);
                block(body, visit);
            }
            StmtKind::ForIn { variable: _, collection, body } => {
                expr(collection, visit);
                block(body, visit);
            }
            StmtKind::Return(value) => value.iter().for_each(|e| expr(e, visit)),
        }
    }
}

/// Visits an expression and all in it.
pub(super) fn expr<'a>(e: &'a Expr, visit: &mut dyn FnMut(Node<'a>)) {
    visit(Node::Expr(e));
    match &e.kind {
        ExprKind::Literal(_)
        | ExprKind::Variable(_)
        | ExprKind::Constant(_)
        | ExprKind::Instance(_)
        | ExprKind::This
        | ExprKind::InvalidHeader
        | ExprKind::Default
        | ExprKind::ActionName(_)
        | ExprKind::Error => {}
        ExprKind::Construct(c) => c.args.iter().for_each(|a| argument(a, visit)),
        ExprKind::Field(a, _)
        | ExprKind::StackNext(a)
        | ExprKind::StackLast(a)
        | ExprKind::StackLastIndex(a)
        | ExprKind::StackSize(a)
        | ExprKind::Slice { base: a, .. }
        | ExprKind::Unary(_, a)
        | ExprKind::Cast(a) => expr(a, visit),
        ExprKind::Index(a, b) | ExprKind::Binary(_, a, b) | ExprKind::PlusSlice { base: a, lo: b, .. } => {
            expr(a, visit);
            expr(b, visit);
        }
        ExprKind::Conditional(a, b, c) => {
            expr(a, visit);
            expr(b, visit);
            expr(c, visit);
        }
        ExprKind::Aggregate(parts, _) => parts.iter().for_each(|p| expr(p, visit)),
        ExprKind::Call(c) | ExprKind::TableHit { apply: c, .. } | ExprKind::TableActionRun(c) => {
            call(c, visit)
        }
    }
}

fn call<'a>(c: &'a Call, visit: &mut dyn FnMut(Node<'a>)) {
    visit(Node::Call(c));
    match &c.callee {
        Callee::Function(_) | Callee::Action(_) | Callee::TableApply(_) => {}
        Callee::Method { object: e, .. }
        | Callee::ParserApply(e)
        | Callee::ControlApply(e)
        | Callee::IsValid(e)
        | Callee::SetValid(e)
        | Callee::SetInvalid(e)
        | Callee::PushFront(e, _)
        | Callee::PopFront(e, _) => expr(e, visit),
    }
    c.args.iter().for_each(|a| argument(a, visit));
}

fn argument<'a>(a: &'a Argument, visit: &mut dyn FnMut(Node<'a>)) {
    match a {
        Argument::Value(e) => expr(e, visit),
        Argument::Ignored(_) | Argument::Missing => {}
    }
}

/// True if a sub-parser is applied somewhere in the statements.
pub(super) fn applies_parser(list: &[Stmt]) -> bool {
    let mut found = false;
    statements(list, &mut |node| {
        if let Node::Call(Call { callee: Callee::ParserApply(_), .. }) = node {
            found = true;
        }
    });
    found
}

/// Where controls and parsers are applied.
#[derive(Default)]
pub(super) struct CallSites<'h> {
    sites: FxHashMap<InstanceId, Vec<&'h [Argument]>>,
    /// Instances that are handed on as arguments: they may be applied under other names.
    escaped: FxHashSet<InstanceId>,
}

impl<'h> CallSites<'h> {
    pub(super) fn collect(hir: &'h hir::Program) -> CallSites<'h> {
        let mut all = CallSites::default();
        let mut visit = |node: Node<'h>| match node {
            Node::Call(Call { callee: Callee::ControlApply(e) | Callee::ParserApply(e), args, .. }) => {
                if let ExprKind::Instance(id) = e.kind {
                    all.sites.entry(id).or_default().push(args);
                }
            }
            Node::Call(_) | Node::Expr(_) | Node::Stmt(_) => {}
        };
        for control in hir.controls.values() {
            if let Some(body) = &control.body {
                block(&body.apply, &mut visit);
            }
        }
        for parser in hir.parsers.values() {
            for state in parser.body.iter().flat_map(|b| &b.states) {
                statements(&state.body, &mut visit);
                if let Transition::Select { keys, cases, .. } = &state.transition {
                    keys.iter().for_each(|k| expr(k, &mut visit));
                    for keyset in cases.iter().flat_map(|c| &c.keysets) {
                        match keyset {
                            Keyset::Value(a) => expr(a, &mut visit),
                            Keyset::Mask(a, b) | Keyset::Range(a, b) => {
                                expr(a, &mut visit);
                                expr(b, &mut visit);
                            }
                            Keyset::Universal(_) | Keyset::ValueSet(..) => {}
                        }
                    }
                }
            }
        }
        for instance in hir.instances.values() {
            for arg in &instance.construct.args {
                if let Argument::Value(Expr { kind: ExprKind::Instance(id), .. }) = arg {
                    all.escaped.insert(*id);
                }
            }
        }
        all
    }

    /// True if the instance is handed on as an argument.
    pub(super) fn is_escaped(&self, instance: InstanceId) -> bool {
        self.escaped.contains(&instance)
    }

    /// True if argument `i` is the same variable, field or constant wherever the instance is applied, and no other argument is a call
    /// that could write to it: an `inout` argument is read before later arguments are evaluated (section "Calling convention").
    pub(super) fn is_uniform(&self, instance: InstanceId, i: usize) -> bool {
        if self.escaped.contains(&instance) {
            return false;
        }
        let Some(sites) = self.sites.get(&instance) else {
            return false;
        };
        if sites.len() > 1 && sites.iter().any(|args| has_call(args)) {
            return false;
        }
        let mut args = sites.iter().map(|args| match args.get(i) {
            Some(Argument::Value(e)) => Some(e),
            _ => None,
        });
        let Some(Some(first)) = args.next() else {
            return false;
        };
        is_path(first) && args.all(|other| other.is_some_and(|other| same_path(first, other)))
    }
}

/// A variable, or a field of one by positions.
fn path(e: &Expr) -> Option<(VarId, Vec<u32>)> {
    match &e.kind {
        ExprKind::Variable(var) => Some((*var, Vec::new())),
        ExprKind::Field(base, field) => {
            let (var, mut fields) = path(base)?;
            fields.push(*field);
            Some((var, fields))
        }
        _ => None,
    }
}

fn is_path(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Variable(_) | ExprKind::Constant(_) | ExprKind::Literal(_) => true,
        ExprKind::Field(base, _) | ExprKind::Cast(base) => is_path(base),
        _ => false,
    }
}

fn same_path(a: &Expr, b: &Expr) -> bool {
    a.ty == b.ty
        && match (&a.kind, &b.kind) {
            (ExprKind::Variable(a), ExprKind::Variable(b)) => a == b,
            (ExprKind::Constant(a), ExprKind::Constant(b)) => a == b,
            (ExprKind::Literal(a), ExprKind::Literal(b)) => a == b,
            (ExprKind::Field(a, i), ExprKind::Field(b, j)) => i == j && same_path(a, b),
            (ExprKind::Cast(a), ExprKind::Cast(b)) => same_path(a, b),
            _ => false,
        }
}

/// What is known of actions.
#[derive(Default)]
pub(super) struct MentionCache {
    known: FxHashMap<ActionId, Rc<Mentions>>,
}

/// What an action and the actions that it calls mention.
#[derive(Default)]
pub(super) struct Mentions {
    /// Variables and parameters, or fields of them: `hdr.ipv4` is `hdr` and the field's position.
    pub(super) paths: FxHashSet<(VarId, Vec<u32>)>,
    /// An `exit` statement.
    pub(super) exits: bool,
}

impl MentionCache {
    pub(super) fn of(&mut self, hir: &hir::Program, action: ActionId) -> Rc<Mentions> {
        if let Some(known) = self.known.get(&action) {
            return known.clone();
        }
        let mut mentions = Mentions::default();
        let mut called = Vec::new();
        // Parts of a path that has been taken as a whole.
        let mut inner: FxHashSet<*const Expr> = FxHashSet::default();
        block(&hir.actions[action].body, &mut |node| match node {
            Node::Expr(e) if inner.remove(&std::ptr::from_ref(e)) => {
                if let ExprKind::Field(base, _) = &e.kind {
                    inner.insert(std::ptr::from_ref(&**base));
                }
            }
            Node::Expr(e @ Expr { kind: ExprKind::Variable(_) | ExprKind::Field(..), .. }) => {
                if let Some(path) = path(e) {
                    mentions.paths.insert(path);
                    if let ExprKind::Field(base, _) = &e.kind {
                        inner.insert(std::ptr::from_ref(&**base));
                    }
                }
            }
            Node::Stmt(Stmt { kind: StmtKind::Exit, .. }) => mentions.exits = true,
            Node::Call(Call { callee: Callee::Action(id), .. }) => called.push(*id),
            Node::Expr(_) | Node::Stmt(_) | Node::Call(_) => {}
        });
        for id in called.into_iter().filter(|&id| id != action) {
            let inner = self.of(hir, id);
            mentions.paths.extend(inner.paths.iter().cloned());
            mentions.exits |= inner.exits;
        }
        let mentions = Rc::new(mentions);
        self.known.insert(action, mentions.clone());
        mentions
    }
}

fn has_call(args: &[Argument]) -> bool {
    let mut found = false;
    for arg in args {
        if let Argument::Value(e) = arg {
            expr(e, &mut |node| found |= matches!(node, Node::Call(_)));
        }
    }
    found
}
