//! `extern_func(out f, in d)`, which p4c's tests for v1model declare: `f = d`. The user's own C comes first.

use crate::c::expr::{CExpr, CType};
use crate::emit::Cx;
use crate::emit::externs::{Call, Entry, OtherShape};
use p4xdp_midend::ir::Arg;

pub(super) const EXTERN_FUNC: Entry = Entry::stateless("extern_func", assign);

fn assign(cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
    let ([Arg::Out(target), Arg::In(value)], None) = (call.args, call.result) else { return Err(OtherShape) };
    if cx.module.options.extern_c.is_some() || &*cx.program.architecture != "v1model" {
        return Err(OtherShape);
    }
    let width = cx.lvalue_width(target);
    let value = cx.value(value);
    let is_cut = width < value.width;
    let value = value.converted(CType::of_width(width));
    cx.assign(target, CExpr { width, clean: !is_cut, ..value }, call.span);
    Ok(())
}
