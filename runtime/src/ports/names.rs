//! Ports by the names of their devices: in, a device's name or a port's number as people write it; out, the port, or why there is none.
//! And back, for dumps.

use super::Numbering;
use crate::attach;
use crate::error::Error;
use crate::program::Program;
use crate::value::{self, ValueError};
use num_bigint::BigUint;
use p4xdp_control::view::Param;
use std::collections::{BTreeMap, BTreeSet};

/// The ports of a program, and the devices of this network namespace.
#[derive(Clone, Debug)]
pub struct PortNames {
    numbering: Numbering,
    /// Names by interface index.
    devices: BTreeMap<u32, String>,
    /// The number that drops, and that of the port to user space.
    drop: Option<u32>,
    cpu_port: Option<u32>,
    /// Ports whose devices are gone.
    gone: BTreeSet<u32>,
    /// No device of this network namespace runs the program: those of other namespaces have other names and indices.
    is_elsewhere: bool,
}

impl PortNames {
    /// Those of a program; `None` if it has nothing to do with ports.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn of(program: &Program) -> Result<Option<PortNames>, Error> {
        let Some(numbering) = Numbering::of(program)? else { return Ok(None) };
        let drop = program.manifest().ports.drop;
        let is_elsewhere = attach::running(program.id())?.is_empty();
        let (cpu_port, gone) = (program.cpu_port()?, super::gone(program)?);
        Ok(Some(PortNames { numbering, devices: devices()?, drop, cpu_port, gone, is_elsewhere }))
    }

    /// The port behind which user space is.
    #[must_use]
    pub fn cpu_port(&self) -> Option<u32> {
        self.cpu_port
    }

    /// `1=eth1`, .. in the order of the numbers; `None` if ports are interface indices.
    #[must_use]
    pub fn list(&self) -> Option<Vec<String>> {
        match &self.numbering {
            Numbering::Numbered(numbers) if self.is_elsewhere => {
                let text = |(port, index)| format!("{port}=(not here, index {index})");
                Some(numbers.iter().map(text).collect())
            }
            Numbering::Numbered(numbers) => Some(list_with(numbers, &self.gone, &self.devices)),
            Numbering::Indices(_) => None,
        }
    }

    /// The name of a port's device.
    #[must_use]
    pub fn name(&self, port: &BigUint) -> Option<&str> {
        let port = u32::try_from(port).ok().filter(|port| !self.is_elsewhere && !self.gone.contains(port))?;
        let index = match &self.numbering {
            Numbering::Indices(base) => port.checked_add(*base)?,
            Numbering::Numbered(numbers) => *numbers.get(&port)?,
        };
        self.devices.get(&index).map(String::as_str)
    }

    /// The number is a port of a program that no device runs here: it has the number, or it may get the device that has this index yet.
    fn is_port_elsewhere(&self, port: &BigUint) -> bool {
        let Some(port) = u32::try_from(port).ok().filter(|_| self.is_elsewhere) else { return false };
        match &self.numbering {
            Numbering::Numbered(numbers) => numbers.contains_key(&port),
            Numbering::Indices(base) => {
                port.checked_add(*base).is_some_and(|index| self.devices.contains_key(&index))
            }
        }
    }

    /// Reads a port: a number, or a device's name (`dev:NAME` if the name is a number). With `any`, numbers need not be ports.
    ///
    /// # Errors
    /// When there is no such port or device.
    pub fn read(&self, text: &str, param: &Param, any: bool) -> Result<BigUint, ValueError> {
        let text = text.trim();
        if value::number(text).is_some() {
            let port = value::parse(text, param)?;
            let has_no_device =
                [self.drop, self.cpu_port].into_iter().flatten().any(|it| BigUint::from(it) == port);
            if any || has_no_device || self.name(&port).is_some() || self.is_port_elsewhere(&port) {
                return Ok(port);
            }
            let reason = match self.list() {
                Some(list) => format!("`{text}` is no port of the program, which has {}", list.join(" ")),
                None => {
                    format!("there is no device with index `{text}`, and ports are interface indices here")
                }
            };
            return Err(ValueError::NoPort { reason, name: param.name.clone() });
        }
        let device = text.strip_prefix("dev:").unwrap_or(text);
        if self.is_elsewhere {
            let reason = format!(
                "the program runs on no device of this network namespace, where `{device}` is none of its devices: give the port's number"
            );
            return Err(ValueError::NoPort { reason, name: param.name.clone() });
        }
        let found = self.devices.iter().find(|(_, name)| *name == device);
        let Some((index, _)) = found else {
            return Err(ValueError::NoDevice { device: device.into(), name: param.name.clone() });
        };
        let port = match &self.numbering {
            Numbering::Indices(base) => index.checked_sub(*base),
            Numbering::Numbered(numbers) => {
                let known = |(port, other): &(&u32, &u32)| *other == index && !self.gone.contains(port);
                numbers.iter().find(known).map(|(port, _)| *port)
            }
        };
        match port {
            Some(port) => value::parse(&port.to_string(), param),
            None => {
                // Where ports are interface indices, it is one below the first.
                let list = self.list().map_or_else(|| "other devices".to_owned(), |list| list.join(" "));
                Err(ValueError::NoNumber { device: device.into(), list, name: param.name.clone() })
            }
        }
    }
}

/// `1=eth1`, ..
pub(crate) fn list(numbers: &BTreeMap<u32, u32>) -> Result<Vec<String>, Error> {
    Ok(list_with(numbers, &BTreeSet::new(), &devices()?))
}

fn list_with(
    numbers: &BTreeMap<u32, u32>,
    gone: &BTreeSet<u32>,
    devices: &BTreeMap<u32, String>,
) -> Vec<String> {
    let text = |(port, index): (&u32, &u32)| match devices.get(index).filter(|_| !gone.contains(port)) {
        Some(name) => format!("{port}={name}"),
        None => format!("{port}=(gone, index {index})"),
    };
    numbers.iter().map(text).collect()
}

/// Names by interface index; those that go meanwhile are left out.
fn devices() -> Result<BTreeMap<u32, String>, Error> {
    let names = attach::device_names()?.into_iter();
    Ok(names.filter_map(|name| Some((crate::sys::net::ifindex(&name).ok()?, name))).collect())
}
