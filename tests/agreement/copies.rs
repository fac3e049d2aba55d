//! Cases whose packets are copied, on devices: in, a case; out, whether the same packets leave by the same ports as of the interpreter.

use crate::engines::{Compiled, Ending, Failure, ROOM, compiled, failed, fill, hex, verifier_kind};
use crate::generate::Case;
use p4xdp::driver::Codegen;
use p4xdp_packet_tests::engine::{Engine, EngineError};
use p4xdp_packet_tests::kernel::engine;

/// The interpreter, and the compiled program on devices, where packets and their copies leave by ports.
pub fn copies_agree(case: &Case, _sought: Option<&Failure>) -> Ending {
    copies(case).unwrap_or_else(|ending| ending)
}

fn copies(case: &Case) -> Result<Ending, Ending> {
    let Compiled { program, expected, object } = compiled(case, &Codegen::default())?;
    let on_devices = |e: EngineError| failed(verifier_kind(&e.to_string()), e.to_string());
    let mut loaded = engine(&object).map_err(on_devices)?;
    fill(&program, case, &mut loaded, "kernel")?;
    for (at, (packet, outcome)) in case.packets.iter().zip(&expected.outcomes).enumerate() {
        let lost = |e: EngineError| failed("devices", e.to_string());
        loaded.inject(0, packet).map_err(lost)?;
        let found = loaded.collect().map_err(lost)?;
        if outcome.outputs.iter().any(|output| output.bytes.len() > packet.len() + ROOM) {
            continue;
        }
        let expected = left(outcome.outputs.iter().map(|output| (output.port, &*output.bytes)));
        let found = left(found.iter().map(|output| (output.port, &*output.bytes)));
        if found != expected {
            let losses = loaded.losses().map_err(lost)?;
            let shown = |packets: &[(u32, &[u8])]| -> String {
                packets.iter().map(|(port, bytes)| format!("\n    port {port} {}", hex(bytes))).collect()
            };
            let detail = format!(
                "packet {at}: {}\n  interp: {}\n  kernel: {}\n  lost: {losses:?}",
                hex(packet),
                shown(&expected),
                shown(&found)
            );
            let kind = if ports(&found) == ports(&expected) { "other bytes" } else { "other ports" };
            return Err(failed(format!("copies: {kind}"), detail));
        }
    }
    Ok(Ending::Agreed(expected.coverage))
}

/// What leaves, of which copies of one packet by one port have no order. The kernel sends nothing that is shorter than an Ethernet header.
fn left<'p>(packets: impl Iterator<Item = (u32, &'p [u8])>) -> Vec<(u32, &'p [u8])> {
    let mut all: Vec<_> = packets.filter(|(_, bytes)| bytes.len() >= 14).collect();
    all.sort_unstable();
    all
}

fn ports(packets: &[(u32, &[u8])]) -> Vec<u32> {
    packets.iter().map(|(port, _)| *port).collect()
}
