//! PNA's entries that packets add and keep alive: `add_entry(action, params, profile)` in a default action adds an entry with the key that missed,
//! and `add_entry_if` where a condition holds. Entries do not expire on XDP, which the compiler says (W0501), so the functions that set and start
//! their timers do nothing.

use super::{PNA, leaves};
use crate::c::code::code;
use crate::c::expr::{CExpr, CType, Prec};
use crate::emit::Cx;
use crate::emit::externs::{Call, Entry, OtherShape};
use crate::layout::extern_facts::Shared;
use p4xdp_midend::ir::{Arg, LValue, ScalarType};

pub(super) const ADD_ENTRY: Entry = Entry::stateless("add_entry", add).of(PNA).shared(Shared::State);
pub(super) const ADD_ENTRY_IF: Entry = Entry::stateless("add_entry_if", add_if).of(PNA).shared(Shared::State);
pub(super) const RESTART_EXPIRE_TIMER: Entry = timer("restart_expire_timer");
pub(super) const SET_ENTRY_EXPIRE_TIME: Entry = timer("set_entry_expire_time");
pub(super) const SET_ENTRY_EXPIRE_TIME_IF: Entry = timer("set_entry_expire_time_if");
pub(super) const UPDATE_EXPIRE_INFO: Entry = timer("update_expire_info");

const fn timer(name: &'static str) -> Entry {
    Entry::stateless(name, |_, _| Ok(())).of(PNA)
}

fn add(cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
    let [Arg::String(action), params, _] = call.args else { return Err(OtherShape) };
    let done = added(cx, call, action, params)?;
    give(cx, call, done);
    Ok(())
}

fn add_if(cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
    let [Arg::In(condition), Arg::String(action), params, _] = call.args else { return Err(OtherShape) };
    let done = cx.fresh("done", CType::Bool.name());
    cx.out.assignment(&done, code!("@false"));
    let mut result = Ok(());
    cx.only_where(condition, |cx| match added(cx, call, action, params) {
        Ok(value) => cx.out.assignment(&done, value.text),
        Err(other) => result = Err(other),
    });
    give(cx, call, CExpr::truth(code!("{}", done), Prec::Postfix));
    result
}

fn added(cx: &mut Cx<'_>, call: &Call<'_>, action: &str, params: &Arg) -> Result<CExpr, OtherShape> {
    let mut values = Vec::new();
    if !leaves::of_value(cx, params, call.span, &mut values) {
        return Err(OtherShape);
    }
    Ok(cx.add_entry(action, &values, call.span))
}

/// Gives whether it was done: as a `bool`, or as a status that is 0 then.
fn give(cx: &mut Cx<'_>, call: &Call<'_>, done: CExpr) {
    let Some(Arg::Out(target)) = call.result else { return };
    let ty = match target {
        LValue::Local(id) => cx.program.locals[*id].ty,
        LValue::Field { header, field } => {
            let fields = &cx.program.header_types[cx.header_type(header)].fields;
            fields.get(*field as usize).map_or(ScalarType::Bool, |field| field.ty)
        }
        LValue::Slice { .. } => ScalarType::bit(1),
    };
    let done = match ty {
        ScalarType::Bool => done,
        ScalarType::Bits { .. } | ScalarType::Varbit { .. } | ScalarType::Enum(_) | ScalarType::Error => {
            CExpr::truth(code!("!{}", done.operand()), Prec::Unary)
        }
    };
    cx.assign(target, done, call.span);
}
