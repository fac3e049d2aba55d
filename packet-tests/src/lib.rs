//! Packet tests and captures: packets and table entries go in, a report of what came out against what was expected comes out.
//!
//! The STF language ([`stf`]), what runs it ([`engine::Engine`], [`runner::run_stf`], [`report`]), the interpreter as an engine ([`interp`]),
//! the kernel with TAP ([`kernel`]) and veth devices ([`veth`]), and captures in files ([`pcap`], [`pcapng`]).
//!
//! A program comes as IR for its names, and as an interpreter or a loaded object: how either is made is left to the driver, and what is printed to
//! the command line.

pub mod engine;
pub mod interp;
pub mod kernel;
pub mod loaded;
pub mod pcap;
pub mod pcapng;
pub mod report;
mod resolve;
pub mod runner;
pub mod stf;
pub mod veth;
