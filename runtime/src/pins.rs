//! Pins: in, a device and the program that it runs; out, `/sys/fs/bpf/p4xdp/net-INODE/DEVICE/program` and `maps/NAME` beside it. The
//! network namespace is part of the path, because bpffs is shared between namespaces that have devices of one name.
//! Pins are for other tools and for processes without the right to open programs by number; nothing of ours depends on them.

use crate::attach::Device;
use crate::error::{Error, KernelError, io_error};
use crate::program::Program;
use crate::sys;
use libbpf_rs::{MapCore, MapHandle};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

const BPFFS: &str = "/sys/fs/bpf";

/// Where the pins of a device of this network namespace stand.
///
/// # Errors
/// When the namespace cannot be told.
pub fn directory(device: &Device) -> Result<PathBuf, Error> {
    // bpffs reserves dots in names, which VLAN devices have.
    Ok(namespace()?.join(device.name.replace('.', "%2e")))
}

fn namespace() -> Result<PathBuf, Error> {
    let inode = fs::metadata("/proc/thread-self/ns/net")
        .map_err(|error| KernelError::new("tell the network namespace", error))?
        .ino();
    Ok(Path::new(BPFFS).join("p4xdp").join(format!("net-{inode}")))
}

/// Pins a program and its maps for a device, in place of what was pinned for it.
pub(crate) fn pin(device: &Device, program: &Program) -> Result<PathBuf, Error> {
    if !sys::bpf::is_bpffs(Path::new(BPFFS)) {
        sys::bpf::mount_bpffs(Path::new(BPFFS))
            .map_err(|error| KernelError::new(format!("mount bpffs on {BPFFS}"), error))?;
    }
    remove_stale()?;
    let directory = directory(device)?;
    let fresh = directory
        .with_extension("")
        .with_file_name(format!("%new-{}", directory.file_name().unwrap_or_default().to_string_lossy()));
    remove(&fresh)?;
    let result = fill(&fresh, program).and_then(|()| {
        remove(&directory)?;
        fs::rename(&fresh, &directory)
            .map_err(|error| KernelError::new(format!("rename {}", fresh.display()), error).into())
    });
    if result.is_err() {
        remove(&fresh)?;
    }
    result.map(|()| directory)
}

fn fill(directory: &Path, program: &Program) -> Result<(), Error> {
    let maps = directory.join("maps");
    fs::create_dir_all(&maps)
        .map_err(|error| KernelError::new(format!("make the directory {}", maps.display()), error))?;
    for map in program.maps() {
        let name = map.name().to_string_lossy().trim_start_matches('.').replace('.', "_");
        let mut handle = MapHandle::try_from(map)
            .map_err(|error| KernelError::new(format!("open map {name}"), io_error(&error)))?;
        handle
            .pin(maps.join(&name))
            .map_err(|error| KernelError::new(format!("pin map {name}"), io_error(&error)))?;
    }
    let path = directory.join("program");
    sys::bpf::pin(program.as_fd(), &path)
        .map_err(|error| KernelError::new(format!("pin the program at {}", path.display()), error))?;
    Ok(())
}

/// The maps of a program by their pins in a directory; `None` if some are not there or cannot be opened.
pub(crate) fn maps(directory: &Path, ids: &[u32]) -> Option<Vec<MapHandle>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(directory).ok()?.flatten() {
        let Ok(map) = MapHandle::from_pinned_path(entry.path()) else { continue };
        let Ok(info) = map.info() else { continue };
        found.insert(info.info.id, map);
    }
    ids.iter().map(|id| found.remove(id)).collect()
}

/// Removes the pins of a device, if there are any.
pub(crate) fn unpin(device: &Device) -> Result<(), Error> {
    let directory = directory(device)?;
    remove(&directory)?;
    // Fails while other devices of the namespace, or other namespaces, have pins.
    for parent in directory.ancestors().skip(1).take(2) {
        let _ = fs::remove_dir(parent);
    }
    Ok(())
}

/// Removes pins of devices that are gone from this namespace: their programs ended with them, but the pins hold the maps.
fn remove_stale() -> Result<(), Error> {
    let namespace = namespace()?;
    let Ok(entries) = fs::read_dir(&namespace) else { return Ok(()) };
    for entry in entries.flatten() {
        let device = entry.file_name().to_string_lossy().replace("%2e", ".");
        if sys::net::ifindex(&device).is_err() {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

fn remove(directory: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(directory) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(KernelError::new(format!("remove {}", directory.display()), error).into()),
    }
}
