//! Default actions at run time: initialised data of the program, which is read and replaced in place.

use super::{ActionCall, Change, Table, TableError, terms};
use crate::error::{Error, KernelError, io_error};
use crate::lock::Lock;
use crate::program::read_data;
use crate::sys::mapping::Mapping;
use libbpf_rs::{MapCore, MapFlags};
use p4xdp_control::manifest::DefaultData;
use std::ops::Range;
use std::os::fd::AsFd;

/// Where a default action stands in its section.
fn range(place: &DefaultData) -> Range<usize> {
    let start = place.offset as usize;
    start..start + place.size as usize
}

impl Table<'_> {
    /// The default action as it is now.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn default_action(&self) -> Result<ActionCall, Error> {
        let Some(place) = &self.table.layout.default else {
            return Ok(self.table.view.default.clone());
        };
        let data = read_data(self.program.map(&place.section)?)?;
        // A section that ends before it has no action number either, and says so.
        let bytes = data.get(range(place)).unwrap_or(&[]);
        self.table.decode_default(place, bytes).map_err(|error| self.error(error.into(), None))
    }

    /// Replaces the default action. A packet that is under way meanwhile sees the old or the new one if the value has at most 8 bytes;
    /// a larger one is written in words, arguments and action number one after another.
    ///
    /// # Errors
    /// When it is constant, or the call does not suit it.
    pub fn set_default(&self, call: &ActionCall) -> Result<(), Error> {
        self.apply(&[Change::SetDefault(call.clone())])
    }

    /// Puts the program's own default action back.
    ///
    /// # Errors
    /// When it is constant.
    pub fn reset_default(&self) -> Result<(), Error> {
        self.set_default(&self.table.view.default)
    }

    /// The default action can be this one; where it stands.
    pub(super) fn check_default(&self, call: &ActionCall) -> Result<&DefaultData, Error> {
        terms::check_call(self.program_view(), self.table.view, call, true)?;
        match &self.table.layout.default {
            Some(place) if !self.table.view.default_is_const => Ok(place),
            Some(_) | None => Err(TableError::Constant {
                table: self.called(),
                reason: if self.table.view.is_set() {
                    "it has no actions"
                } else {
                    "its default action is `const`"
                },
            }
            .into()),
        }
    }

    /// Writes a default action; neighbours of maps that cannot be written in part are written again, which is why nobody else may write.
    pub(super) fn write_default(&self, call: &ActionCall, _: &Lock) -> Result<(), Error> {
        let place = self.check_default(call)?;
        let bytes = self.table.encode_default(place, call);
        let map = self.program.map(&place.section)?;
        let error =
            |source| KernelError::new(format!("write default action of `{}`", self.table.name()), source);
        let info = map.info().map_err(|source| error(io_error(&source)))?;
        if info.info.map_flags & libbpf_sys::BPF_F_MMAPABLE != 0 {
            let start = place.offset as usize;
            let mapping = Mapping::new(map.as_fd(), map.value_size() as usize).map_err(error)?;
            return Ok(mapping.put(start, &bytes).map_err(error)?);
        }
        let mut data = read_data(map)?;
        match data.get_mut(range(place)) {
            Some(target) => target.copy_from_slice(&bytes),
            None => {
                return Err(error(std::io::Error::other("its section ends before it does")).into());
            }
        }
        map.update(&0u32.to_ne_bytes(), &data, MapFlags::ANY).map_err(|source| error(io_error(&source)))?;
        Ok(())
    }
}
