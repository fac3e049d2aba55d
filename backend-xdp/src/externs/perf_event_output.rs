//! `BPF_PERF_EVENT_OUTPUT()` of xdp_model and ebpf_model: sends the packet's length and the packet, as it is now, to the control plane.

use super::FILTERS;
use super::cells::at;
use crate::c::code::{Known, Name, code};
use crate::c::expr::{CExpr, CType};
use crate::c::map::{MapDefinition, MapType};
use crate::emit::Cx;
use crate::emit::externs::{Call, Entry, Extern, Laying, OtherShape};
use crate::tables::short_name;
use p4xdp_control::manifest::ExternKind;
use p4xdp_control::view::Param;
use p4xdp_midend::ir::Program;

pub(super) const PERF_EVENT_OUTPUT: Entry = Entry::function("BPF_PERF_EVENT_OUTPUT", lay_out).of(FILTERS);

/// The map of events, which all calls share.
#[derive(Debug)]
struct Events {
    map: Name,
}

fn lay_out(laying: &mut Laying<'_>) -> Box<dyn Extern> {
    Box::new(Events { map: short_name(laying.names, "perf_event") })
}

impl Extern for Events {
    fn maps(&self) -> Vec<MapDefinition> {
        vec![MapDefinition {
            name: self.map.clone(),
            kind: MapType::PerfEventArray,
            key: code!("__u32"),
            value: code!("__u32"),
            max_entries: None,
        }]
    }

    fn describe(&self, _program: &Program) -> Option<ExternKind> {
        let length = Param::new("length", 32);
        Some(ExternKind::Events { map: self.map.to_string(), fields: vec![(length, at(0, 4))] })
    }

    fn call(&self, cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
        let [] = call.args else { return Err(OtherShape) };
        let function =
            if cx.module.options.frags { Known("xdp_send_frags") } else { Known("xdp_send_packet") };
        let sent = code!("{}(@ctx, &{})", function, self.map);
        cx.give(call, CExpr::atom(sent, CType::U32, 32));
        Ok(())
    }
}
