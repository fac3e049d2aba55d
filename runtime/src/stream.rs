//! All that a program tells its control plane, on one stream: in, a program that several hold; out, digests, packets, events of externs, entries
//! that have become idle and ports that went up or down, some at a time. Who has many kinds to wait for waits for one descriptor.
//!
//! ```no_run
//! use p4xdp_runtime::stream::{Event, Events, Kinds};
//! use p4xdp_runtime::Program;
//! use std::sync::Arc;
//! use std::time::Duration;
//!
//! # fn main() -> Result<(), p4xdp_runtime::Error> {
//! let mut events = Events::open(Arc::new(Program::by_device("eth0")?), Kinds::ALL)?;
//! loop {
//!     for event in events.poll(Duration::from_secs(1), 100)? {
//!         match event {
//!             Event::Digest { digest, message } => println!("digest {digest}: {:?}", message.fields),
//!             other => println!("{other:?}"),
//!         }
//!     }
//! }
//! # }
//! ```
//!
//! What is read is gone: a ring buffer has one reader. Ports are those of the network namespace in which the stream was opened; poll it there.

#[cfg(feature = "tokio")]
mod asynchronous;

#[cfg(feature = "tokio")]
pub use asynchronous::EventStream;

use crate::attach;
use crate::cpu_port::{Packet, PacketIn};
use crate::digests::{Digests, Message};
use crate::error::{Error, KernelError};
use crate::events;
use crate::lock;
use crate::ports::Numbering;
use crate::ports::links::Links;
use crate::program::Program;
use crate::sys::netlink::Changes;
use crate::sys::waiting;
use crate::tables::{Entry, IdleWatch, Table};
use p4xdp_control::manifest::ExternKind;
use self_cell::self_cell;
use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A look at the tables for idle entries comes so long behind the last one at most: entries that are new may be the next ones.
const LONGEST_REST: Duration = Duration::from_secs(1);
/// And at least so long behind it, as the kernel's ticks are.
const SHORTEST_REST: Duration = Duration::from_millis(10);

/// What is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinds {
    /// Messages of digests.
    pub digests: bool,
    /// Packets to the CPU port, if the program was loaded with one.
    pub packets: bool,
    /// Events of externs.
    pub events: bool,
    /// Entries that have become idle.
    pub idle: bool,
    /// And tell of them again each time that their timeout has passed, as P4Runtime's servers do.
    pub again: bool,
    /// Ports that went up or down; groups whose members watch them are brought up to date, too.
    pub ports: bool,
}

impl Kinds {
    /// All.
    pub const ALL: Kinds =
        Kinds { digests: true, packets: true, events: true, idle: true, again: false, ports: true };
    /// None, for who lists those that it wants.
    pub const NONE: Kinds =
        Kinds { digests: false, packets: false, events: false, idle: false, again: false, ports: false };
}

/// What a program, or the kernel, says.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A message of a digest.
    Digest {
        /// Full name of the digest.
        digest: Arc<str>,
        /// The message.
        message: Message,
    },
    /// A packet that came to the CPU port.
    Packet(Packet),
    /// An event of an extern.
    Extern {
        /// Full name of the extern instance.
        instance: Arc<str>,
        /// The event.
        event: events::Event,
    },
    /// An entry that no packet has used for as long as it may; told once until it is used again, or as [`Kinds::again`] says.
    Idle {
        /// Position of the table among [`Program::tables`].
        table: usize,
        /// The entry.
        entry: Entry,
    },
    /// A port that went up or down, or is not there any more.
    Port {
        /// Its number.
        port: u32,
        /// It is up.
        up: bool,
    },
}

/// What is read, as the program lends it.
struct Sources<'p> {
    digests: Vec<(Arc<str>, Digests<'p>)>,
    packets: Option<PacketIn<'p>>,
    events: Vec<(Arc<str>, events::Events<'p>)>,
    idle: Vec<(usize, Table<'p>, IdleWatch)>,
    ports: Option<(Changes, BTreeMap<u32, bool>)>,
    /// Readable when idle entries are to be looked for.
    clock: OwnedFd,
    /// Readable when anything else here is.
    any: OwnedFd,
    /// What was read and not asked for yet.
    pending: VecDeque<Event>,
    /// The source that comes first the next time, so that none has to wait for others that never end.
    turn: usize,
}

self_cell! {
    struct Cell {
        owner: Arc<Program>,
        #[covariant]
        dependent: Sources,
    }
}

/// See the module.
pub struct Events(Cell);

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Events").field(&self.program().id()).finish()
    }
}

fn failed(error: std::io::Error) -> KernelError {
    KernelError::new("wait for what a program says", error)
}

impl Events {
    /// Begins to read.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn open(program: Arc<Program>, kinds: Kinds) -> Result<Events, Error> {
        Cell::try_new(program, |program| Sources::open(program, kinds)).map(Events)
    }

    /// The program.
    #[must_use]
    pub fn program(&self) -> &Arc<Program> {
        self.0.borrow_owner()
    }

    /// Waits for events until there are some or the time is over; gives at most `most`, and 1 at least if there is any. The others stay for the next
    /// time: who waits for the descriptor waits when a call gives nothing.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn poll(&mut self, timeout: Duration, most: usize) -> Result<Vec<Event>, Error> {
        self.0.with_dependent_mut(|program, sources| sources.poll(program, timeout, most.max(1)))
    }

    /// How many messages of digests and events of externs were lost, because nobody read them in time.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn lost(&self) -> Result<u64, Error> {
        let sources = self.0.borrow_dependent();
        let events = sources.events.iter().map(|(_, events)| events.lost()).sum::<u64>();
        sources.digests.iter().try_fold(events, |sum, (_, digest)| Ok(sum.saturating_add(digest.lost()?)))
    }
}

impl AsFd for Events {
    /// Readable when there is something to read.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.borrow_dependent().any.as_fd()
    }
}

impl AsRawFd for Events {
    fn as_raw_fd(&self) -> RawFd {
        self.as_fd().as_raw_fd()
    }
}

impl<'p> Sources<'p> {
    fn open(program: &'p Program, kinds: Kinds) -> Result<Sources<'p>, Error> {
        let digests = if kinds.digests { program.digests()? } else { Vec::new() };
        let digests: Vec<_> = digests.into_iter().map(|digest| (digest.name().into(), digest)).collect();
        let has_port = kinds.packets && program.cpu_port()?.is_some();
        let packets = has_port.then(|| program.packet_in()).transpose()?;
        let mut events: Vec<(Arc<str>, _)> = Vec::new();
        for item in program.manifest().externs.iter().filter(|_| kinds.events) {
            if let ExternKind::Events { .. } = &item.kind {
                events.push((item.name.as_str().into(), program.events(&item.name)?));
            }
        }
        let tables = if kinds.idle { program.tables()? } else { Vec::new() };
        let timed = tables.into_iter().enumerate().filter(|(_, table)| table.has_idle_timeout());
        let idle: Vec<_> = timed
            .map(|(at, table)| {
                (at, table, if kinds.again { IdleWatch::again() } else { IdleWatch::default() })
            })
            .collect();
        let ports = if kinds.ports && program.manifest().ports.used {
            let changes = Changes::new().map_err(failed)?;
            Some((changes, states(program)?))
        } else {
            None
        };
        let clock = waiting::clock().map_err(failed)?;
        if !idle.is_empty() {
            waiting::set_clock(clock.as_fd(), Duration::ZERO).map_err(failed)?;
        }
        let mut all = vec![clock.as_fd()];
        all.extend(digests.iter().map(|(_, digest)| digest.as_fd()));
        all.extend(packets.as_ref().map(PacketIn::as_fd));
        all.extend(events.iter().map(|(_, events)| events.as_fd()));
        all.extend(ports.as_ref().map(|(changes, _)| changes.as_fd()));
        let any = waiting::any_of(&all).map_err(failed)?;
        let (pending, turn) = (VecDeque::new(), 0);
        Ok(Sources { digests, packets, events, idle, ports, clock, any, pending, turn })
    }

    fn poll(&mut self, program: &Program, timeout: Duration, most: usize) -> Result<Vec<Event>, Error> {
        let start = Instant::now();
        loop {
            // What the kernel says only once that it is there may have been heard by somebody who waits for the descriptor, so it is looked for first.
            if self.pending.is_empty() {
                self.read(program, most)?;
            }
            let left = timeout.saturating_sub(start.elapsed());
            if !self.pending.is_empty() || left.is_zero() {
                break;
            }
            waiting::wait(self.any.as_fd(), left).map_err(failed)?;
        }
        let count = self.pending.len().min(most);
        Ok(self.pending.drain(..count).collect())
    }

    /// Reads what there is, from all sources by turns, so much at most where a source can stop.
    fn read(&mut self, program: &Program, most: usize) -> Result<(), Error> {
        let sources = self.digests.len() + 2;
        self.turn = (self.turn + 1) % sources;
        let turn = self.turn;
        for source in (0..sources).map(|source| (source + turn) % sources) {
            let left = most.saturating_sub(self.pending.len());
            if left == 0 {
                return Ok(());
            }
            match source.checked_sub(2) {
                Some(at) => {
                    let Some((name, digest)) = self.digests.get(at) else { continue };
                    let told = |message| Event::Digest { digest: name.clone(), message };
                    self.pending.extend(digest.read(Duration::ZERO, left)?.into_iter().map(told));
                }
                None if source == 0 => {
                    if let Some(packets) = &self.packets {
                        let read = packets.read(Duration::ZERO, left)?;
                        self.pending.extend(read.into_iter().map(Event::Packet));
                    }
                }
                None => self.read_others(program)?,
            }
        }
        Ok(())
    }

    /// Reads from sources that cannot stop: they give what there is room for in them.
    fn read_others(&mut self, program: &Program) -> Result<(), Error> {
        for (name, events) in &self.events {
            let told = |event| Event::Extern { instance: name.clone(), event };
            self.pending.extend(events.read_now()?.into_iter().map(told));
        }
        if let Some((changes, before)) = &mut self.ports
            && changes.wait(Duration::ZERO).map_err(failed)?
        {
            let _writer = lock::writer()?;
            program.update_by(Links::here)?;
            let now = states(program)?;
            let gone = before.keys().filter(|port| !now.contains_key(port)).map(|port| (*port, false));
            let changed = now.iter().filter(|(port, up)| before.get(port) != Some(up));
            let told = |(port, up)| Event::Port { port, up };
            self.pending.extend(gone.chain(changed.map(|(port, up)| (*port, *up))).map(told));
            *before = now;
        }
        if !self.idle.is_empty() && waiting::wait(self.clock.as_fd(), Duration::ZERO).map_err(failed)? {
            let mut rest = LONGEST_REST;
            for (table, opened, watch) in &mut self.idle {
                let (new, next) = watch.look(opened)?;
                self.pending.extend(new.into_iter().map(|entry| Event::Idle { table: *table, entry }));
                rest = next.map_or(rest, |next| rest.min(next));
            }
            waiting::set_clock(self.clock.as_fd(), rest.max(SHORTEST_REST)).map_err(failed)?;
        }
        Ok(())
    }
}

/// Which ports of a program are up.
fn states(program: &Program) -> Result<BTreeMap<u32, bool>, Error> {
    let ports: Vec<u32> = match Numbering::of(program)? {
        Some(Numbering::Numbered(numbers)) => numbers.into_keys().collect(),
        Some(Numbering::Indices(base)) => {
            let running = attach::running(program.id())?;
            running.into_iter().filter_map(|device| device.index.checked_sub(base)).collect()
        }
        None => Vec::new(),
    };
    let links = Links::here(program)?;
    Ok(ports.into_iter().map(|port| (port, links.is_up(port))).collect())
}
