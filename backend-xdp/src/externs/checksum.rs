//! `update_checksum(condition, data, checksum, algorithm)` and `verify_checksum` of v1model, and those of data with the packet's payload behind
//! it; a wrong checksum sets `checksum_error` of the metadata.

use super::V1MODEL;
use super::digest::Algorithm;
use super::row::{Bytes, Group};
use crate::arch::Stages;
use crate::c::code::code;
use crate::c::expr::CExpr;
use crate::emit::Cx;
use crate::emit::expr::slice;
use crate::emit::externs::{Call, Entry, OtherShape};
use p4xdp_midend::ir::{Arg, Expr};

pub(super) const UPDATE_CHECKSUM: Entry = Entry::stateless("update_checksum", update::<false>).of(V1MODEL);
pub(super) const VERIFY_CHECKSUM: Entry = Entry::stateless("verify_checksum", verify::<false>).of(V1MODEL);
pub(super) const UPDATE_CHECKSUM_WITH_PAYLOAD: Entry =
    Entry::stateless("update_checksum_with_payload", update::<true>).of(V1MODEL);
pub(super) const VERIFY_CHECKSUM_WITH_PAYLOAD: Entry =
    Entry::stateless("verify_checksum_with_payload", verify::<true>).of(V1MODEL);

fn update<const WITH_PAYLOAD: bool>(cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
    let [Arg::In(condition), data, Arg::Out(target), Arg::In(algorithm)] = call.args else {
        return Err(OtherShape);
    };
    let Some(algorithm) = algorithm_of(cx, call, algorithm) else { return Ok(()) };
    let width = cx.lvalue_width(target);
    cx.only_where(condition, |cx| {
        if let Some(checksum) = checksum::<WITH_PAYLOAD>(cx, call, algorithm, data, width) {
            cx.assign(target, checksum, call.span);
        }
    });
    Ok(())
}

fn verify<const WITH_PAYLOAD: bool>(cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
    let [Arg::In(condition), data, Arg::In(expected), Arg::In(algorithm)] = call.args else {
        return Err(OtherShape);
    };
    let stages = Stages(&cx.program.stages);
    // Metadata without the field: nobody can see it.
    let Some(failed) = stages.local("ig", 2, Some("checksum_error")) else { return Ok(()) };
    let Some(algorithm) = algorithm_of(cx, call, algorithm) else { return Ok(()) };
    cx.only_where(condition, |cx| {
        let width = expected.ty.width();
        let expected = cx.value(expected);
        let Some(sum) = checksum::<WITH_PAYLOAD>(cx, call, algorithm, data, width) else { return };
        let flag = cx.variable(failed);
        let wrong = code!("{} != {}", sum.operand(), expected.operand());
        cx.out.update(flag.name(), code!("if ({})\n\t{} = 1;", wrong, flag));
    });
    Ok(())
}

/// The algorithm of a checksum. A random one is none, and is refused as others are.
fn algorithm_of(cx: &mut Cx<'_>, call: &Call<'_>, algorithm: &Expr) -> Option<Algorithm> {
    let found = cx.algorithm(algorithm).filter(|algorithm| *algorithm != Algorithm::Random);
    if found.is_none() {
        cx.refuse_algorithm(call);
    }
    found
}

/// The checksum of an argument, in `width` bits.
fn checksum<const WITH_PAYLOAD: bool>(
    cx: &mut Cx<'_>,
    call: &Call<'_>,
    algorithm: Algorithm,
    data: &Arg,
    width: u32,
) -> Option<CExpr> {
    let mut groups = cx.row_of(data, call.span)?;
    if WITH_PAYLOAD {
        groups.push(Group { condition: None, values: Vec::new(), bytes: Some(Bytes::Payload) });
    }
    let checksum = cx.digest(algorithm, &groups);
    Some(match checksum.width > width {
        true if width > 0 => slice(checksum, width - 1, 0).masked(),
        true => CExpr::zero(0),
        false => CExpr { width, ..checksum },
    })
}
