//! Pins that nothing belongs to any more: of devices that are gone or renamed or run another program, and of network namespaces that are
//! gone. Programs end with their devices, but pins hold them and their maps in memory. Taking pins away never takes a program off a device.

use super::{FRESH, contents, directory, list, namespace, remove, remove_empty_parents, root};
use crate::attach::{Device, device_names};
use crate::error::Error;
use crate::lock;
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Pins without their device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    /// Where they stand.
    pub directory: PathBuf,
    /// The pinned program, if there is one and it can be opened.
    pub program: Option<u32>,
    /// Why they are stale.
    pub reason: String,
    /// They are of this network namespace.
    pub(crate) is_here: bool,
}

/// Finds stale pins of this network namespace, and of those that are gone.
///
/// # Errors
/// When pins or devices cannot be listed.
pub fn stale() -> Result<Vec<Stale>, Error> {
    let here = namespace()?;
    let mut found = Vec::new();
    let mut alive = None;
    for space in list(&root())? {
        let inode = name(&space).strip_prefix("net-").and_then(|inode| inode.parse::<u64>().ok());
        let Some(inode) = inode.filter(|_| space.is_dir()) else { continue };
        let is_here = inode == here;
        if !is_here && alive.get_or_insert_with(namespaces).contains(&inode) {
            continue;
        }
        for directory in list(&space)? {
            let program = contents(&directory).ok().and_then(|contents| contents.program);
            let reason = if is_here {
                out_of_use(&name(&directory), program)?
            } else {
                Some("no process and no name holds its network namespace".to_owned())
            };
            if let Some(reason) = reason {
                found.push(Stale { directory, program, reason, is_here });
            }
        }
    }
    Ok(found)
}

/// Removes stale pins: what was removed, and what was not because of something foreign or for want of rights.
///
/// # Errors
/// As [`stale`].
pub fn remove_stale() -> Result<(Vec<Stale>, Vec<Error>), Error> {
    let _lock = lock::writer()?;
    let (mut removed, mut errors) = (Vec::new(), Vec::new());
    for old in stale()? {
        match remove(&old.directory) {
            Ok(()) => {
                remove_empty_parents(&old.directory);
                removed.push(old);
            }
            Err(error) => errors.push(error),
        }
    }
    Ok((removed, errors))
}

/// Why pins of this network namespace are out of use; nothing if they are what the device runs.
fn out_of_use(name: &str, program: Option<u32>) -> Result<Option<String>, Error> {
    if name.starts_with(FRESH) {
        return Ok(Some("a load was cut short".into()));
    }
    let name = name.replace("%2e", ".");
    let Ok(device) = Device::find(&name) else {
        // Renamed: a device that runs the program and has no pins of its own.
        for other in device_names()? {
            let device = Device::find(&other)?;
            let runs = device.running()?.is_some_and(|running| Some(running.id) == program);
            if runs && !directory(&device)?.exists() {
                return Ok(Some(format!("there is no device `{name}`; its program runs on `{other}`")));
            }
        }
        return Ok(Some(format!("there is no device `{name}`")));
    };
    Ok(match device.running()? {
        Some(running) if Some(running.id) == program => None,
        // Pins that cannot be opened are not known to be another program's.
        Some(_) if program.is_none() => None,
        Some(running) => Some(format!("`{name}` runs program {} now", running.id)),
        None => Some(format!("`{name}` runs no program")),
    })
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Inodes of the network namespaces that somebody holds, as far as can be seen: those of processes and their threads, open files, and
/// the names of iproute2.
fn namespaces() -> BTreeSet<u64> {
    let mut found = BTreeSet::new();
    let entries =
        |path: PathBuf| fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path());
    found.extend(entries("/run/netns".into()).filter_map(|path| Some(fs::metadata(path).ok()?.ino())));
    let inode = |path: PathBuf| -> Option<u64> {
        let target = fs::read_link(path).ok()?;
        target.to_string_lossy().strip_prefix("net:[")?.strip_suffix(']')?.parse().ok()
    };
    for process in entries("/proc".into()).filter(|path| name(path).parse::<u32>().is_ok()) {
        found.extend(entries(process.join("task")).filter_map(|thread| inode(thread.join("ns/net"))));
        found.extend(entries(process.join("fd")).filter_map(inode));
    }
    found
}
