//! v1model's externs: which there are, and those that ask something of the architecture.

use super::checksum::internet;
use super::hash::{Algorithm, digest_of};
use super::{Builtin, ExternState, counter, library, meter, psa, register};
use crate::interp::arch::CallSite;
use crate::interp::bits::BitWriter;
use crate::interp::code::{ArgCode, Call, Writing};
use crate::interp::requests::{Digest, Preserve};
use crate::interp::run::{Flow, Run};
use crate::interp::trace::EventKind;
use crate::interp::value::{Value, big_neg};
use crate::ir::{ExternInstance, Program};

/// The port that drops.
pub const DROP_PORT: u128 = 511;

/// The meaning of a call.
pub fn resolve(site: &CallSite<'_>) -> Option<Builtin> {
    Some(match site.key() {
        ("counter", "count", 1) => counter::count,
        // The match has counted, see `TableCode::match_updates`.
        ("direct_counter", "count", 0) => counted_already,
        ("meter", "execute_meter", 2) => meter::execute_meter,
        ("direct_meter", "read", 1) => meter::read_direct,
        ("register", "read", 2) => register::read_into,
        ("register", "write", 2) => register::write,
        ("", "hash", 5) => hash,
        ("", "random", 3) => random,
        ("", "verify_checksum", 4) => verify_checksum::<false>,
        ("", "update_checksum", 4) => update_checksum::<false>,
        ("", "verify_checksum_with_payload", 4) => verify_checksum::<true>,
        ("", "update_checksum_with_payload", 4) => update_checksum::<true>,
        ("Checksum16", "get", 1) => checksum16,
        ("", "mark_to_drop", 1) => mark_to_drop,
        ("", "clone" | "clone3", 2 | 3) => clone::<false>,
        ("", "clone_preserving_field_list", 3) => clone::<true>,
        ("", "resubmit", 1) => resubmit::<false>,
        ("", "resubmit_preserving_field_list", 1) => resubmit::<true>,
        ("", "recirculate", 1) => recirculate::<false>,
        ("", "recirculate_preserving_field_list", 1) => recirculate::<true>,
        ("", "truncate", 1) => truncate,
        ("", "digest", 2) => digest,
        ("", "assert", 1) => assert,
        ("", "assume", 1) => assume,
        ("", "log_msg", 1 | 2) => log_msg,
        ("", "extern_func", 2) => assign,
        _ => return library::resolve(site),
    })
}

/// The state of an instance.
pub fn state(program: &Program, instance: &ExternInstance) -> Option<ExternState> {
    let like = match &*instance.extern_type {
        "counter" => "Counter",
        "direct_counter" => "DirectCounter",
        "meter" => "Meter",
        "direct_meter" => "DirectMeter",
        "register" => "Register",
        "action_profile" => "ActionProfile",
        "action_selector" => "ActionSelector",
        "Checksum16" => return Some(ExternState::Stateless),
        _ => return None,
    };
    psa::state_like(like, program, instance)
}

fn bits(run: &Run<'_>, arg: Option<&ArgCode>) -> BitWriter {
    let mut out = BitWriter::default();
    if let Some(arg) = arg {
        run.bits_of(arg, &mut out);
    }
    out
}

fn algorithm(run: &Run<'_>, call: &Call, position: usize) -> Algorithm {
    Algorithm::of_v1model(run.number(call, position) as usize).unwrap_or(Algorithm::Csum16)
}

/// `hash(out result, algorithm, base, data, max)`
fn hash(run: &mut Run<'_>, call: &Call) -> Flow {
    let algorithm = algorithm(run, call, 1);
    let (base, max) = (run.number(call, 2), run.number(call, 4));
    let data = bits(run, call.args.get(3));
    let value = if algorithm == Algorithm::Random {
        u128::from(run.state.next_random())
    } else {
        digest_of(algorithm, data, &run.state.custom_crcs)
    };
    let result = base.wrapping_add(value.checked_rem(max).unwrap_or(0));
    run.give_scalar(call.args.first(), result, call.span);
    Flow::Next
}

/// `random(out result, lo, hi)`
fn random(run: &mut Run<'_>, call: &Call) -> Flow {
    let (low, high) = (run.number(call, 1), run.number(call, 2));
    let draw = u128::from(run.state.next_random()) << 64 | u128::from(run.state.next_random());
    let result = match high.wrapping_sub(low).wrapping_add(1) {
        _ if high < low => low,
        0 => draw,
        span => low + draw % span,
    };
    run.give_scalar(call.args.first(), result, call.span);
    Flow::Next
}

/// The checksum that a call with (condition, data, checksum, algorithm) asks for, unless the condition fails.
fn wanted_checksum(run: &mut Run<'_>, call: &Call, with_payload: bool) -> Option<u128> {
    if run.number(call, 0) == 0 {
        return None;
    }
    let mut data = bits(run, call.args.get(1));
    if with_payload {
        data.extend(&run.payload());
    }
    Some(digest_of(algorithm(run, call, 3), data, &run.state.custom_crcs))
}

fn verify_checksum<const WITH_PAYLOAD: bool>(run: &mut Run<'_>, call: &Call) -> Flow {
    if let Some(wanted) = wanted_checksum(run, call, WITH_PAYLOAD) {
        let (found, width) = run.arg(call, 2);
        let wanted = wanted & crate::interp::value::mask(width);
        if found.saturate() != wanted {
            run.requests.checksum_error = true;
            run.event(call.span, |_| EventKind::Checksum { found: found.to_big(), wanted: wanted.into() });
        }
    }
    Flow::Next
}

fn update_checksum<const WITH_PAYLOAD: bool>(run: &mut Run<'_>, call: &Call) -> Flow {
    if let Some(checksum) = wanted_checksum(run, call, WITH_PAYLOAD) {
        run.give_scalar(call.args.get(2), checksum, call.span);
    }
    Flow::Next
}

/// `Checksum16.get(data)`
fn checksum16(run: &mut Run<'_>, call: &Call) -> Flow {
    let data = bits(run, call.args.first());
    run.give_number(call, u128::from(internet(&data.into_bytes())));
    Flow::Next
}

/// `mark_to_drop(standard_metadata)`: `egress_spec` 511, `mcast_grp` 0.
fn mark_to_drop(run: &mut Run<'_>, call: &Call) -> Flow {
    if let Some(ArgCode::Struct(fields)) = call.args.first() {
        for (name, field) in fields {
            match &**name {
                "egress_spec" => run.give_scalar(Some(field), DROP_PORT, call.span),
                "mcast_grp" => run.give_scalar(Some(field), 0, call.span),
                _ => {}
            }
        }
    }
    Flow::Next
}

/// What a packet that goes round keeps: nothing, or the field list that the argument names.
fn preserved(run: &Run<'_>, call: &Call, list: Option<usize>) -> Preserve {
    list.map_or(Preserve::Nothing, |position| Preserve::List(run.number(call, position) as u64))
}

fn clone<const PRESERVES: bool>(run: &mut Run<'_>, call: &Call) -> Flow {
    let preserved = preserved(run, call, PRESERVES.then_some(2));
    run.requests.clone = Some((run.number(call, 1) as u32, preserved));
    Flow::Next
}

fn resubmit<const PRESERVES: bool>(run: &mut Run<'_>, call: &Call) -> Flow {
    run.requests.resubmit = Some(preserved(run, call, PRESERVES.then_some(0)));
    Flow::Next
}

fn recirculate<const PRESERVES: bool>(run: &mut Run<'_>, call: &Call) -> Flow {
    run.requests.recirculate = Some(preserved(run, call, PRESERVES.then_some(0)));
    Flow::Next
}

/// `truncate(length)`
pub fn truncate(run: &mut Run<'_>, call: &Call) -> Flow {
    run.requests.truncate = Some(run.number(call, 0) as u32);
    Flow::Next
}

/// `digest(receiver, data)`
fn digest(run: &mut Run<'_>, call: &Call) -> Flow {
    let leaves = call.args.get(1).map_or(Vec::new(), |a| run.leaves(a));
    let name = run.number(call, 0).to_string();
    let fields = leaves.into_iter().map(|(name, value, _)| (name, value)).collect();
    run.send_digest(Digest::new(name, fields), call.span);
    Flow::Next
}

fn counted_already(_: &mut Run<'_>, _: &Call) -> Flow {
    Flow::Next
}

fn check(run: &mut Run<'_>, call: &Call, otherwise: &str) -> Flow {
    if run.number(call, 0) != 0 {
        return Flow::Next;
    }
    run.event(call.span, |_| EventKind::Message(otherwise.to_owned()));
    run.stop(otherwise, call.span)
}

/// `assert(check)`
pub fn assert(run: &mut Run<'_>, call: &Call) -> Flow {
    check(run, call, "an `assert` failed")
}

/// `assume(check)`: a claim for verification tools; one that does not hold is an error as well.
pub fn assume(run: &mut Run<'_>, call: &Call) -> Flow {
    check(run, call, "an `assume` does not hold")
}

/// `log_msg(format [, values])`: each `{}` is a value, as P4 writes it.
pub fn log_msg(run: &mut Run<'_>, call: &Call) -> Flow {
    if run.trace.is_some() {
        let leaves = call.args.get(1).map_or(Vec::new(), |a| run.leaves(a));
        let mut values =
            leaves.iter().zip(&call.writings).map(|((_, value, _), writing)| written(value, writing));
        let mut text = String::new();
        // What a value looks like is no format.
        for (at, part) in run.text(call, 0).split("{}").enumerate() {
            if at > 0 {
                text += values.next().as_deref().unwrap_or("{}");
            }
            text += part;
        }
        run.event(call.span, |_| EventKind::Message(text));
    }
    Flow::Next
}

fn written(value: &Value, writing: &Writing) -> String {
    let number = value.to_big();
    match writing {
        Writing::Number => number.to_string(),
        Writing::Signed(width) if *width > 0 && number.bit(u64::from(*width) - 1) => {
            format!("-{}", big_neg(&number, *width))
        }
        Writing::Signed(_) => number.to_string(),
        Writing::Names(names) => {
            let name = usize::try_from(&number).ok().and_then(|at| names.get(at));
            name.map_or_else(|| number.to_string(), ToString::to_string)
        }
    }
}

/// `extern_func(out f, in d)` of p4c's bmv2 samples: `f = d`.
fn assign(run: &mut Run<'_>, call: &Call) -> Flow {
    let value = run.number(call, 1);
    run.give_scalar(call.args.first(), value, call.span);
    Flow::Next
}
