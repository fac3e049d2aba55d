//! Externs: what each means, and the state that it keeps. Which of them an architecture has is said here too, by type
//! and name; the meanings stand in the modules.

pub mod args;
pub mod checksum;
pub mod counter;
pub mod hash;
pub mod library;
pub mod meter;
pub mod pna;
pub mod psa;
pub mod register;
pub mod selector;
pub mod ubpf;
pub mod v1model;
pub mod xdp_ext;

use super::arch::CallSite;
use super::bits::BitWriter;
use super::code::Call;
use super::run::{Flow, Run};
use crate::ir::{Arg, Expr, ExprKind, ExternInstance, Program, ScalarType};
use hash::Algorithm;
use meter::MeterState;
use p4xdp_control::entry::Count;
use register::RegisterState;
use selector::SelectorState;
use std::collections::BTreeMap;

/// A meaning of an extern call.
pub type Builtin = fn(&mut Run<'_>, &Call) -> Flow;

/// The state of an extern instance.
#[derive(Clone, Debug)]
pub enum ExternState {
    /// Has none.
    Stateless,
    /// Counters: most cells (`None`: without bound), and the cells that are not zero.
    Counter(Option<u64>, BTreeMap<u64, Count>),
    /// Counters with any index that appear when they are first used: how many there can be, and those that there are.
    SparseCounter(u64, BTreeMap<u64, Count>),
    /// Registers.
    Register(RegisterState),
    /// Meters.
    Meter(MeterState),
    /// An action profile or selector.
    Selector(SelectorState),
    /// PSA: a hash function.
    Hash(Algorithm),
    /// PSA: a checksum and the bits that went into it.
    Checksum(Algorithm, BitWriter),
    /// PSA: an Internet checksum, as the sum so far.
    Sum(u16),
    /// PSA: random numbers from lowest to highest.
    Random(u64, u64),
    /// PSA: digests of this name.
    Digest(String),
}

/// A constant constructor argument.
fn constant(instance: &ExternInstance, position: usize) -> Option<u64> {
    match instance.args.get(position)? {
        Arg::In(e) => match &e.kind {
            ExprKind::Const(v) => u64::try_from(v).ok(),
            _ => None,
        },
        _ => None,
    }
}

/// A hash algorithm as constructor argument: a member of the architecture's enum, by its name.
fn algorithm(program: &Program, instance: &ExternInstance, position: usize) -> Option<Algorithm> {
    match instance.args.get(position)? {
        Arg::In(Expr { kind: ExprKind::Const(member), ty: ScalarType::Enum(id), .. }) => {
            let member = program.enums[*id].members.get(usize::try_from(member).ok()?)?;
            Algorithm::named(member)
        }
        _ => None,
    }
}

/// True for externs that a trace has more to say of than their arguments: they make an event of their own.
pub fn tells(name: &str) -> bool {
    matches!(name, "log_msg" | "digest" | "pack" | "assert" | "assume")
}

/// True for externs that write their values into a text, the first argument, as P4 writes them.
pub fn writes_message(name: &str) -> bool {
    name == "log_msg"
}

/// The externs of xdp_model and ebpf_model, and the documented library.
pub fn ebpf(site: &CallSite<'_>) -> Option<Builtin> {
    Some(match site.key() {
        ("CounterArray", "increment", 1) => counter::increment,
        ("CounterArray", "add", 2) => counter::add,
        ("", "BPF_KTIME_GET_NS", 0) => library::time,
        ("", "BPF_PERF_EVENT_OUTPUT", 0) => library::perf_event,
        ("", "ebpf_ipv4_checksum", 11) => checksum::of_fields,
        _ => return library::resolve(site),
    })
}

/// The state of their instances.
pub fn ebpf_state(instance: &ExternInstance) -> Option<ExternState> {
    Some(match &*instance.extern_type {
        "CounterArray" => {
            let (most, sparse) = (constant(instance, 0)?, constant(instance, 1)?);
            if sparse != 0 {
                ExternState::SparseCounter(most.max(1), BTreeMap::new())
            } else {
                ExternState::Counter(Some(most + 1), BTreeMap::new())
            }
        }
        "array_table" | "hash_table" => ExternState::Stateless,
        _ => return None,
    })
}
