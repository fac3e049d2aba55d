//! The devices that a program is to run on: in, their names; out, what each runs now, and all of them switched to another program, or none.

use super::{LoadError, Options};
use crate::attach::{Device, Mode, Running, WantedMode};
use crate::carry::Old;
use crate::error::{Error, KernelError};
use crate::jumbo;
use crate::ports::Request;
use crate::program::{Program, ProgramError};
use std::os::fd::AsFd;

/// A program that is there before.
pub(super) struct Before {
    pub(super) running: Running,
    pub(super) fd: std::os::fd::OwnedFd,
    /// It, if it is ours.
    pub(super) program: Option<Program>,
}

/// A device.
pub(super) struct Target {
    pub(super) device: Device,
    pub(super) old: Option<Before>,
}

/// What a device runs that is to be replaced.
pub(super) fn inspect(device: &Device, running: Running, options: &Options) -> Result<Before, Error> {
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

/// Looks at the devices.
pub(super) fn find(request: &Request<'_>, options: &Options) -> Result<Vec<Target>, Error> {
    let mut targets = Vec::with_capacity(request.names.len());
    for name in &request.names {
        let device = Device::find(name)?;
        let old = match device.running()? {
            Some(running) => Some(inspect(&device, running, options)?),
            None => None,
        };
        targets.push(Target { device, old });
    }
    Ok(targets)
}

/// The programs of ours that are replaced, each once.
pub(super) fn replaced(targets: &[Target]) -> Vec<Old<'_>> {
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
pub(super) fn switch(targets: &[Target], program: &Program, wanted: WantedMode) -> Result<Vec<Mode>, Error> {
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
