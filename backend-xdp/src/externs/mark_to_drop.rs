//! `mark_to_drop(standard_metadata)` of v1model: the packet has no port to leave by, and no copies are made.

use super::V1MODEL;
use crate::emit::Cx;
use crate::emit::externs::{Call, Entry, OtherShape};
use crate::layout::extern_facts::Facts;
use p4xdp_midend::ir::{Arg, LValue};

/// The fields of the metadata that it sets; 511 is the port that drops.
const SETS: &[(&str, u32)] = &[("egress_spec", 511), ("mcast_grp", 0)];
pub(super) const MARK_TO_DROP: Entry =
    Entry::stateless("mark_to_drop", mark).of(V1MODEL).with(Facts { sets: SETS, ..Facts::none() });

fn mark(cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
    let [Arg::Struct(metadata)] = call.args else { return Err(OtherShape) };
    for (field, arg) in metadata {
        if let Some((_, value)) = SETS.iter().find(|(name, _)| *name == &**field)
            && let Arg::Out(LValue::Local(variable)) = arg
        {
            let variable = cx.variable(*variable);
            cx.out.assignment(&variable, *value);
        }
    }
    Ok(())
}
