//! Any bytes through the preprocessor and the parser; see `targets.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| p4xdp_fuzz::parse(data));
