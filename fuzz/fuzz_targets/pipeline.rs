//! Any bytes through the front end, elaboration, each pass and the interpreter; see `targets.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| p4xdp_fuzz::pipeline(data));
