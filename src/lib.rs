//! p4xdp as a library: the pipeline ([`driver`]), build scripts ([`builder`]), the command line ([`cli`], [`commands`]) and packet tests
//! ([`testing`]). The stages themselves are crates of their own: `p4xdp_frontend`, `p4xdp_midend`, `p4xdp_backend_xdp`
//! and `p4xdp_runtime`.

pub mod builder;
pub mod cli;
pub mod commands;
pub mod driver;
pub mod testing;
