//! A program in the kernel: in, a device, a pin or a number; out, the program with its manifest and maps. A second process finds all by
//! device -> program -> maps -> manifest; there is no side file and no daemon. What is done with the maps is left to
//! `tables`, `cells` and `events`.

use crate::error::{Error, KernelError, Trouble, io_error};
use crate::{attach, layout, pins, sys};
use libbpf_rs::{MapCore, MapFlags, MapHandle};
use p4xdp_control::manifest::{DecodeError, Manifest, SECTION};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Name of the program by which libxdp runs several programs on a device.
const DISPATCHER: &str = "xdp_dispatcher";

/// Why there is no program of ours.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// The device runs no XDP program.
    #[error("`{device}` runs no XDP program")]
    NothingAttached {
        /// Its name.
        device: String,
    },
    /// A program that p4xdp did not make.
    #[error("the XDP program `{name}` (id {id}) was not made by p4xdp: it has no manifest")]
    NotOurs {
        /// Name of the program.
        name: String,
        /// Its number.
        id: u32,
    },
    /// A manifest that does not read.
    #[error("program {id}: {source}")]
    Manifest {
        /// Number of the program.
        id: u32,
        /// Why.
        source: DecodeError,
    },
    /// The manifest does not say how the program's maps are laid out.
    #[error("the manifest of program {id} is not its own: {reason}; load the program anew")]
    Layout {
        /// Number of the program.
        id: u32,
        /// What differs.
        reason: String,
    },
    /// The manifest speaks of a map that the program has not.
    #[error("the loaded program has no map `{map}`, though its manifest says so")]
    NoMap {
        /// Name of the map.
        map: String,
    },
}

impl Trouble for ProgramError {
    fn is_environment(&self) -> bool {
        false
    }
}

/// A loaded program of ours.
#[derive(Debug)]
pub struct Program {
    fd: OwnedFd,
    info: sys::bpf::ProgramInfo,
    manifest: Manifest,
    maps: Vec<MapHandle>,
    /// The program that copies run, where it was loaded or opened with this one.
    egress: Option<OwnedFd>,
}

impl Program {
    /// The program that a device of this network namespace runs.
    ///
    /// # Errors
    /// When there is no such device, it runs nothing, or nothing of ours.
    pub fn by_device(name: &str) -> Result<Program, Error> {
        let device = attach::Device::find(name)?;
        let Some(running) = device.running()? else {
            return Err(ProgramError::NothingAttached { device: name.into() }.into());
        };
        let error = match Program::running(&device, running.id) {
            Ok(program) => return Ok(program),
            Err(error) => error,
        };
        let called = match error.of() {
            Some(ProgramError::NotOurs { name, id }) if name == DISPATCHER => {
                Program::in_dispatcher(device.index, *id)
            }
            Some(_) | None => None,
        };
        called.ok_or(error)
    }

    /// The program with this number, which a device runs. Its pins serve where numbers do not: opening by number needs more rights than
    /// all else.
    pub(crate) fn running(device: &attach::Device, id: u32) -> Result<Program, Error> {
        match Program::by_id(id) {
            Err(error) if error.of().is_some_and(KernelError::is_forbidden) => {
                let pinned = pins::directory(device).and_then(|directory| Program::by_pin(&directory));
                match pinned {
                    Ok(program) if program.id() == id => Ok(program),
                    Ok(_) | Err(_) => Err(error),
                }
            }
            found => found,
        }
    }

    /// Ours among the programs that libxdp's dispatcher calls; libxdp pins them.
    fn in_dispatcher(ifindex: u32, dispatcher: u32) -> Option<Program> {
        let directory = format!("/sys/fs/bpf/xdp/dispatch-{ifindex}-{dispatcher}");
        let mut pins: Vec<PathBuf> =
            std::fs::read_dir(directory).ok()?.flatten().map(|entry| entry.path()).collect();
        pins.sort();
        pins.iter()
            .filter(|pin| pin.to_string_lossy().ends_with("-prog"))
            .find_map(|pin| Program::by_pin(pin).ok())
    }

    /// The program pinned at a path: the pin itself, or the directory that `load` made.
    ///
    /// # Errors
    /// When there is no pin, or it is not a program of ours.
    pub fn by_pin(path: &Path) -> Result<Program, Error> {
        let pin: PathBuf = if path.is_dir() { path.join("program") } else { path.to_owned() };
        let what = || format!("open the pin {}", pin.display());
        let fd = libbpf_rs::Program::fd_from_pinned_path(&pin)
            .map_err(|error| KernelError::bpf(what(), &error, Vec::new()).needing("its owner's rights"))?;
        let info = information(&fd)?;
        let egress = pins::egress(&pin);
        match maps_by_id(&info) {
            Ok(maps) => Program::assemble(fd, info, maps, egress),
            Err(error) if error.is_forbidden() => {
                match pins::maps(&pin.with_file_name("maps"), &info.map_ids) {
                    Some(maps) => Program::assemble(fd, info, maps, egress),
                    None => Err(error.into()),
                }
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The program with this number.
    ///
    /// # Errors
    /// When there is none, or it is not ours.
    pub fn by_id(id: u32) -> Result<Program, Error> {
        let fd = fd_of_id(id)?;
        let info = information(&fd)?;
        let maps = maps_by_id(&info)?;
        Program::assemble(fd, info, maps, None)
    }

    /// A program that was just loaded, with its maps and the program that copies run, if it sends any.
    pub(crate) fn loaded(
        program: BorrowedFd<'_>,
        maps: Vec<MapHandle>,
        egress: Option<BorrowedFd<'_>>,
    ) -> Result<Program, Error> {
        let keep = |fd: BorrowedFd<'_>| {
            fd.try_clone_to_owned().map_err(|error| KernelError::new("keep the program's descriptor", error))
        };
        let (fd, egress) = (keep(program)?, egress.map(keep).transpose()?);
        let info = information(&fd)?;
        Program::assemble(fd, info, maps, egress)
    }

    fn assemble(
        fd: OwnedFd,
        info: sys::bpf::ProgramInfo,
        maps: Vec<MapHandle>,
        egress: Option<OwnedFd>,
    ) -> Result<Program, Error> {
        let Some(holder) = maps.iter().find(|map| map.name() == SECTION) else {
            return Err(ProgramError::NotOurs { name: info.name, id: info.id }.into());
        };
        let bytes = read_data(holder)?;
        let manifest =
            Manifest::decode(&bytes).map_err(|source| ProgramError::Manifest { id: info.id, source })?;
        // Of a program that was just loaded the object has been checked, and this costs little.
        layout::of_program(&manifest, &maps)
            .map_err(|reason| ProgramError::Layout { id: info.id, reason })?;
        Ok(Program { fd, info, manifest, maps, egress })
    }

    /// What the program has.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The kernel's number of the program.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.info.id
    }

    /// The name that the kernel knows it by.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.info.name
    }

    /// The number of its BTF.
    pub(crate) fn btf(&self) -> u32 {
        self.info.btf_id
    }

    /// How long it has been loaded.
    #[must_use]
    pub fn age(&self) -> Duration {
        sys::since_boot().saturating_sub(Duration::from_nanos(self.info.load_time))
    }

    /// Translated instructions.
    #[must_use]
    pub fn instructions(&self) -> u32 {
        self.info.xlated / 8
    }

    /// Bytes of machine code.
    #[must_use]
    pub fn machine_code(&self) -> u32 {
        self.info.jited
    }

    /// Packets seen and time taken, as far as the kernel's statistics were on (`kernel.bpf_stats_enabled`).
    ///
    /// # Errors
    /// When the kernel cannot be asked.
    pub fn run_statistics(&self) -> Result<RunStatistics, Error> {
        let info = sys::bpf::program_info(self.fd.as_fd())
            .map_err(|error| KernelError::new("read the program's statistics", error))?;
        Ok(RunStatistics { runs: info.run_count, time: Duration::from_nanos(info.run_time_ns) })
    }

    /// The program that copies run, if this one was loaded or opened together with it.
    pub(crate) fn egress(&self) -> Option<BorrowedFd<'_>> {
        self.egress.as_ref().map(OwnedFd::as_fd)
    }

    /// Takes a map that was bound to it.
    pub(crate) fn take_map(&mut self, map: MapHandle) {
        self.maps.push(map);
    }

    pub(crate) fn maps(&self) -> &[MapHandle] {
        &self.maps
    }

    /// A map by the name that the manifest gives it.
    pub(crate) fn map(&self, name: &str) -> Result<&MapHandle, Error> {
        let found = self
            .maps
            .iter()
            .find(|map| layout::kernel_name(&map.name().to_string_lossy()) == layout::kernel_name(name));
        Ok(found.ok_or_else(|| ProgramError::NoMap { map: name.into() })?)
    }
}

impl AsFd for Program {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

/// Opens a program of anybody's by its number.
pub(crate) fn fd_of_id(id: u32) -> Result<OwnedFd, KernelError> {
    libbpf_rs::Program::fd_from_id(id).map_err(|error| {
        KernelError::bpf(format!("open program {id} by its number"), &error, Vec::new())
            .needing("the capability CAP_SYS_ADMIN, or pins of it that can be opened")
    })
}

fn information(fd: &OwnedFd) -> Result<sys::bpf::ProgramInfo, KernelError> {
    sys::bpf::program_info(fd.as_fd())
        .map_err(|error| KernelError::new("read what the kernel knows of the program", error))
}

fn maps_by_id(info: &sys::bpf::ProgramInfo) -> Result<Vec<MapHandle>, KernelError> {
    let open = |id: &u32| {
        MapHandle::from_map_id(*id).map_err(|error| {
            KernelError::bpf(format!("open map {id} by its number"), &error, Vec::new())
                .needing("the capability CAP_SYS_ADMIN, or pins of it that can be opened")
        })
    };
    info.map_ids.iter().map(open).collect()
}

/// What the kernel counted of a program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunStatistics {
    /// Packets.
    pub runs: u64,
    /// Time in the program.
    pub time: Duration,
}

/// The one value of a data section's map.
pub(crate) fn read_data(map: &MapHandle) -> Result<Vec<u8>, Error> {
    let value = map
        .lookup(&0u32.to_ne_bytes(), MapFlags::ANY)
        .map_err(|error| KernelError::new(format!("read map {:?}", map.name()), io_error(&error)))?;
    let none =
        || KernelError::new(format!("read map {:?}", map.name()), std::io::Error::other("it holds no data"));
    Ok(value.ok_or_else(none)?)
}
