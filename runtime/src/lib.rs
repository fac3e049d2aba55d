//! Loads, attaches, pins and controls compiled programs.
//!
//! In: an object file, a device, a pin or a program's number. Out: a running program, its tables and counters, packets
//! for tests. This crate needs no compiler: it knows a program only by its manifest ([`p4xdp_control::manifest::Manifest`]), which travels in
//! the object and, once loaded, in the kernel. It prints nothing, and all `unsafe` code stands in the module `sys`.
//!
//! ```no_run
//! use p4xdp_runtime::{Object, Program, load};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // Needs CAP_BPF and CAP_NET_ADMIN; a program of ours that runs there is replaced, and its tables are kept.
//! let object = Object::open("router.o".as_ref())?;
//! let report = load::load(&object, &["eth0", "eth1"], &load::Options::default())?;
//!
//! let routes = report.program.table("routes")?;
//! let entry = routes.entry(&["10.1.0.0/16"], "forward", &["1"], None)?;
//! routes.insert(&entry)?;
//!
//! // Any other process finds the program again, by a device that runs it.
//! let program = Program::by_device("eth0")?;
//! for (index, count) in program.counter("packets_out")?.dump_counts()? {
//!     println!("port {index}: {} packets, {} bytes", count.packets, count.bytes);
//! }
//! load::unload("eth0", false)?;
//! # Ok(())
//! # }
//! ```
//!
//! # Servers
//!
//! A program and all that is opened of it go from thread to thread; [`owned`] has handles without a lifetime. Threads that change the same
//! program wait for each other as processes do ([`lock`]). [`transaction`] makes lists of changes to all kinds of objects, and [`stream`] has all
//! that a program tells.

pub mod attach;
mod bound;
pub mod carry;
pub mod cells;
pub mod copies;
pub mod cpu_port;
pub mod crcs;
pub mod digests;
pub mod egress;
pub mod error;
pub mod events;
pub mod harness;
pub mod jumbo;
pub mod kept;
pub mod latency;
mod layout;
mod libbpf_log;
pub mod load;
pub mod lock;
pub mod maps;
pub mod object;
pub mod old_kernel;
pub mod owned;
pub mod pins;
pub mod port_changes;
pub mod port_watch;
pub mod ports;
mod processors;
pub mod profiles;
pub mod program;
pub mod refusal;
mod ring;
pub mod statistics;
pub mod status;
pub mod storage;
pub mod stream;
mod sys;
pub mod tables;
pub mod testrun;
pub mod transaction;
pub mod value;
pub mod verify;

pub use error::{Error, KernelError};
pub use object::Object;
pub use p4xdp_control::manifest;
pub use program::Program;
