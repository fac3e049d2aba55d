//! Watches the links of a program's ports: in, word from the kernel that devices come, go, or are up or down; out, groups of action selectors whose
//! members watch such ports, brought up to date, each in one step. One process a program is enough; several do no harm.
//!
//! What the kernel says is only when to look: what is up is asked for anew each time, so nothing is missed that happened meanwhile.

use crate::attach::{self, Device};
use crate::error::{Error, KernelError};
use crate::lock;
use crate::ports::links::Links;
use crate::program::Program;
use crate::sys::netlink::Changes;
use std::collections::BTreeMap;
use std::time::Duration;

/// The links of a program's ports.
#[derive(Debug)]
pub struct PortWatch {
    program: Program,
    /// Interface indices of the devices that ran it when it was last looked for.
    devices: Vec<u32>,
    changes: Changes,
    /// Ports that groups watch, and whether they were up.
    ports: BTreeMap<u32, bool>,
}

/// What was found, and done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Update {
    /// Watched ports that are up now and were not, or the other way round; at first all of them.
    pub ports: Vec<(u32, bool)>,
    /// How many groups have other members to choose among.
    pub groups: u32,
}

impl PortWatch {
    /// Watches the ports of a program from now on, and brings all of its groups up to date.
    ///
    /// # Errors
    /// When no device of this network namespace runs the program, or the kernel refuses.
    pub fn new(program: Program) -> Result<(PortWatch, Update), Error> {
        let failed = |error| KernelError::new("watch devices", error);
        let changes = Changes::new().map_err(failed)?;
        let devices = running(&program)?;
        let mut watch = PortWatch { program, devices, changes, ports: BTreeMap::new() };
        let update = watch.update(Links::of)?;
        Ok((watch, update))
    }

    /// The program that is watched now: one that has replaced another takes its place.
    #[must_use]
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Waits for a change to any device, so long at most, and does what it asks for. Nothing if nothing came; the update may be empty, too.
    ///
    /// # Errors
    /// When the program is not there any more, with none in its place; or the kernel refuses.
    pub fn wait(&mut self, timeout: Duration) -> Result<Option<Update>, Error> {
        let came = self.changes.wait(timeout).map_err(|error| KernelError::new("watch devices", error))?;
        if !came {
            return Ok(None);
        }
        // Who loads a program, or changes its ports, is done then.
        let _writer = lock::writer()?;
        self.follow()?;
        self.update(Links::here).map(Some)
    }

    /// Finds the program that runs now where the watched one did.
    fn follow(&mut self) -> Result<(), Error> {
        let runs = |index: &u32| {
            let device = Device::by_index(*index).ok()?;
            let running = device.running().ok()??;
            Some((device, running.id))
        };
        let there: Vec<(Device, u32)> = self.devices.iter().filter_map(runs).collect();
        if there.iter().any(|(_, id)| *id == self.program.id()) {
            return Ok(());
        }
        self.devices = running(&self.program)?;
        if !self.devices.is_empty() {
            return Ok(());
        }
        let ours = there.iter().find_map(|(device, id)| Program::running(device, *id).ok());
        if let Some(program) = ours {
            self.devices = running(&program)?;
            self.program = program;
        }
        // If there is none, what asks for the program's devices says so.
        Ok(())
    }

    fn update(&mut self, links: fn(&Program) -> Result<Links, Error>) -> Result<Update, Error> {
        if self.devices.is_empty() {
            return Err(crate::ports::PortError::NotHere.into());
        }
        let _writer = lock::writer()?;
        let links = links(&self.program)?;
        let groups = self.program.update_by(|_| Ok(links.clone()))?;
        let now: BTreeMap<u32, bool> =
            self.program.watched_ports()?.into_iter().map(|port| (port, links.is_up(port))).collect();
        let changed = now.iter().filter(|(port, up)| self.ports.get(port) != Some(up));
        let ports = changed.map(|(port, up)| (*port, *up)).collect();
        self.ports = now;
        Ok(Update { ports, groups })
    }
}

fn running(program: &Program) -> Result<Vec<u32>, Error> {
    Ok(attach::running(program.id())?.into_iter().map(|device| device.index).collect())
}
