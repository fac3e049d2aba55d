//! Any bytes through the whole front end; see `targets.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| p4xdp_fuzz::check(data));
