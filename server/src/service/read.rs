//! Reads: in, what a device holds, as it is found; out, the same to a controller. Nobody can write meanwhile, and a controller may be slow: then what it has not
//! taken waits as bytes, and the device is free again. How many reads go on at a time, and what waits of all of them, is bounded.

use crate::Problem;
use crate::device::Device;
use crate::entities;
use crate::roles::Rights;
use p4xdp_p4runtime::Message;
use p4xdp_p4runtime::p4::v1 as proto;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::Sender;
use tokio::sync::mpsc::error::SendTimeoutError;
use tonic::Status;

/// The device waits for a controller so long in all.
const WAIT: Duration = Duration::from_millis(100);
/// After that, so many bytes may wait: a million entries of a table with an address and a port take 50 MB.
const SPOOL: usize = 128 << 20;
/// And so many of all reads together.
const SPOOLS: usize = 256 << 20;
/// Reads that look at devices at a time: who writes waits for those that have begun.
const READS: usize = 4;
/// A controller that takes no message for so long has given up.
const PATIENCE: Duration = Duration::from_secs(60);

/// What goes to a controller.
pub(super) type Out = Sender<Result<proto::ReadResponse, Status>>;

/// The reads of a server.
#[derive(Clone)]
pub(super) struct Reads {
    places: Arc<Semaphore>,
    /// Bytes that wait.
    waiting: Arc<AtomicUsize>,
}

impl Default for Reads {
    fn default() -> Reads {
        Reads { places: Arc::new(Semaphore::new(READS)), waiting: Arc::new(AtomicUsize::new(0)) }
    }
}

/// Messages that wait.
struct Spool {
    messages: VecDeque<Vec<u8>>,
    bytes: usize,
    /// Those of all reads.
    waiting: Arc<AtomicUsize>,
}

impl Spool {
    fn push(&mut self, message: &proto::ReadResponse) -> Result<(), Problem> {
        let bytes = message.encode_to_vec();
        self.bytes += bytes.len();
        let waiting = self.waiting.fetch_add(bytes.len(), Ordering::Relaxed) + bytes.len();
        self.messages.push_back(bytes);
        if self.bytes > SPOOL || waiting > SPOOLS {
            return Err(Problem::exhausted(format!(
                "the read is not taken in time, and more than {} MB of it, or {} MB of all reads, wait; read fewer entities at a time",
                SPOOL >> 20,
                SPOOLS >> 20
            )));
        }
        Ok(())
    }

    fn pop(&mut self) -> Option<Vec<u8>> {
        let bytes = self.messages.pop_front()?;
        self.bytes -= bytes.len();
        self.waiting.fetch_sub(bytes.len(), Ordering::Relaxed);
        Some(bytes)
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        self.waiting.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// What is found on its way to a controller.
struct Found<'f> {
    out: &'f Out,
    handle: &'f Handle,
    spool: Spool,
    /// So long may still be waited.
    wait: Duration,
    problem: Option<Problem>,
}

impl Found<'_> {
    /// Hands a message on; false if there shall be no more.
    fn give(&mut self, message: proto::ReadResponse) -> bool {
        let waiting = if self.spool.messages.is_empty() {
            let start = Instant::now();
            let sent = self.handle.block_on(self.out.send_timeout(Ok(message), self.wait));
            self.wait = self.wait.saturating_sub(start.elapsed());
            match sent {
                Ok(()) => return true,
                Err(SendTimeoutError::Closed(_)) => return false,
                Err(SendTimeoutError::Timeout(message)) => message.ok(),
            }
        } else {
            Some(message)
        };
        let pushed = waiting.map_or(Ok(()), |message| self.spool.push(&message));
        self.problem = pushed.err();
        self.problem.is_none()
    }
}

/// Reads while nobody writes, and sends what the controller has not taken meanwhile.
pub(super) async fn read(
    reads: Reads,
    device: Arc<Device>,
    wanted: Vec<proto::Entity>,
    rights: Rights,
    out: Out,
) {
    // They are never closed.
    let place = reads.places.acquire_owned().await.ok();
    let turn = Arc::clone(&device.turn).read_owned().await;
    let handle = Handle::current();
    let to = out.clone();
    let spool = Spool { messages: VecDeque::new(), bytes: 0, waiting: reads.waiting };
    let find = move || {
        let mut found = Found { out: &to, handle: &handle, spool, wait: WAIT, problem: None };
        let result = find(&device, &wanted, &rights, &mut found);
        drop((turn, place));
        (found.spool, result.err().or(found.problem))
    };
    let problem = match tokio::task::spawn_blocking(find).await {
        Ok((_, Some(problem))) => problem,
        Ok((mut spool, None)) => {
            while let Some(bytes) = spool.pop() {
                let message =
                    proto::ReadResponse::decode(&*bytes).map_err(|error| Status::internal(error.to_string()));
                if out.send_timeout(message, PATIENCE).await.is_err() {
                    return;
                }
            }
            return;
        }
        Err(error) => super::lost(&error),
    };
    // Who has gone hears nothing.
    let _ = out.send_timeout(Err(problem.into()), PATIENCE).await;
}

fn find(
    device: &Device,
    wanted: &[proto::Entity],
    rights: &Rights,
    found: &mut Found<'_>,
) -> Result<(), Problem> {
    let installed = device.addressed()?;
    for entity in wanted {
        let mut give = |mut entities: Vec<proto::Entity>| {
            entities.retain(|entity| rights.has(entity));
            entities.is_empty() || found.give(proto::ReadResponse { entities })
        };
        entities::read(&installed.pipeline, &installed.notes, entity, &mut give)?;
    }
    Ok(())
}
