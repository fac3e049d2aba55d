//! Devices and what they run: finds, attaches, replaces atomically and detaches programs. Programs are attached by netlink rather than by a
//! BPF link: they then outlive the process without a pin, end with the device, and `ip link set DEV xdp off` works on them.

use crate::error::{Error, KernelError, Trouble};
use crate::sys;
use libbpf_rs::XdpFlags;
use std::fmt;
use std::os::fd::BorrowedFd;

/// There is no such device in this network namespace.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no device `{device}` in this network namespace")]
pub struct NoDevice {
    /// Its name, or its interface index.
    pub device: String,
}

impl Trouble for NoDevice {
    fn is_environment(&self) -> bool {
        true
    }
}

/// How a program is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// By the driver, before a socket buffer exists.
    Native,
    /// By the network stack; every device can do it.
    Generic,
    /// By the device itself.
    Offloaded,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Mode::Native => "native",
            Mode::Generic => "generic",
            Mode::Offloaded => "offloaded",
        })
    }
}

/// How a program shall be run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WantedMode {
    /// As the running program; without one native, or generic if the driver has no native XDP.
    #[default]
    Auto,
    /// Native, or not at all.
    Native,
    /// Generic.
    Generic,
}

/// `NETDEV_XDP_ACT_NDO_XMIT` of `linux/netdev.h`: the device takes packets that a program redirects to it.
const SENDS_REDIRECTED: u64 = 4;

/// A device of the thread's network namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its name.
    pub name: String,
    /// Its interface index.
    pub index: u32,
}

/// What a device runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Running {
    /// The kernel's number of the program.
    pub id: u32,
    /// How it is run.
    pub mode: Mode,
}

/// Names of all devices of the thread's network namespace.
///
/// # Errors
/// When they cannot be listed.
pub fn device_names() -> Result<Vec<String>, Error> {
    let list = std::fs::read_to_string("/proc/thread-self/net/dev")
        .map_err(|error| KernelError::new("list devices", error))?;
    let names = list.lines().skip(2).filter_map(|line| line.split_once(':'));
    Ok(names.map(|(name, _)| name.trim().to_owned()).collect())
}

/// The devices of the thread's network namespace that run a program, by its number. Without any, what the program knows of devices belongs to another
/// namespace, or they are gone.
///
/// # Errors
/// When they cannot be listed, or the kernel cannot be asked.
pub fn running(program: u32) -> Result<Vec<Device>, Error> {
    let mut devices = Vec::new();
    for name in device_names()? {
        // One that has gone meanwhile runs nothing.
        let Ok(device) = Device::find(&name) else { continue };
        if device.running()?.is_some_and(|running| running.id == program) {
            devices.push(device);
        }
    }
    Ok(devices)
}

impl Device {
    /// Finds a device by name.
    ///
    /// # Errors
    /// When there is none.
    pub fn find(name: &str) -> Result<Device, Error> {
        match sys::net::ifindex(name) {
            Ok(index) => Ok(Device { name: name.into(), index }),
            Err(_) => Err(NoDevice { device: name.into() }.into()),
        }
    }

    /// The device with an interface index.
    ///
    /// # Errors
    /// When there is none.
    pub fn by_index(index: u32) -> Result<Device, Error> {
        match sys::net::ifname(index) {
            Ok(name) => Ok(Device { name, index }),
            Err(_) => Err(NoDevice { device: index.to_string() }.into()),
        }
    }

    /// Whether its driver sends packets that a program redirects to it; none if the kernel (before 6.3) does not say.
    pub(crate) fn sends_redirected(&self) -> Option<bool> {
        let features = sys::bpf::xdp_features(self.index).ok().flatten();
        features.map(|features| features & SENDS_REDIRECTED != 0)
    }

    /// Whether packets that are redirected to it come to its egress program now: it is up, and its driver sends such.
    pub(crate) fn takes_redirected(&self) -> bool {
        sys::net::is_up(&self.name).unwrap_or(false) && self.sends_redirected().unwrap_or(true)
    }

    /// What it runs.
    ///
    /// # Errors
    /// When the kernel cannot be asked.
    pub fn running(&self) -> Result<Option<Running>, Error> {
        let attached = sys::bpf::xdp_query(self.index)
            .map_err(|error| KernelError::new(format!("ask what `{}` runs", self.name), error))?;
        let modes = [
            (attached.native, Mode::Native),
            (attached.generic, Mode::Generic),
            (attached.offloaded, Mode::Offloaded),
        ];
        Ok(modes.into_iter().find(|(id, _)| *id != 0).map(|(id, mode)| Running { id, mode }))
    }

    /// Attaches a program to a device that runs none; how it then runs.
    pub(crate) fn attach(&self, program: BorrowedFd<'_>, wanted: WantedMode) -> Result<Mode, Error> {
        match wanted {
            WantedMode::Generic => self.attach_in(program, Mode::Generic, None),
            WantedMode::Native => self.attach_in(program, Mode::Native, None),
            WantedMode::Auto => match self.attach_in(program, Mode::Native, None) {
                Err(error) if has_no_native_xdp(&error) => self.attach_in(program, Mode::Generic, None),
                other => other,
            },
        }
    }

    /// Attaches in a mode; with `old`, in the place of that program and atomically.
    pub(crate) fn attach_in(
        &self,
        program: BorrowedFd<'_>,
        mode: Mode,
        old: Option<BorrowedFd<'_>>,
    ) -> Result<Mode, Error> {
        let mut flags = flags_of(mode);
        if old.is_none() {
            flags |= XdpFlags::UPDATE_IF_NOEXIST;
        }
        let (result, log) = crate::libbpf_log::collecting(|| {
            sys::bpf::xdp_attach(self.index, Some(program), flags.bits(), old)
        });
        let what = format!("attach the program to `{}` in {mode} mode", self.name);
        result.map_err(|source| KernelError { log, ..KernelError::new(what, source) })?;
        Ok(mode)
    }

    /// Takes the program off that is attached in a mode, if it still is `old`.
    pub(crate) fn detach(&self, mode: Mode, old: BorrowedFd<'_>) -> Result<(), Error> {
        let (result, log) = crate::libbpf_log::collecting(|| {
            sys::bpf::xdp_attach(self.index, None, flags_of(mode).bits(), Some(old))
        });
        let what = format!("take the program off `{}`", self.name);
        result.map_err(|source| KernelError { log, ..KernelError::new(what, source) })?;
        Ok(())
    }
}

fn has_no_native_xdp(error: &Error) -> bool {
    error.of::<KernelError>().is_some_and(|error| error.source.raw_os_error() == Some(libc::EOPNOTSUPP))
}

fn flags_of(mode: Mode) -> XdpFlags {
    match mode {
        Mode::Native => XdpFlags::DRV_MODE,
        Mode::Generic => XdpFlags::SKB_MODE,
        Mode::Offloaded => XdpFlags::HW_MODE,
    }
}
