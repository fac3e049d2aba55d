//! Tables: keys, actions, default action and other properties.

use super::place::Place;
use super::{Checker, const_eval, named};
use crate::ast::{self, ExprKind as Ast, TablePropertyKind};
use crate::control_plane;
use crate::diagnostic::{Diagnostic, codes};
use crate::hir::{self, ActionRef, KeyElement, Sort, TableId, Type};
use crate::resolve::Binding;
use crate::source::Span;
use rustc_hash::FxHashMap;
use std::sync::Arc;

impl Checker<'_> {
    /// `table name { .. }`
    pub(super) fn table(
        &mut self,
        annotations: &[ast::Annotation],
        name: &ast::Name,
        properties: &[ast::TableProperty],
        span: Span,
    ) -> TableId {
        let annotations = self.annotations(annotations);
        self.require_distinct(properties);
        self.require_order(name, properties);
        // A table is in scope in its own properties, so that a reference to itself is seen for what it is.
        self.scopes.push();
        let id = self.program.tables.next_key();
        self.scopes.rebind(&name.text, name.span, Binding::Table(id));
        let table = self.at_place(Place::Table, |this| this.table_body(annotations, name, properties, span));
        self.scopes.pop();
        let id = self.program.tables.push(table);
        self.declare(name, Binding::Table(id));
        id
    }

    fn table_body(
        &mut self,
        annotations: Vec<ast::Annotation>,
        name: &ast::Name,
        properties: &[ast::TableProperty],
        span: Span,
    ) -> hir::Table {
        let mut table = hir::Table {
            name: named(name),
            keys: Vec::new(),
            actions: Vec::new(),
            default_action: None,
            default_action_is_const: false,
            entries: Vec::new(),
            entries_are_const: false,
            has_entries: false,
            size: None,
            properties: Vec::new(),
            annotations,
        };
        self.actions_are_incomplete = false;
        let mut key_property = None;
        let mut has_actions = false;
        let mut has_default = false;
        let hidden = control_plane::is_hidden(&table.annotations);
        for property in properties {
            match &property.kind {
                TablePropertyKind::Key(keys) => {
                    key_property = Some(property.span);
                    table.keys = keys.iter().map(|key| self.key_element(key, hidden)).collect();
                }
                TablePropertyKind::Actions(actions) => {
                    has_actions = true;
                    table.actions = self.action_list(actions);
                }
                TablePropertyKind::Entries(_) | TablePropertyKind::Custom { .. } => {}
            }
        }
        for property in properties {
            match &property.kind {
                TablePropertyKind::Key(_) | TablePropertyKind::Actions(_) => {}
                TablePropertyKind::Entries(entries) => {
                    table.has_entries = true;
                    table.entries_are_const = property.is_const;
                    self.table_entries(&mut table, (property, entries), key_property);
                }
                TablePropertyKind::Custom { name, value } => {
                    has_default |= &*name.text == "default_action";
                    self.property(&mut table, property, name, value);
                }
            }
        }
        self.warn_of_priorities(&table);
        if !has_actions {
            self.error(codes::E0319, name.span, format!("table `{}` has no `actions` property", name.text));
        }
        if !has_default {
            self.add_no_action(&mut table, has_actions, span);
        }
        table
    }

    fn require_distinct(&mut self, properties: &[ast::TableProperty]) {
        let mut seen: FxHashMap<Arc<str>, Span> = FxHashMap::default();
        for property in properties {
            let name: Arc<str> = match &property.kind {
                TablePropertyKind::Key(_) => Arc::from("key"),
                TablePropertyKind::Actions(_) => Arc::from("actions"),
                TablePropertyKind::Entries(_) => Arc::from("entries"),
                TablePropertyKind::Custom { name, .. } => name.text.clone(),
            };
            if let Some(&earlier) = seen.get(&name) {
                self.emit(
                    Diagnostic::error(
                        codes::E0319,
                        property.span,
                        format!("property `{name}` is given twice"),
                    )
                    .with_label(earlier, "first given here"),
                );
            } else {
                seen.insert(name, property.span);
            }
        }
    }

    /// Entries follow the key, and the default action follows the actions.
    fn require_order(&mut self, name: &ast::Name, properties: &[ast::TableProperty]) {
        let position = |wanted: fn(&TablePropertyKind) -> bool| {
            properties.iter().enumerate().find(|(_, property)| wanted(&property.kind))
        };
        let key = position(|kind| matches!(kind, TablePropertyKind::Key(_)));
        let actions = position(|kind| matches!(kind, TablePropertyKind::Actions(_)));
        let entries = position(|kind| matches!(kind, TablePropertyKind::Entries(_)));
        let default = position(
            |kind| matches!(kind, TablePropertyKind::Custom { name, .. } if &*name.text == "default_action"),
        );
        if let (Some((first, before)), Some((second, after))) = (key, entries)
            && second < first
        {
            let message = "the entries of a table must follow its key";
            self.emit(
                Diagnostic::error(codes::E0319, after.span, message)
                    .with_label(before.span, "this must come first"),
            );
        }
        if let (Some((first, before)), Some((second, after))) = (actions, default)
            && second < first
        {
            self.emit(
                Diagnostic::error(
                    codes::E0319,
                    name.span,
                    format!("the default action of table `{}` must follow its actions", name.text),
                )
                .with_label(after.span, "this comes too early")
                .with_label(before.span, "this must come first"),
            );
        }
    }

    /// Section "Tables": without a default action it is `NoAction`, which also joins the list.
    fn add_no_action(&mut self, table: &mut hir::Table, has_actions: bool, span: Span) {
        let Some(Binding::Action(action)) =
            self.scopes.lookup_top("NoAction").map(|entry| entry.binding.clone())
        else {
            if has_actions {
                let message = format!(
                    "table `{}` has no default action, and `NoAction` is not declared",
                    table.name.name
                );
                let diagnostic = Diagnostic::error(codes::E0319, table.name.span, message);
                self.emit_undeclared(diagnostic, "NoAction");
            }
            return;
        };
        if let Some(&param) = self.program.actions[action].params.first() {
            let span = self.program.variables[param].name.span;
            self.emit(
                Diagnostic::error(
                    codes::E0319,
                    table.name.span,
                    format!(
                        "table `{}` has no default action, and `NoAction` has parameters",
                        table.name.name
                    ),
                )
                .with_label(span, "`NoAction` cannot have parameters"),
            );
            return;
        }
        let reference = ActionRef { action, args: Vec::new(), annotations: Vec::new(), span };
        if !table.actions.iter().any(|listed| listed.action == action) {
            let word = |text: &str| ast::Name { text: Arc::from(text), span: Span::NONE };
            let annotation = ast::Annotation {
                name: word("defaultonly"),
                body: ast::AnnotationBody::Empty,
                span: Span::NONE,
            };
            table.actions.push(ActionRef { annotations: vec![annotation], ..reference.clone() });
        }
        table.default_action = Some(reference);
    }

    fn key_element(&mut self, key: &ast::KeyElement, hidden: bool) -> KeyElement {
        let expr = self.expr(&key.expr, None);
        let expr = if self.is_error(expr.ty) || self.is_key(expr.ty) {
            expr
        } else {
            let text = self.text(expr.ty);
            self.bad_expr(codes::E0332, key.expr.span, format!("a value of type `{text}` cannot be a key"))
        };
        let annotations = self.annotations(&key.annotations);
        let name = self.key_name(key, &expr, &annotations, hidden || self.is_error(expr.ty));
        let kind = ast::QualifiedName { absolute: false, name: key.match_kind.clone() };
        let entry = self.resolve_name(&kind, |binding| matches!(binding, Binding::MatchKind(_)));
        let match_kind = match entry {
            Some(entry) => match entry.binding {
                Binding::MatchKind(id) => {
                    self.require_key_fits(&expr, id);
                    Some(id)
                }
                other => {
                    let message = format!("`{}` is {}, not a match kind", key.match_kind.text, other.kind());
                    let declared = (entry.span, "declared here");
                    self.error_beside(codes::E0203, key.match_kind.span, message, declared);
                    None
                }
            },
            None => None,
        };
        let match_kind = match_kind.unwrap_or_else(|| hir::MatchKindId::from_u32(0));
        KeyElement { expr, match_kind, name, annotations, span: key.span }
    }

    /// The names that fields of structures have by `@name`, by where the expression uses them.
    fn named_fields(&self, expr: &hir::Expr, found: &mut FxHashMap<Span, Arc<str>>) {
        if let hir::ExprKind::Field(base, position) = &expr.kind
            && let Sort::Struct(id, _) = self.kind_of(base.ty).sort()
            && let Some(field) = self.program.structs[id].fields.get(*position as usize)
            && let Some(name) = control_plane::annotated_name(&field.annotations)
        {
            found.insert(expr.span, name);
        }
        match expr.parts() {
            hir::Parts::Operands(operands) => {
                operands.into_iter().flatten().for_each(|operand| self.named_fields(operand, found));
            }
            hir::Parts::Call(call) => {
                if let hir::Callee::IsValid(header) = &call.callee {
                    self.named_fields(header, found);
                }
            }
            hir::Parts::Fields(_) | hir::Parts::Construct(_) => {}
        }
    }

    /// The control-plane name of a key. What is hidden from the control plane needs none.
    fn key_name(
        &mut self,
        key: &ast::KeyElement,
        expr: &hir::Expr,
        annotations: &[ast::Annotation],
        may_be_nameless: bool,
    ) -> Arc<str> {
        if let Some(name) = control_plane::annotated_name(annotations) {
            return name;
        }
        let mut fields = FxHashMap::default();
        self.named_fields(expr, &mut fields);
        let name = control_plane::key_name(&key.expr, &fields);
        if !name.is_derived && !may_be_nameless && !control_plane::is_hidden(annotations) {
            let behind = Span { lo: key.match_kind.span.hi, hi: key.match_kind.span.hi };
            self.emit(
                Diagnostic::error(
                    codes::E0335,
                    key.expr.span,
                    "a key that is not a plain field, slice or mask needs a `@name`",
                )
                .with_primary("no name for the control plane follows from this")
                .with_suggestion(
                    behind,
                    format!(" @name(\"{}\")", name.text),
                    "name the key",
                ),
            );
        }
        name.text
    }

    /// Prefixes, masks and ranges are of integers.
    fn require_key_fits(&mut self, key: &hir::Expr, kind: hir::MatchKindId) {
        let kind = self.program.match_kinds[kind].name.clone();
        if matches!(&*kind, "lpm" | "ternary" | "range")
            && !self.is_error(key.ty)
            && self.representation(key.ty).is_none()
            && !(&*kind == "ternary" && *self.kind(key.ty) != Type::Int)
        {
            let text = self.text(key.ty);
            self.error(
                codes::E0332,
                key.span,
                format!("a key of type `{text}` cannot be matched by `{kind}`"),
            );
        }
    }

    fn is_key(&mut self, ty: hir::TypeId) -> bool {
        !matches!(self.kind(ty), Type::Int | Type::String | Type::MatchKind) && self.is_equatable(ty)
    }

    fn action_list(&mut self, actions: &[ast::ActionRef]) -> Vec<ActionRef> {
        let mut list: Vec<ActionRef> = Vec::with_capacity(actions.len());
        let mut first: FxHashMap<Arc<str>, Span> = FxHashMap::default();
        for action in actions {
            let Some(reference) = self.listed_action(action) else {
                self.actions_are_incomplete = true;
                continue;
            };
            let name = self.program.actions[reference.action].name.name.clone();
            if let Some(&earlier) = first.get(&name) {
                self.emit(
                    Diagnostic::error(
                        codes::E0320,
                        action.span,
                        format!("the list of actions has two actions named `{name}`"),
                    )
                    .with_label(earlier, "the first is here"),
                );
                continue;
            }
            first.insert(name, reference.span);
            list.push(reference);
        }
        list
    }

    fn property(
        &mut self,
        table: &mut hir::Table,
        property: &ast::TableProperty,
        name: &ast::Name,
        value: &ast::Expr,
    ) {
        let annotations = self.annotations_of_property(&property.annotations);
        match &*name.text {
            "default_action" => {
                table.default_action_is_const = property.is_const;
                table.default_action = self.action_of_property(value, "default_action", &table.actions);
                if let Some(action) = &table.default_action {
                    self.require_place(&table.actions, action, "tableonly", "be the default action");
                }
            }
            "size" => {
                let size = self.expr(value, None);
                if self.is_error(size.ty) {
                    return;
                }
                if !self.require_size(&size, codes::E0319, "`size`") {
                    return;
                }
                if matches!(const_eval::eval_local(&self.program, &size), Ok(hir::ConstValue::Int(size)) if size < num_bigint::BigInt::ZERO)
                {
                    self.error(codes::E0304, value.span, "`size` cannot be negative");
                } else {
                    table.size = Some(size);
                }
            }
            other => {
                let hint = match other {
                    "largest_priority_wins" => Some(self.basic.bool),
                    _ => None,
                };
                let callee = match &value.kind {
                    Ast::Call { callee, .. } => &**callee,
                    _ => value,
                };
                let named_action = match self.binding_of(callee) {
                    Some(Binding::Action(id)) => Some(id),
                    _ => None,
                };
                let (value, action) = match named_action {
                    Some(id) => {
                        // What does nothing need not be listed.
                        let is_listed = table.actions.iter().any(|listed| listed.action == id);
                        let is_nothing = &*self.program.actions[id].name.name == "NoAction";
                        let action = if is_listed || !is_nothing {
                            self.action_of_property(value, &name.text, &table.actions)
                        } else {
                            None
                        };
                        let ty = self.intern(Type::Action(id));
                        (super::expr(hir::ExprKind::ActionName(id), ty, value.span), action)
                    }
                    None => (self.expr(value, hint), None),
                };
                self.require_property(other, &value);
                table.properties.push(hir::TableProperty {
                    name: named(name),
                    is_const: property.is_const,
                    value,
                    action,
                    annotations,
                });
            }
        }
    }

    /// The two further properties that the language itself defines (section "Entry priorities").
    fn require_property(&mut self, name: &str, value: &hir::Expr) {
        if self.is_error(value.ty) {
            return;
        }
        match name {
            "largest_priority_wins" if *self.kind(value.ty) != Type::Bool => {
                self.error(codes::E0337, value.span, "`largest_priority_wins` must be `true` or `false`");
            }
            "priority_delta" => match const_eval::eval_local(&self.program, value) {
                Ok(hir::ConstValue::Int(delta)) if delta > num_bigint::BigInt::ZERO => {}
                Ok(_) | Err(_) => {
                    self.error(codes::E0337, value.span, "`priority_delta` must be a positive integer");
                }
            },
            _ => {}
        }
    }

    fn action_of_property(
        &mut self,
        value: &ast::Expr,
        property: &str,
        listed: &[ActionRef],
    ) -> Option<ActionRef> {
        match &value.kind {
            Ast::Name(name) => self.complete_action((name, &[]), listed, value.span),
            Ast::Call { callee, type_args, args } if type_args.is_empty() => match &callee.kind {
                Ast::Name(name) => self.complete_action((name, args), listed, value.span),
                _ => self.not_an_action(property, value.span),
            },
            _ => self.not_an_action(property, value.span),
        }
    }

    fn not_an_action(&mut self, property: &str, span: Span) -> Option<ActionRef> {
        self.error(codes::E0320, span, format!("`{property}` must be an action"));
        None
    }
}
