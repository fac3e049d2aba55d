//! Parameters of what is inlined: copy-in and copy-out, or the argument itself where nobody can tell.
//!
//! The specification's rule ("Calling convention") is that all arguments are copied in from left to right, the body
//! works on the copies, and those of `out` and `inout` parameters are copied back from left to right. A parameter *is* its
//! argument where that gives the same result:
//!
//! - `out`, `inout`: the l-value has no computed index, shares no storage with another such argument, is not changed by a later
//!   argument, is no member of a header union (where the copy alone has an effect on the other members), and the body does not
//!   reach it by another name (the variables that a control's action mentions); and it is no field of a header, which would lose
//!   what is written to it while the header is invalid, unless the body never reads what it wrote;
//! - `in`: the value is constant or plain storage that no aliased `out` or `inout` argument and no variable that the body
//!   mentions overlaps.
//!
//! An `out` parameter starts invalid where it has headers; its scalars start as zero.

use super::env::{Binding, CopyOut, Frame, FrameKind};
use super::expr::NextAs;
use super::footprint::{Footprint, shared};
use super::storage::Loc;
use super::value::Value;
use super::{Elaborator, Res};
use crate::ir::{ExprKind, HeaderRef};
use p4xdp_frontend::hir::{self, Argument, Block, Direction, VarId, VariableKind, WrittenOrder};
use p4xdp_frontend::source::Span;

/// An argument, evaluated.
#[derive(Clone, Debug)]
pub(super) enum Actual {
    Value(Value),
    /// For a parameter of type `int` or `string`, which has no storage.
    Constant(hir::ConstValue),
    Loc(Loc),
    /// An `inout` argument whose value a later argument changes.
    Saved(Loc, Value),
    Missing,
}

/// The arguments of a call, evaluated.
#[derive(Clone, Debug)]
pub(super) struct Actuals {
    /// One a parameter.
    pub(super) each: Vec<Actual>,
    /// Their positions in the order in which they were written: copies out are made so.
    pub(super) written: Vec<usize>,
}

/// What a parameter stands for.
#[derive(Clone, Debug)]
pub(super) struct Formal {
    pub(super) binding: Binding,
    /// It has storage of its own, which is copied to and from.
    pub(super) own: bool,
}

/// What may be shared between parameters and arguments.
pub(super) struct Sharing<'a> {
    /// Storage that the body reaches by other names.
    pub(super) free: &'a Footprint,
    /// `out` and `inout` parameters may be their arguments.
    pub(super) outputs: bool,
    /// Parameter `i` may be its argument.
    pub(super) each: &'a dyn Fn(usize) -> bool,
}

impl<'h> Elaborator<'h> {
    /// A parameter's direction; constructor parameters and the like have none.
    pub(super) fn direction(&self, var: VarId) -> Direction {
        match self.hir.variables[var].kind {
            VariableKind::Parameter(direction) => direction,
            VariableKind::ConstructorParameter | VariableKind::Local => Direction::None,
        }
    }

    /// True if the parameter is of a type that has values, so that one left out still has storage.
    fn has_value(&mut self, param: VarId) -> bool {
        let ty = self.mono(self.hir.variables[param].ty);
        !matches!(
            self.types.list[ty],
            hir::Type::Extern(..)
                | hir::Type::Parser(..)
                | hir::Type::Control(..)
                | hir::Type::Package(..)
                | hir::Type::String
                | hir::Type::Int
        )
    }

    /// Evaluates arguments as they were written, from left to right.
    pub(super) fn arguments(
        &mut self,
        params: &[VarId],
        args: &'h [Argument],
        order: &WrittenOrder,
    ) -> Res<Actuals> {
        let written = order.positions(args.len());
        let mut each: Vec<Actual> = args.iter().map(|_| Actual::Missing).collect();
        for (done, &at) in written.iter().enumerate() {
            let (Some(&param), Some(arg)) = (params.get(at), args.get(at)) else {
                continue;
            };
            let mark = self.out.len();
            let actual = self.argument(param, arg)?;
            if self.out.len() > mark {
                let earlier = written.get(..done).unwrap_or_default();
                self.guard_arguments(&mut each, earlier, (params, args), mark)?;
            }
            if let Some(slot) = each.get_mut(at) {
                *slot = actual;
            }
        }
        Ok(Actuals { each, written })
    }

    fn argument(&mut self, param: VarId, arg: &'h Argument) -> Res<Actual> {
        Ok(match arg {
            Argument::Value(expr) => match self.direction(param) {
                Direction::Out | Direction::InOut => Actual::Loc(self.loc(expr, NextAs::Element)?),
                Direction::In | Direction::None => {
                    let ty = self.mono(self.hir.variables[param].ty);
                    if matches!(self.types.list[ty], hir::Type::Int | hir::Type::String) {
                        match self.try_constant(expr)? {
                            Some(value) => Actual::Constant(value),
                            // An extern may take a number of any width.
                            None => Actual::Value(self.value(expr)?),
                        }
                    } else {
                        Actual::Value(self.value(expr)?)
                    }
                }
            },
            Argument::Ignored(_) => Actual::Loc(Loc::Discard),
            Argument::Missing => Actual::Missing,
        })
    }

    /// Keeps the arguments at some positions as they were before the statements from `mark` on.
    fn guard_arguments(
        &mut self,
        each: &mut [Actual],
        positions: &[usize],
        (params, args): (&[VarId], &'h [Argument]),
        mut mark: usize,
    ) -> Res<()> {
        for &at in positions {
            let (Some(slot), Some(&param), Some(Argument::Value(expr))) =
                (each.get_mut(at), params.get(at), args.get(at))
            else {
                continue;
            };
            let before = self.out.len();
            *slot = match std::mem::replace(slot, Actual::Missing) {
                Actual::Value(value) => Actual::Value(self.guard(value, expr.ty, mark, expr.span)?),
                Actual::Loc(loc) => {
                    let loc = self.guard_loc(loc, mark);
                    match self.direction(param) {
                        Direction::InOut => {
                            let mark = mark + (self.out.len() - before);
                            self.guard_inout(loc, mark, expr)?
                        }
                        Direction::In | Direction::Out | Direction::None => Actual::Loc(loc),
                    }
                }
                other @ (Actual::Saved(..) | Actual::Constant(_) | Actual::Missing) => other,
            };
            mark += self.out.len() - before;
        }
        Ok(())
    }

    /// An `inout` argument has the value that it had before the arguments behind it were evaluated: `f(a, g(a))`.
    fn guard_inout(&mut self, loc: Loc, mark: usize, expr: &'h hir::Expr) -> Res<Actual> {
        let value = self.read(&loc, expr.span)?;
        let mut reads = Footprint::default();
        self.value_reads(&value, &mut reads);
        if !reads.overlaps_set(&self.writes_since(mark)) {
            return Ok(Actual::Loc(loc));
        }
        let value = self.guard(value, expr.ty, mark, expr.span)?;
        Ok(Actual::Saved(loc, value))
    }

    /// Decides what each parameter stands for.
    pub(super) fn formals(
        &mut self,
        params: &[VarId],
        actuals: &[Actual],
        sharing: &Sharing,
    ) -> Res<Vec<Formal>> {
        let mut outputs = Vec::new();
        for (i, (actual, &param)) in actuals.iter().zip(params).enumerate() {
            if let Actual::Loc(loc) | Actual::Saved(loc, _) = actual {
                let (mut leaves, mut reads) = (Footprint::default(), Footprint::default());
                self.add_footprint(loc, &mut leaves, &mut reads);
                let plain = sharing.outputs
                    && matches!(actual, Actual::Loc(_))
                    && loc.is_static()
                    && !matches!(loc, Loc::Discard)
                    && !loc.is_union_member()
                    && (sharing.each)(i)
                    && !(loc.forgets() && self.uses.may_be_read_back(param))
                    && !leaves.overlaps(sharing.free);
                outputs.push((i, leaves, plain));
            }
        }
        let mut aliased = Footprint::default();
        let mut is_alias = vec![false; actuals.len()];
        let shares = shared(&outputs.iter().map(|(_, leaves, _)| leaves).collect::<Vec<_>>());
        for ((i, leaves, plain), shares) in outputs.iter().zip(shares) {
            if *plain && !shares {
                aliased.add_all(leaves);
                if let Some(slot) = is_alias.get_mut(*i) {
                    *slot = true;
                }
            }
        }
        let mut formals = Vec::new();
        for (i, (&param, actual)) in params.iter().zip(actuals).enumerate() {
            let shared = match actual {
                Actual::Loc(loc) if is_alias.get(i) == Some(&true) => Some(Binding::Loc(loc.clone())),
                Actual::Loc(_) | Actual::Saved(..) => None,
                Actual::Missing if !self.has_value(param) => Some(Binding::Missing),
                Actual::Missing => None,
                Actual::Constant(value) => Some(Binding::Const(value.clone())),
                Actual::Value(Value::Object(object)) => Some(Binding::Object(*object)),
                Actual::Value(Value::Packet) => Some(Binding::Packet),
                Actual::Value(value) if (sharing.each)(i) && is_plain(value) => {
                    let mut reads = Footprint::default();
                    self.value_reads(value, &mut reads);
                    let changes = reads.overlaps(&aliased) || reads.overlaps(sharing.free);
                    (!changes).then(|| Binding::Value(value.clone()))
                }
                Actual::Value(_) => None,
            };
            formals.push(match shared {
                Some(binding) => Formal { binding, own: false },
                None => {
                    let decl = &self.hir.variables[param];
                    let loc = self.alloc(decl.ty, &decl.name.name, &decl.annotations, decl.name.span)?;
                    Formal { binding: Binding::Loc(loc), own: true }
                }
            });
        }
        Ok(formals)
    }

    /// Copies in, binds the parameters until the scope ends, and says what is to be copied out.
    pub(super) fn enter(
        &mut self,
        params: &[VarId],
        actuals: Actuals,
        formals: &[Formal],
        span: Span,
    ) -> Res<Vec<CopyOut>> {
        let Actuals { each, written } = actuals;
        let mut copies: Vec<(usize, CopyOut)> = Vec::new();
        let mut fresh = Vec::new();
        for (at, ((&param, actual), formal)) in params.iter().zip(each).zip(formals).enumerate() {
            let decl = &self.hir.variables[param];
            let ty = self.mono(decl.ty);
            let direction = self.direction(param);
            if let Binding::Loc(own) = &formal.binding {
                match actual {
                    Actual::Value(value) if formal.own => {
                        let value = self.convert(value, ty, span)?;
                        self.write(own, value, ty, span)?;
                    }
                    Actual::Loc(arg) => {
                        match direction {
                            Direction::Out => fresh.push((own.clone(), ty)),
                            Direction::InOut if formal.own => {
                                let value = self.read(&arg, span)?;
                                self.write(own, value, ty, span)?;
                            }
                            Direction::InOut | Direction::In | Direction::None => {}
                        }
                        if formal.own && !matches!(arg, Loc::Discard) {
                            let arg = self.freeze_indices(&arg);
                            copies.push((at, CopyOut { param: own.clone(), arg, ty }));
                        }
                    }
                    Actual::Saved(arg, value) => {
                        self.write(own, value, ty, span)?;
                        let arg = self.freeze_indices(&arg);
                        copies.push((at, CopyOut { param: own.clone(), arg, ty }));
                    }
                    Actual::Missing if formal.own => fresh.push((own.clone(), ty)),
                    Actual::Value(_) | Actual::Constant(_) | Actual::Missing => {}
                }
            } else if let (Binding::Const(known), Actual::Constant(value)) = (&formal.binding, &actual)
                && known != value
            {
                return Err(self
                    .unsupported(span, "an instance that is applied with different compile-time arguments"));
            }
            self.bind(param, formal.binding.clone());
        }
        for (loc, ty) in fresh {
            let value = self.default_value(ty, span)?;
            self.write(&loc, value, ty, span)?;
        }
        copies.sort_by_key(|(at, _)| written.iter().position(|w| w == at));
        Ok(copies.into_iter().map(|(_, copy)| copy).collect())
    }

    /// Puts a body in place, with the label that `return` leaves and the copies out behind it.
    pub(super) fn framed(
        &mut self,
        frame: Frame,
        span: Span,
        body: impl FnOnce(&mut Self) -> Res<()>,
    ) -> Res<()> {
        self.inlines(span)?;
        self.env.frames.push(frame);
        let made = self.block(body);
        let frame = self.env.frames.pop();
        let (block, ()) = made?;
        let Some(frame) = frame else {
            return Err(self.bug(span, "unbalanced calls"));
        };
        self.labelled(frame.label, block, span);
        self.copy_out(&frame.copy_outs, span)
    }

    /// Counts a body that is put in place: one may make expressions only, or nothing but errors.
    fn inlines(&mut self, span: Span) -> Res<()> {
        self.statements += 1;
        self.check_size(span)
    }

    pub(super) fn copy_out(&mut self, copies: &[CopyOut], span: Span) -> Res<()> {
        for copy in copies {
            let value = self.read(&copy.param, span)?;
            self.write(&copy.arg, value, copy.ty, span)?;
        }
        Ok(())
    }

    /// A function's body in place of a call; the parameters are bound.
    pub(super) fn function_body(
        &mut self,
        body: &'h Block,
        result: hir::TypeId,
        copies: Vec<CopyOut>,
        span: Span,
    ) -> Res<Value> {
        let result = self.mono(result);
        if let Some((last, before)) = body.statements.split_last()
            && let hir::StmtKind::Return(Some(value)) = &last.kind
            && !returns(before)
        {
            // The common shape: statements, then the result. It needs neither label nor storage.
            let frame = Frame { copy_outs: copies.clone(), ..Frame::new(FrameKind::Inlined) };
            self.inlines(span)?;
            self.env.frames.push(frame);
            let made = self.scoped(|e| {
                e.statements(before)?;
                let result_value = e.value(value)?;
                e.convert(result_value, result, value.span)
            });
            self.env.frames.pop();
            let mut value = made?;
            if !copies.is_empty() {
                value = self.freeze(value, result, span)?;
            }
            self.copy_out(&copies, span)?;
            return Ok(value);
        }
        let target = match self.class(result, span)? {
            super::types::Class::Void => None,
            _ => Some(self.alloc(result, &"result".into(), &[], span)?),
        };
        let frame = Frame {
            result: target.clone().map(|loc| (loc, result)),
            copy_outs: copies,
            ..Frame::new(FrameKind::Inlined)
        };
        self.framed(frame, span, |e| e.block_stmt(body))?;
        match target {
            Some(loc) => self.read(&loc, span),
            None => Ok(Value::Void),
        }
    }
}

fn returns(list: &[hir::Stmt]) -> bool {
    let mut found = false;
    super::walk::statements(list, &mut |node| {
        if let super::walk::Node::Stmt(hir::Stmt { kind: hir::StmtKind::Return(_), .. }) = node {
            found = true;
        }
    });
    found
}

/// True for values that cost nothing to evaluate again: constants and plain storage.
fn is_plain(value: &Value) -> bool {
    match value {
        Value::Scalar(expr) => is_plain_scalar(expr),
        Value::At(loc) => loc.is_static(),
        Value::List(parts) => parts.iter().all(|(_, part)| is_plain(part)),
        Value::String(_) => true,
        Value::HeaderList(_) | Value::Invalid | Value::Object(_) | Value::Packet | Value::Void => false,
    }
}

fn is_plain_scalar(expr: &crate::ir::Expr) -> bool {
    match &expr.kind {
        ExprKind::Const(_) | ExprKind::Local(_) => true,
        ExprKind::Field { header, .. } | ExprKind::IsValid(header) => matches!(header, HeaderRef::Header(_)),
        ExprKind::Cast(base) | ExprKind::Slice { base, .. } => is_plain_scalar(base),
        ExprKind::Unary(..) | ExprKind::Binary(..) | ExprKind::Conditional(..) => false,
    }
}
