//! Default actions at run time: initialised data of the program, which is read and replaced in place.

use super::{Call, Table, TableError, terms};
use crate::error::{Error, KernelError, io_error};
use crate::program::read_data;
use crate::storage::record;
use crate::sys;
use libbpf_rs::{MapCore, MapFlags};
use std::os::fd::AsFd;

impl Table<'_> {
    /// The default action as it is now.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn default_action(&self) -> Result<Call, Error> {
        let Some(place) = &self.table.default.data else {
            return Ok(terms::of_manifest_call(&self.table.default.initial));
        };
        let data = read_data(self.program.map(&place.section)?)?;
        let start = place.offset as usize;
        let bytes = data.get(start..start + place.size as usize).unwrap_or_default();
        let first = self.table.first_action();
        record::decode_call(self.table, bytes, &place.action, first).map_err(|error| self.error(error, None))
    }

    /// Replaces the default action. A packet that is under way meanwhile sees the old or the new one if the value has at most 8 bytes;
    /// a larger one is written in words, arguments and action number one after another.
    ///
    /// # Errors
    /// When it is constant, or the call does not suit it.
    pub fn set_default(&self, call: &Call) -> Result<(), Error> {
        self.check_call(call, true)?;
        let constant = || TableError::Constant {
            table: self.table.name.clone(),
            reason: "its default action is `const`",
        };
        let place = self.table.default.data.as_ref().ok_or_else(constant)?;
        if self.table.default.is_const {
            return Err(constant().into());
        }
        let first = self.table.first_action();
        let bytes = record::encode_value(self.table, call, place.size as usize, &place.action, first);
        let map = self.program.map(&place.section)?;
        let error =
            |source| KernelError::new(format!("write default action of `{}`", self.table.name), source);
        let info = map.info().map_err(|source| error(io_error(&source)))?;
        let start = place.offset as usize;
        if info.info.map_flags & libbpf_sys::BPF_F_MMAPABLE != 0 {
            sys::bpf::write_mapped(map.as_fd(), map.value_size() as usize, start, &bytes).map_err(error)?;
            return Ok(());
        }
        let mut data = read_data(map)?;
        if let Some(target) = data.get_mut(start..start + bytes.len()) {
            target.copy_from_slice(&bytes);
        }
        map.update(&0u32.to_ne_bytes(), &data, MapFlags::ANY).map_err(|source| error(io_error(&source)))?;
        Ok(())
    }

    /// Puts the program's own default action back.
    ///
    /// # Errors
    /// When it is constant.
    pub fn reset_default(&self) -> Result<(), Error> {
        self.set_default(&terms::of_manifest_call(&self.table.default.initial))
    }
}
