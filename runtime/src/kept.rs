//! Bytes that a control plane leaves with a program, for whoever controls it next: in, a name and bytes; out, the same bytes, in any process that finds
//! the program, as long as the kernel has it. A map of ours, which is in no object, holds them; the kernel binds it to the program.

use crate::error::{Error, KernelError, io_error};
use crate::program::{Program, read_data};
use crate::{pins, sys};
use libbpf_rs::{MapCore, MapFlags, MapHandle, MapType};
use std::os::fd::AsFd;

/// In front of the bytes: how many there are.
const LENGTH: usize = 8;

impl Program {
    /// Leaves bytes under a name of at most 15 letters, with room for as many as these or `room`. A name is given once a program; [`Program::write_kept`]
    /// puts other bytes there. Where the program is pinned, so are they.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn keep(&mut self, name: &str, bytes: &[u8], room: usize) -> Result<(), Error> {
        let refused =
            |error: &libbpf_rs::Error| KernelError::bpf(format!("make the map `{name}`"), error, Vec::new());
        let size = u32::try_from(LENGTH + bytes.len().max(room)).unwrap_or(u32::MAX);
        let options = libbpf_sys::bpf_map_create_opts {
            sz: size_of::<libbpf_sys::bpf_map_create_opts>() as libbpf_sys::size_t,
            ..Default::default()
        };
        let map = MapHandle::create(MapType::Array, Some(name), 4, size, 1, &options)
            .map_err(|error| refused(&error))?;
        write(&map, bytes)?;
        sys::bpf::bind_map(self.as_fd(), map.as_fd())
            .map_err(|error| KernelError::new(format!("bind the map `{name}` to the program"), error))?;
        pins::add(self.id(), &map)?;
        self.take_map(map);
        Ok(())
    }

    /// Puts other bytes in the place of those that were left.
    ///
    /// # Errors
    /// When there is nothing under this name, no room, or the kernel refuses.
    pub fn write_kept(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        write(self.map(name)?, bytes)
    }

    /// What was left under a name.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn kept(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let Ok(map) = self.map(name) else { return Ok(None) };
        let value = read_data(map)?;
        Ok(bytes_of(&value).map(<[u8]>::to_vec))
    }
}

fn write(map: &MapHandle, bytes: &[u8]) -> Result<(), Error> {
    let value = value_of(map, bytes)?;
    map.update(&0u32.to_ne_bytes(), &value, MapFlags::ANY).map_err(|error| left(bytes, &error).into())
}

fn left(bytes: &[u8], error: &libbpf_rs::Error) -> KernelError {
    KernelError::new(format!("leave {} bytes with the program", bytes.len()), io_error(error))
}

/// Bytes as they stand in a map.
fn value_of(map: &MapHandle, bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let mut value = vec![0; map.value_size() as usize];
    let Some(room) = value.get_mut(LENGTH..LENGTH + bytes.len()) else {
        let error = std::io::Error::other(format!("there is room for {} bytes", value.len() - LENGTH));
        return Err(KernelError::new(format!("leave {} bytes with the program", bytes.len()), error).into());
    };
    room.copy_from_slice(bytes);
    if let Some(length) = value.first_chunk_mut() {
        *length = (bytes.len() as u64).to_ne_bytes();
    }
    Ok(value)
}

/// The bytes that stand there.
fn bytes_of(value: &[u8]) -> Option<&[u8]> {
    let length = value.first_chunk().map(|bytes| u64::from_ne_bytes(*bytes));
    let length = length.and_then(|length| usize::try_from(length).ok()).unwrap_or_default();
    value.get(LENGTH..LENGTH.saturating_add(length))
}

/// A key and bytes.
pub type Pair = (Vec<u8>, Vec<u8>);

/// Pairs of a key and bytes that a control plane leaves with a program.
#[derive(Debug)]
pub struct KeptPairs {
    map: MapHandle,
}

impl Program {
    /// The pairs that were left under a name.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn kept_pairs(&self, name: &str) -> Result<Option<KeptPairs>, Error> {
        let Ok(map) = self.map(name) else { return Ok(None) };
        let again = MapHandle::try_from(map);
        let map =
            again.map_err(|error| KernelError::new(format!("open the map `{name}`"), io_error(&error)))?;
        Ok(Some(KeptPairs { map }))
    }

    /// Begins to leave pairs under a name of at most 15 letters: keys of so many bytes, with room for so many bytes each, and for so many pairs. It is done
    /// once a program; who has opened the program before does not find them.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn keep_pairs(&self, name: &str, key: u32, room: u32, most: u32) -> Result<KeptPairs, Error> {
        let options = libbpf_sys::bpf_map_create_opts {
            sz: size_of::<libbpf_sys::bpf_map_create_opts>() as libbpf_sys::size_t,
            map_flags: libbpf_sys::BPF_F_NO_PREALLOC,
            ..Default::default()
        };
        let size = u32::try_from(LENGTH).unwrap_or(u32::MAX).saturating_add(room);
        let map = MapHandle::create(MapType::Hash, Some(name), key, size, most, &options)
            .map_err(|error| KernelError::bpf(format!("make the map `{name}`"), &error, Vec::new()))?;
        sys::bpf::bind_map(self.as_fd(), map.as_fd())
            .map_err(|error| KernelError::new(format!("bind the map `{name}` to the program"), error))?;
        pins::add(self.id(), &map)?;
        Ok(KeptPairs { map })
    }
}

impl KeptPairs {
    /// Leaves bytes by their key, or others in their place.
    ///
    /// # Errors
    /// When the key has another size, there is no room, or the kernel refuses.
    pub fn put(&self, key: &[u8], bytes: &[u8]) -> Result<(), Error> {
        let value = value_of(&self.map, bytes)?;
        self.map.update(key, &value, MapFlags::ANY).map_err(|error| left(bytes, &error).into())
    }

    /// Forgets bytes by their key, if they are there.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn remove(&self, key: &[u8]) -> Result<(), Error> {
        match self.map.delete(key) {
            Err(error) if io_error(&error).raw_os_error() != Some(libc::ENOENT) => {
                Err(left(&[], &error).into())
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// All pairs, in no order.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn all(&self) -> Result<Vec<Pair>, Error> {
        let mut pairs = Vec::new();
        for key in self.map.keys() {
            let read = self.map.lookup(&key, MapFlags::ANY);
            let value = read
                .map_err(|error| KernelError::new("read what was left with the program", io_error(&error)))?;
            // It may have gone since it was listed.
            if let Some(bytes) = value.as_deref().and_then(bytes_of) {
                pairs.push((key, bytes.to_vec()));
            }
        }
        Ok(pairs)
    }
}
