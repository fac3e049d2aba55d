//! The custom CRCs of a loaded program: in, parameters; out, the program's data changed in one step, or an error that names the field. What a
//! program computes them by is `p4xdp_control::crc`'s.

use crate::error::{Error, KernelError, Trouble};
use crate::lock;
use crate::program::{Program, read_data};
use crate::sys;
use crate::sys::mapping::Mapping;
pub use p4xdp_control::crc::{Crc, CrcError};
use p4xdp_control::crc::{PLACE, SECTION, SIZE, current_at, name, place_at};
use std::io;
use std::os::fd::AsFd;

/// Why a program does not compute a custom CRC.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CustomCrcError {
    /// It computes none of this width.
    #[error("the program does not use `{}`{}", name(*.width), but(.used))]
    Unused {
        /// Bits.
        width: u32,
        /// Widths of those that it uses.
        used: Vec<u32>,
    },
    /// Numbers that are no parameters.
    #[error(transparent)]
    Parameters(#[from] CrcError),
}

impl Trouble for CustomCrcError {
    fn is_environment(&self) -> bool {
        false
    }
}

impl Trouble for CrcError {
    fn is_environment(&self) -> bool {
        false
    }
}

fn but(widths: &[u32]) -> String {
    let names: Vec<String> = widths.iter().map(|width| format!("`{}`", name(*width))).collect();
    if names.is_empty() { " or any custom CRC".into() } else { format!(", but {}", names.join(" and ")) }
}

impl Program {
    /// The custom CRCs that it computes, as they are now, by their widths.
    ///
    /// # Errors
    /// When the kernel refuses, or there is other data than this crate writes.
    pub fn custom_crcs(&self) -> Result<Vec<Crc>, Error> {
        let widths = &self.manifest().custom_crcs;
        if widths.is_empty() {
            return Ok(Vec::new());
        }
        let data = read_data(self.map(SECTION)?)?;
        let read = |width: &u32| {
            let start = place_at(*width, is_second(&data, *width));
            let crc = data.get(start..start + PLACE).and_then(|place| Crc::decode(*width, place));
            let corrupt = || io::Error::other("it is not what p4xdp writes");
            Ok(crc.ok_or_else(|| KernelError::new(format!("read `{}`", name(*width)), corrupt()))?)
        };
        widths.iter().map(read).collect()
    }

    /// Lets the custom CRC of this width be this one. A packet computes each hash by the old one or the new one.
    ///
    /// # Errors
    /// When the program does not use it, a parameter is too large, or the kernel refuses.
    pub fn set_custom_crc(&self, crc: &Crc) -> Result<(), Error> {
        crc.check()?;
        let (width, used) = (crc.width, &self.manifest().custom_crcs);
        if !used.contains(&width) {
            return Err(CustomCrcError::Unused { width, used: used.clone() }.into());
        }
        let _writer = lock::writer()?;
        let map = self.map(SECTION)?;
        let failed = |source| KernelError::new(format!("write `{}`", name(width)), source);
        let second = !is_second(&read_data(map)?, width);
        // Nobody goes by the other place any more, whoever wrote it and whatever became of that process.
        sys::wait_for_packets();
        let mapping = Mapping::new(map.as_fd(), SIZE).map_err(failed)?;
        mapping.put(place_at(width, second), &crc.encode()).map_err(failed)?;
        mapping.store(current_at(width), second.into());
        Ok(())
    }
}

/// The second of a width's two places holds.
fn is_second(data: &[u8], width: u32) -> bool {
    let words = data.as_chunks::<8>().0;
    let word = usize::try_from(current_at(width)).ok().and_then(|at| words.get(at));
    word.is_some_and(|word| u64::from_ne_bytes(*word) & 1 == 1)
}
