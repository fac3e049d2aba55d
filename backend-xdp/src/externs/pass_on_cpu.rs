//! `xdp_pass_on_cpu(cpu)` of `xdp_ext.p4`: a processor takes the packet to the network stack, if it goes there. What was asked for last counts, at the
//! end ([`crate::emit::stack`]). Whoever loads the program fills the map of processors (`p4xdp_control::manifest::PROCESSORS`).

use crate::c::code::{Name, code};
use crate::c::map::{MapDefinition, MapType};
use crate::emit::Cx;
use crate::emit::externs::{Call, Entry, Extern, Laying, OtherShape};
use p4xdp_control::manifest::{PROCESSOR_ROOM, PROCESSORS};
use p4xdp_midend::ir::Arg;

pub(super) const PASS_ON_CPU: Entry =
    Entry::function("xdp_pass_on_cpu", |_: &mut Laying<'_>| Box::new(PassOnCpu));

#[derive(Debug)]
struct PassOnCpu;

impl Extern for PassOnCpu {
    fn maps(&self) -> Vec<MapDefinition> {
        vec![MapDefinition {
            name: Name::new(PROCESSORS),
            kind: MapType::CpuMap,
            key: code!("__u32"),
            // The queue's length, and a program that runs there: `struct bpf_cpumap_val` of `uapi/linux/bpf.h`.
            value: code!("__u64"),
            max_entries: Some(PROCESSOR_ROOM),
        }]
    }

    fn call(&self, cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
        let [Arg::In(cpu)] = call.args else { return Err(OtherShape) };
        if cx.refuse_without_stack(call) {
            return Ok(());
        }
        let cpu = cx.value(cpu).masked().operand();
        let wanted = cx.wanted_cpu();
        cx.out.assignment(&wanted, code!("{} + 1", cpu));
        Ok(())
    }
}
