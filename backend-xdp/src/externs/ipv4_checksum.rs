//! Checksums of IPv4 headers without options: `ebpf_ipv4_checksum(version, .., dst)` of ebpf_model is that of the eleven fields;
//! `verify_ipv4_checksum(header)`, declared by programs, says whether the 20 bytes of a header have a right one; not of an invalid header.

use super::FILTERS;
use crate::c::code::{Code, code};
use crate::c::expr::{CExpr, CType, Prec};
use crate::emit::Cx;
use crate::emit::externs::{Call, Entry, OtherShape};
use crate::emit::field::Referent;
use crate::layout::extern_facts::Facts;
use p4xdp_midend::ir::Arg;

const PURE: Facts = Facts { is_pure: true, ..Facts::none() };
pub(super) const EBPF_IPV4_CHECKSUM: Entry =
    Entry::stateless("ebpf_ipv4_checksum", of_fields).of(FILTERS).with(PURE);
pub(super) const VERIFY_IPV4_CHECKSUM: Entry = Entry::stateless("verify_ipv4_checksum", verify).with(PURE);

fn of_fields(cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
    if call.args.len() != 11 {
        return Err(OtherShape);
    }
    let values = cx.values(call.args).ok_or(OtherShape)?;
    let arguments: Vec<&Code> = values.iter().map(|value| &value.text).collect();
    let text = code!("@ebpf_ipv4_checksum({})", Code::join(&arguments, ", "));
    cx.give(call, CExpr::atom(text, CType::U16, 16));
    Ok(())
}

fn verify(cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
    let [Arg::Header(header)] = call.args else { return Err(OtherShape) };
    let Referent::One(id) = cx.referent(header) else { return Err(OtherShape) };
    let ty = &cx.program.header_types[cx.program.headers[id].ty];
    if ty.varbit_field().is_some() || ty.fixed_width() != 160 {
        return Err(OtherShape);
    }
    let first = cx.field_place(id, 0).ok_or(OtherShape)?;
    let integer = cx.is_integer(id, &first);
    let verdict = cx.choose_holder(id, &CExpr::boolean(false), |cx, base| {
        let name = cx.member_name(id, &first, base);
        let address = if integer { code!("&{}", name) } else { name };
        CExpr::truth(code!("@xdp_ipv4_checksum_ok({})", address), Prec::Postfix)
    });
    cx.give(call, verdict);
    Ok(())
}
