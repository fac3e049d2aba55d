//! `csum_replace2(csum, old, new)` and `csum_replace4`, declared by ebpf_model, ubpf_model and programs, some of which call the latter
//! `incremental_checksum`: the Internet checksum after a word has changed
//! (RFC 1624). The prelude has functions of the same names.

use crate::c::code::{Code, Name, code};
use crate::c::expr::{CExpr, CType};
use crate::emit::Cx;
use crate::emit::externs::{Call, Entry, OtherShape};
use crate::layout::extern_facts::Facts;
use p4xdp_midend::ir::{Arg, Expr};

const FACTS: Facts = Facts { is_pure: true, order_free: true, ..Facts::none() };
pub(super) const CSUM_REPLACE2: Entry = Entry::stateless("csum_replace2", replace).with(FACTS);
pub(super) const CSUM_REPLACE4: Entry = Entry::stateless("csum_replace4", replace).with(FACTS);
pub(super) const INCREMENTAL_CHECKSUM: Entry = Entry::stateless("incremental_checksum", replace).with(FACTS);

fn replace(cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
    let [Arg::In(csum), Arg::In(old), Arg::In(new)] = call.args else { return Err(OtherShape) };
    let args = [csum, old, new];
    let text = match in_place(cx, call, args) {
        Some(text) => text,
        None => {
            code!("{}({})", function(call), Code::join(args.map(|arg| cx.value(arg).text), ", "))
        }
    };
    cx.give(call, CExpr::atom(text, CType::U16, 16));
    Ok(())
}

/// An update from numbers that mostly are in headers: without swapping them, which changes nothing but the order of the result. Clang drops
/// that swap too where the result goes to a header.
fn in_place(cx: &mut Cx<'_>, call: &Call<'_>, args: [&Expr; 3]) -> Option<Code> {
    if args.iter().filter(|arg| cx.is_in_network_order(arg)).count() < 2 {
        return None;
    }
    let numbers = args.map(|arg| cx.network(arg, arg.ty.width() / 8).text);
    Some(code!("@bpf_ntohs({}({}))", function(call), Code::join(numbers, ", ")))
}

fn function(call: &Call<'_>) -> Name {
    Name::new(if call.name == "csum_replace2" { "csum_replace2" } else { "csum_replace4" })
}
