//! Multicast groups and clone sessions of a loaded program: in, groups with their nodes and sessions with their targets; out, the maps by which the
//! program sends copies, or an error and all as it was. Packets see a group or session as it was or as it is.
//!
//! - `plan` says which sets of copies there are to be; it asks no kernel.
//! - `apply` brings them into the program's maps, step by step so that no packet misses one.
//! - The program that each copy runs, and how it is found again, is `crate::egress`'s.
//!
//! Copies go to devices, whose indices mean something in one network namespace alone: groups and sessions are changed in the one where the
//! program runs. A port that has no device gets no copies; once it has one, [`crate::port_changes`] makes the sets anew.

mod apply;
mod error;
mod plan;

pub use error::CopyError;
pub use p4xdp_control::entry::{Mirror, MulticastNode, Session};
pub use plan::Config;

use crate::attach::{self, Device};
use crate::egress;
use crate::error::Error;
use crate::lock;
use crate::ports::names::PortNames;
use crate::ports::{Numbering, PortError};
pub use crate::profiles::Write;
use crate::program::Program;
use crate::tables::{OfTable, TermError, terms};
use apply::Maps;
use num_bigint::BigUint;
use p4xdp_control::manifest::copies::{NONE, SetKey, sessions_of};
use p4xdp_control::terms::Values;
use p4xdp_control::view::Param;
use plan::{GROUP, Ports, SESSION};
use std::collections::BTreeMap;
use std::os::fd::AsFd;

/// The groups and sessions of a loaded program.
pub struct Copies<'p> {
    program: &'p Program,
    maps: Maps<'p>,
    any_port: bool,
    /// The thread is in the namespace of the program's devices, also if none runs it yet.
    here: bool,
}

impl Program {
    /// Its multicast groups and clone sessions.
    ///
    /// # Errors
    /// When it sends no copies.
    pub fn copies(&self) -> Result<Copies<'_>, Error> {
        if self.manifest().copies.is_none() {
            return Err(CopyError::NoCopies.into());
        }
        Ok(Copies { program: self, maps: Maps::of(self)?, any_port: false, here: false })
    }
}

impl Copies<'_> {
    /// The same, but groups and sessions may name ports that are not there. They get copies once they are.
    #[must_use]
    pub fn with_any_port(self) -> Self {
        Copies { any_port: true, ..self }
    }

    /// The same for a thread that is known to be in the namespace of the program's devices.
    #[must_use]
    pub fn here(self) -> Self {
        Copies { here: true, ..self }
    }

    /// All groups and sessions. Nodes of a group with the same replication id that follow each other are one.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn config(&self) -> Result<Config, Error> {
        Ok(Config::of_roles(&self.maps.standing()?.roles))
    }

    /// Makes a group, or gives it other nodes in one step. Its copies leave in the order of the nodes and their ports; a port that stands there
    /// several times gets as many.
    ///
    /// # Errors
    /// When the group is there already, or is not, as `write` says; a port is not the program's; there is no room; or the kernel refuses.
    pub fn write_group(&self, group: u32, nodes: &[MulticastNode], write: Write) -> Result<(), Error> {
        let is_it = |key: SetKey| key.group == group;
        self.change(is_it, |config| {
            check_write(GROUP, group, config.groups.contains_key(&group), write)?;
            config.groups.insert(group, nodes.to_vec());
            nodes.iter().flat_map(|node| &node.ports).try_for_each(|port| self.check_port(*port))
        })
    }

    /// Removes a group to which no session goes.
    ///
    /// # Errors
    /// When there is no such group, a session goes to it, or the kernel refuses.
    pub fn delete_group(&self, group: u32) -> Result<(), Error> {
        self.change(
            |_| false,
            |config| {
                config.groups.remove(&group).ok_or(CopyError::Missing {
                    what: GROUP,
                    number: group,
                    by: None,
                })?;
                let user = config.sessions.iter().find(|(_, session)| session.target == Mirror::Group(group));
                match user {
                    Some((session, _)) => Err(CopyError::InUse { group, session: *session }.into()),
                    None => Ok(()),
                }
            },
        )
    }

    /// Makes a session, or replaces it in one step.
    ///
    /// # Errors
    /// As for [`Copies::write_group`]; and when it goes to a group that is not there.
    pub fn write_session(&self, number: u32, session: &Session, write: Write) -> Result<(), Error> {
        let is_it = |key: SetKey| {
            let both = sessions_of(key.session);
            key.session == number || both.is_some_and(|(first, second)| [first, second].contains(&number))
        };
        self.change(is_it, |config| {
            check_write(SESSION, number, config.sessions.contains_key(&number), write)?;
            config.sessions.insert(number, session.clone());
            match session.target {
                Mirror::Port(port) => self.check_port(port),
                Mirror::Group(_) => Ok(()),
            }
        })
    }

    /// Removes a session.
    ///
    /// # Errors
    /// When there is no such session, or the kernel refuses.
    pub fn delete_session(&self, number: u32) -> Result<(), Error> {
        self.change(
            |_| false,
            |config| match config.sessions.remove(&number) {
                Some(_) => Ok(()),
                None => Err(CopyError::Missing { what: SESSION, number, by: None }.into()),
            },
        )
    }

    /// Makes all sets anew, for the devices that ports have now: one that left and came back under its index has lost its place in them.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn renew(&self) -> Result<(), Error> {
        self.change(|_| true, |_| Ok(()))
    }

    /// The same while a device comes to the program, or leaves it. Where ports are interface indices, groups and sessions that name it stay.
    pub(crate) fn renew_for(&self, device: u32, comes: bool) -> Result<(), Error> {
        let standing = self.maps.standing()?;
        let config = Config::of_roles(&standing.roles);
        let mut devices = running(self.program)?;
        devices.retain(|index| *index != device);
        devices.extend(comes.then_some(device));
        let mut numbering = numbering(self.program)?;
        if let Numbering::Numbered(numbers) = &mut numbering {
            numbers.retain(|_, index| comes || *index != device);
        }
        let ports = ports(self.program, &numbering, &config, devices)?;
        let egress = egress::of(self.program)?;
        self.maps.apply(egress.as_ref().map(AsFd::as_fd), &standing, &config, &ports, |_| true)
    }

    /// Lets all groups and sessions be these, for these ports.
    fn set(&self, config: &Config, ports: &Ports) -> Result<(), Error> {
        let egress = egress::of(self.program)?;
        self.maps.apply(egress.as_ref().map(AsFd::as_fd), &self.maps.standing()?, config, ports, |_| true)
    }

    fn change(
        &self,
        renew: impl Fn(SetKey) -> bool,
        change: impl FnOnce(&mut Config) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let _lock = lock::writer()?;
        let devices = running(self.program)?;
        if devices.is_empty() && !self.here {
            return Err(CopyError::NotHere.into());
        }
        let standing = self.maps.standing()?;
        let mut config = Config::of_roles(&standing.roles);
        change(&mut config)?;
        let ports = ports(self.program, &numbering(self.program)?, &config, devices)?;
        let egress = egress::of(self.program)?;
        self.maps.apply(egress.as_ref().map(AsFd::as_fd), &standing, &config, &ports, renew)
    }

    fn check_port(&self, port: u32) -> Result<(), Error> {
        if self.program.cpu_port()? == Some(port) {
            return Ok(());
        }
        let most = self.program.manifest().ports.most.min(NONE - 1);
        if port > most {
            return Err(PortError::TooLarge { port: port.to_string(), most }.into());
        }
        if self.any_port {
            return Ok(());
        }
        let Some(names) = PortNames::of(self.program)? else { return Ok(()) };
        match names.name(&BigUint::from(port)) {
            Some(_) => Ok(()),
            None => {
                let others = names.list().unwrap_or_default();
                Err(PortError::NoPort { port: port.to_string(), others }.into())
            }
        }
    }

    /// Reads ports of a group, each a number or a device's name (`dev:NAME` if the name is a number), with a replication id in front of it where it is not 0:
    /// `eth1`, `5:eth2`.
    ///
    /// # Errors
    /// When there is no such port, or a number does not fit.
    pub fn nodes(&self, words: &[&str]) -> Result<Vec<MulticastNode>, Error> {
        let names = PortNames::of(self.program)?;
        let mut nodes: Vec<MulticastNode> = Vec::new();
        for word in words {
            let (id, port) = match word.split_once(':').filter(|(id, _)| crate::value::number(id).is_some()) {
                Some((id, port)) => (terms::number_of("replication id", id)?, port),
                None => (0, *word),
            };
            let port = self.read_port(names.as_ref(), port)?;
            match nodes.last_mut() {
                Some(node) if node.replication_id == id => node.ports.push(port),
                Some(_) | None => nodes.push(MulticastNode { replication_id: id, ports: vec![port] }),
            }
        }
        Ok(nodes)
    }

    /// Reads a port: a number, or a device's name.
    ///
    /// # Errors
    /// When there is no such port.
    pub fn port(&self, word: &str) -> Result<u32, Error> {
        self.read_port(PortNames::of(self.program)?.as_ref(), word)
    }

    fn read_port(&self, names: Option<&PortNames>, word: &str) -> Result<u32, Error> {
        let values = OfTable { ports: names, any: self.any_port };
        let port = values.read_port(word, &Param::new("port", 32)).map_err(TermError::from)?;
        // It has 32 bits.
        Ok(u32::try_from(port).unwrap_or(u32::MAX))
    }
}

fn check_write(what: &'static str, number: u32, is_there: bool, write: Write) -> Result<(), CopyError> {
    match (write, is_there) {
        (Write::Insert, true) => Err(CopyError::Duplicate { what, number }),
        (Write::Modify, false) => Err(CopyError::Missing { what, number, by: None }),
        (Write::Insert, false) | (Write::Modify, true) | (Write::Set, _) => Ok(()),
    }
}

/// Interface indices of the devices of this network namespace that run a program.
fn running(program: &Program) -> Result<Vec<u32>, Error> {
    Ok(attach::running(program.id())?.into_iter().map(|device| device.index).collect())
}

fn numbering(program: &Program) -> Result<Numbering, Error> {
    Ok(Numbering::of(program)?.unwrap_or(Numbering::Indices(0)))
}

/// The ports that have a device in this network namespace, where these devices run the program, and the one behind which user space is.
fn ports(
    program: &Program,
    numbering: &Numbering,
    config: &Config,
    running: Vec<u32>,
) -> Result<Ports, Error> {
    let mut devices = numbering.ports(&config.named(), running);
    devices.retain(|_, index| Device::by_index(*index).is_ok());
    let cpu = match program.cpu_port()? {
        Some(cpu) => {
            devices.remove(&cpu);
            way_to_user_space(&devices).map(|device| (cpu, device))
        }
        None => None,
    };
    Ok(Ports { devices, cpu })
}

/// The device through which copies for user space go: one that takes packets now, if there is one. They end there before the driver sees them.
fn way_to_user_space(devices: &BTreeMap<u32, u32>) -> Option<u32> {
    let takes = |index: &&u32| Device::by_index(**index).is_ok_and(|device| device.takes_redirected());
    devices.values().find(takes).or_else(|| devices.values().next()).copied()
}

/// Lets a program that was just loaded have these groups and sessions, and those that are there from the beginning. `running` are devices that will run
/// it.
pub(crate) fn begin(
    program: &Program,
    config: &Config,
    numbering: &Numbering,
    running: Vec<u32>,
) -> Result<(), Error> {
    let Some(copies) = &program.manifest().copies else { return Ok(()) };
    let mut config = config.clone();
    if let (Some(session), Some(cpu)) = (copies.cpu_session, program.cpu_port()?) {
        let to_cpu = Session { target: Mirror::Port(cpu), class_of_service: 0, truncate: None };
        config.sessions.entry(session).or_insert(to_cpu);
    }
    if config == Config::default() {
        return Ok(());
    }
    let ports = ports(program, numbering, &config, running)?;
    program.copies()?.set(&config, &ports)
}
