//! Pins: in, a device and the program that it runs; out, `/sys/fs/bpf/p4xdp/net-INODE/DEVICE/program` and `maps/NAME` beside it, and `egress`
//! if copies of packets run a program of their own. The network namespace is part of the path, because bpffs is shared between namespaces that
//! have devices of one name.
//! Pins are for other tools and for processes without the right to open programs by number; nothing of ours depends on them. What is
//! removed has been looked at: a file that is not a pin of ours is never deleted.

mod stale;

pub use stale::{Stale, remove_stale, stale};

use crate::attach::{self, Device};
use crate::error::{CAP_SYS_ADMIN, Error, KernelError, Trouble, io_error};
use crate::sys;
use libbpf_rs::{MapCore, MapHandle};
use p4xdp_control::manifest::SECTION;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

const BPFFS: &str = "/sys/fs/bpf";
/// The pin of the program that devices run, and of the one that copies of packets run.
const PROGRAM: &str = "program";
const EGRESS: &str = "egress";
/// What a directory is called while it is filled.
const FRESH: &str = "%new-";

/// Why there are no pins, or why they stay.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PinError {
    /// Something else stands among the pins.
    #[error("`{}` stands where p4xdp keeps its pins and is not one of them; move or remove it first", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// No file system to pin in.
    #[error(
        "{BPFFS} is no BPF file system here (`ip netns exec` hides it, and a new one would end with the command); to have pins, enter \
         the namespace by `nsenter --net=/run/netns/NAME`"
    )]
    NoFileSystem,
}

impl Trouble for PinError {
    fn is_environment(&self) -> bool {
        true
    }
}

/// Where the pins of a device of this network namespace stand.
///
/// # Errors
/// When the namespace cannot be told.
pub fn directory(device: &Device) -> Result<PathBuf, Error> {
    // bpffs reserves dots in names, which VLAN devices have.
    Ok(root().join(format!("net-{}", namespace()?)).join(device.name.replace('.', "%2e")))
}

fn root() -> PathBuf {
    Path::new(BPFFS).join("p4xdp")
}

/// Inode of the thread's network namespace.
fn namespace() -> Result<u64, Error> {
    let inode = fs::metadata("/proc/thread-self/ns/net")
        .map_err(|error| KernelError::new("tell the network namespace", error))?;
    Ok(inode.ino())
}

/// Whether there is a file system to pin in.
pub(crate) fn is_possible() -> bool {
    sys::bpf::is_bpffs(Path::new(BPFFS))
}

/// Makes sure that programs can be pinned for a device: there is a BPF file system, and nothing foreign where its pins go.
pub(crate) fn prepare(device: &Device) -> Result<(), Error> {
    if !is_possible() {
        // Elsewhere than where the machine's first process is, a mount ends with the command.
        let space = |process: &str| fs::read_link(format!("/proc/{process}/ns/mnt")).ok();
        if space("self").is_none() || space("self") != space("1") {
            return Err(PinError::NoFileSystem.into());
        }
        sys::bpf::mount_bpffs(Path::new(BPFFS)).map_err(|error| {
            KernelError::new(format!("mount bpffs on {BPFFS}"), error).needing(CAP_SYS_ADMIN)
        })?;
    }
    contents(&directory(device)?).map(|_| ())
}

/// Pins a program, the one that its copies run if it sends any, and its maps for a device, in place of what was pinned for it.
pub(crate) fn pin(
    device: &Device,
    program: BorrowedFd<'_>,
    egress: Option<BorrowedFd<'_>>,
    maps: &[MapHandle],
) -> Result<PathBuf, Error> {
    prepare(device)?;
    // Those of devices that are gone: their programs ended with them, but the pins hold the maps. What is foreign stays.
    for old in stale()?.iter().filter(|old| old.is_here) {
        let _ = remove(&old.directory);
    }
    let directory = directory(device)?;
    let name = directory.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let fresh = directory.with_file_name(format!("{FRESH}{name}"));
    remove(&fresh)?;
    let result = fill(&fresh, program, egress, maps).and_then(|()| {
        remove(&directory)?;
        fs::rename(&fresh, &directory)
            .map_err(|error| KernelError::new(format!("rename {}", fresh.display()), error).into())
    });
    if result.is_err() {
        remove(&fresh)?;
    }
    result.map(|()| directory)
}

/// The program first: by it the maps beside it are known as ours, also if this is cut short.
fn fill(
    directory: &Path,
    program: BorrowedFd<'_>,
    egress: Option<BorrowedFd<'_>>,
    maps: &[MapHandle],
) -> Result<(), Error> {
    let beside = directory.join("maps");
    fs::create_dir_all(&beside).map_err(|error| {
        KernelError::new(format!("make the directory {}", beside.display()), error)
            .needing("its owner's rights")
    })?;
    let pin = |program: BorrowedFd<'_>, name: &str| {
        let path = directory.join(name);
        sys::bpf::pin(program, &path)
            .map_err(|error| KernelError::new(format!("pin the program at {}", path.display()), error))
    };
    pin(program, PROGRAM)?;
    if let Some(egress) = egress {
        pin(egress, EGRESS)?;
    }
    maps.iter().try_for_each(|map| pin_map(&beside, map))
}

fn pin_map(directory: &Path, map: &MapHandle) -> Result<(), Error> {
    let name = map.name().to_string_lossy().trim_start_matches('.').replace('.', "_");
    let mut handle = MapHandle::try_from(map)
        .map_err(|error| KernelError::new(format!("open map {name}"), io_error(&error)))?;
    let pinned = handle.pin(directory.join(&name));
    Ok(pinned.map_err(|error| KernelError::new(format!("pin map {name}"), io_error(&error)))?)
}

/// Pins a map that a program has got since it was pinned, beside the others, for all devices that run it and have pins of it.
///
/// # Errors
/// When devices cannot be listed, or the kernel refuses.
pub(crate) fn add(program: u32, map: &MapHandle) -> Result<(), Error> {
    for device in attach::running(program)? {
        let directory = directory(&device)?;
        if contents(&directory)?.program == Some(program) {
            pin_map(&directory.join("maps"), map)?;
        }
    }
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

/// The program pinned beside another that copies run, if there is one that can be opened.
pub(crate) fn egress(program: &Path) -> Option<OwnedFd> {
    libbpf_rs::Program::fd_from_pinned_path(program.with_file_name(EGRESS)).ok()
}

/// Removes the pins of a device, if there are any.
pub(crate) fn unpin(device: &Device) -> Result<(), Error> {
    let directory = directory(device)?;
    remove(&directory)?;
    remove_empty_parents(&directory);
    Ok(())
}

/// Fails while other devices of the namespace, or other namespaces, have pins, or something foreign is there.
fn remove_empty_parents(directory: &Path) {
    for parent in directory.ancestors().skip(1).take(2) {
        let _ = fs::remove_dir(parent);
    }
}

/// What a directory of ours has.
#[derive(Default)]
struct Contents {
    /// Number of the pinned program.
    program: Option<u32>,
    /// Files in the order in which they are removed, then directories.
    files: Vec<PathBuf>,
    directories: Vec<PathBuf>,
}

/// Looks at a directory; nothing if there is none.
///
/// # Errors
/// [`PinError::Foreign`] for a file that is neither the pin of a program of ours nor of one of its maps.
fn contents(directory: &Path) -> Result<Contents, Error> {
    let mut found = Contents::default();
    let (path, egress) = (directory.join(PROGRAM), directory.join(EGRESS));
    let foreign = |path: &Path| Error::from(PinError::Foreign { path: path.to_owned() });
    let information = |path: &Path| {
        let fd = libbpf_rs::Program::fd_from_pinned_path(path).map_err(|error| unreadable(path, &error))?;
        sys::bpf::program_info(fd.as_fd()).map_err(|_| foreign(path))
    };
    let (mut ids, mut of_egress) = (Vec::new(), None);
    for name in list(directory)? {
        if name == path {
            let info = information(&path)?;
            found.program = Some(info.id);
            ids = info.map_ids;
        } else if name == egress {
            of_egress = Some(information(&egress)?.map_ids);
        } else if name != directory.join("maps") || !name.is_dir() {
            return Err(foreign(&name));
        } else {
            found.directories.push(name);
        }
    }
    if let Some(of_egress) = of_egress {
        // They have the manifest in common, if nothing else.
        if !of_egress.iter().any(|id| ids.contains(id)) {
            return Err(foreign(&egress));
        }
        found.files.push(egress);
    }
    let mut is_ours = false;
    for name in list(&directory.join("maps"))? {
        let map = MapHandle::from_pinned_path(&name).map_err(|error| unreadable(&name, &error))?;
        let info = map.info().map_err(|_| foreign(&name))?;
        if !ids.contains(&info.info.id) {
            return Err(foreign(&name));
        }
        is_ours |= map.name() == SECTION;
        found.files.push(name);
    }
    if found.program.is_some() {
        // Cut short before the manifest was pinned: its map can be found by number.
        let by_id = |id: &u32| MapHandle::from_map_id(*id).is_ok_and(|map| map.name() == SECTION);
        if !is_ours && !ids.iter().any(by_id) {
            return Err(foreign(&path));
        }
        found.files.push(path);
    }
    if directory.is_dir() {
        found.directories.push(directory.to_owned());
    }
    Ok(found)
}

/// What cannot be opened for want of rights may be ours; anything else is not.
fn unreadable(path: &Path, error: &libbpf_rs::Error) -> Error {
    let error = KernelError::bpf(format!("open the pin {}", path.display()), error, Vec::new());
    if error.is_forbidden() {
        return error.needing("its owner's rights").into();
    }
    PinError::Foreign { path: path.to_owned() }.into()
}

/// Paths in a directory, sorted; none if there is no directory.
fn list(directory: &Path) -> Result<Vec<PathBuf>, Error> {
    let error = |error| {
        KernelError::new(format!("list {}", directory.display()), error).needing("its owner's rights")
    };
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(missing) if missing.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(other) if other.kind() == io::ErrorKind::NotADirectory => {
            return Err(PinError::Foreign { path: directory.to_owned() }.into());
        }
        Err(other) => return Err(error(other).into()),
    };
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry.map_err(error)?.path());
    }
    paths.sort();
    Ok(paths)
}

/// Removes a directory of ours, file by file; nothing of it if something foreign is there.
fn remove(directory: &Path) -> Result<(), Error> {
    let found = contents(directory)?;
    let error = |path: &Path, error| {
        Error::from(
            KernelError::new(format!("remove {}", path.display()), error).needing("its owner's rights"),
        )
    };
    for path in &found.files {
        fs::remove_file(path).map_err(|source| error(path, source))?;
    }
    for path in &found.directories {
        fs::remove_dir(path).map_err(|source| error(path, source))?;
    }
    Ok(())
}
