//! The time that packets are in a program, measured from outside: every run is counted once, and in a bucket that it fits in. Some hosts let
//! nobody trace programs; there, that has to be said.
//!
//! Needs the rights to load programs.
#![allow(clippy::unwrap_used, clippy::panic, reason = "it is a test")]

use p4xdp_runtime::harness::FIRST_INDEX;
use p4xdp_runtime::latency::{Latency, RunTimes};
use p4xdp_runtime::load;
use p4xdp_test_support::switch;
use p4xdp_test_support::switch::{Variant, frame, privileged};

#[test]
fn every_run_is_in_the_histogram() {
    if !privileged() {
        return;
    }
    let program = load::load_detached(&switch::object(&Variant::default()), FIRST_INDEX).unwrap();
    let packet = frame(1, 9, 0x1234);
    program.measure(&packet, 1, 100).unwrap();
    let latency = match Latency::measure(&program) {
        Ok(latency) => latency,
        Err(error) => {
            assert!(error.is_environment());
            let wanted = "cannot measure how long packets are in the program: Operation not permitted (os error 1) (it needs \
                root, or the capabilities CAP_BPF and CAP_PERFMON, and a host that does not forbid it to everybody)";
            assert_eq!(error.to_string(), wanted);
            // The program runs on as it did.
            program.measure(&packet, 1, 100).unwrap();
            return;
        }
    };
    assert_eq!(latency.read().unwrap().runs(), 0);
    program.measure(&packet, 1, 1000).unwrap();
    let first = latency.read().unwrap();
    assert_eq!(first.runs(), 1000);
    program.measure(&packet, 1, 500).unwrap();
    let second = latency.read().unwrap().since(&first);
    assert_eq!(second.runs(), 500);
    // The mean lies between the shortest and the longest run.
    let buckets: Vec<_> = second.buckets().collect();
    let (shortest, longest) = (buckets.first().unwrap(), buckets.last().unwrap());
    let mean = second.mean().unwrap();
    assert!(shortest.from <= mean && mean < longest.below, "{mean}: {buckets:?}");
    assert!(mean > 0 && second.quantile(1.0) == Some(longest.below));
    // Two may measure at one time, and one that has gone leaves nothing.
    let other = Latency::measure(&program).unwrap();
    program.measure(&packet, 1, 10).unwrap();
    assert_eq!(other.read().unwrap().runs(), 10);
    drop(latency);
    program.measure(&packet, 1, 10).unwrap();
    assert_eq!(other.read().unwrap().runs(), 20);
}

#[test]
fn the_kernel_takes_the_time_while_somebody_wants_it() {
    if !privileged() {
        return;
    }
    let program = load::load_detached(&switch::object(&Variant::default()), FIRST_INDEX).unwrap();
    let before = program.run_statistics().unwrap();
    let times = RunTimes::measure().unwrap();
    program.measure(&frame(1, 9, 0x1234), 1, 700).unwrap();
    let after = program.run_statistics().unwrap();
    assert_eq!(after.runs - before.runs, 700);
    assert!(after.time > before.time);
    drop(times);
}
