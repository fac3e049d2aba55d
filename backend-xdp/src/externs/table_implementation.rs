//! `array_table(bit<32> size)` and `hash_table(bit<32> size)` of ebpf_model: how a table is stored that names one as its `implementation`. They
//! have no methods and no state.

use super::FILTERS;
use crate::emit::Cx;
use crate::emit::externs::{Call, Entry, Extern, Laying, Made, OtherShape};
use crate::layout::extern_facts::{Attached, Facts};
use p4xdp_midend::ir::ExternInstance;

pub(super) const ARRAY_TABLE: Entry = Entry::of_type("array_table", lay_out)
    .of(FILTERS)
    .with(Facts { attached: Some(Attached::Array), ..Facts::none() });
pub(super) const HASH_TABLE: Entry = Entry::of_type("hash_table", lay_out)
    .of(FILTERS)
    .with(Facts { attached: Some(Attached::Hash), ..Facts::none() });

#[derive(Debug)]
struct TableImplementation;

fn lay_out(_instance: &ExternInstance, _: &mut Laying<'_>) -> Made {
    Ok(Box::new(TableImplementation))
}

impl Extern for TableImplementation {
    fn call(&self, _cx: &mut Cx<'_>, _call: &Call<'_>) -> Result<(), OtherShape> {
        Err(OtherShape)
    }
}
