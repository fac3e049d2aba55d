//! p4xdp as a library: the pipeline ([`driver`]), build scripts ([`builder`]), the command line, and packet tests
//! ([`packet_tests`]). The stages themselves are crates of their own, which are found here as [`frontend`], [`midend`], [`backend`] and
//! [`runtime`].
//!
//! A program is a [`driver::Compilation`], which goes as far as it is asked to:
//!
//! ```
//! use p4xdp::driver::{Codegen, Compilation, Options};
//! use p4xdp::frontend::source::InMemory;
//! use p4xdp::midend::interp::{Machine, Verdict};
//!
//! let text = r#"
//! #include <ebpf_model.p4>
//! header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
//! struct headers_t { ethernet_t ethernet; }
//! parser P(packet_in packet, out headers_t hdr) {
//!     state start { packet.extract(hdr.ethernet); transition accept; }
//! }
//! control OnlyIpv4(inout headers_t hdr, out bool pass) { apply { pass = hdr.ethernet.type == 0x800; } }
//! ebpfFilter(P(), OnlyIpv4()) main;
//! "#;
//! let files = InMemory::new().with("filter.p4", text);
//! let options = Options { program: "filter.p4".into(), ..Options::default() };
//! let mut compilation = Compilation::with_loader(options, Box::new(files));
//!
//! // The reference interpreter runs the program as elaboration leaves it.
//! let program = compilation.elaborate().expect("it is right");
//! let mut machine = Machine::new(&program).expect("its architecture is known");
//! let frame = [2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 5, 0x86, 0xdd];
//! assert_eq!(machine.process(0, &frame).verdict, Verdict::Dropped);
//!
//! // The C, the control-plane header and the manifest; `driver::make_object` gives the C to clang.
//! let output = compilation.generate(&Codegen::default()).expect("XDP can do it");
//! assert!(output.c.contains("SEC(\"xdp\")"));
//! ```
//!
//! Where a program is wrong, a stage returns [`frontend::diagnostic::ErrorsReported`], and
//! [`driver::Compilation::diagnostics`] says why. [`runtime`] loads objects and fills their tables, [`builder::Builder`] serves build scripts.

pub mod builder;
#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod commands;
pub mod driver;
pub mod report;

pub use p4xdp_backend_xdp as backend;
pub use p4xdp_frontend as frontend;
pub use p4xdp_midend as midend;
pub use p4xdp_packet_tests as packet_tests;
pub use p4xdp_runtime as runtime;
