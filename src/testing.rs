//! Packet tests: the STF language, what runs it ([`engine::Engine`]), and captures in files.

pub mod engine;
