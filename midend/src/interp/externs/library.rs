//! Extern functions that programs declare themselves and that we know by name and arity: clocks, events, checksums,
//! and the connection tracker that p4c's eBPF samples come with. Their meanings are documented at each.

use super::args::leaf;
use super::{Builtin, checksum, xdp_ext};
use crate::interp::arch::CallSite;
use crate::interp::code::{ArgCode, Call};
use crate::interp::requests::Digest;
use crate::interp::run::{Flow, Run};

/// The meaning of a library function.
pub fn resolve(site: &CallSite<'_>) -> Option<Builtin> {
    Some(match site.key() {
        ("", "csum_replace2", 3) => checksum::replace2,
        ("", "csum_replace4" | "incremental_checksum", 3) => checksum::replace4,
        ("", "verify_ipv4_checksum", 1) => checksum::verify_header,
        ("", "tcp_conntrack", 1) => tcp_conntrack,
        _ => return xdp_ext::resolve(site),
    })
}

/// `BPF_KTIME_GET_NS()`, `ubpf_time_get_ns()`: the machine's clock.
pub fn time(run: &mut Run<'_>, call: &Call) -> Flow {
    let now = u128::from(run.state.now);
    run.give_number(call, now);
    Flow::Next
}

/// `BPF_PERF_EVENT_OUTPUT()`: a message with the packet's length; it always succeeds.
pub fn perf_event(run: &mut Run<'_>, call: &Call) -> Flow {
    let length = run.packet.len() as u128;
    let fields = vec![("length".to_owned(), length.into())];
    run.send_digest(Digest { name: "perf_event".to_owned(), fields }, call.span);
    run.give_number(call, 0);
    Flow::Next
}

/// States of a TCP connection as the tracker sees it.
const SYN_SENT: u32 = 1;
const SYN_ACKED: u32 = 2;
const ESTABLISHED: u32 = 3;

/// `bool tcp_conntrack(in Headers)`: with headers `ipv4` (`srcAddr`, `dstAddr`) and `tcp` (`srcPort`, `dstPort`, `syn`, `ack`,
/// `fin`). True for the packets of a connection that is opened by SYN, SYN+ACK from the other side, ACK; a new SYN of an open
/// connection is refused, a FIN+ACK of the client ends it. A connection is the two addresses and ports, whatever the direction.
fn tcp_conntrack(run: &mut Run<'_>, call: &Call) -> Flow {
    let leaves = call.args.first().map_or(Vec::new(), |a: &ArgCode| run.leaves(a));
    let get = |name: &str| leaf(&leaves, name).map_or(0, crate::interp::value::Value::saturate);
    let (source, destination) = (get("ipv4.srcAddr"), get("ipv4.dstAddr"));
    let (from, to) = (get("tcp.srcPort"), get("tcp.dstPort"));
    let (syn, ack, fin) = (get("tcp.syn") == 1, get("tcp.ack") == 1, get("tcp.fin") == 1);
    let key = vec![source.min(destination), source.max(destination), from.min(to), from.max(to)];
    let connections = &mut run.state.connections;
    let accepted = match connections.get(&key).copied() {
        None if syn && !ack => {
            connections.insert(key, (SYN_SENT, destination));
            true
        }
        None => false,
        Some((state, server)) if source == server => match state {
            SYN_SENT if syn && ack => {
                connections.insert(key, (SYN_ACKED, server));
                true
            }
            _ => state == ESTABLISHED,
        },
        Some((state, server)) => match state {
            SYN_ACKED if !syn && ack => {
                connections.insert(key, (ESTABLISHED, server));
                true
            }
            ESTABLISHED if syn && !ack => false,
            ESTABLISHED => {
                if fin && ack {
                    connections.remove(&key);
                }
                true
            }
            _ => false,
        },
    };
    run.give_number(call, u128::from(accepted));
    Flow::Next
}
