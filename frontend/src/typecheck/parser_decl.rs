//! Parsers: parameters, locals, states and transitions.

use super::keyset::SetKey;
use super::params::ParamsOf;
use super::place::Place;
use super::report::Lead;
use super::{Checker, named};
use crate::arena::Arena;
use crate::ast::{self, DeclarationKind};
use crate::diagnostic::{Diagnostic, codes};
use crate::hir::{self, BlockDecl, LocalDecl, ParserId, StateTarget};
use crate::resolve::{Binding, NamedType};
use crate::source::Span;
use cranelift_entity::EntityRef;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// What stands in front of the body of a parser or control.
#[derive(Clone, Copy)]
pub(super) struct BlockHeader<'e> {
    pub(super) annotations: &'e [ast::Annotation],
    pub(super) name: &'e ast::Name,
    pub(super) type_params: &'e [ast::Name],
    pub(super) params: &'e [ast::Parameter],
    pub(super) constructor_params: &'e [ast::Parameter],
}

/// States of the parser at hand, by name.
type States = FxHashMap<Arc<str>, usize>;

impl Checker<'_> {
    /// `parser name<..>(..)(..) { .. }` or a parser type.
    pub(super) fn parser(&mut self, header: BlockHeader<'_>, body: Option<&ast::ParserBody>) -> ParserId {
        let of = [ParamsOf::Parser, ParamsOf::ParserConstructor];
        let inside = |this: &mut Self| Some(this.parser_body(body?, header.name));
        let id = self.block_decl(header, of, |program| &mut program.parsers, inside);
        self.declare(header.name, Binding::Type(NamedType::Parser(id)));
        id
    }

    /// Checks a parser or control and adds it to its list, where it can be named behind its end only. `of` is whose the parameters are: of
    /// `apply`, of the constructor.
    pub(super) fn block_decl<Id: EntityRef, Body>(
        &mut self,
        header: BlockHeader<'_>,
        of: [ParamsOf; 2],
        list: impl Fn(&mut hir::Program) -> &mut Arena<Id, BlockDecl<Body>>,
        body: impl FnOnce(&mut Self) -> Option<Body>,
    ) -> Id {
        let name = header.name;
        let [of_apply, of_constructor] = of;
        let annotations = self.annotations(header.annotations);
        let id = list(&mut self.program).push(BlockDecl::new(named(name), annotations));
        self.open.push((name.text.clone(), name.span));
        self.scoped(|this| {
            let type_params = this.type_params(header.type_params);
            let params = this.params(header.params, of_apply);
            let constructor_params = this.params(header.constructor_params, of_constructor);
            let decl = &mut list(&mut this.program)[id];
            decl.type_params = type_params;
            decl.params = params;
            decl.constructor_params = constructor_params;
            let body = this.scoped(body);
            list(&mut this.program)[id].body = body;
        });
        self.open.pop();
        id
    }

    fn parser_body(&mut self, body: &ast::ParserBody, name: &ast::Name) -> hir::ParserBody {
        let outer_direct = std::mem::take(&mut self.direct_instances);
        let mut locals = self.at_place(Place::ParserLocals, |this| {
            body.locals.iter().filter_map(|local| this.parser_local(local)).collect::<Vec<_>>()
        });
        let mut names = States::default();
        for (index, state) in body.states.iter().enumerate() {
            if matches!(&*state.name.text, "accept" | "reject") {
                self.error(
                    codes::E0322,
                    state.name.span,
                    format!("state `{}` is built in and cannot be defined", state.name.text),
                );
            } else if self.declare(&state.name, Binding::State(index)) {
                names.insert(state.name.text.clone(), index);
            }
        }
        let start = names.get("start").copied();
        if start.is_none() {
            self.error(codes::E0322, name.span, format!("parser `{}` has no `start` state", name.text));
        }
        let errors = self.sink.error_count();
        let states: Vec<hir::ParserState> = self.at_place(Place::ParserState, |this| {
            body.states.iter().map(|state| this.parser_state(state, &names)).collect()
        });
        // Where a transition or a keyset is wrong, it is not known what leads where.
        let sound = names.len() == states.len() && self.sink.error_count() == errors;
        if let Some(start) = start.filter(|_| sound) {
            self.warn_of_unreachable(&states, start, name);
        }
        locals.append(&mut self.direct_instances);
        self.direct_instances = outer_direct;
        hir::ParserBody { locals, states, start: start.unwrap_or(0) }
    }

    /// States that nothing leads to, and parsers that lead nowhere.
    fn warn_of_unreachable(&mut self, states: &[hir::ParserState], start: usize, name: &ast::Name) {
        let mut reached = vec![false; states.len()];
        let mut todo = vec![start];
        let (mut accepts, mut ends) = (false, false);
        // A state without a transition was reported by itself.
        let mut reported = false;
        while let Some(index) = todo.pop() {
            let (Some(seen), Some(state)) = (reached.get_mut(index), states.get(index)) else {
                continue;
            };
            if std::mem::replace(seen, true) {
                continue;
            }
            let mut follow = |target: StateTarget| match target {
                StateTarget::State(next) => todo.push(next),
                StateTarget::Accept => accepts = true,
                StateTarget::Reject => ends = true,
            };
            match &state.transition {
                hir::Transition::Direct(target, span) => {
                    reported |= *span == Span::NONE;
                    follow(*target);
                }
                hir::Transition::Select { cases, .. } => cases.iter().for_each(|case| follow(case.target)),
            }
            if let hir::Transition::Select { cases, .. } = &state.transition
                && !cases.iter().any(|case| is_universal(&case.keysets))
            {
                // Without a match, a select rejects.
                ends = true;
            }
        }
        if !accepts && !reported {
            let message = if ends {
                format!("parser `{}` rejects every packet", name.text)
            } else {
                format!("parser `{}` never reaches `accept` or `reject`", name.text)
            };
            self.emit(Diagnostic::warning(codes::W0306, name.span, message));
        }
        for (state, reached) in states.iter().zip(reached) {
            if !reached {
                self.emit(Diagnostic::warning(
                    codes::W0307,
                    state.name.span,
                    format!("no transition leads from `start` to state `{}`", state.name.name),
                ));
            }
        }
    }

    fn parser_local(&mut self, local: &ast::Declaration) -> Option<LocalDecl> {
        if let DeclarationKind::ValueSet { ty, size, name } = &local.kind {
            return Some(LocalDecl::ValueSet(self.value_set(&local.annotations, ty, size, name)));
        }
        self.local(local)
    }

    fn parser_state(&mut self, state: &ast::ParserState, names: &States) -> hir::ParserState {
        let annotations = self.annotations(&state.annotations);
        self.scopes.push();
        let body = self.statements(&state.statements);
        let transition = match &state.transition {
            Some(ast::Transition::Direct(target)) => {
                hir::Transition::Direct(self.target(target, names), target.span)
            }
            Some(ast::Transition::Select(select)) => self.select(select, names),
            None => {
                self.emit(
                    Diagnostic::warning(
                        codes::W0303,
                        state.name.span,
                        format!("state `{}` has no transition", state.name.text),
                    )
                    .with_note(
                        "without one, the packet is rejected: write `transition reject;` if that is meant",
                    ),
                );
                hir::Transition::Direct(StateTarget::Reject, Span::NONE)
            }
        };
        self.scopes.pop();
        hir::ParserState { name: named(&state.name), body, transition, annotations }
    }

    fn target(&mut self, name: &ast::Name, names: &States) -> StateTarget {
        match &*name.text {
            "accept" => return StateTarget::Accept,
            "reject" => return StateTarget::Reject,
            _ => {}
        }
        if let Some(&index) = names.get(&name.text) {
            return StateTarget::State(index);
        }
        let mut diagnostic = match self.scopes.lookup(&name.text).cloned() {
            Some(entry) => Diagnostic::error(
                codes::E0203,
                name.span,
                format!("`{}` is {}, not a state", name.text, entry.binding.kind()),
            )
            .with_label(entry.span, "declared here"),
            None => Diagnostic::error(codes::E0201, name.span, format!("cannot find state `{}`", name.text)),
        };
        let mut candidates: Vec<&str> =
            names.keys().map(|name| &**name).chain(["accept", "reject"]).collect();
        candidates.sort_unstable();
        if let Some(similar) = self.sink.closest(&name.text, candidates) {
            diagnostic = diagnostic.with_suggestion(
                name.span,
                similar.to_string(),
                format!("a state with a like name exists: did you mean `{similar}`?"),
            );
        }
        self.emit(diagnostic);
        StateTarget::Reject
    }

    fn select(&mut self, select: &ast::SelectExpr, names: &States) -> hir::Transition {
        let keys: Vec<hir::Expr> = select.keys.iter().map(|key| self.select_key(key)).collect();
        let keys = self.spread_single_key(keys);
        let set_keys: Vec<SetKey> = keys.iter().map(|key| self.select_set_key(key)).collect();
        let lead = keys.first().zip(keys.last()).map(|(first, last)| Lead {
            span: first.span.to(last.span),
            label: match keys.len() {
                1 => "this is the key".to_owned(),
                count => format!("these are the {count} keys"),
            },
        });
        let mut unreachable = None;
        let mut cases = Vec::with_capacity(select.cases.len());
        for case in &select.cases {
            if let Some(earlier) = unreachable {
                self.emit(
                    Diagnostic::warning(codes::W0304, case.span, "this case can never be reached")
                        .with_label(earlier, "this matches everything"),
                );
                unreachable = None;
            }
            let keysets = self.with_lead(lead.clone(), |this| this.keysets(&case.keyset, &set_keys));
            if is_universal(&keysets) {
                unreachable = Some(case.keyset.span);
            }
            cases.push(hir::SelectCase { keysets, target: self.target(&case.state, names), span: case.span });
        }
        hir::Transition::Select { keys, cases, span: select.span }
    }

    fn select_set_key(&mut self, key: &hir::Expr) -> SetKey {
        let label = format!("this key has type `{}`", self.text(key.ty));
        SetKey { ty: key.ty, lead: Some(Lead { span: key.span, label }) }
    }

    fn select_key(&mut self, key: &ast::Expr) -> hir::Expr {
        let key = self.expr(key, None);
        if self.is_error(key.ty) || self.is_selectable(key.ty) {
            return key;
        }
        let text = self.text(key.ty);
        self.bad_expr(codes::E0338, key.span, format!("a value of type `{text}` cannot be selected on"))
    }

    /// Section "Select expressions": fixed-width numbers, booleans, enums, and tuples of these.
    fn is_selectable(&mut self, ty: hir::TypeId) -> bool {
        use crate::hir::Type;
        match self.kind_of(ty) {
            Type::Tuple(elements) => elements.into_iter().all(|element| self.is_selectable(element)),
            other => matches!(
                other,
                Type::Bits { .. } | Type::Bool | Type::Enum(_) | Type::NewType(_) | Type::Error
            ),
        }
    }

    /// A single key that is a tuple becomes one key for each of its parts.
    fn spread_single_key(&mut self, mut keys: Vec<hir::Expr>) -> Vec<hir::Expr> {
        use crate::hir::{ExprKind, Type};
        if keys.len() != 1 {
            return keys;
        }
        let Some(key) = keys.pop() else {
            return keys;
        };
        let parts = match self.kind_of(key.ty) {
            Type::Tuple(elements) => elements,
            _ => return vec![key],
        };
        if let ExprKind::Aggregate(values, _) = key.kind {
            return values;
        }
        let fields = parts.into_iter().enumerate().map(|(position, ty)| hir::Expr {
            kind: ExprKind::Field(Box::new(key.clone()), position as u32),
            ty,
            span: key.span,
        });
        fields.collect()
    }
}

fn is_universal(keysets: &[hir::Keyset]) -> bool {
    keysets.iter().all(|keyset| matches!(keyset, hir::Keyset::Universal(_)))
}
