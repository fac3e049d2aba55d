//! Metrics of running programs, for Prometheus.
//!
//! In: devices, or a program that is open ([`read`]). Out: a [`Snapshot`] of what there is to measure of them, and its text in Prometheus' format
//! or OpenMetrics' ([`text`]), also over HTTP ([`http`]). Everything is read when somebody asks, nothing is kept between two questions, and
//! packets pay nothing. The crate knows no compiler, starts nothing by itself and prints nothing.
//!
//! ```no_run
//! use p4xdp_metrics::read::{Options, devices};
//! use p4xdp_metrics::text::Format;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // All devices of this network namespace that run a program of ours.
//! let snapshot = devices(&[], Options::default())?;
//! println!("{}", snapshot.text(Format::Prometheus));
//! # Ok(())
//! # }
//! ```

pub mod families;
pub mod http;
pub mod read;
pub mod snapshot;
pub mod text;

pub use families::Family;
pub use snapshot::Snapshot;
