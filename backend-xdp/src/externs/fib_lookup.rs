//! `xdp_fib_lookup_ipv4(src, dst, tos, length, port, src_mac, dst_mac)` of `xdp_ext.p4`, and the same for IPv6: the kernel's routing table and
//! neighbours. The device that it finds becomes the program's number of that port.

use crate::c::code::{Code, Known, code};
use crate::c::expr::{CExpr, CType};
use crate::emit::Cx;
use crate::emit::externs::{Call, Entry, OtherShape};
use crate::emit::ports::port_of;
use p4xdp_midend::ir::Arg;

pub(super) const FIB_LOOKUP_IPV4: Entry =
    Entry::stateless("xdp_fib_lookup_ipv4", |cx, call| lookup(cx, call, Known("xdp_fib_lookup_ipv4"), 32));
pub(super) const FIB_LOOKUP_IPV6: Entry =
    Entry::stateless("xdp_fib_lookup_ipv6", |cx, call| lookup(cx, call, Known("xdp_fib_lookup_ipv6"), 128));

fn lookup(cx: &mut Cx<'_>, call: &Call<'_>, function: Known, address: u32) -> Result<(), OtherShape> {
    let [given @ .., Arg::Out(port), Arg::Out(src_mac), Arg::Out(dst_mac)] = call.args else {
        return Err(OtherShape);
    };
    let given = cx.values(given).ok_or(OtherShape)?;
    if given.iter().map(|value| value.width).ne([address, address, 8, 16]) {
        return Err(OtherShape);
    }
    let given = Code::join(given.into_iter().map(|value| value.masked().text), ", ");
    let found =
        [("device", CType::U32), ("src_mac", CType::U64), ("dst_mac", CType::U64)].map(|(name, ty)| {
            let name = cx.fresh(name, ty.name());
            cx.out.line(code!("{} = 0;", name));
            name
        });
    let [device, from, to] = &found;
    let status = code!("{}(@ctx, {}, &{}, &{}, &{})", function, given, device, from, to);
    cx.give(call, CExpr::atom(status, CType::U8, 8));
    let number = code!("({} ? {} : 0)", device, port_of(device));
    cx.assign(port, CExpr::atom(number, CType::U32, 32), call.span);
    for (target, name) in [(src_mac, from), (dst_mac, to)] {
        cx.assign(target, CExpr::atom(name, CType::U64, 48), call.span);
    }
    Ok(())
}
