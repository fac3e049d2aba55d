//! BPF programs on the kernel's trace points, and the map that they write into.

use super::check_libbpf;
use libbpf_sys::bpf_insn;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

/// Makes an array map with one value of `size` bytes, all zero.
pub(crate) fn make_cell(size: u32) -> io::Result<OwnedFd> {
    // SAFETY: the name ends with a zero byte; without options the kernel gets no other memory of ours.
    let fd = check_libbpf(unsafe {
        libbpf_sys::bpf_map_create(
            libbpf_sys::BPF_MAP_TYPE_ARRAY,
            c"p4xdp_losses".as_ptr(),
            4,
            size,
            1,
            std::ptr::null(),
        )
    })?;
    // SAFETY: the descriptor is new and nobody else's.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Reads the value of such a map as numbers of 64 bits; `value` must be as long as the map's value.
pub(crate) fn read_cell(map: BorrowedFd<'_>, value: &mut [u64]) -> io::Result<()> {
    let key = 0u32;
    // SAFETY: key and value outlive the call; the value is as long as the map says, which is the caller's part.
    check_libbpf(unsafe {
        libbpf_sys::bpf_map_lookup_elem(map.as_raw_fd(), (&raw const key).cast(), value.as_mut_ptr().cast())
    })?;
    Ok(())
}

/// Runs a program at a trace point as long as the second descriptor is held.
pub(crate) fn watch(point: &std::ffi::CStr, program: &[bpf_insn]) -> io::Result<[OwnedFd; 2]> {
    // SAFETY: strings end with a zero byte; the instructions outlive the call, with their true number beside them.
    let fd = check_libbpf(unsafe {
        libbpf_sys::bpf_prog_load(
            libbpf_sys::BPF_PROG_TYPE_RAW_TRACEPOINT,
            c"p4xdp_watch".as_ptr(),
            c"GPL".as_ptr(),
            program.as_ptr(),
            program.len() as libbpf_sys::size_t,
            std::ptr::null_mut(),
        )
    })?;
    // SAFETY: the descriptor is new and nobody else's.
    let program = unsafe { OwnedFd::from_raw_fd(fd) };
    // SAFETY: the name ends with a zero byte.
    let fd =
        check_libbpf(unsafe { libbpf_sys::bpf_raw_tracepoint_open(point.as_ptr(), program.as_raw_fd()) })?;
    // SAFETY: as above.
    Ok([program, unsafe { OwnedFd::from_raw_fd(fd) }])
}
