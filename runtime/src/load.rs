//! Loads programs: in, an object and devices; out, the program running on all of them, or on none and everything as it was. A running
//! program of ours is replaced atomically and its tables are kept where their layout is the same (`carry`).

use crate::attach::{Device, Mode, Running, WantedMode};
use crate::carry::{self, Carried, Old};
use crate::error::{Error, KernelError, Trouble};
use crate::object::ObjectError;
use crate::ports::links::Links;
use crate::ports::{Numbering, Request};
use crate::profiles::watched;
use crate::program::{Program, ProgramError};
use crate::refusal::Refusal;
use crate::{
    Object, bound, cpu_port, egress, jumbo, layout, libbpf_log, lock, old_kernel, pins, processors,
    statistics,
};
use libbpf_rs::{MapHandle, ObjectBuilder, OpenObject};
use p4xdp_control::manifest::{Manifest, Role, SETTINGS, Settings};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::PathBuf;

/// How to load.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// How the program shall be run.
    pub mode: WantedMode,
    /// Start with empty tables even if the running program has the same.
    pub reset_tables: bool,
    /// Replace a program that p4xdp did not make.
    pub force: bool,
    /// Make no pins.
    pub no_pins: bool,
    /// Count what becomes of packets.
    pub statistics: bool,
    /// Ports are interface indices, also where the program looks as if they were not.
    pub ports_are_indices: bool,
    /// The port behind which user space is; without it, that of the programs that are replaced stays.
    pub cpu_port: Option<u32>,
}

/// Why a program is not loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// No device given.
    #[error("no device is given")]
    NoDevice,
    /// Another's program is there.
    #[error(
        "`{device}` runs `{name}` (id {id}), which p4xdp did not make; take it off first, or give `--force`"
    )]
    Foreign {
        /// The device.
        device: String,
        /// Name of the program.
        name: String,
        /// Its number.
        id: u32,
    },
    /// One of ours that does not read.
    #[error(
        "`{device}` runs a program of ours whose tables cannot be kept ({reason}); load with `--reset-tables` to start with empty ones"
    )]
    OtherVersion {
        /// The device.
        device: String,
        /// Why not.
        reason: String,
    },
    /// Modes cannot be changed without a gap.
    #[error("`{device}` runs a program in {running} mode; unload it before you load in {wanted} mode")]
    OtherMode {
        /// The device.
        device: String,
        /// The mode now.
        running: Mode,
        /// The mode asked for.
        wanted: Mode,
    },
    /// Programs that call each other, and no pins.
    #[error("the program is split into several that call each other, which lasts only with pins: {0}")]
    NeedsPins(String),
}

impl Trouble for LoadError {
    fn is_environment(&self) -> bool {
        false
    }
}

/// What was done.
#[derive(Debug)]
pub struct Report {
    /// The program.
    pub program: Program,
    /// What happened on each device.
    pub devices: Vec<DeviceReport>,
    /// What became of each table and extern of the replaced programs, by name; empty if none was replaced.
    pub carried: BTreeMap<String, Carried>,
}

/// What happened on a device.
#[derive(Clone, Debug)]
pub struct DeviceReport {
    /// The device.
    pub device: Device,
    /// How the program runs.
    pub mode: Mode,
    /// The program that ran there before.
    pub replaced: Option<u32>,
    /// The directory of its pins, or why there are none.
    pub pins: Result<PathBuf, String>,
    /// What the user should know of this device.
    pub warning: Option<String>,
}

/// Loads an object on devices of this network namespace: names, or ports and names as in `1=eth1` if the program's ports are
/// numbers of its own. Without numbers it keeps those of the programs that it replaces. Meanwhile nobody else loads, unloads or (by
/// [`lock`]) changes tables there.
///
/// # Errors
/// When a device is missing or runs another's program, programs that are replaced cannot be put together, or the kernel refuses; all
/// devices then run what they ran before, with the tables that they had.
pub fn load(object: &Object, devices: &[&str], options: &Options) -> Result<Report, Error> {
    if devices.is_empty() {
        return Err(LoadError::NoDevice.into());
    }
    let request = Request::read(devices)?;
    let _lock = lock::writer()?;
    let mut targets = Vec::with_capacity(request.names.len());
    for name in &request.names {
        let device = Device::find(name)?;
        let old = match device.running()? {
            Some(running) => Some(inspect(&device, running, options)?),
            None => None,
        };
        targets.push(Target { device, old });
    }

    let split = calls_others(object.manifest());
    if split && options.no_pins {
        return Err(LoadError::NeedsPins("leave `--no-pins` out".into()).into());
    }
    if !options.no_pins {
        for target in &targets {
            let Err(error) = pins::prepare(&target.device) else { continue };
            let none_possible =
                error.of::<KernelError>().is_some() || error.of() == Some(&pins::PinError::NoFileSystem);
            // Without pins all else works unless programs call each other, so that is told and no more; but nothing foreign is touched.
            if none_possible && split {
                return Err(LoadError::NeedsPins(error.to_string()).into());
            } else if !none_possible {
                return Err(error);
            }
        }
    }
    let numbering = {
        let devices: Vec<&Device> = targets.iter().map(|target| &target.device).collect();
        let replaced: Vec<&Program> =
            targets.iter().filter_map(|target| target.old.as_ref()?.program.as_ref()).collect();
        let ports = &object.manifest().ports;
        let asked =
            request.numbering(object.name(), ports, &devices, &replaced, options.ports_are_indices)?;
        // Only where packets leave beside copies does it matter by what they leave.
        let egress = object.manifest().copies.as_ref().and_then(|copies| copies.program.as_ref());
        match egress.and(ports.egress.as_ref()) {
            Some(_) => asked.by_maps(&devices),
            None => asked,
        }
    };
    let replaced_programs = targets.iter().filter_map(|target| target.old.as_ref()?.program.as_ref());
    let cpu_port = cpu_port::choose(object, &numbering, options.cpu_port, replaced_programs)?;
    let olds = if options.reset_tables { Vec::new() } else { replaced(&targets) };
    let mut plan = carry::plan(&olds, object.manifest())?;
    let (bound, mut fallbacks) = {
        let mode = |target: &Target| target.old.as_ref().map(|old| old.running.mode);
        let devices: Vec<_> = targets.iter().map(|target| (&target.device, mode(target))).collect();
        match bound::device(object.manifest(), &devices, options.mode) {
            Ok(device) => (device, None),
            Err(why) => (None, Some(why.to_owned())),
        }
    };
    let bring = |bound| {
        bring_in(object, numbering.settings(cpu_port), (options.statistics, bound), |open| {
            plan.reuse(open)?;
            watched::maps(object.manifest(), |name| plan.kept(name))
        })
    };
    let program = match bring(bound) {
        // The driver may have nothing of the kind, or the kernel be an older one.
        Err(error) if bound.is_some() => {
            fallbacks = Some(error.to_string().lines().next().unwrap_or_default().to_owned());
            bring(None)?
        }
        brought => brought?,
    };
    plan.fill(&program)?;
    numbering.fill(&program)?;
    program.update_by(Links::here)?;
    processors::fill(program.maps())?;
    plan.copy_to(&program, &numbering, targets.iter().map(|target| target.device.index).collect())?;
    let modes = switch(&targets, &program, options.mode)?;
    let carried = plan.finish(&program);
    let carried = if olds.is_empty() { BTreeMap::new() } else { carried };
    drop(olds);
    let devices = targets
        .into_iter()
        .zip(modes)
        .map(|(target, mode)| DeviceReport {
            pins: if options.no_pins {
                // Those of the replaced program would hold it; foreign files stay.
                let _ = pins::unpin(&target.device);
                Err("not asked for".into())
            } else {
                pins::pin(&target.device, program.as_fd(), program.egress(), program.maps())
                    .map_err(|error| error.to_string())
            },
            warning: {
                let fallbacks = fallbacks.as_ref().map(|why| bound::warning(object.manifest(), why));
                let all: Vec<String> =
                    lossy_peer(&target.device, mode, &program).into_iter().chain(fallbacks).collect();
                (!all.is_empty()).then(|| all.join("; "))
            },
            device: target.device,
            mode,
            replaced: target.old.map(|old| old.running.id),
        })
        .collect();
    Ok(Report { program, devices, carried })
}

/// True if programs call each other. The kernel empties an array of programs once no process has it open and nothing pins it, whoever runs
/// the programs.
fn calls_others(manifest: &Manifest) -> bool {
    manifest.programs.iter().any(|program| matches!(program.role, Role::Tail(_)))
}

/// The programs of ours that are replaced, each once.
fn replaced(targets: &[Target]) -> Vec<Old<'_>> {
    let mut olds: Vec<Old<'_>> = Vec::new();
    for target in targets {
        let Some(program) = target.old.as_ref().and_then(|old| old.program.as_ref()) else { continue };
        let name = target.device.name.clone();
        match olds.iter_mut().find(|old| old.program.id() == program.id()) {
            Some(old) => old.devices.push(name),
            None => olds.push(Old { program, devices: vec![name] }),
        }
    }
    olds
}

/// Lets all devices run the program, or none; their modes.
fn switch(targets: &[Target], program: &Program, wanted: WantedMode) -> Result<Vec<Mode>, Error> {
    let mut modes: Vec<Mode> = Vec::with_capacity(targets.len());
    for target in targets {
        match target.switch_to(program, wanted) {
            Ok(mode) => modes.push(mode),
            Err(error) => {
                for (target, mode) in targets.iter().zip(modes) {
                    target.switch_back(program, mode)?;
                }
                return Err(error);
            }
        }
    }
    Ok(modes)
}

/// A veth device loses what a native program sends out of it, without any sign, unless the other end takes packets in that form.
pub(crate) fn lossy_peer(device: &Device, mode: Mode, program: &Program) -> Option<String> {
    let is_veth = crate::sys::net::driver(&device.name).is_ok_and(|driver| driver == "veth");
    let takes = device.sends_redirected() == Some(true);
    let sends = program.manifest().ports.redirects || program.manifest().copies.is_some();
    (is_veth && !takes && mode == Mode::Native && sends).then(|| {
        format!(
            "what is redirected to the veth device `{0}` is lost unless its peer has an XDP program or GRO on \
             (`ethtool -K PEER gro on`); and TCP and UDP from a peer or from this machine arrive with wrong checksums \
             unless the sender computes them (`ethtool -K PEER tx off`)",
            device.name
        )
    })
}

/// Takes the program off a device; its number.
///
/// # Errors
/// When it runs none, or (without `force`) another's.
pub fn unload(device: &str, force: bool) -> Result<u32, Error> {
    let _lock = lock::writer()?;
    let device = Device::find(device)?;
    let Some(running) = device.running()? else {
        return Err(ProgramError::NothingAttached { device: device.name }.into());
    };
    // What cannot be kept need not be.
    let old = inspect(&device, running, &Options { force, reset_tables: true, ..Options::default() })?;
    device.detach(running.mode, old.fd.as_fd())?;
    pins::unpin(&device)?;
    Ok(running.id)
}

/// Loads an object without attaching it; `port_base` is the interface index of port 0.
///
/// # Errors
/// When the kernel refuses.
pub fn load_detached(object: &Object, port_base: u32) -> Result<Program, Error> {
    load_detached_with(object, &Numbering::Indices(port_base), None, false)
}

/// Loads an object without attaching it, with ports of devices of this network namespace, and user space behind a port or none; with `count` it
/// counts what becomes of packets.
///
/// # Errors
/// When the kernel refuses, a device is not there, or that port cannot be.
pub fn load_detached_with(
    object: &Object,
    ports: &Numbering,
    cpu_port: Option<u32>,
    count: bool,
) -> Result<Program, Error> {
    let cpu_port = cpu_port::choose(object, ports, cpu_port, std::iter::empty())?;
    let made = |_: &mut OpenObject| watched::maps(object.manifest(), |_| None);
    let program = bring_in(object, ports.settings(cpu_port), (count, None), made)?;
    let mut plan = carry::plan(&[], object.manifest())?;
    plan.fill(&program)?;
    ports.fill(&program)?;
    plan.copy_to(&program, ports, Vec::new())?;
    Ok(program)
}

/// A program that is there before.
struct Before {
    running: Running,
    fd: std::os::fd::OwnedFd,
    /// It, if it is ours.
    program: Option<Program>,
}

struct Target {
    device: Device,
    old: Option<Before>,
}

fn inspect(device: &Device, running: Running, options: &Options) -> Result<Before, Error> {
    let program = match Program::running(device, running.id) {
        Ok(program) => Some(program),
        Err(error) => match error.of() {
            Some(_) if options.force => None,
            // One of ours from another version can be replaced, though nothing can be kept.
            Some(ProgramError::Manifest { .. } | ProgramError::Layout { .. }) if options.reset_tables => None,
            Some(error @ (ProgramError::Manifest { .. } | ProgramError::Layout { .. })) => {
                let (device, reason) = (device.name.clone(), error.to_string());
                return Err(LoadError::OtherVersion { device, reason }.into());
            }
            Some(ProgramError::NotOurs { name, id }) => {
                let (device, name) = (device.name.clone(), name.clone());
                return Err(LoadError::Foreign { device, name, id: *id }.into());
            }
            Some(ProgramError::NothingAttached { .. } | ProgramError::NoMap { .. }) | None => {
                return Err(error);
            }
        },
    };
    let fd = match &program {
        Some(program) => program
            .as_fd()
            .try_clone_to_owned()
            .map_err(|error| KernelError::new("keep the program's descriptor", error))?,
        None => crate::program::fd_of_id(running.id)?,
    };
    let wanted = match options.mode {
        WantedMode::Auto => running.mode,
        WantedMode::Native => Mode::Native,
        WantedMode::Generic => Mode::Generic,
    };
    if wanted != running.mode {
        return Err(
            LoadError::OtherMode { device: device.name.clone(), running: running.mode, wanted }.into()
        );
    }
    Ok(Before { running, fd, program })
}

impl Target {
    fn switch_to(&self, program: &Program, wanted: WantedMode) -> Result<Mode, Error> {
        let mode = match &self.old {
            Some(old) => self.device.attach_in(program.as_fd(), old.running.mode, Some(old.fd.as_fd())),
            None => self.device.attach(program.as_fd(), wanted),
        };
        mode.map_err(|error| jumbo::or_too_large(&self.device, program, error))
    }

    fn switch_back(&self, program: &Program, mode: Mode) -> Result<(), Error> {
        match &self.old {
            Some(old) => {
                self.device.attach_in(old.fd.as_fd(), mode, Some(program.as_fd()))?;
                Ok(())
            }
            None => self.device.detach(mode, program.as_fd()),
        }
    }
}

/// Opens an object for libbpf with its settings, one of which is that we take care of initial entries.
pub(crate) fn open(object: &Object, settings: Settings, count: bool) -> Result<OpenObject, Error> {
    open_bound(object, settings, (count, None))
}

/// The same for one that counts what becomes of packets, or that the kernel shall bind to a device.
fn open_bound(
    object: &Object,
    settings: Settings,
    (count, bound): (bool, Option<u32>),
) -> Result<OpenObject, Error> {
    let mut bytes =
        if count { statistics::switched_on(object).into() } else { Cow::Borrowed(object.bytes()) };
    if bound.is_some() {
        bytes = bound::switched_on(&bytes).into();
    }
    let mut builder = ObjectBuilder::default();
    let (opened, log) =
        libbpf_log::collecting(|| builder.name("p4xdp").and_then(|builder| builder.open_memory(&bytes)));
    let mut opened = opened.map_err(|error| damaged(object, &error, &log))?;
    layout::of_object(object.manifest(), &opened)
        .map_err(|reason| ObjectError::Layout { name: object.name().into(), reason })?;
    let start = object.entries_loaded().map(|offset| usize::try_from(offset).unwrap_or(usize::MAX));
    for mut map in opened.maps_mut() {
        let name = map.name().to_string_lossy().into_owned();
        // The plain section's map is named after the object: `p4xdp.rodata`.
        if name.ends_with(".rodata")
            && let Some(start) = start
            && let Some(data) = map.initial_value_mut()
            && let Some(target) = data.get_mut(start..start.saturating_add(4))
        {
            target.copy_from_slice(&1u32.to_ne_bytes());
        }
        if name == SETTINGS
            && let Some(data) = map.initial_value_mut()
        {
            data.iter_mut().zip(settings.encode()).for_each(|(to, from)| *to = from);
        }
    }
    processors::make_room(&mut opened)?;
    if let Some(device) = bound {
        bound::bind(&mut opened, device);
    }
    Ok(opened)
}

/// Opening reads the file only, so what fails is the file's fault, and an error number like "no such file" means something in it.
fn damaged(object: &Object, error: &libbpf_rs::Error, log: &[String]) -> Error {
    let source = crate::error::io_error(error);
    if source.raw_os_error() == Some(libc::ENOMEM) {
        return KernelError::new(format!("open {}", object.name()), source).into();
    }
    let reason = match (log.is_empty(), source.raw_os_error()) {
        (false, _) => log.join("; "),
        (true, Some(libc::ENOENT | libc::ESRCH)) => "a part that it speaks of is not in it".into(),
        (true, Some(_)) => "its structure is not that of an eBPF object".into(),
        (true, None) => source.to_string(),
    };
    ObjectError::Damaged { name: object.name().into(), reason }.into()
}

/// Maps or programs that the kernel does not take. "No such file" is not about the object's file, which was read.
fn not_loaded(object: &Object, error: &libbpf_rs::Error, log: Vec<String>) -> Error {
    match crate::error::io_error(error).raw_os_error() {
        Some(libc::ENOENT | libc::ESRCH) => damaged(object, error, &log),
        _ => KernelError::bpf(format!("load {}", object.name()), error, log).into(),
    }
}

/// Gets an object into the kernel, attached to nothing: one that counts what becomes of packets, or is bound to a device. `prepare` gives the maps that
/// it has beside its own.
fn bring_in(
    object: &Object,
    settings: Settings,
    (count, bound): (bool, Option<u32>),
    prepare: impl FnOnce(&mut OpenObject) -> Result<Vec<MapHandle>, Error>,
) -> Result<Program, Error> {
    let mut opened = open_bound(object, settings, (count, bound))?;
    let beside = prepare(&mut opened)?;
    let (loaded, log) = libbpf_log::collecting(|| opened.load());
    let loaded = match loaded {
        Ok(loaded) => loaded,
        Err(error) => {
            let refused = Refusal::of_libbpf(object, &log);
            let error = match refused {
                Some(refusal) => refusal.into(),
                None => not_loaded(object, &error, log),
            };
            return Err(old_kernel::or_too_old(object, error));
        }
    };
    let find = |name: &str| {
        let program = loaded.progs().find(|program| program.name() == name);
        program.ok_or_else(|| ObjectError::NoProgram { name: object.name().into(), program: name.into() })
    };
    let program = find(&object.manifest().entry)?;
    // clang drops the lookup in a table whose result makes no difference; the table is there for the control plane all the same.
    let mut maps = Vec::new();
    let bind = |map: BorrowedFd<'_>| {
        crate::sys::bpf::bind_map(program.as_fd(), map)
            .map_err(|error| KernelError::new("bind a map to the program", error))
    };
    for map in loaded.maps() {
        bind(map.as_fd())?;
        // Descriptors are kept: opening maps again by their numbers takes more rights than loading.
        let handle = MapHandle::try_from(&map)
            .map_err(|error| KernelError::bpf("keep a map's descriptor", &error, Vec::new()))?;
        maps.push(handle);
    }
    for map in beside {
        bind(map.as_fd())?;
        maps.push(map);
    }
    let copies = object.manifest().copies.as_ref();
    let egress = match copies.and_then(|copies| copies.program.as_ref()) {
        Some(name) => Some(find(name)?),
        None => None,
    };
    let egress = egress.as_ref().map(AsFd::as_fd);
    let program = Program::loaded(program.as_fd(), maps, egress)?;
    if let Some(egress) = egress {
        egress::keep(&program, egress)?;
    }
    if count {
        statistics::note(&program)?;
    }
    Ok(program)
}
