//! Events of a program as a stream of tokio's: a task waits while there is nothing, is woken by what comes, and gets all of it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "it is a test")]

use futures_core::Stream;
use p4xdp_runtime::load::load_detached;
use p4xdp_runtime::stream::{Event, EventStream, Events, Kinds};
use p4xdp_test_support::switch::{self, Variant};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

/// A frame that the switch tells of.
fn frame() -> Vec<u8> {
    switch::frame(0x0102_0304_0506, 2, 0x88b5)
}

async fn next(stream: &mut Pin<&mut EventStream>) -> Vec<Event> {
    std::future::poll_fn(|context| stream.as_mut().poll_next(context)).await.unwrap().unwrap()
}

#[test]
fn a_task_is_woken_by_what_comes() {
    if !switch::privileged() {
        return;
    }
    let program = Arc::new(load_detached(&switch::object(&Variant::default()), 0).unwrap());
    let mut waiting = Events::open(program.clone(), Kinds::ALL).unwrap();
    program.run(&frame(), None).unwrap();
    assert_eq!(waiting.poll(Duration::from_secs(20), 9).unwrap().len(), 1);
    drop(waiting);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let events = Events::open(program.clone(), Kinds::ALL).unwrap();
        let mut stream = pin!(EventStream::new(events, 2).unwrap());
        let nothing = tokio::time::timeout(Duration::from_millis(100), next(&mut stream)).await;
        assert!(nothing.is_err(), "{nothing:?}");
        let sender = std::thread::spawn(move || {
            for _ in 0..5 {
                std::thread::sleep(Duration::from_millis(20));
                program.run(&frame(), None).unwrap();
            }
        });
        let mut all = Vec::new();
        while all.len() < 5 {
            let batch = tokio::time::timeout(Duration::from_secs(20), next(&mut stream)).await.unwrap();
            assert!((1..=2).contains(&batch.len()), "{batch:?}");
            all.extend(batch);
        }
        sender.join().unwrap();
        for event in all {
            let Event::Extern { instance, event } = event else { panic!("{event:?}") };
            assert_eq!((&*instance, event.packet), ("ingress.events", frame()));
        }
    });
}
