//! Mid-end: HIR in; elaborated, validated and optimised IR out. With the reference interpreter.
//!
//! Knows P4's semantics, nothing of C, BPF or XDP. [`elaborate::elaborate`] makes [`ir::Program`] of a checked program, [`passes::run`]
//! optimises it, [`validate::validate`] says what is wrong with one, and [`interp::Machine`] runs packets through it at any point:
//!
//! ```
//! use p4xdp_control::entry::{Entry, KeyMatch};
//! use p4xdp_frontend::{analyze, diagnostic::Diagnostics, preprocess, source::{InMemory, SourceMap}};
//! use p4xdp_midend::interp::{Machine, Verdict};
//! use p4xdp_midend::{elaborate::elaborate, passes};
//!
//! let text = r#"
//! #include <xdp_model.p4>
//! header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
//! struct headers_t { ethernet_t ethernet; }
//! parser P(packet_in packet, out headers_t hdr) {
//!     state start { packet.extract(hdr.ethernet); transition accept; }
//! }
//! control Turn(inout headers_t hdr, in xdp_input xin, out xdp_output xout) {
//!     action turn(bit<48> src) {
//!         hdr.ethernet.dst = hdr.ethernet.src;
//!         hdr.ethernet.src = src;
//!         xout.output_action = xdp_action.XDP_TX;
//!     }
//!     table turned { key = { hdr.ethernet.dst : exact; } actions = { turn; NoAction; } }
//!     apply {
//!         xout.output_action = xdp_action.XDP_PASS;
//!         xout.output_port = 0;
//!         turned.apply();
//!     }
//! }
//! control D(in headers_t hdr, packet_out packet) { apply { packet.emit(hdr.ethernet); } }
//! xdp(P(), Turn(), D()) main;
//! "#;
//! let files = InMemory::new().with("turn.p4", text);
//! let (mut sources, mut sink) = (SourceMap::new(), Diagnostics::new());
//! let checked = analyze("turn.p4".as_ref(), &preprocess::Options::default(), &files, &mut sources, &mut sink).unwrap();
//! let mut program = elaborate(&checked, None, &mut sink).unwrap();
//! passes::run(&mut program);
//!
//! let mut machine = Machine::new(&program).unwrap();
//! let turn = machine.view().call("Turn.turned", "Turn.turn", vec![0x0200_0000_0001_u64.into()]).unwrap();
//! let key = KeyMatch::Exact(0x0200_0000_0009_u64.into());
//! machine.insert("Turn.turned", &Entry::new(vec![key], None, turn)).unwrap();
//!
//! let frame = [2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 5, 0x08, 0];
//! let outcome = machine.process(0, &frame);
//! assert_eq!(outcome.verdict, Verdict::Forwarded);
//! assert_eq!(outcome.outputs[0].bytes, [2, 0, 0, 0, 0, 5, 2, 0, 0, 0, 0, 1, 0x08, 0]);
//! assert_eq!(machine.process(0, &frame[..5]).verdict, Verdict::Aborted);
//! ```

pub mod analysis;
pub mod arch;
pub mod control_plane;
pub mod elaborate;
pub mod interp;
pub mod ir;
pub mod passes;
pub mod validate;
