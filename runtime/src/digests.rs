//! Messages that a program sends to the control plane through ring buffers (`digest` of P4): in, a digest's name; out, messages in the order in
//! which they were sent, and how many were lost.
//!
//! A ring buffer has one reader at a time; two would take messages from one another. What was read is gone.

use crate::cells::Cells;
use crate::error::{Error, KernelError, io_error};
use crate::program::{Program, ProgramError};
use crate::ring::{self, Batch};
use crate::tables::terms;
use libbpf_rs::{RingBuffer, RingBufferBuilder};
use num_bigint::BigUint;
use p4xdp_control::manifest::{self, ExternKind};
use p4xdp_control::storage::place;
use p4xdp_control::view::Param;
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::time::Duration;

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Whom the program means it for, with architectures that have such numbers.
    pub receiver: Option<BigUint>,
    /// Its fields' values, in the order of [`Digests::fields`].
    pub fields: Vec<BigUint>,
}

/// Reads the messages of one digest.
pub struct Digests<'p> {
    name: &'p str,
    layout: &'p manifest::Digest,
    ring: RingBuffer<'p>,
    pending: Arc<Batch<Vec<u8>>>,
    lost: Cells<'p>,
}

impl Program {
    /// Begins to read a digest, by its name or the end of it; the empty name is that of the only one.
    ///
    /// # Errors
    /// When there is no such digest, or the kernel refuses.
    pub fn digest(&self, name: &str) -> Result<Digests<'_>, Error> {
        let all = digests(self);
        let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
        let position = match (name, names.len()) {
            ("", 1) => 0,
            _ => terms::find("digest", name, &names, None)?,
        };
        let Some((name, layout)) = all.get(position).copied() else {
            return Err(ProgramError::NoMap { map: name.into() }.into());
        };
        Digests::open(self, name, layout)
    }

    /// Begins to read all digests, in the order of the program.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn digests(&self) -> Result<Vec<Digests<'_>>, Error> {
        digests(self).into_iter().map(|(name, layout)| Digests::open(self, name, layout)).collect()
    }

    /// How many messages of each digest were lost since the program was loaded, in the order of the program.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn lost_messages(&self) -> Result<Vec<(String, u64)>, Error> {
        let lost = |(name, layout): (&str, &manifest::Digest)| {
            Ok((name.to_owned(), count(&Cells::open(self, name, &layout.lost)?)?))
        };
        digests(self).into_iter().map(lost).collect()
    }
}

/// The count in the only cell.
fn count(lost: &Cells<'_>) -> Result<u64, Error> {
    let cell = lost.read(0)?;
    Ok(cell.number().and_then(|count| u64::try_from(count).ok()).unwrap_or(u64::MAX))
}

fn digests(program: &Program) -> Vec<(&str, &manifest::Digest)> {
    let externs = program.manifest().externs.iter();
    let digests = externs.filter_map(|item| match &item.kind {
        ExternKind::Digest(digest) => Some((item.name.as_str(), digest)),
        ExternKind::Cells(_) | ExternKind::Profile(_) | ExternKind::Events { .. } => None,
    });
    digests.collect()
}

impl<'p> Digests<'p> {
    fn open(program: &'p Program, name: &'p str, layout: &'p manifest::Digest) -> Result<Digests<'p>, Error> {
        let map = program.map(&layout.map)?;
        let pending = Arc::new(Batch::default());
        let sink = Arc::clone(&pending);
        let take = move |bytes: &[u8]| sink.put(Some(bytes.to_vec()));
        let error = |error: libbpf_rs::Error| {
            KernelError::new(format!("read messages of `{name}`"), io_error(&error))
                .needing("the capability CAP_BPF")
        };
        let mut builder = RingBufferBuilder::new();
        builder.add(map, take).map_err(error)?;
        let ring = builder.build().map_err(error)?;
        Ok(Digests { name, layout, ring, pending, lost: Cells::open(program, name, &layout.lost)? })
    }

    /// Its full name.
    #[must_use]
    pub fn name(&self) -> &'p str {
        self.name
    }

    /// The fields of a message, in the order of [`Message::fields`].
    pub fn fields(&self) -> impl ExactSizeIterator<Item = &'p Param> + use<'p> {
        self.layout.fields.iter().map(|(field, _)| field)
    }

    /// Waits for messages until there are some or the time is over; takes at most `most` (and no more than 1,024 in any case, 1 at least). The
    /// others stay for the next time.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn read(&self, timeout: Duration, most: usize) -> Result<Vec<Message>, Error> {
        let read = self.pending.read(&self.ring, timeout, most);
        let read = read.map_err(|error| KernelError::new("wait for messages", error))?;
        Ok(read.iter().map(|bytes| self.message(bytes)).collect())
    }

    fn message(&self, bytes: &[u8]) -> Message {
        // The kernel hands out whole records, and the manifest was held against their size.
        let number = |place| place::get(bytes, place).unwrap_or_default();
        Message {
            receiver: self.layout.receiver.as_ref().map(number),
            fields: self.layout.fields.iter().map(|(_, place)| number(place)).collect(),
        }
    }

    /// A descriptor that can be waited for: it is readable while there are messages.
    #[must_use]
    pub fn as_fd(&self) -> BorrowedFd<'_> {
        ring::descriptor(&self.ring)
    }

    /// Messages that were lost since the program was loaded, because there was no room for them.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn lost(&self) -> Result<u64, Error> {
        count(&self.lost)
    }
}
