//! Externs: what each is on XDP, one file an extern. In goes what the emitter asks ([`crate::emit::externs`]); out come maps, descriptions for
//! the control plane and C. Here is only the list of them; nothing outside this room knows an extern by its name.
//!
//! A new extern is a file here and a line in [`REGISTRY`]; `docs/extending.md` has the recipe.

mod action_profile;
mod add_entry;
mod assert;
mod cells;
mod checksum;
mod checksum16;
mod conntrack;
mod counter;
mod counter_array;
mod crc;
mod csum_replace;
mod digest;
mod direct;
mod extern_func;
mod fib_lookup;
mod hash;
mod internet_checksum;
mod ipv4_checksum;
mod ktime;
mod leaves;
mod log_msg;
mod lookup3;
mod mark_to_drop;
mod message;
mod metadata;
mod meter;
mod pass_metadata;
mod pass_on_cpu;
mod perf_event_output;
mod random;
mod register;
mod requests;
mod row;
mod running_checksum;
mod rx_metadata;
mod select_by_direction;
mod table_implementation;
mod truncate;
mod users;

use crate::emit::externs::Registry;

/// The architectures of packet filters, which share their externs.
const FILTERS: &[&str] = &["ebpf_model", "xdp_model"];
/// v1model.
const V1MODEL: &[&str] = &["v1model"];
/// The portable architectures, which share most externs.
const PORTABLE: &[&str] = &["psa", "pna"];
/// PSA.
const PSA: &[&str] = &["psa"];
/// PNA.
const PNA: &[&str] = &["pna"];
/// ubpf_model.
const UBPF_MODEL: &[&str] = &["ubpf_model"];

/// All externs. Maps and descriptions stand in this order.
pub(crate) const REGISTRY: Registry = Registry {
    entries: &[
        &counter_array::COUNTER_ARRAY,
        &counter::COUNTER,
        &counter::PORTABLE_COUNTER,
        &register::REGISTER,
        &register::PORTABLE_REGISTER,
        &register::UBPF_REGISTER,
        &meter::METER,
        &meter::PORTABLE_METER,
        &direct::DIRECT_COUNTER,
        &direct::DIRECT_METER,
        &direct::PORTABLE_DIRECT_COUNTER,
        &direct::PORTABLE_DIRECT_METER,
        &table_implementation::ARRAY_TABLE,
        &table_implementation::HASH_TABLE,
        &action_profile::ACTION_PROFILE,
        &action_profile::ACTION_SELECTOR,
        &action_profile::PORTABLE_PROFILE,
        &action_profile::PORTABLE_SELECTOR,
        &perf_event_output::PERF_EVENT_OUTPUT,
        &message::DIGEST,
        &message::DIGEST_OBJECT,
        &conntrack::TCP_CONNTRACK,
        &csum_replace::CSUM_REPLACE2,
        &csum_replace::CSUM_REPLACE4,
        &csum_replace::INCREMENTAL_CHECKSUM,
        &ipv4_checksum::EBPF_IPV4_CHECKSUM,
        &ipv4_checksum::VERIFY_IPV4_CHECKSUM,
        &ktime::KTIME_GET_NS,
        &ktime::UBPF_TIME_GET_NS,
        &ktime::XDP_KTIME_NS,
        &rx_metadata::RX_HASH,
        &rx_metadata::RX_TIMESTAMP,
        &rx_metadata::RX_VLAN_TAG,
        &fib_lookup::FIB_LOOKUP_IPV4,
        &fib_lookup::FIB_LOOKUP_IPV6,
        &pass_on_cpu::PASS_ON_CPU,
        &pass_metadata::PASS_METADATA,
        &assert::ASSERT,
        &assert::ASSUME,
        &checksum::UPDATE_CHECKSUM,
        &checksum::VERIFY_CHECKSUM,
        &checksum::UPDATE_CHECKSUM_WITH_PAYLOAD,
        &checksum::VERIFY_CHECKSUM_WITH_PAYLOAD,
        &checksum16::CHECKSUM16,
        &extern_func::EXTERN_FUNC,
        &hash::HASH,
        &hash::PORTABLE_HASH,
        &lookup3::LOOKUP3,
        &lookup3::COMPUTE_HASH,
        &internet_checksum::INTERNET_CHECKSUM,
        &running_checksum::CHECKSUM,
        &log_msg::LOG_MSG,
        &mark_to_drop::MARK_TO_DROP,
        &random::RANDOM,
        &random::PORTABLE_RANDOM,
        &truncate::TRUNCATE,
        &add_entry::ADD_ENTRY,
        &add_entry::ADD_ENTRY_IF,
        &add_entry::RESTART_EXPIRE_TIMER,
        &add_entry::SET_ENTRY_EXPIRE_TIME,
        &add_entry::SET_ENTRY_EXPIRE_TIME_IF,
        &add_entry::UPDATE_EXPIRE_INFO,
        &metadata::PSA_CLONE_I2E,
        &metadata::PSA_CLONE_E2E,
        &metadata::PSA_RESUBMIT,
        &metadata::PSA_NORMAL,
        &metadata::PSA_RECIRCULATE,
        &metadata::IS_NET_PORT,
        &metadata::IS_HOST_PORT,
        &select_by_direction::SELECT_BY_DIRECTION,
        &requests::SEND_TO_PORT,
        &requests::DROP_PACKET,
        &requests::MARK_TO_DROP,
        &requests::MARK_TO_PASS,
        &requests::PNA_RECIRCULATE,
        &requests::RECIRCULATE,
        &requests::RECIRCULATE_PRESERVING,
        &requests::RESUBMIT,
        &requests::RESUBMIT_PRESERVING,
        &requests::CLONE,
        &requests::CLONE3,
        &requests::CLONE_PRESERVING,
    ],
    others: users::call,
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::externs::Make;
    use p4xdp_frontend::diagnostic::Diagnostics;
    use p4xdp_frontend::hir::{FunctionKind, Program};
    use p4xdp_frontend::source::{InMemory, SourceMap};
    use std::collections::BTreeSet;

    #[allow(clippy::disallowed_methods, reason = "it ends with the front end")]
    fn declared(architecture: &str, edition: &str) -> Program {
        let loader = InMemory::new().with("main.p4", format!("{edition}#include <{architecture}.p4>\n"));
        let (mut sources, mut sink) = (SourceMap::new(), Diagnostics::new());
        let options = p4xdp_frontend::preprocess::Options::default();
        p4xdp_frontend::analyze("main.p4".as_ref(), &options, &loader, &mut sources, &mut sink).unwrap()
    }

    /// What selects among the declarations of an include.
    const EDITIONS: [&str; 2] = ["", "#define _PNA_PUBLISHED\n"];

    /// Programs of an architecture declare it themselves.
    const DECLARED_BY_PROGRAMS: [&str; 1] = ["compute_hash"];

    /// A name stands for one thing in an architecture, and one that has it declares it, as a type or as a function.
    #[test]
    fn every_line_is_an_extern_of_its_architectures() {
        let mut seen = BTreeSet::new();
        for entry in REGISTRY.entries {
            for architecture in FILTERS.iter().chain(V1MODEL).chain(PORTABLE).chain(UBPF_MODEL) {
                let is_of = entry.architectures.is_empty() || entry.architectures.contains(architecture);
                assert!(!is_of || seen.insert((entry.name, architecture)), "{} stands twice", entry.name);
            }
            // The packet filters' includes share what they have.
            let declares = |architecture: &&str| {
                EDITIONS.iter().map(|edition| declared(architecture, edition)).any(|program| {
                    match entry.make {
                        Make::Instance(_) => program.externs.values().any(|e| &*e.name.name == entry.name),
                        Make::Function(_) | Make::Stateless(_) => (program.functions.values())
                            .any(|f| f.kind == FunctionKind::Extern && &*f.name.name == entry.name),
                    }
                })
            };
            let everywhere = entry.architectures == FILTERS;
            let declaring = entry.architectures.iter().filter(|a| declares(a)).count();
            assert!(
                declaring == entry.architectures.len()
                    || everywhere && declaring > 0
                    || declaring == 0 && DECLARED_BY_PROGRAMS.contains(&entry.name),
                "{}: declared by {declaring} of {:?}",
                entry.name,
                entry.architectures
            );
        }
    }

    /// What v1model declares is compiled, or refused by a line of its own.
    #[test]
    fn every_extern_of_v1model_has_a_line() {
        let program = declared("v1model", "");
        let core: BTreeSet<&str> = BTreeSet::from(["packet_in", "packet_out", "verify", "static_assert"]);
        let functions = program.functions.values().filter(|f| f.kind == FunctionKind::Extern);
        let names = program.externs.values().map(|e| &e.name).chain(functions.map(|f| &f.name));
        for name in names.map(|named| &*named.name).filter(|name| !core.contains(name)) {
            assert!(REGISTRY.entries.iter().any(|entry| entry.name == name), "{name} has no line");
        }
    }
}
