//! Ports that come to a running program and leave it: in, `3=eth3` or `eth3`; out, the device runs the program that others run, and its number is in
//! the program's maps. Packets of other ports go on meanwhile.
//!
//! A number is there before its device sends the first packet into the program, and as long as it does so; what is sent out of a port that leaves
//! is dropped as for any port that is not there.

use crate::attach::{self, Device, Mode, WantedMode};
use crate::egress;
use crate::error::{Error, KernelError, io_error};
use crate::jumbo;
use crate::load::{LoadError, lossy_peer};
use crate::pins;
use crate::ports::links::Links;
use crate::ports::{Numbering, PAIR, PortError, free_slot, gone, names, pairs, put_egress};
use crate::program::{Program, read_data};
use libbpf_rs::{MapCore, MapFlags};
use std::os::fd::AsFd;

/// A port that has come.
#[derive(Debug)]
pub struct Added {
    /// Its device.
    pub device: Device,
    /// How the program runs there.
    pub mode: Mode,
    /// Why the device has no pins, if it has none.
    pub no_pins: Option<String>,
    /// What the user should know of the device.
    pub warning: Option<String>,
}

/// A port that has left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    /// Its number, if it had one.
    pub number: Option<u32>,
    /// The name of its device; none if that is gone.
    pub device: Option<String>,
}

/// A port as `status` and `port list` show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// Its number.
    pub number: u32,
    /// The interface index of its device.
    pub index: u32,
    /// The device's name; none if there is none of that index in this network namespace: it is gone, or has moved.
    pub device: Option<String>,
    /// The device runs this program, and so its packets come in.
    pub runs: bool,
}

/// The ports of a program that have numbers, in their order; none if its ports are interface indices, or it has none.
///
/// # Errors
/// When the kernel refuses.
pub fn list(program: &Program) -> Result<Option<Vec<Port>>, Error> {
    let Some(Numbering::Numbered(numbers)) = Numbering::of(program)? else { return Ok(None) };
    let gone = gone(program)?;
    let ports = numbers.into_iter().map(|(number, index)| {
        let device = Device::by_index(index).ok().filter(|_| !gone.contains(&number));
        let runs = device.as_ref().is_some_and(|device| runs(device, program));
        Port { number, index, device: device.map(|device| device.name), runs }
    });
    Ok(Some(ports.collect()))
}

fn runs(device: &Device, program: &Program) -> bool {
    device.running().is_ok_and(|running| running.is_some_and(|running| running.id == program.id()))
}

/// Lets a device run a program that others run already, as the port of this number; without one where the program's ports are interface
/// indices. The caller holds the writer's lock ([`crate::lock::writer`]).
///
/// # Errors
/// When the number or the device is taken, the device runs another program, no device of this network namespace runs this one, or the kernel refuses;
/// then nothing has changed.
pub fn add(
    program: &Program,
    number: Option<u32>,
    device: &str,
    mode: WantedMode,
    no_pins: bool,
) -> Result<Added, Error> {
    let device = Device::find(device)?;
    check_here(program)?;
    forget_gone(program)?;
    let running = device.running()?;
    // One that has been in another network namespace may run it, and have no number any more.
    let is_back = running.is_some_and(|running| running.id == program.id())
        && matches!(Numbering::of(program)?, Some(Numbering::Numbered(numbers)) if !numbers.values().any(|index| *index == device.index));
    if let Some(running) = running.filter(|_| !is_back) {
        if running.id == program.id() {
            return Err(PortError::Runs { device: device.name }.into());
        }
        let name =
            Program::by_id(running.id).map_or_else(|_| "another program".to_owned(), |p| p.name().to_owned());
        return Err(LoadError::Foreign { device: device.name, name, id: running.id }.into());
    }
    let ports = &program.manifest().ports;
    match (Numbering::of(program)?, number) {
        (Some(Numbering::Numbered(numbers)), Some(number)) => {
            if number > ports.most {
                return Err(PortError::TooLarge { port: number.to_string(), most: ports.most }.into());
            }
            if program.cpu_port()? == Some(number) {
                return Err(PortError::IsCpuPort(number).into());
            }
            let taken = numbers.iter().find(|(port, index)| **port == number || **index == device.index);
            if let Some((port, index)) = taken {
                let name = |index| {
                    Device::by_index(index).map_or_else(|_| format!("#{index}"), |device| device.name)
                };
                return Err(PortError::Taken { port: *port, device: name(*index) }.into());
            }
            number_it(program, number, device.index)?;
        }
        (Some(Numbering::Numbered(numbers)), None) => {
            let others = names::list(&numbers)?;
            return Err(PortError::Without { device: device.name, others }.into());
        }
        (Some(Numbering::Indices(_)), Some(_)) => return Err(PortError::NotNumbered.into()),
        (Some(Numbering::Indices(_)), None) if device.index > ports.most => {
            let (device, index) = (device.name, device.index);
            return Err(PortError::IndexTooLarge { device, index, most: ports.most }.into());
        }
        // A program that has nothing to do with ports runs anywhere.
        (Some(Numbering::Indices(_)), None) | (None, _) => {}
    }
    let attached = copies_for(program, device.index, true).and_then(|()| match running {
        Some(running) => Ok(running.mode),
        None => device.attach(program.as_fd(), mode),
    });
    let mode = match attached {
        Ok(mode) => mode,
        Err(error) => {
            // The error that led here is the one to be told.
            let _ = copies_for(program, device.index, false);
            forget(program, number, device.index)?;
            return Err(jumbo::or_too_large(&device, program, error));
        }
    };
    program.update_by(Links::here)?;
    let pinned = if no_pins { Ok(()) } else { pin(&device, program) };
    let warning = lossy_peer(&device, mode, program);
    Ok(Added { device, mode, no_pins: pinned.err().map(|error| error.to_string()), warning })
}

/// Refuses a program whose devices are in another network namespace, where interface indices are those of other devices.
fn check_here(program: &Program) -> Result<(), Error> {
    if attach::running(program.id())?.is_empty() { Err(PortError::NotHere.into()) } else { Ok(()) }
}

/// Removes the numbers of devices that have gone, so that no other of the same index gets them.
fn forget_gone(program: &Program) -> Result<(), Error> {
    let gone = gone(program)?;
    let Some(Numbering::Numbered(numbers)) = Numbering::of(program)? else { return Ok(()) };
    let mut numbers = numbers.into_iter().filter(|(port, _)| gone.contains(port));
    numbers.try_for_each(|(port, index)| forget(program, Some(port), index))
}

fn pin(device: &Device, program: &Program) -> Result<(), Error> {
    pins::prepare(device)?;
    let egress = egress::of(program)?;
    pins::pin(device, program.as_fd(), egress.as_ref().map(AsFd::as_fd), program.maps()).map(drop)
}

/// Takes a port from a running program: its device runs it no more, and nothing is sent out of it. The caller holds the writer's lock.
///
/// # Errors
/// When there is no such port, no device of this network namespace runs the program, or the kernel refuses.
pub fn remove(program: &Program, port: &str) -> Result<Removed, Error> {
    check_here(program)?;
    let ports = list(program)?.unwrap_or_default();
    let of_number = crate::value::number(port).and_then(|number| {
        ports.iter().find(|known| num_bigint::BigUint::from(known.number) == number).cloned()
    });
    let name = port.strip_prefix("dev:").unwrap_or(port);
    let found =
        of_number.or_else(|| ports.iter().find(|known| known.device.as_deref() == Some(name)).cloned());
    let device = match &found {
        // A device that is gone runs nothing, and another may have its index.
        Some(found) => found.device.as_ref().and_then(|_| Device::by_index(found.index).ok()),
        None if crate::value::number(port).is_some() => {
            let others =
                ports.iter().map(|port| format!("{}={}", port.number, port.device.as_deref().unwrap_or("-")));
            return Err(PortError::NoPort { port: port.to_owned(), others: others.collect() }.into());
        }
        None => Some(Device::find(name)?),
    };
    let number = found.as_ref().map(|found| found.number);
    let index = found.as_ref().map(|found| found.index).or(device.as_ref().map(|device| device.index));
    if let Some(device) = &device {
        match device.running()?.filter(|running| running.id == program.id()) {
            Some(running) => {
                device.detach(running.mode, program.as_fd())?;
                pins::unpin(device)?;
            }
            None if found.is_none() => return Err(PortError::RunsNot { device: device.name.clone() }.into()),
            None => {}
        }
    }
    if let Some(index) = index {
        copies_for(program, index, false)?;
        forget(program, number, index)?;
    }
    program.update_by(Links::here)?;
    Ok(Removed { number, device: device.map(|device| device.name) })
}

/// Copies go to a device that comes, and to one that leaves no more.
fn copies_for(program: &Program, device: u32, comes: bool) -> Result<(), Error> {
    if program.manifest().copies.is_some() { program.copies()?.renew_for(device, comes) } else { Ok(()) }
}

fn failed(error: &libbpf_rs::Error) -> Error {
    KernelError::new("number a port", io_error(error)).into()
}

/// Writes a number into a program's maps: where packets go, then where they come from.
fn number_it(program: &Program, number: u32, index: u32) -> Result<(), Error> {
    let ports = &program.manifest().ports;
    if let Some(section) = &ports.ingress {
        change_slot(program, section, index, |data| free_slot(data, index), number)?;
    }
    if let Some(name) = &ports.egress
        && let Err(error) = put_egress(program, program.map(name)?, number, index)
    {
        forget(program, None, index)?;
        return Err(error);
    }
    Ok(())
}

/// Removes it again.
fn forget(program: &Program, number: Option<u32>, index: u32) -> Result<(), Error> {
    let ports = &program.manifest().ports;
    if let (Some(name), Some(number)) = (&ports.egress, number) {
        // A device that has left the machine has taken its entry with it.
        let _ = program.map(name)?.delete(&number.to_ne_bytes());
    }
    if let Some(section) = &ports.ingress {
        let slot = |data: &[u8]| pairs(data).position(|(there, _)| there == index).map(|at| at * PAIR);
        if slot(&read_data(program.map(section)?)?).is_some() {
            change_slot(program, section, 0, slot, 0)?;
        }
    }
    Ok(())
}

/// Writes a pair into the array of ingress ports: the program looks at all slots where a device may stand, so the others stay as they are.
fn change_slot(
    program: &Program,
    section: &str,
    index: u32,
    slot: impl Fn(&[u8]) -> Option<usize>,
    number: u32,
) -> Result<(), Error> {
    let map = program.map(section)?;
    let mut data = read_data(map)?;
    let pair = slot(&data).and_then(|at| data.get_mut(at..at + PAIR)).ok_or(PortError::TooMany)?;
    let bytes = index.to_ne_bytes().into_iter().chain(number.to_ne_bytes());
    pair.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
    map.update(&0u32.to_ne_bytes(), &data, MapFlags::ANY).map_err(|error| failed(&error))
}
