//! What a program counts of all packets, if a loader switches it on: the names and places that both sides agree on. What it counts always is
//! [`super::losses`]'.
//!
//! Counting is off in an object: where it would count stands an instruction that loads 0, with a symbol that begins with [`MARK`]. A loader that
//! wants counts makes the 0 a 1 before loading, in all these places, and sets `counting` in [`COUNTS`]. Either way the verifier removes what is dead.

/// How symbols of the instructions `rN = 0` begin: as LLVM's labels of basic blocks do, since some loaders take other symbols within a section for
/// functions.
pub const MARK: &str = "LBB_p4xdp_counting_";

/// `BPF_MAP_TYPE_PERCPU_ARRAY` of `u64` by verdict, from `XDP_ABORTED` (0) to `XDP_REDIRECT` (4).
pub const VERDICTS: &str = "p4xdp_verdicts";

/// Number of verdicts.
pub const VERDICT_COUNT: u32 = 5;

/// Data section that begins with two `u64`: 1 if counting is on; packets that the parser rejects for an error (v1model: that go on with one).
/// Lost packets stand behind them, from [`super::losses::ROWS_AT`] on.
pub const COUNTS: &str = ".data.counts";
