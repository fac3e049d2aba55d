//! `xdp_rx_hash(fallback)`, `xdp_rx_timestamp(fallback)` and `xdp_rx_vlan_tag(tpid, tci)` of `xdp_ext.p4`: what the device knows of a packet that it
//! received, by kernel functions. `p4xdp_control::manifest::metadata` tells when they are called at all.

use crate::c::code::code;
use crate::c::expr::{CExpr, CType, Prec};
use crate::emit::Cx;
use crate::emit::externs::{Call, Entry, OtherShape};
use p4xdp_control::kernel::Kernel;
use p4xdp_midend::ir::Arg;

pub(super) const RX_HASH: Entry = Entry::stateless(HASH, hash);
pub(super) const RX_TIMESTAMP: Entry = Entry::stateless(TIMESTAMP, timestamp);
pub(super) const RX_VLAN_TAG: Entry = Entry::stateless(VLAN_TAG, vlan_tag);

const HASH: &str = "xdp_rx_hash";
const TIMESTAMP: &str = "xdp_rx_timestamp";
const VLAN_TAG: &str = "xdp_rx_vlan_tag";

/// Notes what is asked, and from which kernel on there is an answer.
fn ask(cx: &mut Cx<'_>, call: &Call<'_>, name: &'static str, needed: Kernel) {
    cx.module.metadata.insert(name);
    cx.module.falls_back_before(needed, &format!("`{name}`"), call.span);
}

fn hash(cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
    let [Arg::In(fallback)] = call.args else { return Err(OtherShape) };
    ask(cx, call, HASH, Kernel::RX_METADATA);
    let fallback = cx.value(fallback).masked().text;
    cx.give(call, CExpr::atom(code!("@xdp_rx_hash(@ctx, {})", fallback), CType::U32, 32));
    Ok(())
}

fn timestamp(cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
    let [Arg::In(fallback)] = call.args else { return Err(OtherShape) };
    ask(cx, call, TIMESTAMP, Kernel::RX_METADATA);
    let fallback = cx.value(fallback).masked().text;
    cx.give(call, CExpr::atom(code!("@xdp_rx_timestamp(@ctx, {})", fallback), CType::U64, 64));
    Ok(())
}

fn vlan_tag(cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
    let [Arg::Out(tpid), Arg::Out(tci)] = call.args else { return Err(OtherShape) };
    ask(cx, call, VLAN_TAG, Kernel::RX_VLAN_TAG);
    let mut variables = Vec::new();
    for (target, wanted) in [(tpid, "tpid"), (tci, "tci")] {
        if cx.lvalue_width(target) != 16 {
            return Err(OtherShape);
        }
        let present = cx.read_lvalue(target, call.span).ok_or(OtherShape)?.masked().text;
        let name = cx.fresh(wanted, CType::U16.name());
        cx.out.line(code!("{} = {};", name, present));
        variables.push((name, target));
    }
    let [tpid, tci] = [0, 1].map(|at| variables.get(at).map(|(name, _)| name.clone()).unwrap_or_default());
    let found = code!("@xdp_rx_vlan_tag(@ctx, &{}, &{})", tpid, tci);
    cx.give(call, CExpr::truth(found, Prec::Postfix));
    for (name, target) in variables {
        cx.assign(target, CExpr::atom(name, CType::U16, 16), call.span);
    }
    Ok(())
}
