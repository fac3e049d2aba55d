//! What becomes of a program's packets: in, an object, to switch counting on before it is loaded; out, the counts of a running program. The
//! contracts with the program are `p4xdp_control::manifest::statistics` and `losses`.

use crate::error::{Error, KernelError, io_error};
use crate::object::Object;
use crate::program::{Program, read_data};
use libbpf_rs::{MapCore, MapFlags};
use p4xdp_control::manifest::losses::{Reason, sums};
use p4xdp_control::manifest::statistics::{COUNTS, VERDICT_COUNT, VERDICTS};

/// Counts since the program was loaded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Packets by verdict: aborted, dropped, passed, sent back, redirected.
    pub verdicts: [u64; VERDICT_COUNT as usize],
    /// Packets that the parser rejected for an error; with v1model, that went on with one.
    pub parser_errors: u64,
}

/// What a program has lost since it was loaded, not by its own word: it counts that always.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Losses {
    /// Packets by reason, in the order of [`Reason::ALL`], those that were not met included. They are among those that verdicts count as
    /// aborted or dropped.
    pub packets: Vec<(Reason, u64)>,
    /// Messages to the control plane by the digest's full name: nobody read them in time.
    pub messages: Vec<(String, u64)>,
}

/// Bytes of an object with the places `offsets` (see [`Object::count_marks`]) switched on.
pub(crate) fn switched_on(object: &Object) -> Vec<u8> {
    /// An instruction's 32-bit constant stands behind opcode, registers and offset.
    const CONSTANT: usize = 4;
    let mut bytes = object.bytes().to_vec();
    for offset in object.count_marks() {
        let start = offset.saturating_add(CONSTANT);
        if let Some(place) = bytes.get_mut(start..start.saturating_add(4)) {
            place.copy_from_slice(&1u32.to_ne_bytes());
        }
    }
    bytes
}

/// Says in a program's data that it counts.
pub(crate) fn note(program: &Program) -> Result<(), Error> {
    let map = program.map(COUNTS)?;
    let mut data = read_data(map)?;
    if let Some(counting) = data.first_chunk_mut() {
        *counting = 1u64.to_ne_bytes();
    }
    let updated = map.update(&0u32.to_ne_bytes(), &data, MapFlags::ANY);
    Ok(updated.map_err(|error| KernelError::new("switch counting on", io_error(&error)))?)
}

impl Program {
    /// What became of its packets; `None` unless it was loaded to count them.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn statistics(&self) -> Result<Option<Statistics>, Error> {
        let (Ok(rare), Ok(verdicts)) = (self.map(COUNTS), self.map(VERDICTS)) else { return Ok(None) };
        let data = read_data(rare)?;
        let mut words =
            data.chunks_exact(8).filter_map(|word| Some(u64::from_ne_bytes(*word.first_chunk()?)));
        let (Some(counting), Some(parser_errors)) = (words.next(), words.next()) else {
            let error = std::io::Error::other(format!("`{COUNTS}` has {} bytes", data.len()));
            return Err(KernelError::new("read what is counted", error).into());
        };
        if counting == 0 {
            return Ok(None);
        }
        let mut found = Statistics { parser_errors, ..Statistics::default() };
        for (verdict, sum) in (0u32..).zip(&mut found.verdicts) {
            let values = verdicts
                .lookup_percpu(&verdict.to_ne_bytes(), MapFlags::ANY)
                .map_err(|error| KernelError::new("read the verdicts", io_error(&error)))?;
            let none = || std::io::Error::other(format!("`{VERDICTS}` has no cell {verdict}"));
            let counts = values.ok_or_else(|| KernelError::new("read the verdicts", none()))?;
            let counts = counts.iter().filter_map(|value| Some(u64::from_ne_bytes(*value.first_chunk()?)));
            *sum = counts.sum();
        }
        Ok(Some(found))
    }

    /// What it has lost.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn losses(&self) -> Result<Losses, Error> {
        let sums = match self.map(COUNTS) {
            Ok(map) => sums(&read_data(map)?),
            Err(_) => sums(&[]),
        };
        let of = |reason: Reason| sums.get(reason.number()).copied().unwrap_or_default();
        let packets = Reason::ALL.into_iter().map(|reason| (reason, of(reason))).collect();
        Ok(Losses { packets, messages: self.lost_messages()? })
    }
}
