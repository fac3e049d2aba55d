//! Registers of a loaded program: in, a register's name and index; out, the value of a cell, and the way back. A packet may write a cell at the
//! same time: each reads and writes whole values.

use crate::error::{Error, KernelError, io_error};
use crate::program::Program;
use crate::storage::record;
use crate::tables::{TableError, terms};
use libbpf_rs::{MapCore, MapFlags, MapHandle};
use num_bigint::BigUint;
use p4xdp_control::manifest::{ExternKind, Param, Place};

/// Why a register cannot be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegisterError {
    /// The index is too large.
    #[error("register `{register}` has indices 0 to {}, not {index}", size.saturating_sub(1))]
    Index {
        /// The register.
        register: String,
        /// Number of its cells.
        size: u32,
        /// What was asked for.
        index: u64,
    },
    /// The value is too large.
    #[error("{value} does not fit the {width} bits of register `{register}`")]
    Value {
        /// The register.
        register: String,
        /// Bits of a cell.
        width: u32,
        /// What was to be written.
        value: BigUint,
    },
}

/// A register of a loaded program.
#[derive(Clone, Copy, Debug)]
pub struct Register<'p> {
    name: &'p str,
    size: u32,
    value: &'p Param,
    place: &'p Place,
    map: &'p MapHandle,
}

impl Program {
    /// All registers in the order of the program.
    ///
    /// # Errors
    /// When the program lacks a map that its manifest names.
    pub fn registers(&self) -> Result<Vec<Register<'_>>, Error> {
        let mut registers = Vec::new();
        for item in &self.manifest().externs {
            match &item.kind {
                ExternKind::Register { map, size, value, place, .. } => {
                    let map = self.map(map)?;
                    registers.push(Register { name: &item.name, size: *size, value, place, map });
                }
                ExternKind::Counter { .. } | ExternKind::Events { .. } => {}
            }
        }
        Ok(registers)
    }

    /// A register by its name or the end of it.
    ///
    /// # Errors
    /// When no register, or more than one, has such a name.
    pub fn register(&self, name: &str) -> Result<Register<'_>, Error> {
        let registers = self.registers()?;
        let names: Vec<&str> = registers.iter().map(|register| register.name).collect();
        let position = terms::find("register", name, &names, None)?;
        let unknown = || TableError::Unknown {
            what: "register",
            name: name.into(),
            of: None,
            candidates: Vec::new(),
            nearest: None,
        };
        Ok(*registers.get(position).ok_or_else(unknown)?)
    }
}

impl<'p> Register<'p> {
    /// Its full name.
    #[must_use]
    pub fn name(&self) -> &'p str {
        self.name
    }

    /// Number of its cells.
    #[must_use]
    pub fn size(&self) -> u32 {
        self.size
    }

    /// What a cell holds.
    #[must_use]
    pub fn value(&self) -> &'p Param {
        self.value
    }

    /// Reads a cell.
    ///
    /// # Errors
    /// When there is no such index.
    pub fn read(&self, index: u64) -> Result<BigUint, Error> {
        let key = self.key(index)?;
        let value = self.map.lookup(&key, MapFlags::ANY);
        let value = value.map_err(|error| self.refused("read", &error))?;
        Ok(value.map_or(BigUint::ZERO, |value| record::get(&value, self.place)))
    }

    /// All cells that are not zero, by index.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn dump(&self) -> Result<Vec<(u64, BigUint)>, Error> {
        let mut cells = Vec::new();
        for index in 0..u64::from(self.size) {
            let value = self.read(index)?;
            if value != BigUint::ZERO {
                cells.push((index, value));
            }
        }
        Ok(cells)
    }

    /// Writes a cell.
    ///
    /// # Errors
    /// When there is no such index, or the value is too large.
    pub fn write(&self, index: u64, value: &BigUint) -> Result<(), Error> {
        let key = self.key(index)?;
        if value.bits() > u64::from(self.value.width) {
            let (register, width) = (self.name.to_owned(), self.value.width);
            return Err(RegisterError::Value { register, width, value: value.clone() }.into());
        }
        let mut bytes = vec![0u8; self.map.value_size() as usize];
        record::put(&mut bytes, self.place, value);
        self.map.update(&key, &bytes, MapFlags::ANY).map_err(|error| self.refused("write", &error))
    }

    /// Sets all cells to zero; how many were not.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn reset(&self) -> Result<u64, Error> {
        let cells = self.dump()?;
        for (index, _) in &cells {
            self.write(*index, &BigUint::ZERO)?;
        }
        Ok(cells.len() as u64)
    }

    fn key(&self, index: u64) -> Result<[u8; 4], Error> {
        match u32::try_from(index) {
            Ok(index) if index < self.size => Ok(index.to_ne_bytes()),
            _ => {
                let (register, size) = (self.name.to_owned(), self.size);
                Err(RegisterError::Index { register, size, index }.into())
            }
        }
    }

    fn refused(&self, what: &str, error: &libbpf_rs::Error) -> Error {
        KernelError::new(format!("{what} register `{}`", self.name), io_error(error)).into()
    }
}
