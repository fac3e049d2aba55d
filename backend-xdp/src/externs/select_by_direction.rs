//! `SelectByDirection(direction, n2h_value, h2n_value)` of PNA, or by whether the packet comes from the network's ports: one of two values of
//! any type.

use super::{PNA, leaves};
use crate::c::expr::CExpr;
use crate::emit::Cx;
use crate::emit::externs::{Call, Entry, OtherShape};
use crate::layout::extern_facts::Facts;
use p4xdp_frontend::diagnostic::codes;
use p4xdp_midend::ir::{Arg, BinaryOp, Expr, ExprKind, ScalarType};

pub(super) const SELECT_BY_DIRECTION: Entry =
    Entry::stateless("SelectByDirection", select).of(PNA).with(Facts { is_pure: true, ..Facts::none() });

fn select(cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
    let [Arg::In(direction), first, second] = call.args else { return Err(OtherShape) };
    let Some(result) = call.result else { return Ok(()) };
    let (span, ty) = (call.span, ScalarType::Bool);
    let is_first = if direction.ty == ScalarType::Bool {
        direction.clone()
    } else {
        // The first member of `PNA_Direction_t` is `NET_TO_HOST`.
        let none = Expr { kind: ExprKind::Const(0u32.into()), ty: direction.ty, span };
        Expr { kind: ExprKind::Binary(BinaryOp::Eq, Box::new(direction.clone()), Box::new(none)), ty, span }
    };
    let (mut from, mut otherwise, mut to) = (Vec::new(), Vec::new(), Vec::new());
    let known = leaves::of_value(cx, first, span, &mut from)
        && leaves::of_value(cx, second, span, &mut otherwise)
        && leaves::of_target(result, &mut to);
    if !known || from.len() != to.len() || otherwise.len() != to.len() {
        cx.refuse(codes::E0524, span, "`SelectByDirection` of headers cannot be compiled to XDP yet");
        return Ok(());
    }
    let mut values = Vec::new();
    for (first, second) in from.into_iter().zip(otherwise) {
        let ty = first.ty;
        let kind = ExprKind::Conditional(Box::new(is_first.clone()), Box::new(first), Box::new(second));
        let value = cx.value(&Expr { kind, ty, span });
        values.push(if to.len() == 1 { value } else { kept(cx, value) });
    }
    for (target, value) in to.into_iter().zip(values) {
        cx.assign(target, value, span);
    }
    Ok(())
}

/// A value in a variable, while places are written that it may be of.
fn kept(cx: &mut Cx<'_>, value: CExpr) -> CExpr {
    let (ty, width) = (value.ty, value.width);
    let name = cx.fresh("selected", ty.name());
    cx.out.assignment(&name, value.masked().text);
    CExpr::atom(name, ty, width)
}
