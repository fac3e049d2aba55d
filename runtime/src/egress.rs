//! The program that copies run: in, its descriptor when an object was loaded; out, device hashes whose values have it, and the program found
//! again by any process. The kernel holds it as long as a device hash names it, so one does from the beginning.

use crate::error::{Error, KernelError, Trouble, io_error};
use crate::program::{Program, fd_of_id};
use libbpf_rs::{MapCore, MapFlags, MapHandle, MapType};
use p4xdp_control::manifest::copies::{DEVICES, KEEPER};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

/// The egress program went with the namespace where it was loaded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the program that copies run is gone with the network namespace that it was loaded in: load the object anew"
)]
pub struct NoEgress;

impl Trouble for NoEgress {
    fn is_environment(&self) -> bool {
        true
    }
}

/// The loopback device has this index in every network namespace.
const LOOPBACK: u32 = 1;

/// A device hash for these devices, in this order, with the program that copies run.
pub(crate) fn device_hash(devices: &[u32], egress: Option<BorrowedFd<'_>>) -> Result<MapHandle, KernelError> {
    // A broadcast goes through all buckets, so there are no more than needed.
    let size = u32::try_from(devices.len()).unwrap_or(u32::MAX).max(1);
    let options = libbpf_sys::bpf_map_create_opts {
        sz: size_of::<libbpf_sys::bpf_map_create_opts>() as libbpf_sys::size_t,
        ..Default::default()
    };
    let hash = MapHandle::create(MapType::DevmapHash, Some("p4xdp_copies"), 4, 8, size, &options)
        .map_err(|error| KernelError::bpf("make a map for copies", &error, Vec::new()))?;
    for (position, device) in (0u32..).zip(devices) {
        let mut value = device.to_ne_bytes().to_vec();
        // 0 is no program here.
        value.extend(egress.map_or(0, |egress| egress.as_raw_fd()).to_ne_bytes());
        hash.update(&position.to_ne_bytes(), &value, MapFlags::ANY).map_err(|error| {
            KernelError::new(format!("send copies to the device of index {device}"), io_error(&error))
        })?;
    }
    Ok(hash)
}

/// Lets the kernel hold the egress program of an object that was just loaded.
pub(crate) fn keep(program: &Program, egress: BorrowedFd<'_>) -> Result<(), Error> {
    let hash = device_hash(&[LOOPBACK], Some(egress))?;
    let value = hash.as_fd().as_raw_fd().to_ne_bytes();
    program
        .map(DEVICES)?
        .update(&KEEPER.to_ne_bytes(), &value, MapFlags::ANY)
        .map_err(|error| KernelError::new("keep the program that copies run", io_error(&error)))?;
    Ok(())
}

/// The egress program of a loaded program, if it has one.
pub(crate) fn of(program: &Program) -> Result<Option<OwnedFd>, Error> {
    let copies = program.manifest().copies.as_ref().and_then(|copies| copies.program.as_ref());
    copies.map(|_| find(program)).transpose()
}

/// The egress program of a loaded program: the descriptor that it was loaded or opened with, or by the map that holds it.
pub(crate) fn find(program: &Program) -> Result<OwnedFd, Error> {
    if let Some(egress) = program.egress() {
        let kept = egress.try_clone_to_owned();
        return Ok(kept.map_err(|error| KernelError::new("keep the egress program's descriptor", error))?);
    }
    let word = |bytes: Option<Vec<u8>>, at: usize| {
        bytes.as_deref().and_then(|bytes| Some(u32::from_ne_bytes(*bytes.get(at..)?.first_chunk()?)))
    };
    let read = |error: libbpf_rs::Error| {
        KernelError::new("find the program that copies run", io_error(&error))
            .needing("the capability CAP_SYS_ADMIN, or pins of it that can be opened")
    };
    let found = program.map(DEVICES)?.lookup(&KEEPER.to_ne_bytes(), MapFlags::ANY).map_err(read)?;
    let hash = MapHandle::from_map_id(word(found, 0).ok_or(NoEgress)?).map_err(read)?;
    let value = hash.lookup(&0u32.to_ne_bytes(), MapFlags::ANY).map_err(read)?;
    Ok(fd_of_id(word(value, 4).ok_or(NoEgress)?)?)
}
