//! What a device's program sends to controllers: in, packets, digests and idle entries, as the library reads them; out, messages to the primary controllers
//! of the roles that have them. A thread a device reads, as long as somebody listens: what nobody would get stays where others may read it.

use crate::device::Device;
use crate::entities;
use crate::installed::Installed;
use crate::packets;
use crate::problem::Problem;
use crate::service::Tell;
use p4xdp_p4runtime::p4::v1 as proto;
use p4xdp_runtime::stream::{Event, Events, Kinds};
use proto::stream_message_response::Update;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// What is read while nobody listens: members of groups may watch ports.
const OWN: Kinds = Kinds { ports: true, ..Kinds::NONE };
/// What is read while somebody does.
const ALL: Kinds = Kinds { events: false, again: true, ..Kinds::ALL };
/// Whether somebody listens, and what the device runs, is asked so often.
const LOOK: Duration = Duration::from_millis(100);
/// Lists of digests that wait are looked at so often.
const SOON: Duration = Duration::from_millis(5);
/// After an error it is tried again.
const PAUSE: Duration = Duration::from_secs(1);
/// Events that are taken at a time.
const MOST: usize = 256;

/// A thread that reads.
pub(crate) struct Watching {
    end: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Watching {
    /// Ends it.
    pub(crate) fn end(mut self) {
        self.end.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // What it panicked of was told.
            let _ = thread.join();
        }
    }
}

/// Begins to read.
pub(crate) fn start(device: Arc<Device>, tell: Tell) -> Watching {
    let end = Arc::new(AtomicBool::new(false));
    let ends = Arc::clone(&end);
    let thread = std::thread::spawn(move || {
        let mut told = String::new();
        while !ends.load(Ordering::Relaxed) {
            let Err(problem) = read(&device, &ends) else { continue };
            // The same again is not told again.
            if told != problem.message {
                tell(&format!("device {}: {problem}", device.id));
                told = problem.message;
            }
            std::thread::sleep(PAUSE);
        }
    });
    Watching { end, thread: Some(thread) }
}

/// Reads what the program sends that the device runs now, until it runs another one, or somebody begins or ceases to listen.
fn read(device: &Device, ends: &AtomicBool) -> Result<(), Problem> {
    let listens = device.listens(|_| true);
    let running = match device.turn.try_read() {
        // A push is under way otherwise: what it leaves is known when it has ended.
        Ok(_turn) => device.running()?,
        Err(_) => None,
    };
    let Some(installed) = running else {
        std::thread::sleep(LOOK);
        return Ok(());
    };
    let mut events = Events::open(Arc::clone(&installed.pipeline.program), if listens { ALL } else { OWN })?;
    device.forget_messages();
    let mut looked = Instant::now();
    while !ends.load(Ordering::Relaxed) {
        let now = Instant::now();
        if now.duration_since(looked) >= LOOK {
            looked = now;
            // The same program with other notes is another one: they say what is told. While a push is under way, nothing can be said.
            let same = match device.turn.try_read() {
                Ok(_turn) => device.running()?.is_some_and(|now| Arc::ptr_eq(&now, &installed)),
                Err(_) => true,
            };
            if !same || device.listens(|_| true) != listens {
                break;
            }
        }
        let wait = if device.digests_with_messages().is_empty() { LOOK } else { SOON };
        let mut sorted = Sorted::default();
        for event in events.poll(wait, MOST)? {
            sorted.take(device, &installed, event)?;
        }
        sorted.send(device, &installed)?;
    }
    Ok(())
}

/// Events that go to controllers together.
#[derive(Default)]
struct Sorted {
    /// Messages by digest.
    digests: BTreeMap<u32, Vec<proto::P4Data>>,
    /// Idle entries by table.
    idle: BTreeMap<u32, Vec<proto::TableEntry>>,
}

impl Sorted {
    /// A packet goes at once.
    fn take(&mut self, device: &Device, installed: &Installed, event: Event) -> Result<(), Problem> {
        match event {
            Event::Packet(packet) => {
                let packet = packets::came(&installed.pipeline.p4info, &packet.bytes);
                device.notify(&Update::Packet(packet.clone()), |rights| rights.receives(&packet));
            }
            Event::Digest { digest, message } => {
                // One that the P4Info leaves out is nobody's; nor is one that nobody has asked for.
                let wanted = digest_id(installed, &digest)
                    .filter(|id| entities::digest_config(&installed.notes, *id).is_some());
                if let Some(id) = wanted {
                    let data = entities::digest_data(&installed.pipeline, id, &message)?;
                    self.digests.entry(id).or_default().push(data);
                }
            }
            Event::Idle { table, entry } => {
                let view = &installed.pipeline.program.manifest().view;
                if let Some(table) = view.tables.get(table) {
                    let id = table.preamble.id;
                    let entry = entities::table_entry_key(&installed.pipeline, &installed.notes, id, &entry)?;
                    self.idle.entry(id).or_default().push(entry);
                }
            }
            // Groups have been brought up to date.
            Event::Port { .. } | Event::Extern { .. } => {}
        }
        Ok(())
    }

    fn send(mut self, device: &Device, installed: &Installed) -> Result<(), Problem> {
        for id in device.digests_with_messages() {
            self.digests.entry(id).or_default();
        }
        for (id, messages) in self.digests {
            let Some(config) = entities::digest_config(&installed.notes, id) else { continue };
            for list in device.due(id, messages, &config, timestamp()) {
                device.notify(&Update::Digest(list), |rights| rights.has_id(id));
            }
        }
        for (id, table_entry) in self.idle {
            let notification = proto::IdleTimeoutNotification { table_entry, timestamp: timestamp() };
            device.notify(&Update::IdleTimeoutNotification(notification), |rights| rights.has_id(id));
        }
        Ok(())
    }
}

/// The id of a digest by its name.
fn digest_id(installed: &Installed, name: &str) -> Option<u32> {
    let listed = installed.pipeline.p4info.digests.iter().filter_map(|digest| digest.preamble.as_ref());
    listed.filter(|preamble| preamble.name == name).map(|preamble| preamble.id).next()
}

/// The time of day in nanoseconds.
fn timestamp() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}
