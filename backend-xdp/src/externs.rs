//! Externs: what each is on XDP, one file an extern. In goes what the emitter asks ([`crate::emit::externs`]); out come maps, descriptions for
//! the control plane and C. Here is only the list of them; nothing outside this room knows an extern by its name.
//!
//! A new extern is a file here and a line in [`REGISTRY`]; `docs/extending.md` has the recipe.

mod assert;
mod cells;
mod checksum;
mod conntrack;
mod counter;
mod counter_array;
mod csum_replace;
mod digest;
mod hash;
mod ipv4_checksum;
mod ktime;
mod lacking;
mod log_msg;
mod mark_to_drop;
mod perf_event_output;
mod random;
mod register;
mod row;
mod table_implementation;
mod users;

use crate::emit::externs::Registry;

/// The architectures of packet filters, which share their externs.
const FILTERS: &[&str] = &["ebpf_model", "xdp_model"];
/// v1model.
const V1MODEL: &[&str] = &["v1model"];

/// All externs. Maps and descriptions stand in this order.
pub(crate) const REGISTRY: Registry = Registry {
    entries: &[
        &counter_array::COUNTER_ARRAY,
        &counter::COUNTER,
        &register::REGISTER,
        &table_implementation::ARRAY_TABLE,
        &table_implementation::HASH_TABLE,
        &perf_event_output::PERF_EVENT_OUTPUT,
        &conntrack::TCP_CONNTRACK,
        &csum_replace::CSUM_REPLACE2,
        &csum_replace::CSUM_REPLACE4,
        &ipv4_checksum::EBPF_IPV4_CHECKSUM,
        &ipv4_checksum::VERIFY_IPV4_CHECKSUM,
        &ktime::KTIME_GET_NS,
        &assert::ASSERT,
        &assert::ASSUME,
        &checksum::UPDATE_CHECKSUM,
        &checksum::VERIFY_CHECKSUM,
        &hash::HASH,
        &log_msg::LOG_MSG,
        &mark_to_drop::MARK_TO_DROP,
        &random::RANDOM,
        &lacking::METER,
        &lacking::DIRECT_COUNTER,
        &lacking::DIRECT_METER,
        &lacking::ACTION_PROFILE,
        &lacking::ACTION_SELECTOR,
        &lacking::CLONE,
        &lacking::CLONE3,
        &lacking::CLONE_PRESERVING,
        &lacking::DIGEST,
        &lacking::RECIRCULATE,
        &lacking::RECIRCULATE_PRESERVING,
        &lacking::RESUBMIT,
        &lacking::RESUBMIT_PRESERVING,
        &lacking::TRUNCATE,
        &lacking::UPDATE_CHECKSUM_WITH_PAYLOAD,
        &lacking::VERIFY_CHECKSUM_WITH_PAYLOAD,
    ],
    others: users::functions,
};
