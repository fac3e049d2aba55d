//! What PSA and PNA say of a packet by functions of its metadata, which are plain expressions: `psa_clone_i2e`, `psa_clone_e2e`, `psa_resubmit`,
//! `psa_normal`, `psa_recirculate`, `is_net_port`, `is_host_port`. Ports from 256 on are the host's.

use super::{PNA, PSA};
use crate::c::code::{Code, code};
use crate::c::expr::{CExpr, Prec, literal};
use crate::emit::Cx;
use crate::emit::externs::{Call, Entry, OtherShape};
use crate::layout::extern_facts::Facts;
use p4xdp_midend::ir::Arg;

const PURE: Facts = Facts { is_pure: true, ..Facts::none() };

/// `PSA_PORT_RECIRCULATE`
const PORT_RECIRCULATE: u64 = 0xffff_fffa;
const FIRST_HOST_PORT: u32 = 256;

const fn of_psa(name: &'static str, call: crate::emit::externs::WriteCall) -> Entry {
    Entry::stateless(name, call).of(PSA).with(PURE)
}

pub(super) const PSA_CLONE_I2E: Entry = of_psa("psa_clone_i2e", |cx, call| all(cx, call, &[("clone", true)]));
pub(super) const PSA_CLONE_E2E: Entry = of_psa("psa_clone_e2e", |cx, call| all(cx, call, &[("clone", true)]));
pub(super) const PSA_RESUBMIT: Entry =
    of_psa("psa_resubmit", |cx, call| all(cx, call, &[("drop", false), ("resubmit", true)]));
pub(super) const PSA_NORMAL: Entry =
    of_psa("psa_normal", |cx, call| all(cx, call, &[("drop", false), ("resubmit", false)]));
pub(super) const PSA_RECIRCULATE: Entry = of_psa("psa_recirculate", recirculate);
pub(super) const IS_NET_PORT: Entry =
    Entry::stateless("is_net_port", |cx, call| side(cx, call, "<")).of(PNA).with(PURE);
pub(super) const IS_HOST_PORT: Entry =
    Entry::stateless("is_host_port", |cx, call| side(cx, call, ">=")).of(PNA).with(PURE);

/// A field of metadata that is an argument.
fn field(cx: &mut Cx<'_>, call: &Call<'_>, position: usize, name: &str) -> Option<CExpr> {
    let Some(Arg::Struct(fields)) = call.args.get(position) else { return None };
    let value = fields.iter().find(|(field, _)| &**field == name)?.1.value()?;
    Some(cx.value(value))
}

/// Whether these fields are as they are here.
fn all(cx: &mut Cx<'_>, call: &Call<'_>, wanted: &[(&str, bool)]) -> Result<(), OtherShape> {
    let mut terms = Vec::new();
    for (name, is) in wanted {
        let value = field(cx, call, 0, name).ok_or(OtherShape)?.operand();
        terms.push(if *is { value } else { code!("!{}", value) });
    }
    give(cx, call, terms);
    Ok(())
}

/// Not if the packet is dropped, and the port is that one.
fn recirculate(cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
    let drop = field(cx, call, 0, "drop").ok_or(OtherShape)?.operand();
    let port = field(cx, call, 1, "egress_port").ok_or(OtherShape)?.operand();
    give(cx, call, vec![code!("!{}", drop), code!("{} == {}", port, literal(PORT_RECIRCULATE))]);
    Ok(())
}

fn side(cx: &mut Cx<'_>, call: &Call<'_>, comparison: &'static str) -> Result<(), OtherShape> {
    let [Arg::In(port)] = call.args else { return Err(OtherShape) };
    let port = cx.value(port).operand();
    give(cx, call, vec![code!("{} {} {}", port, Code::text(comparison), FIRST_HOST_PORT)]);
    Ok(())
}

fn give(cx: &mut Cx<'_>, call: &Call<'_>, terms: Vec<Code>) {
    if call.result.is_none() {
        return;
    }
    let prec = if terms.len() > 1 { Prec::And } else { Prec::Equality };
    cx.give(call, CExpr::truth(Code::join(terms, " && "), prec));
}
