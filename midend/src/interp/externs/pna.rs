//! PNA's externs: where a packet goes, entries that the data plane adds, and counters and meters with a length of their own.
//! The others are PSA's.

use super::{Builtin, counter, meter, psa, v1model};
use crate::interp::arch::CallSite;
use crate::interp::code::{ArgCode, Call};
use crate::interp::requests::Forward;
use crate::interp::run::{Flow, Run};
use crate::interp::table::EntryAction;
use crate::interp::value::Value;
use crate::ir::{Arg, ScalarType};
use p4xdp_control::entry::KeyMatch;
use std::sync::Arc;

/// Ports from here on are the host's (vports); those below are the network's.
pub const FIRST_HOST_PORT: u32 = 256;

/// The meaning of a call. `by_status`: `add_entry` gives a status that is 0 if it has done so, not a `bool`.
pub fn resolve(site: &CallSite<'_>, by_status: bool) -> Option<Builtin> {
    let is = |position: usize, wanted: fn(ScalarType) -> bool| match site.args.get(position) {
        Some(Arg::In(e)) => wanted(e.ty),
        _ => false,
    };
    let is_enum = |position: usize| is(position, |ty| matches!(ty, ScalarType::Enum(_)));
    Some(match site.key() {
        ("", "drop_packet", 0) => drop_packet,
        ("", "send_to_port", 1) => send_to_port,
        ("", "recirculate", 0) => recirculate,
        ("", "mirror_packet", 2) => mirror_packet,
        ("", "add_entry", 3) if by_status => add_entry_status,
        ("", "add_entry", 3) => add_entry,
        ("", "add_entry_if", 4) => add_entry_if,
        ("", "allocate_flow_id", 0) => allocate_flow_id,
        ("", "restart_expire_timer", 0) => restart_expire_timer,
        ("", "set_entry_expire_time", 1) => set_entry_expire_time,
        ("", "set_entry_expire_time_if", 2) => set_entry_expire_time_if,
        ("", "update_expire_info", 3) => update_expire_info,
        ("", "SelectByDirection", 3) if is(0, |ty| ty == ScalarType::Bool) => select_by_port,
        ("", "SelectByDirection", 3) => select_by_direction,
        ("", "is_net_port", 1) => is_net_port,
        ("", "is_host_port", 1) => is_host_port,
        ("Counter", "count", 2) => counter::count_length,
        ("DirectCounter", "count", 1) => counter::count_direct_length,
        ("Meter", "execute", 2) if is_enum(1) => meter::psa_execute,
        ("Meter", "dpdk_execute", 2 | 3) => meter::execute_sized,
        ("DirectMeter", "execute", 1) if is_enum(0) => meter::psa_execute_direct,
        ("DirectMeter", "execute" | "dpdk_execute", 1 | 2) => meter::execute_direct_sized,
        ("", "log_msg", 1 | 2) => v1model::log_msg,
        _ => return psa::resolve(site),
    })
}

fn drop_packet(run: &mut Run<'_>, _: &Call) -> Flow {
    run.requests.forward = Some(Forward::Drop);
    Flow::Next
}

fn send_to_port(run: &mut Run<'_>, call: &Call) -> Flow {
    run.requests.forward = Some(Forward::Port(run.number(call, 0) as u32));
    Flow::Next
}

fn recirculate(run: &mut Run<'_>, _: &Call) -> Flow {
    run.requests.forward = Some(Forward::Recirculate);
    Flow::Next
}

/// `mirror_packet(slot, session)`: the last session of each slot counts.
fn mirror_packet(run: &mut Run<'_>, call: &Call) -> Flow {
    let (slot, session) = (run.number(call, 0), run.number(call, 1) as u32);
    run.requests.mirrors.insert(slot, session);
    Flow::Next
}

/// Adds an entry with the key that missed. The action is one of the table's, by its name.
fn added(run: &mut Run<'_>, name: &str, params: Option<&ArgCode>, profile: u128) -> bool {
    let (Some((table, None)), Some(params)) = (run.applied, params) else { return false };
    let Some(code) = run.code.tables.get(table as usize) else { return false };
    let dotted = format!(".{name}");
    let found = code.actions.iter().position(|a| &*a.name == name || a.name.ends_with(&dotted));
    let Some(position) = found.filter(|p| code.actions.get(*p).is_some_and(|a| !a.default_only)) else {
        return false;
    };
    let action = code.actions.get(position).and_then(|a| run.code.actions.get(a.action as usize));
    let widths: Vec<u32> = action.map(|a| a.params.iter().map(|(_, _, w)| *w).collect()).unwrap_or_default();
    let values = run.leaves(params);
    if widths.len() != values.len() {
        return false;
    }
    let args: Arc<[Value]> =
        values.iter().zip(widths).map(|((_, value, _), width)| Value::new(&value.to_big(), width)).collect();
    let keys: Vec<KeyMatch> = run.keys.iter().map(|k| KeyMatch::Exact(k.to_big())).collect();
    let priority = code.has_priorities().then_some(0);
    let Ok(entry) = run.state.insert(code, &keys, priority, EntryAction::Direct(position, args)) else {
        return false;
    };
    let timeout = run.state.profiles.get(&profile).copied();
    let now = run.state.now;
    if let Some(table) = run.state.tables.get_mut(table as usize) {
        table.set_timeout(entry, timeout, now);
    }
    true
}

/// `bool add_entry(action_name, action_params, expire_time_profile_id)`
fn add_entry(run: &mut Run<'_>, call: &Call) -> Flow {
    let done = added(run, run.text(call, 0), call.args.get(1), run.number(call, 2));
    run.give_number(call, u128::from(done));
    Flow::Next
}

/// The same with a status: 0 is success.
fn add_entry_status(run: &mut Run<'_>, call: &Call) -> Flow {
    let done = added(run, run.text(call, 0), call.args.get(1), run.number(call, 2));
    run.give_number(call, u128::from(!done));
    Flow::Next
}

/// `add_entry_if(condition, action_name, action_params, expire_time_profile_id)`
fn add_entry_if(run: &mut Run<'_>, call: &Call) -> Flow {
    let done =
        run.number(call, 0) != 0 && added(run, run.text(call, 1), call.args.get(2), run.number(call, 3));
    run.give_number(call, u128::from(!done));
    Flow::Next
}

/// `allocate_flow_id()`: 0, 1, 2 ..
fn allocate_flow_id(run: &mut Run<'_>, call: &Call) -> Flow {
    let id = run.state.flows;
    run.state.flows += 1;
    run.give_number(call, u128::from(id));
    Flow::Next
}

/// The timer of the entry that matched starts again, with a new time if a profile is given.
fn restart(run: &mut Run<'_>, profile: Option<u128>) {
    let Some((table, Some(entry))) = run.applied else { return };
    let now = run.state.now;
    let timeout = profile.map(|p| run.state.profiles.get(&p).copied());
    if let Some(table) = run.state.tables.get_mut(table as usize) {
        let timeout = timeout.unwrap_or_else(|| table.entry(entry).and_then(|e| e.timer.timeout));
        table.set_timeout(entry, timeout, now);
    }
}

/// `restart_expire_timer()`
fn restart_expire_timer(run: &mut Run<'_>, _: &Call) -> Flow {
    restart(run, None);
    Flow::Next
}

/// `set_entry_expire_time(profile)`
fn set_entry_expire_time(run: &mut Run<'_>, call: &Call) -> Flow {
    let profile = run.number(call, 0);
    restart(run, Some(profile));
    Flow::Next
}

/// `set_entry_expire_time_if(condition, profile)`
fn set_entry_expire_time_if(run: &mut Run<'_>, call: &Call) -> Flow {
    if run.number(call, 0) != 0 {
        let profile = run.number(call, 1);
        restart(run, Some(profile));
    }
    Flow::Next
}

/// `update_expire_info(update_aging_info, update_expire_time, profile)`
fn update_expire_info(run: &mut Run<'_>, call: &Call) -> Flow {
    if run.number(call, 0) != 0 {
        let profile = (run.number(call, 1) != 0).then(|| run.number(call, 2));
        restart(run, profile);
    }
    Flow::Next
}

fn select(run: &mut Run<'_>, call: &Call, position: usize) -> Flow {
    let leaves = call.args.get(position).map_or(Vec::new(), |a| run.leaves(a));
    let values: Vec<Value> = leaves.into_iter().map(|(_, value, _)| value).collect();
    run.give_leaves(call.result.as_ref(), &values, call.span);
    Flow::Next
}

/// `SelectByDirection(direction, n2h_value, h2n_value)`; `NET_TO_HOST` is the first member.
fn select_by_direction(run: &mut Run<'_>, call: &Call) -> Flow {
    let position = if run.number(call, 0) == 0 { 1 } else { 2 };
    select(run, call, position)
}

/// `SelectByDirection(is_network_port, from_net_value, from_host_value)`
fn select_by_port(run: &mut Run<'_>, call: &Call) -> Flow {
    let position = if run.number(call, 0) != 0 { 1 } else { 2 };
    select(run, call, position)
}

fn is_net_port(run: &mut Run<'_>, call: &Call) -> Flow {
    let result = run.number(call, 0) < u128::from(FIRST_HOST_PORT);
    run.give_number(call, u128::from(result));
    Flow::Next
}

fn is_host_port(run: &mut Run<'_>, call: &Call) -> Flow {
    let result = run.number(call, 0) >= u128::from(FIRST_HOST_PORT);
    run.give_number(call, u128::from(result));
    Flow::Next
}
