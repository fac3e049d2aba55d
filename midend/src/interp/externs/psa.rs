//! PSA's externs: which there are, and hashes, checksums, random values and digests in its manner.

use super::checksum::{fold, sum};
use super::hash::digest_of;
use super::meter::MeterState;
use super::register::{RegisterState, leaf_widths};
use super::selector::SelectorState;
use super::{Builtin, ExternState, algorithm, constant, counter, library, meter, register, v1model};
use crate::interp::arch::CallSite;
use crate::interp::bits::BitWriter;
use crate::interp::code::{ArgCode, Call};
use crate::interp::requests::Digest;
use crate::interp::run::{Flow, Run};
use crate::interp::value::Value;
use crate::ir::visit::Part;
use crate::ir::{Arg, ExternInstance, Program};
use std::collections::BTreeMap;

/// `PSA_PORT_RECIRCULATE`
pub const PORT_RECIRCULATE: u128 = 0xffff_fffa;

/// `PSA_PORT_CPU`
pub const PORT_CPU: u32 = 0xffff_fffd;

/// `PSA_CLONE_SESSION_TO_CPU`
pub const CLONE_SESSION_TO_CPU: u32 = 0;

/// The meaning of a call.
pub fn resolve(site: &CallSite<'_>) -> Option<Builtin> {
    Some(match site.key() {
        ("Counter", "count", 1) => counter::count,
        ("DirectCounter", "count", 0) => counter::count_direct,
        // DPDK's psa.p4 adds lengths.
        ("Counter", "count", 2) => counter::count_length,
        ("DirectCounter", "count", 1) => counter::count_direct_length,
        ("Meter", "dpdk_execute", 2 | 3) => meter::execute_sized,
        ("DirectMeter", "dpdk_execute", 1 | 2) => meter::execute_direct_sized,
        ("Meter", "execute", 1 | 2) => meter::psa_execute,
        ("DirectMeter", "execute", 0 | 1) => meter::psa_execute_direct,
        ("Register", "read", 1) => register::read,
        ("Register", "write", 2) => register::write,
        ("Hash", "get_hash", 1 | 3) => get_hash,
        ("Checksum", "clear", 0) => clear,
        ("Checksum", "update", 1) => update,
        ("Checksum", "get", 0) => get,
        ("InternetChecksum", "clear", 0) => clear_sum,
        ("InternetChecksum", "add", 1) => add,
        ("InternetChecksum", "subtract", 1) => subtract,
        ("InternetChecksum", "get", 0) => get_sum,
        ("InternetChecksum", "get_state", 0) => get_state,
        ("InternetChecksum", "set_state", 1) => set_state,
        ("Random", "read", 0) => random,
        ("Digest", "pack", 1) => pack,
        ("", "psa_clone_i2e" | "psa_clone_e2e", 1) => clone,
        ("", "psa_resubmit", 1) => resubmit,
        ("", "psa_normal", 1) => normal,
        ("", "psa_recirculate", 2) => recirculate,
        ("", "assert", 1) => v1model::assert,
        ("", "assume", 1) => v1model::assume,
        _ => return library::resolve(site),
    })
}

/// The state of an instance.
pub fn state(program: &Program, instance: &ExternInstance) -> Option<ExternState> {
    state_like(&instance.extern_type, program, instance)
}

/// The state of an instance of a type that is constructed as PSA's of that name is.
pub fn state_like(extern_type: &str, program: &Program, instance: &ExternInstance) -> Option<ExternState> {
    let size = || constant(instance, 0).unwrap_or(0);
    // The members of PSA_MeterType_t are `PACKETS` and `BYTES`.
    let counts_bytes = |position: usize| constant(instance, position) == Some(1);
    Some(match extern_type {
        "Counter" => ExternState::Counter(Some(size()), BTreeMap::new()),
        "DirectCounter" => ExternState::Counter(None, BTreeMap::new()),
        "Meter" => ExternState::Meter(MeterState::new(Some(size()), counts_bytes(1))),
        "DirectMeter" => ExternState::Meter(MeterState::new(None, counts_bytes(0))),
        "Register" => {
            let mut widths = Vec::new();
            leaf_widths(program, instance.type_args.first()?, &mut widths);
            let mut state = RegisterState::new(size(), widths);
            if let Some(initial) = instance.args.get(1) {
                let mut values = Vec::new();
                constants(initial, &mut values);
                state.initial = values;
            }
            ExternState::Register(state)
        }
        "Hash" => ExternState::Hash(algorithm(program, instance, 0)?),
        "Checksum" => ExternState::Checksum(algorithm(program, instance, 0)?, BitWriter::default()),
        "InternetChecksum" => ExternState::Sum(0),
        "Random" => ExternState::Random(constant(instance, 0)?, constant(instance, 1)?),
        "Digest" => ExternState::Digest(instance.name.to_string()),
        "ActionProfile" => ExternState::Selector(SelectorState::profile(size())),
        "ActionSelector" => {
            let hash = algorithm(program, instance, 0)?;
            let (size, width) = (constant(instance, 1)?, constant(instance, 2)?);
            ExternState::Selector(SelectorState::selector(hash, size, width))
        }
        "PacketReplicationEngine" | "BufferingQueueingEngine" => ExternState::Stateless,
        _ => return None,
    })
}

/// The leaves of a constant argument.
fn constants(arg: &Arg, out: &mut Vec<Value>) {
    arg.parts(&mut |part| {
        if let Part::Expr(expr) = part
            && let Some(value) = expr.as_const()
        {
            out.push(Value::new(value, expr.ty.width()));
        }
    });
}

fn instance<'r>(run: &'r mut Run<'_>, call: &Call) -> Option<&'r mut ExternState> {
    run.state.externs.get_mut(call.instance? as usize)
}

fn bits(run: &Run<'_>, arg: Option<&ArgCode>) -> BitWriter {
    let mut out = BitWriter::default();
    if let Some(arg) = arg {
        run.bits_of(arg, &mut out);
    }
    out
}

/// `get_hash(data)` or `get_hash(base, data, max)`: the latter is `base + hash % max`.
fn get_hash(run: &mut Run<'_>, call: &Call) -> Flow {
    let ranged = call.args.len() == 3;
    let data = bits(run, call.args.get(usize::from(ranged)));
    let Some(ExternState::Hash(algorithm)) = instance(run, call) else { return Flow::Next };
    let algorithm = *algorithm;
    let hash = digest_of(algorithm, data, &run.state.custom_crcs);
    let result = if ranged {
        run.number(call, 0).wrapping_add(hash.checked_rem(run.number(call, 2)).unwrap_or(0))
    } else {
        hash
    };
    run.give_number(call, result);
    Flow::Next
}

fn clear(run: &mut Run<'_>, call: &Call) -> Flow {
    if let Some(ExternState::Checksum(_, data)) = instance(run, call) {
        *data = BitWriter::default();
    }
    Flow::Next
}

fn update(run: &mut Run<'_>, call: &Call) -> Flow {
    if let Some(ExternState::Checksum(_, data)) = instance(run, call) {
        let mut data = std::mem::take(data);
        if let Some(arg) = call.args.first() {
            run.bits_of(arg, &mut data);
        }
        if let Some(ExternState::Checksum(_, place)) = instance(run, call) {
            *place = data;
        }
    }
    Flow::Next
}

fn get(run: &mut Run<'_>, call: &Call) -> Flow {
    if let Some(ExternState::Checksum(algorithm, data)) = instance(run, call) {
        let (algorithm, data) = (*algorithm, data.clone());
        let digest = digest_of(algorithm, data, &run.state.custom_crcs);
        run.give_number(call, digest);
    }
    Flow::Next
}

fn clear_sum(run: &mut Run<'_>, call: &Call) -> Flow {
    if let Some(ExternState::Sum(state)) = instance(run, call) {
        *state = 0;
    }
    Flow::Next
}

fn add(run: &mut Run<'_>, call: &Call) -> Flow {
    let words = fold(sum(&bits(run, call.args.first()).into_bytes()));
    if let Some(ExternState::Sum(state)) = instance(run, call) {
        *state = fold(u64::from(*state) + u64::from(words));
    }
    Flow::Next
}

fn subtract(run: &mut Run<'_>, call: &Call) -> Flow {
    // Word by word (appendix "Implementation of the InternetChecksum extern"): the sum of the complements may be the other
    // zero than the complement of the sum.
    let complement: Vec<u8> = bits(run, call.args.first()).into_bytes().iter().map(|byte| !byte).collect();
    let words = fold(sum(&complement));
    if let Some(ExternState::Sum(state)) = instance(run, call) {
        *state = fold(u64::from(*state) + u64::from(words));
    }
    Flow::Next
}

fn sum_of(run: &mut Run<'_>, call: &Call) -> u16 {
    match instance(run, call) {
        Some(ExternState::Sum(state)) => *state,
        _ => 0,
    }
}

fn get_sum(run: &mut Run<'_>, call: &Call) -> Flow {
    let sum = sum_of(run, call);
    run.give_number(call, u128::from(!sum));
    Flow::Next
}

fn get_state(run: &mut Run<'_>, call: &Call) -> Flow {
    let sum = sum_of(run, call);
    run.give_number(call, u128::from(sum));
    Flow::Next
}

fn set_state(run: &mut Run<'_>, call: &Call) -> Flow {
    let value = run.number(call, 0) as u16;
    if let Some(ExternState::Sum(state)) = instance(run, call) {
        *state = value;
    }
    Flow::Next
}

/// `Random.read()`: uniform in min to max, both included.
fn random(run: &mut Run<'_>, call: &Call) -> Flow {
    let draw = run.state.next_random();
    if let Some(ExternState::Random(low, high)) = instance(run, call) {
        let (low, span) = (*low, high.wrapping_sub(*low).wrapping_add(1));
        let result = if span == 0 { draw } else { low.wrapping_add(draw % span) };
        run.give_number(call, u128::from(result));
    }
    Flow::Next
}

/// `Digest.pack(data)`
fn pack(run: &mut Run<'_>, call: &Call) -> Flow {
    let leaves = call.args.first().map_or(Vec::new(), |a| run.leaves(a));
    if let Some(ExternState::Digest(name)) = instance(run, call) {
        let digest =
            Digest::new(name.clone(), leaves.into_iter().map(|(name, value, _)| (name, value)).collect());
        run.send_digest(digest, call.span);
    }
    Flow::Next
}

/// A flag of the output metadata that is the first argument.
fn flag(run: &Run<'_>, call: &Call, name: &str) -> bool {
    let leaves = call.args.first().map_or(Vec::new(), |a| run.leaves(a));
    leaves.iter().any(|(n, value, _)| n == name && value.saturate() != 0)
}

fn clone(run: &mut Run<'_>, call: &Call) -> Flow {
    let result = flag(run, call, "clone");
    run.give_number(call, u128::from(result));
    Flow::Next
}

fn resubmit(run: &mut Run<'_>, call: &Call) -> Flow {
    let result = !flag(run, call, "drop") && flag(run, call, "resubmit");
    run.give_number(call, u128::from(result));
    Flow::Next
}

fn normal(run: &mut Run<'_>, call: &Call) -> Flow {
    let result = !flag(run, call, "drop") && !flag(run, call, "resubmit");
    run.give_number(call, u128::from(result));
    Flow::Next
}

fn recirculate(run: &mut Run<'_>, call: &Call) -> Flow {
    let port = call.args.get(1).map_or(Vec::new(), |a| run.leaves(a));
    let there = port.iter().any(|(n, value, _)| n == "egress_port" && value.saturate() == PORT_RECIRCULATE);
    let result = !flag(run, call, "drop") && there;
    run.give_number(call, u128::from(result));
    Flow::Next
}
