//! Numbers of ports: in, what `load` was told (`1=eth1 2=eth2`) and what the replaced programs had; out, the new program's ports filled in.
//! And back, for a running program. What people call ports is `names`'; what a program does with them says `p4xdp_control::manifest::Ports`.

mod error;
pub mod links;
pub mod names;

pub use error::PortError;

use crate::attach::Device;
use crate::egress;
use crate::error::{Error, KernelError, io_error};
use crate::program::{Program, read_data};
use crate::value;
use libbpf_rs::{MapCore, MapFlags, MapHandle};
use p4xdp_control::manifest::{IN_PROBES, IN_SLOTS, NUMBERED, Ports, SETTINGS, Settings};
use std::collections::{BTreeMap, BTreeSet};
use std::os::fd::AsRawFd;

/// How ports and interfaces belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Numbering {
    /// A port is an interface index minus this.
    Indices(u32),
    /// Interface indices by port.
    Numbered(BTreeMap<u32, u32>),
}

/// Bytes of a pair in the array of ingress ports.
pub(crate) const PAIR: usize = 8;

/// Devices as `load` is given them: `DEV` or `PORT=DEV`.
pub(crate) struct Request<'a> {
    pub names: BTreeSet<&'a str>,
    /// Ports by device; of all devices, or of none.
    ports: BTreeMap<&'a str, u32>,
}

/// The number and the device of `3=eth3`; a device alone has no number.
///
/// # Errors
/// When the number is larger than any port's.
pub fn split_port(word: &str) -> Result<(Option<u32>, &str), PortError> {
    let Some((port, name)) = word.split_once('=').and_then(|(port, name)| Some((value::number(port)?, name)))
    else {
        return Ok((None, word));
    };
    let too_large = |_| PortError::TooLarge { port: port.to_string(), most: NUMBERED - 1 };
    Ok((Some(u32::try_from(&port).map_err(too_large)?), name))
}

impl<'a> Request<'a> {
    /// Reads the words.
    pub(crate) fn read(words: &[&'a str]) -> Result<Request<'a>, PortError> {
        let mut request = Request { names: BTreeSet::new(), ports: BTreeMap::new() };
        let mut taken = BTreeMap::new();
        for word in words {
            let (Some(port), name) = split_port(word)? else {
                request.names.insert(word);
                continue;
            };
            if let Some(other) = taken.insert(port, name) {
                return Err(PortError::Twice {
                    what: format!("port {port}"),
                    of: vec![other.into(), name.into()],
                });
            }
            if let Some(other) = request.ports.insert(name, port) {
                let of = vec![other.to_string(), port.to_string()];
                return Err(PortError::Twice { what: format!("device `{name}`"), of });
            }
            request.names.insert(name);
        }
        match request.names.iter().find(|name| !request.ports.contains_key(*name)) {
            Some(without) if !request.ports.is_empty() => {
                Err(PortError::Without { device: (*without).into(), others: Vec::new() })
            }
            _ => Ok(request),
        }
    }

    /// How the ports of a program shall be numbered on these devices. Without numbers it keeps those of the programs that it replaces.
    pub(crate) fn numbering(
        &self,
        object: &str,
        ports: &Ports,
        devices: &[&Device],
        replaced: &[&Program],
        are_indices: bool,
    ) -> Result<Numbering, Error> {
        let mut numbers = BTreeMap::new();
        for device in devices {
            if let Some(port) = self.ports.get(device.name.as_str()) {
                numbers.insert(*port, device.index);
            }
        }
        if are_indices && !numbers.is_empty() {
            return Err(PortError::Both.into());
        }
        if numbers.is_empty() && !are_indices {
            numbers = kept(replaced)?;
            for device in devices {
                if !numbers.is_empty() && !numbers.values().any(|index| *index == device.index) {
                    let others = names::list(&numbers)?;
                    return Err(PortError::Without { device: device.name.clone(), others }.into());
                }
            }
        }
        if let Some((port, _)) = numbers.iter().find(|(port, _)| ports.used && **port > ports.most) {
            return Err(PortError::TooLarge { port: port.to_string(), most: ports.most }.into());
        }
        if !numbers.is_empty() {
            return Ok(Numbering::Numbered(numbers));
        }
        if ports.want_numbers() && !are_indices {
            let devices = devices.iter().map(|device| device.name.clone()).collect();
            let (object, constants) = (object.to_owned(), ports.constants.clone());
            return Err(PortError::Wanted { object, constants, most: ports.most, devices }.into());
        }
        match devices.iter().find(|device| ports.used && device.index > ports.most) {
            Some(device) => {
                let (device, index) = (device.name.clone(), device.index);
                Err(PortError::IndexTooLarge { device, index, most: ports.most }.into())
            }
            None => Ok(Numbering::Indices(0)),
        }
    }
}

/// Ports of a program whose devices have gone, or have moved to another network namespace: the kernel has taken them out of the map by which packets
/// leave. Another device may have their interface index by now.
pub(crate) fn gone(program: &Program) -> Result<BTreeSet<u32>, Error> {
    let (Some(Numbering::Numbered(numbers)), Some(egress)) =
        (Numbering::of(program)?, &program.manifest().ports.egress)
    else {
        return Ok(BTreeSet::new());
    };
    let there: BTreeSet<u32> = program.map(egress)?.keys().filter_map(|key| word(&key)).collect();
    let mut gone: BTreeSet<u32> = numbers.into_keys().collect();
    // An array has all keys, of which those without a device have no value.
    for port in there {
        let found = program.map(egress)?.lookup(&port.to_ne_bytes(), MapFlags::ANY);
        if found.map_err(|error| KernelError::new("read the ports", io_error(&error)))?.is_some() {
            gone.remove(&port);
        }
    }
    Ok(gone)
}

/// The numbers of running programs, without devices that are gone.
fn kept(programs: &[&Program]) -> Result<BTreeMap<u32, u32>, Error> {
    let mut numbers: BTreeMap<u32, u32> = BTreeMap::new();
    for program in programs {
        let Some(Numbering::Numbered(of_this)) = Numbering::of(program)? else { continue };
        let gone = gone(program)?;
        for (port, index) in of_this.into_iter().filter(|(port, _)| !gone.contains(port)) {
            let Ok(device) = Device::by_index(index) else { continue };
            let other = numbers.iter().find(|(p, i)| (**p == port) != (**i == index));
            if let Some((other, _)) = other {
                let of = vec![other.to_string(), port.to_string()];
                return Err(PortError::Conflict { device: device.name, of }.into());
            }
            numbers.insert(port, index);
        }
    }
    Ok(numbers)
}

impl Numbering {
    /// What is set before a program is loaded.
    pub(crate) fn settings(&self, cpu_port: Option<u32>) -> Settings {
        let port_base = match self {
            Numbering::Indices(base) => *base,
            Numbering::Numbered(_) => NUMBERED,
        };
        Settings { port_base, cpu_port }
    }

    /// Interface indices by port: those that are numbered; or those of these devices, and of other ports that are `named`.
    pub(crate) fn ports(&self, named: &BTreeSet<u32>, devices: Vec<u32>) -> BTreeMap<u32, u32> {
        match self {
            Numbering::Numbered(numbers) => numbers.clone(),
            Numbering::Indices(base) => {
                let named = named.iter().filter_map(|port| Some((*port, port.checked_add(*base)?)));
                let devices =
                    devices.into_iter().filter_map(|index| Some((index.checked_sub(*base)?, index)));
                named.chain(devices).collect()
            }
        }
    }

    /// The same by the maps of ports alone, where interface indices are ports: the devices at hand have numbers then, and no others. What leaves by
    /// an index runs no program, but in a program that sends copies all packets have to.
    pub(crate) fn by_maps(self, devices: &[&Device]) -> Numbering {
        match self {
            Numbering::Indices(base) => Numbering::Numbered(
                devices
                    .iter()
                    .filter_map(|device| Some((device.index.checked_sub(base)?, device.index)))
                    .collect(),
            ),
            numbered @ Numbering::Numbered(_) => numbered,
        }
    }

    /// Puts the numbers into the maps of a program that is not yet attached. Devices are found in the thread's network namespace.
    pub(crate) fn fill(&self, program: &Program) -> Result<(), Error> {
        let Numbering::Numbered(numbers) = self else { return Ok(()) };
        let ports = &program.manifest().ports;
        let failed = |error: &libbpf_rs::Error| KernelError::new("number the ports", io_error(error));
        if let Some(section) = &ports.ingress {
            let map = program.map(section)?;
            let mut data = read_data(map)?;
            for (port, index) in numbers {
                let slot = free_slot(&data, *index)
                    .and_then(|at| data.get_mut(at..at + PAIR))
                    .ok_or(PortError::TooMany)?;
                for (to, from) in
                    slot.iter_mut().zip(index.to_ne_bytes().into_iter().chain(port.to_ne_bytes()))
                {
                    *to = from;
                }
            }
            map.update(&0u32.to_ne_bytes(), &data, MapFlags::ANY).map_err(|error| failed(&error))?;
        }
        if let Some(name) = &ports.egress {
            let map = program.map(name)?;
            if u32::try_from(numbers.len()).is_ok_and(|count| count > map.max_entries()) {
                return Err(PortError::TooMany.into());
            }
            for (port, index) in numbers {
                put_egress(program, map, *port, *index)?;
            }
        }
        Ok(())
    }

    /// That of a running program; `None` if it has nothing to do with ports.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn of(program: &Program) -> Result<Option<Numbering>, Error> {
        let ports = &program.manifest().ports;
        if !ports.used {
            return Ok(None);
        }
        let settings = Settings::decode(&read_data(program.map(SETTINGS)?)?).ok_or_else(|| {
            KernelError::new("read what ports are", std::io::Error::other("its settings are too short"))
        })?;
        if settings.port_base != NUMBERED {
            return Ok(Some(Numbering::Indices(settings.port_base)));
        }
        let mut numbers = BTreeMap::new();
        if let Some(section) = &ports.ingress {
            let data = read_data(program.map(section)?)?;
            numbers.extend(pairs(&data).filter(|(index, _)| *index != 0).map(|(index, port)| (port, index)));
        }
        if let Some(name) = &ports.egress {
            let map = program.map(name)?;
            for key in map.keys() {
                let value = map
                    .lookup(&key, MapFlags::ANY)
                    .map_err(|error| KernelError::new("read the ports", io_error(&error)))?;
                if let (Some(port), Some(index)) = (word(&key), value.as_deref().and_then(word)) {
                    numbers.insert(port, index);
                }
            }
        }
        Ok(Some(Numbering::Numbered(numbers)))
    }
}

fn word(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk::<4>().map(|bytes| u32::from_ne_bytes(*bytes))
}

/// Writes a port's device into the map by which packets leave; and where values have room for it, the program that copies run. What leaves by a device
/// in one go of a driver runs what the first packet of it does, in the kernel, so packets to ports have the same program as copies.
pub(crate) fn put_egress(program: &Program, map: &MapHandle, port: u32, index: u32) -> Result<(), Error> {
    let mut value = index.to_ne_bytes().to_vec();
    let egress = if map.value_size() > 4 { Some(egress::find(program)?) } else { None };
    value.extend(egress.iter().flat_map(|egress| egress.as_raw_fd().to_ne_bytes()));
    let written = map.update(&port.to_ne_bytes(), &value, MapFlags::ANY);
    Ok(written.map_err(|error| KernelError::new("number the ports", io_error(&error)))?)
}

/// Index and port of each slot.
pub(crate) fn pairs(data: &[u8]) -> impl Iterator<Item = (u32, u32)> {
    data.chunks_exact(PAIR).filter_map(|pair| Some((word(pair)?, word(pair.get(4..)?)?)))
}

/// Where a device can stand: the position of the first free slot of those where the program looks for it.
pub(crate) fn free_slot(data: &[u8], index: u32) -> Option<usize> {
    let home = usize::try_from(index % IN_SLOTS).ok()?;
    let probes = usize::try_from(IN_PROBES).ok()?;
    let found = pairs(data).skip(home).take(probes).position(|(there, _)| there == 0 || there == index)?;
    Some((home + found) * PAIR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests() {
        let request = Request::read(&["1=eth1", "0x2=eth2"]).ok().unwrap();
        assert_eq!(request.names, BTreeSet::from(["eth1", "eth2"]));
        assert_eq!(request.ports, BTreeMap::from([("eth1", 1), ("eth2", 2)]));
        assert!(Request::read(&["eth1", "eth2"]).ok().unwrap().ports.is_empty());
        let message = |words: &[&str]| Request::read(words).err().unwrap().to_string();
        assert!(message(&["1=eth1", "1=eth2"]).contains("port 1 is given twice"));
        assert!(message(&["1=eth1", "2=eth1"]).contains("device `eth1` is given twice"));
        assert!(message(&["1=eth1", "eth2"]).contains("`eth2` has no port number"));
        assert!(message(&["4294967296=eth1"]).contains("4294967296"));
    }

    #[test]
    fn devices_whose_indices_meet_stand_side_by_side() {
        let mut data = vec![0; (IN_SLOTS + IN_PROBES - 1) as usize * PAIR];
        for round in 0..4 {
            let index = 511 + round * IN_SLOTS;
            let at = free_slot(&data, index).unwrap();
            assert_eq!(at, (511 + round as usize) * PAIR);
            data[at..at + 4].copy_from_slice(&index.to_ne_bytes());
        }
        assert_eq!(free_slot(&data, 511 + 4 * IN_SLOTS), None);
        assert_eq!(free_slot(&data, 511), Some(511 * PAIR), "a device keeps its slot");
    }
}
