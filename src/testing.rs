//! Packet tests: the STF language ([`stf`]), what runs it ([`engine::Engine`], [`runner::run_stf`]), the interpreter as an
//! engine ([`interp`]), the kernel with TAP ([`kernel`]) and veth devices ([`veth`]), and captures in files ([`pcap`]).

pub mod engine;
pub mod interp;
pub mod kernel;
pub mod loaded;
pub mod pcap;
pub(crate) mod pcapng;
pub mod report;
mod resolve;
pub mod runner;
pub mod stf;
pub mod veth;
