//! Events that a program sends to the control plane through a perf buffer: in, the name of the extern instance; out, events with their
//! fields, as they come. Messages through ring buffers are [`crate::digests`].

use crate::error::{Error, KernelError, io_error};
use crate::program::Program;
use crate::sys;
use crate::tables::terms;
use libbpf_rs::{PerfBuffer, PerfBufferBuilder};
use num_bigint::BigUint;
use p4xdp_control::manifest::ExternKind;
use p4xdp_control::storage::{Place, place};
use p4xdp_control::view::Param;
use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// An event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The CPU that sent it.
    pub cpu: i32,
    /// Its fields' values in the order of the manifest, as far as it has them.
    pub fields: Vec<BigUint>,
    /// What follows the fields: the packet, or its beginning.
    pub packet: Vec<u8>,
}

/// Reads the events of one extern instance.
pub struct Events<'p> {
    name: &'p str,
    buffer: PerfBuffer<'p>,
    fields: &'p [(Param, Place)],
    pending: Arc<Mutex<Vec<Sample>>>,
    lost: Arc<AtomicU64>,
}

/// CPU and bytes.
type Sample = (i32, Vec<u8>);

/// Pages of a CPU's perf buffer.
const PAGES: usize = 64;

impl Program {
    /// Begins to read events, by the name of the extern instance or the end of it; the empty name is that of the only one.
    ///
    /// # Errors
    /// When there is no such instance, or the kernel refuses.
    pub fn events(&self, name: &str) -> Result<Events<'_>, Error> {
        let all = self.manifest().externs.iter().filter_map(|item| match &item.kind {
            ExternKind::Events { map, fields } => Some((item.name.as_str(), map, fields)),
            ExternKind::Cells(_) | ExternKind::Profile(_) | ExternKind::Digest(_) => None,
        });
        let all: Vec<_> = all.collect();
        let names: Vec<&str> = all.iter().map(|(name, ..)| *name).collect();
        let position = match (name, names.len()) {
            ("", 1) => 0,
            _ => terms::find("event source", name, &names, None)?,
        };
        let Some((name, map, fields)) = all.get(position).copied() else {
            return Err(crate::program::ProgramError::NoMap { map: name.into() }.into());
        };
        let map = self.map(map)?;
        let pending = Arc::new(Mutex::new(Vec::new()));
        let lost = Arc::new(AtomicU64::new(0));
        let error = |error: libbpf_rs::Error| {
            KernelError::new(format!("read events of `{name}`"), io_error(&error))
                .needing("the capabilities CAP_BPF and CAP_PERFMON")
        };
        let (sink, count) = (Arc::clone(&pending), Arc::clone(&lost));
        let buffer = PerfBufferBuilder::new(map)
            .pages(PAGES)
            .sample_cb(move |cpu: i32, bytes: &[u8]| locked(&sink).push((cpu, bytes.to_vec())))
            .lost_cb(move |_: i32, lost: u64| {
                count.fetch_add(lost, Ordering::Relaxed);
            })
            .build()
            .map_err(error)?;
        Ok(Events { name, buffer, fields, pending, lost })
    }
}

/// What is behind a lock, also where a thread that held it died.
fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Events<'_> {
    /// Waits for events until there are some or the time is over.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn read(&self, timeout: Duration) -> Result<Vec<Event>, Error> {
        self.buffer.poll(timeout).map_err(|error| KernelError::new("wait for events", io_error(&error)))?;
        Ok(std::mem::take(&mut *locked(&self.pending)).into_iter().map(|sample| self.event(sample)).collect())
    }

    /// Reads what there is without asking whether there is any: the kernel says of a perf buffer but once that it is readable.
    pub(crate) fn read_now(&self) -> Result<Vec<Event>, Error> {
        self.buffer.consume().map_err(|error| KernelError::new("read events", io_error(&error)))?;
        Ok(std::mem::take(&mut *locked(&self.pending)).into_iter().map(|sample| self.event(sample)).collect())
    }

    /// Full name of the extern instance.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name
    }

    /// A descriptor that can be waited for: it is readable while there are events.
    #[must_use]
    pub fn as_fd(&self) -> BorrowedFd<'_> {
        sys::waiting::of_perf(&self.buffer)
    }

    /// The fields of an event, in the order of [`Event::fields`].
    #[must_use]
    pub fn fields(&self) -> Vec<&Param> {
        self.fields.iter().map(|(field, _)| field).collect()
    }

    /// The kernel pads events, so a field `length` says how long the packet is.
    fn event(&self, (cpu, bytes): Sample) -> Event {
        // The kernel hands out whole events; one that the program cut short has no value for what it lacks, and none behind it.
        let fields: Vec<BigUint> =
            self.fields.iter().map_while(|(_, place)| place::get(&bytes, place)).collect();
        let end = |(_, place): &(Param, Place)| place.offset as usize + place.size as usize;
        let start = self.fields.iter().map(end).max();
        let rest = start.map_or(bytes.as_slice(), |start| bytes.get(start..).unwrap_or(&[]));
        let length = self.fields.iter().position(|(field, _)| field.name == "length");
        let length = length.and_then(|position| usize::try_from(fields.get(position)?).ok());
        let packet = rest.get(..length.unwrap_or(rest.len())).unwrap_or(rest).to_vec();
        Event { cpu, fields, packet }
    }

    /// Events that were lost because they were not read in time.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }
}
