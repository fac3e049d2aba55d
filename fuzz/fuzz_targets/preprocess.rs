//! Any bytes through the preprocessor; see `targets.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| p4xdp_fuzz::preprocess(data));
