//! `CounterArray(bit<32> max_index, bool sparse)` of ebpf_model and xdp_model: `increment(i)` and `add(i, n)` add to counter `i` of this
//! processor; an index that is not there counts nowhere.
//!
//! A dense one has the index `max_index` too; a sparse one has room for `max_index` counters with any index, which is how programs use it.

use super::FILTERS;
use super::cells::constants;
use super::counter::{Counters, Counts};
use crate::c::code::{Known, code};
use crate::c::map::MapDefinition;
use crate::emit::Cx;
use crate::emit::externs::{Call, Entry, Extern, Laying, Made, OtherShape};
use p4xdp_control::manifest::ExternKind;
use p4xdp_midend::ir::{ExternInstance, Program};

pub(super) const COUNTER_ARRAY: Entry = Entry::of_type("CounterArray", lay_out).of(FILTERS);

#[derive(Debug)]
struct CounterArray {
    counters: Counters,
    sparse: bool,
}

fn lay_out(instance: &ExternInstance, laying: &mut Laying<'_>) -> Made {
    let [max_index, sparse] = constants(instance, laying.diagnostics)?;
    let sparse = sparse != 0;
    let size = if sparse { max_index } else { max_index + 1 };
    let counters = Counters::new(instance, size, Counts::Packets, sparse, laying)?;
    Ok(Box::new(CounterArray { counters, sparse }))
}

impl Extern for CounterArray {
    fn maps(&self) -> Vec<MapDefinition> {
        vec![self.counters.cells.definition()]
    }

    fn describe(&self, _program: &Program) -> Option<ExternKind> {
        Some(self.counters.describe())
    }

    fn call(&self, cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
        let values = cx.values(call.args).ok_or(OtherShape)?;
        let (index, amount) = match (call.name, values.as_slice()) {
            ("increment", [index]) => (index, code!("1")),
            ("add", [index, amount]) => (index, amount.text.clone()),
            _ => return Err(OtherShape),
        };
        let function = if self.sparse { Known("xdp_count_sparse") } else { Known("xdp_count") };
        let map = &self.counters.cells.map;
        cx.out.line(code!("{}(&{}, {}, {});", function, map, index.text, amount));
        Ok(())
    }
}
