//! Loads programs: in, an object and devices; out, the program running on all of them, or on none and everything as it was. A running
//! program of ours is replaced atomically and its tables are kept where their layout is the same (`carry`).

mod targets;

use crate::attach::{Device, Mode, WantedMode};
use crate::carry::{self, Carried, Old, Plan};
use crate::error::{Error, KernelError, Trouble};
use crate::object::ObjectError;
use crate::ports::links::Links;
use crate::ports::{Numbering, Request};
use crate::profiles::watched;
use crate::program::{Program, ProgramError};
use crate::refusal::Refusal;
use crate::{
    Object, bound, cpu_port, egress, layout, libbpf_log, lock, old_kernel, pins, processors, statistics,
};
use libbpf_rs::{MapHandle, ObjectBuilder, OpenObject};
use p4xdp_control::manifest::{Manifest, Role, SETTINGS, Settings};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::PathBuf;
use targets::{Target, inspect, replaced, switch};

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
    load_with(object, devices, options, |_, _| Ok(()))
}

/// The same. `ready` gets the program when it is complete, before a packet sees it, with what becomes of tables and externs; the counts of replaced
/// programs come to it later.
///
/// # Errors
/// As for [`load`], and those of `ready`.
pub fn load_with(
    object: &Object,
    devices: &[&str],
    options: &Options,
    ready: impl FnOnce(&mut Program, &BTreeMap<String, Carried>) -> Result<(), Error>,
) -> Result<Report, Error> {
    let request = request(devices)?;
    let _lock = lock::writer()?;
    let targets = targets::find(&request, options)?;
    prepare_pins(object.manifest(), &targets, options)?;
    let olds = if options.reset_tables { Vec::new() } else { replaced(&targets) };
    let (mut program, plan, fallbacks) = complete(object, &request, &targets, &olds, options)?;
    ready(&mut program, plan.report())?;
    let modes = switch(&targets, &program, options.mode)?;
    let carried = plan.finish(&program);
    let carried = if olds.is_empty() { BTreeMap::new() } else { carried };
    drop(olds);
    let devices = targets.into_iter().zip(modes);
    let devices = devices.map(|(target, mode)| report(target, mode, &program, fallbacks.as_deref(), options));
    Ok(Report { devices: devices.collect(), program, carried })
}

/// Loads an object with empty tables and lets no device run it: its ports are those that [`load`] would give it on these devices. Its tables can be filled
/// then, and [`commit`] brings it to the devices.
///
/// # Errors
/// As for [`load`].
pub fn prepare(object: &Object, devices: &[&str], options: &Options) -> Result<Program, Error> {
    let request = request(devices)?;
    let options = Options { reset_tables: true, ..*options };
    let _lock = lock::writer()?;
    let targets = targets::find(&request, &options)?;
    Ok(complete(object, &request, &targets, &[], &options)?.0)
}

/// Lets the devices run a program that [`prepare`] has loaded, with its tables as they are now, in place of what they run.
///
/// # Errors
/// As for [`load`].
pub fn commit(program: &Program, devices: &[&str], options: &Options) -> Result<Vec<DeviceReport>, Error> {
    let request = request(devices)?;
    let options = Options { reset_tables: true, ..*options };
    let _lock = lock::writer()?;
    let targets = targets::find(&request, &options)?;
    prepare_pins(program.manifest(), &targets, &options)?;
    // Devices may have gone and come again since.
    let numbering = numbering(program.name(), program.manifest(), &request, &targets, &options)?;
    numbering.fill(program)?;
    program.update_by(Links::here)?;
    if program.manifest().copies.is_some() {
        let config = program.copies()?.config()?;
        crate::copies::begin(program, &config, &numbering, indices(&targets))?;
    }
    let modes = switch(&targets, program, options.mode)?;
    let devices = targets.into_iter().zip(modes);
    Ok(devices.map(|(target, mode)| report(target, mode, program, None, &options)).collect())
}

fn request<'a>(devices: &[&'a str]) -> Result<Request<'a>, Error> {
    if devices.is_empty() {
        return Err(LoadError::NoDevice.into());
    }
    Ok(Request::read(devices)?)
}

fn indices(targets: &[Target]) -> Vec<u32> {
    targets.iter().map(|target| target.device.index).collect()
}

/// Pins can be made, or are not asked for.
fn prepare_pins(manifest: &Manifest, targets: &[Target], options: &Options) -> Result<(), Error> {
    let split = calls_others(manifest);
    if split && options.no_pins {
        return Err(LoadError::NeedsPins("leave `--no-pins` out".into()).into());
    }
    if options.no_pins {
        return Ok(());
    }
    for target in targets {
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
    Ok(())
}

/// The ports that a program has on the devices.
fn numbering(
    name: &str,
    manifest: &Manifest,
    request: &Request<'_>,
    targets: &[Target],
    options: &Options,
) -> Result<Numbering, Error> {
    let devices: Vec<&Device> = targets.iter().map(|target| &target.device).collect();
    let replaced: Vec<&Program> =
        targets.iter().filter_map(|target| target.old.as_ref()?.program.as_ref()).collect();
    let ports = &manifest.ports;
    let asked = request.numbering(name, ports, &devices, &replaced, options.ports_are_indices)?;
    // Only where packets leave beside copies does it matter by what they leave.
    let egress = manifest.copies.as_ref().and_then(|copies| copies.program.as_ref());
    Ok(match egress.and(ports.egress.as_ref()) {
        Some(_) => asked.by_maps(&devices),
        None => asked,
    })
}

/// Loads an object and fills it with what it keeps of old programs; and why the kernel has not bound it to a device, if it was to.
fn complete<'o>(
    object: &Object,
    request: &Request<'_>,
    targets: &[Target],
    olds: &'o [Old<'o>],
    options: &Options,
) -> Result<(Program, Plan<'o>, Option<String>), Error> {
    let numbering = numbering(object.name(), object.manifest(), request, targets, options)?;
    let replaced_programs = targets.iter().filter_map(|target| target.old.as_ref()?.program.as_ref());
    let cpu_port = cpu_port::choose(object, &numbering, options.cpu_port, replaced_programs)?;
    let mut plan = carry::plan(olds, object.manifest())?;
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
    plan.copy_to(&program, &numbering, indices(targets))?;
    Ok((program, plan, fallbacks))
}

/// Pins what a device runs now, and tells of it.
fn report(
    target: Target,
    mode: Mode,
    program: &Program,
    fallbacks: Option<&str>,
    options: &Options,
) -> DeviceReport {
    let pins = if options.no_pins {
        // Those of the replaced program would hold it; foreign files stay.
        let _ = pins::unpin(&target.device);
        Err("not asked for".into())
    } else {
        pins::pin(&target.device, program.as_fd(), program.egress(), program.maps())
            .map_err(|error| error.to_string())
    };
    let fallbacks = fallbacks.map(|why| bound::warning(program.manifest(), why));
    let warnings: Vec<String> =
        lossy_peer(&target.device, mode, program).into_iter().chain(fallbacks).collect();
    DeviceReport {
        pins,
        warning: (!warnings.is_empty()).then(|| warnings.join("; ")),
        device: target.device,
        mode,
        replaced: target.old.map(|old| old.running.id),
    }
}

/// True if programs call each other. The kernel empties an array of programs once no process has it open and nothing pins it, whoever runs
/// the programs.
fn calls_others(manifest: &Manifest) -> bool {
    manifest.programs.iter().any(|program| matches!(program.role, Role::Tail(_)))
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
