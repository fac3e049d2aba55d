//! The actions of a table: bodies with directed parameters bound to the arguments of the action list.

use super::annotations::annotations;
use super::env::{Binding, Frame, FrameKind};
use super::footprint::Footprint;
use super::inline::{Actual, Actuals, Sharing};
use super::names;
use super::storage::Loc;
use super::table::has_bound_arguments;
use super::types::{Class, index_name, join};
use super::value::Value;
use super::{Elaborator, Res};
use crate::ir::{self, HeaderRef, LocalId};
use num_bigint::BigUint;
use p4xdp_frontend::hir::{self, ActionId, Argument, Direction, TypeId, VarId};
use p4xdp_frontend::source::Span;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// A table's actions.
pub(super) struct TableActions {
    pub(super) list: Vec<ir::TableAction>,
    pub(super) default: ir::ActionCall,
    pub(super) positions: FxHashMap<ActionId, usize>,
}

/// A default action that is not among the table's actions.
fn default_only(action: ir::ActionId, written: &[hir::Annotation]) -> ir::TableAction {
    ir::TableAction { action, table_only: false, default_only: true, annotations: annotations(written) }
}

impl<'h> Elaborator<'h> {
    pub(super) fn table_actions(&mut self, decl: &'h hir::Table, table: &Arc<str>) -> Res<TableActions> {
        let mut list = Vec::new();
        let mut positions = FxHashMap::default();
        for call in &decl.actions {
            let action = self.table_action(call)?;
            positions.insert(call.action, list.len());
            list.push(ir::TableAction {
                action,
                table_only: names::find(&call.annotations, "tableonly").is_some(),
                default_only: names::find(&call.annotations, "defaultonly").is_some(),
                annotations: annotations(&call.annotations),
            });
        }
        let default = match &decl.default_action {
            Some(call) => {
                let position = match positions.get(&call.action) {
                    Some(&position) => position,
                    None => {
                        let action = self.table_action(call)?;
                        positions.insert(call.action, list.len());
                        list.push(default_only(action, &call.annotations));
                        list.len() - 1
                    }
                };
                self.action_call(call, position)?
            }
            None => {
                // Without core.p4 there is no `NoAction` to name; the table still does nothing on a miss.
                let action = self.ir.actions.push(ir::Action {
                    name: "NoAction".into(),
                    params: Vec::new(),
                    body: Vec::new(),
                    annotations: Vec::new(),
                    span: decl.name.span,
                });
                list.push(default_only(action, &[]));
                ir::ActionCall { action: list.len() - 1, args: Vec::new(), span: decl.name.span }
            }
        };
        debug_assert!(!table.is_empty());
        Ok(TableActions { list, default, positions })
    }

    /// The body that a table runs. Without bound arguments it is the same for all tables of the instance.
    fn table_action(&mut self, call: &'h hir::ActionRef) -> Res<ir::ActionId> {
        let owner = self.env.owner;
        let directed =
            self.hir.actions[call.action].params.iter().any(|&p| self.direction(p) != Direction::None)
                && has_bound_arguments(call);
        if let (Some(owner), false) = (owner, directed)
            && let Some(&known) = self.objects[owner].actions.get(&call.action)
        {
            return Ok(known);
        }
        let is_part = std::mem::replace(&mut self.env.in_action, true);
        let made = self.make_table_action(call);
        self.env.in_action = is_part;
        let id = made?;
        if let (Some(owner), false) = (owner, directed) {
            self.objects[owner].actions.insert(call.action, id);
        }
        Ok(id)
    }

    fn make_table_action(&mut self, call: &'h hir::ActionRef) -> Res<ir::ActionId> {
        let decl = &self.hir.actions[call.action];
        let span = decl.name.span;
        let free = self.mentioned_storage(call.action);
        let made = self.block(|e| {
            e.scoped(|e| {
                let (mut params, mut bound, mut args) = (Vec::new(), Vec::new(), Vec::new());
                for (&param, arg) in decl.params.iter().zip(&call.args) {
                    match (e.direction(param), arg) {
                        (Direction::None, _) => e.data_parameter(param, &mut params)?,
                        (_, Some(arg)) => {
                            bound.push(param);
                            args.push(arg);
                        }
                        (_, None) => return Err(e.bug(call.span, "a directed parameter without argument")),
                    }
                }
                // A frame around the arguments, too: they belong to the action.
                e.env.frames.push(Frame::new(FrameKind::TableAction));
                let entered = e.action_arguments(&bound, &args, &free, call.span);
                if let (Some(frame), Ok(copies)) = (e.env.frames.last_mut(), &entered) {
                    frame.copy_outs = copies.clone();
                }
                let body = e.block(|e| {
                    entered?;
                    e.block_stmt(&decl.body)
                });
                let frame = e.env.frames.pop();
                let (body, ()) = body?;
                if let Some(frame) = frame {
                    e.labelled(frame.label, body, span);
                    e.copy_out(&frame.copy_outs, span)?;
                }
                Ok(params)
            })
        });
        let (body, params) = made?;
        let name = self.action_name(call.action);
        Ok(self.ir.actions.push(ir::Action {
            name,
            params,
            body,
            annotations: annotations(&decl.annotations),
            span,
        }))
    }

    /// The full name of an action of the instance at hand, or of the top level.
    pub(super) fn action_name(&mut self, id: ActionId) -> Arc<str> {
        let decl = &self.hir.actions[id];
        let is_global = self.env.is_global_action(self.hir, id);
        let scope = match self.env.owner {
            Some(owner) if !is_global => self.objects[owner].name.clone(),
            _ => "".into(),
        };
        names::full_name(&scope, &decl.name.name, &decl.annotations)
    }

    fn action_arguments(
        &mut self,
        params: &[VarId],
        args: &[&'h Argument],
        free: &Footprint,
        span: Span,
    ) -> Res<Vec<super::env::CopyOut>> {
        let mut each: Vec<Actual> = Vec::new();
        for (&param, arg) in params.iter().zip(args) {
            each.extend(
                self.arguments(&[param], std::slice::from_ref(*arg), &hir::WrittenOrder::default())?.each,
            );
        }
        let actuals = Actuals { written: (0..each.len()).collect(), each };
        let sharing = Sharing { free, outputs: true, each: &|_| true };
        let formals = self.formals(params, &actuals.each, &sharing)?;
        self.enter(params, actuals, &formals, span)
    }

    /// A parameter that the control plane fills: storage, and one parameter of the IR's action a leaf.
    fn data_parameter(&mut self, param: VarId, params: &mut Vec<ir::ActionParam>) -> Res<()> {
        let decl = &self.hir.variables[param];
        let span = decl.name.span;
        let loc = self.alloc(decl.ty, &decl.name.name, &decl.annotations, span)?;
        let kept = annotations(&decl.annotations);
        let name = names::annotated(&decl.annotations).unwrap_or_else(|| decl.name.name.clone());
        let type_name = self.told_name(decl.ty, span)?;
        self.data_leaves(&loc, &name, &mut |e, name, local| {
            let ty = e.ir.locals[local].ty;
            let type_name = type_name.clone();
            params.push(ir::ActionParam { name, local, ty, type_name, annotations: kept.clone() });
        })?;
        self.bind(param, Binding::Loc(loc));
        Ok(())
    }

    /// The scalars that the control plane gives for a value, in order. For a header they are its validity and its fields, from which the
    /// action makes it when it begins.
    fn data_leaves(
        &mut self,
        loc: &Loc,
        name: &Arc<str>,
        add: &mut dyn FnMut(&mut Self, Arc<str>, LocalId),
    ) -> Res<()> {
        match loc {
            Loc::Scalar(local) => {
                add(self, name.clone(), *local);
                Ok(())
            }
            Loc::Struct(parts) => {
                for (part, loc) in parts.iter() {
                    self.data_leaves(loc, &join(name, part), add)?;
                }
                Ok(())
            }
            Loc::Header { header: header @ HeaderRef::Header(id), .. } => {
                let span = self.ir.headers[*id].span;
                let valid = self.new_local(join(name, "isValid"), ir::ScalarType::Bool, Vec::new(), span);
                add(self, join(name, "isValid"), valid);
                let ty = self.ir.headers[*id].ty;
                let mut fields = Vec::new();
                for field in self.ir.header_types[ty].fields.clone() {
                    if let ir::ScalarType::Varbit { .. } = field.ty {
                        return Err(self.unsupported(span, "a varbit in action data"));
                    }
                    let name = join(name, &field.name);
                    let local = self.new_local(name.clone(), field.ty, Vec::new(), span);
                    add(self, name, local);
                    fields.push(ir::Expr::local(local, field.ty, span));
                }
                let (then_block, ()) =
                    self.block(|e| e.write_header(header, &[], Value::HeaderList(fields), span))?;
                let (else_block, ()) = self.block(|e| e.write_header(header, &[], Value::Invalid, span))?;
                let condition = ir::Expr::local(valid, ir::ScalarType::Bool, span);
                self.push(ir::StmtKind::If { condition, then_block, else_block }, span);
                Ok(())
            }
            Loc::Stack(stack) => {
                let ir::Stack { elements, next_index, span, .. } = self.ir.stacks[*stack].clone();
                let empty = ir::Expr::constant(0u8, ir::ScalarType::bit(32), span);
                self.push(ir::StmtKind::Assign { dst: ir::LValue::Local(next_index), src: empty }, span);
                for (i, header) in elements.into_iter().enumerate() {
                    let element = Loc::header(HeaderRef::Header(header));
                    self.data_leaves(&element, &join(name, &index_name(i as u32)), add)?;
                }
                Ok(())
            }
            Loc::Union(members) => {
                for (member, header) in members.iter() {
                    self.data_leaves(&Loc::header(header.clone()), &join(name, member), add)?;
                }
                Ok(())
            }
            Loc::UnionStack(_)
            | Loc::Header { .. }
            | Loc::Field { .. }
            | Loc::Slice { .. }
            | Loc::DynamicSlice { .. }
            | Loc::Select { .. }
            | Loc::Discard => Err(self.unsupported(Span::NONE, "action data of this type")),
        }
    }

    /// The bit patterns of a constant that the control plane would give for an action's parameter; see [`Self::data_leaves`].
    pub(super) fn data_patterns(
        &mut self,
        value: Value,
        ty: TypeId,
        patterns: &mut Vec<BigUint>,
        span: Span,
    ) -> Res<()> {
        let class = self.class(ty, span)?;
        let constant = |e: &ir::Expr| e.as_const().cloned().unwrap_or_default();
        match (&class, value) {
            (Class::Scalar(_), Value::Scalar(expr)) => patterns.push(constant(&expr)),
            (Class::Header(_), Value::HeaderList(fields)) => {
                patterns.push(BigUint::from(1u8));
                patterns.extend(fields.iter().map(constant));
            }
            (Class::Header(layout), _) => {
                patterns.extend((0..=self.flat_types(layout).len()).map(|_| BigUint::default()));
            }
            (Class::Union(_), _) => {
                for (_, ty) in self.part_types(&class, 0) {
                    self.data_patterns(Value::Invalid, ty, patterns, span)?;
                }
            }
            (Class::Struct { .. } | Class::Stack { .. }, Value::List(parts)) => {
                let types = self.part_types(&class, 0);
                let mut parts = parts.into_iter().map(|(_, part)| part);
                for (_, ty) in types {
                    let part = parts.next().unwrap_or(Value::Invalid);
                    self.data_patterns(part, ty, patterns, span)?;
                }
            }
            _ => return Err(self.unsupported(span, "action data of this type")),
        }
        Ok(())
    }
}
