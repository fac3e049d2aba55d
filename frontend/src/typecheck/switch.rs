//! `switch`: on the action that a table ran, and on values.

use super::place::Place;
use super::report::Lead;
use super::{Checker, const_eval};
use crate::ast::{self, ExprKind as Ast};
use crate::diagnostic::{Diagnostic, codes};
use crate::hir::{self, ActionId, ConstValue, StmtKind, SwitchLabel, TableId, Type, TypeId};
use crate::resolve::Binding;
use crate::source::Span;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// What a label stands for, to find duplicates.
#[derive(PartialEq, Eq, Hash)]
enum Seen {
    Action(ActionId),
    Value(ConstValue),
}

/// The actions of a table, found once for all labels that name one.
#[derive(Debug, Default)]
pub(super) struct TableActions {
    ids: FxHashSet<ActionId>,
    /// The first of each name.
    by_name: FxHashMap<Arc<str>, ActionId>,
}

impl TableActions {
    fn of(program: &hir::Program, table: TableId) -> TableActions {
        let mut found = TableActions::default();
        for id in program.tables[table].actions.iter().map(|action| action.action) {
            found.ids.insert(id);
            found.by_name.entry(program.actions[id].name.name.clone()).or_insert(id);
        }
        found
    }
}

impl Checker<'_> {
    /// `switch (scrutinee) { cases }`
    pub(super) fn switch(&mut self, scrutinee: &ast::Expr, cases: &[ast::SwitchCase]) -> Option<StmtKind> {
        let scrutinee = self.expr(scrutinee, None);
        let table = match self.kind(scrutinee.ty) {
            Type::ActionRun(table) => Some(*table),
            _ => None,
        };
        if table.is_some() && self.place != Place::ControlApply {
            let place = self.place.text();
            self.error(
                codes::E0318,
                scrutinee.span,
                format!("a `switch` on `action_run` cannot be used {place}"),
            );
        }
        if table.is_none() && !self.is_switchable(scrutinee.ty) {
            let text = self.text(scrutinee.ty);
            self.error(codes::E0338, scrutinee.span, format!("cannot `switch` on a value of type `{text}`"));
        }
        let lead = Lead {
            span: scrutinee.span,
            label: format!("this value has type `{}`", self.text(scrutinee.ty)),
        };
        let mut seen: FxHashMap<Seen, Span> = FxHashMap::default();
        let mut result: Vec<hir::SwitchCase> = Vec::new();
        let mut default: Option<hir::Block> = None;
        let mut default_at: Option<Span> = None;
        let mut labels: Vec<SwitchLabel> = Vec::new();
        let mut default_pending = false;
        for case in cases {
            if let Some(at) = default_at {
                let (message, remark) = if matches!(case.label.kind, Ast::Default) {
                    ("this `switch` has more than one `default` case", "a further one is here")
                } else {
                    ("`default` is not the last case of this `switch`", "this case follows it")
                };
                self.emit(
                    Diagnostic::error(codes::E0315, scrutinee.span, message)
                        .with_label(at, "`default` stands here")
                        .with_label(case.label.span, remark),
                );
                default_at = None;
            }
            if matches!(case.label.kind, Ast::Default) {
                default_at = Some(case.label.span);
                default_pending = true;
            } else if self.is_error(scrutinee.ty) {
                // Nothing can be said of the labels.
            } else {
                let label = self.with_lead(Some(lead.clone()), |this| {
                    this.switch_label(&case.label, scrutinee.ty, table, &mut seen)
                });
                labels.extend(label);
            }
            if let Some(block) = &case.block {
                let block = self.block(block);
                let labels = std::mem::take(&mut labels);
                if std::mem::take(&mut default_pending) {
                    // Labels that fall into `default` are covered by it.
                    default = Some(block);
                } else {
                    result.push(hir::SwitchCase { labels, block });
                }
            }
        }
        if default_pending {
            default = Some(hir::Block::default());
        } else if !labels.is_empty() {
            result.push(hir::SwitchCase { labels, block: hir::Block::default() });
        }
        (!self.is_error(scrutinee.ty)).then_some(StmtKind::Switch { scrutinee, cases: result, default })
    }

    fn is_switchable(&self, ty: TypeId) -> bool {
        matches!(
            self.kind(ty),
            Type::Bits { .. } | Type::Enum(_) | Type::ErrorCode | Type::Error | Type::NewType(_)
        )
    }

    fn switch_label(
        &mut self,
        label: &ast::Expr,
        ty: TypeId,
        table: Option<TableId>,
        seen: &mut FxHashMap<Seen, Span>,
    ) -> Option<SwitchLabel> {
        let (key, result) = match table {
            Some(table) => {
                let action = self.action_label(label, table)?;
                (Seen::Action(action), SwitchLabel::Action(action, label.span))
            }
            None => {
                let value = self.expr_of(label, ty, None);
                if self.is_error(value.ty) || self.is_error(ty) {
                    return None;
                }
                if !self.is_known(&value) {
                    self.error(codes::E0303, label.span, "a `switch` label must be known at compile time");
                    return None;
                }
                match const_eval::eval_local(&self.program, &value) {
                    Ok(known) => (Seen::Value(known), SwitchLabel::Value(value)),
                    Err(_) => return Some(SwitchLabel::Value(value)),
                }
            }
        };
        if let Some(&earlier) = seen.get(&key) {
            self.emit(
                Diagnostic::error(codes::E0315, label.span, "this label occurs twice in the `switch`")
                    .with_label(earlier, "first used here"),
            );
            return None;
        }
        seen.insert(key, label.span);
        Some(result)
    }

    fn action_label(&mut self, label: &ast::Expr, table: TableId) -> Option<ActionId> {
        let Ast::Name(name) = &label.kind else {
            self.error(codes::E0315, label.span, "a label of this `switch` must be the name of an action");
            return None;
        };
        let entry = self.resolve_name(name, |binding| matches!(binding, Binding::Action(_)))?;
        let table_name = self.program.tables[table].name.clone();
        let program = &self.program;
        let actions = self.table_actions.entry(table).or_insert_with(|| TableActions::of(program, table));
        if let Binding::Action(id) = entry.binding
            && actions.ids.contains(&id)
        {
            return Some(id);
        }
        // A name that is hidden here may still be the name of one of the table's actions.
        let by_name = actions.by_name.get(&name.name.text).copied();
        if by_name.is_some() && !name.absolute {
            return by_name;
        }
        self.emit(
            Diagnostic::error(
                codes::E0315,
                label.span,
                format!("`{}` is not an action of table `{}`", name.name.text, table_name.name),
            )
            .with_label(table_name.span, "the table is declared here"),
        );
        None
    }
}
