//! ubpf_model's externs.

use super::hash::{crc_of, lookup3};
use super::register::{RegisterState, leaf_widths};
use super::{Builtin, ExternState, constant, library, register, v1model};
use crate::interp::arch::CallSite;
use crate::interp::bits::BitWriter;
use crate::interp::code::Call;
use crate::interp::run::{Flow, Run};
use crate::ir::{ExternInstance, Program};
use p4xdp_control::crc::Crc;

/// The meaning of a call.
pub fn resolve(site: &CallSite<'_>) -> Option<Builtin> {
    Some(match site.key() {
        ("Register", "read", 1) => register::read,
        ("Register", "write", 2) => register::write,
        ("", "mark_to_drop", 0) => mark_to_drop,
        ("", "mark_to_pass", 0) => mark_to_pass,
        ("", "ubpf_time_get_ns", 0) => library::time,
        ("", "truncate", 1) => v1model::truncate,
        ("", "hash", 3) => hash,
        ("", "compute_hash", 2) => compute_hash,
        _ => return library::resolve(site),
    })
}

/// The state of an instance.
pub fn state(program: &Program, instance: &ExternInstance) -> Option<ExternState> {
    match &*instance.extern_type {
        "Register" => {
            let mut widths = Vec::new();
            leaf_widths(program, instance.type_args.first()?, &mut widths);
            Some(ExternState::Register(RegisterState::new(constant(instance, 0).unwrap_or(0), widths)))
        }
        _ => None,
    }
}

fn mark_to_drop(run: &mut Run<'_>, _: &Call) -> Flow {
    run.requests.drop = Some(true);
    Flow::Next
}

fn mark_to_pass(run: &mut Run<'_>, _: &Call) -> Flow {
    run.requests.drop = Some(false);
    Flow::Next
}

/// `hash(out result, algorithm, data)`: lookup3 of the data's bits is the only one.
fn hash(run: &mut Run<'_>, call: &Call) -> Flow {
    let mut bits = BitWriter::default();
    if let Some(data) = call.args.get(2) {
        run.bits_of(data, &mut bits);
    }
    run.give_scalar(call.args.first(), u128::from(lookup3(&bits.into_bytes())), call.span);
    Flow::Next
}

/// CRC-16/CCITT-FALSE.
const CCITT: Crc =
    Crc { width: 16, polynomial: 0x1021, initial: 0xffff, reflect_in: false, reflect_out: false, xor_out: 0 };

/// `compute_hash(source, destination)` of p4c's uBPF samples: the CRC of the first seven bytes of the two addresses,
/// each in little-endian order.
fn compute_hash(run: &mut Run<'_>, call: &Call) -> Flow {
    let words = [0, 1].map(|i| (run.number(call, i) as u32).to_le_bytes());
    let bytes: Vec<u8> = words.into_iter().flatten().take(7).collect();
    run.give_number(call, u128::from(crc_of(&CCITT, &bytes)));
    Flow::Next
}
