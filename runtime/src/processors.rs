//! Processors to which a program hands packets that go to the network stack: in, an object that is opened, or its maps in the kernel; the map of
//! processors gets room for all of this machine, and an entry for each that there is. A program that is on no device, for a test, gets none. The contract is `p4xdp_control::manifest::PROCESSORS`.

use crate::error::{Error, KernelError, io_error};
use libbpf_rs::{MapCore, MapFlags, MapHandle, OpenObject};
use p4xdp_control::manifest::PROCESSORS;

/// Packets that wait for a processor at most; further ones are dropped.
const QUEUE: u32 = 2048;

/// Gives the map room, if the program has it.
pub(crate) fn make_room(opened: &mut OpenObject) -> Result<(), Error> {
    for mut map in opened.maps_mut().filter(|map| map.name() == PROCESSORS) {
        let made = number().and_then(|number| map.set_max_entries(number));
        made.map_err(|error| KernelError::new("make room for processors", io_error(&error)))?;
    }
    Ok(())
}

/// Fills the map, if the program has it. A processor that is not there, or off, gets no entry.
pub(crate) fn fill(maps: &[MapHandle]) -> Result<(), Error> {
    let failed = |error| KernelError::new("count the processors", io_error(&error));
    for map in maps.iter().filter(|map| map.name() == PROCESSORS) {
        let value: Vec<u8> = [QUEUE, 0].into_iter().flat_map(u32::to_ne_bytes).collect();
        for processor in 0..number().map_err(failed)? {
            let _ = map.update(&processor.to_ne_bytes(), &value, MapFlags::ANY);
        }
    }
    Ok(())
}

/// Processors that there can be.
fn number() -> libbpf_rs::Result<u32> {
    libbpf_rs::num_possible_cpus().map(|number| u32::try_from(number).unwrap_or(u32::MAX))
}
