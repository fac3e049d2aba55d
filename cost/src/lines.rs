//! Which lines instructions come from: in, an object with debug information; out, for each instruction a line of the C file, and those of the calls
//! that clang inlined around it. `.BTF.ext` has the innermost line alone, which for what is inlined is one of the prelude; DWARF has both.

use crate::Line;
use crate::image::Image;
use addr2line::Context;
use addr2line::gimli::{self, AttributeValue, Dwarf, DwarfSections, EndianSlice, LittleEndian};
use object::{Object as _, ObjectSection as _, ObjectSymbol as _, RelocationTarget};
use std::collections::BTreeMap;

type Reader<'a> = EndianSlice<'a, LittleEndian>;

/// The line of each instruction; empty where the object does not say.
pub fn of(bytes: &[u8], image: &Image) -> Vec<Line> {
    read(bytes, image).unwrap_or_else(|| vec![Line::default(); image.code.len()])
}

/// Sections of code all begin at 0 in an object. So that addresses are different, they are moved apart.
fn base(section: usize) -> u64 {
    (section as u64) << 32
}

fn read(bytes: &[u8], image: &Image) -> Option<Vec<Line>> {
    let file = object::File::parse(bytes).ok()?;
    let sections: DwarfSections<Vec<u8>> = DwarfSections::load(|id| moved(&file, id.name())).ok()?;
    let dwarf: Dwarf<Reader<'_>> = sections.borrow(|data| EndianSlice::new(data, LittleEndian));
    let main = main_file(&dwarf);
    let context = Context::from_dwarf(dwarf).ok()?;
    let mut lines = vec![Line::default(); image.code.len()];
    let starts: BTreeMap<usize, usize> =
        image.sections.iter().map(|(section, start)| (*start, *section)).collect();
    for (at, line) in lines.iter_mut().enumerate() {
        let (start, section) = starts.range(..=at).next_back()?;
        let address = base(*section) + 8 * u64::try_from(at - start).ok()?;
        let Ok(mut frames) = context.find_frames(address).skip_all_loads() else { continue };
        while let Ok(Some(frame)) = frames.next() {
            if let Some(name) = frame.function.filter(|_| line.function.is_none()) {
                line.function = name.raw_name().ok().map(|name| name.into_owned());
            }
            let Some(location) = frame.location else { continue };
            let is_main = main.is_none() || location.file.map(base_name) == main.as_deref().map(base_name);
            line.lines.extend(location.line.filter(|line| is_main && *line > 0));
        }
    }
    Some(lines)
}

/// A section of debug information, with the addresses in it moved.
fn moved(file: &object::File<'_>, name: &str) -> Result<Vec<u8>, gimli::Error> {
    let Some(section) = file.section_by_name(name) else { return Ok(Vec::new()) };
    let mut data = section.data().map(<[u8]>::to_vec).unwrap_or_default();
    /// An address of eight bytes; all other references are right as they stand, since there is one of each section of debug information.
    const ABSOLUTE: u32 = 2;
    for (offset, relocation) in section.relocations() {
        let is_address =
            matches!(relocation.flags(), object::RelocationFlags::Elf { r_type } if r_type == ABSOLUTE);
        let RelocationTarget::Symbol(symbol) = relocation.target() else { continue };
        let Ok(symbol) = file.symbol_by_index(symbol) else { continue };
        let (Some(section), Ok(offset), true) = (symbol.section_index(), usize::try_from(offset), is_address)
        else {
            continue;
        };
        let Some(place) = data.get_mut(offset..offset.saturating_add(8)) else { continue };
        let Ok(old) = <[u8; 8]>::try_from(&*place) else { continue };
        let address = u64::from_le_bytes(old).wrapping_add(symbol.address()).wrapping_add(base(section.0));
        place.copy_from_slice(&address.to_le_bytes());
    }
    Ok(data)
}

/// The name of the file that was compiled.
fn main_file(dwarf: &Dwarf<Reader<'_>>) -> Option<String> {
    let header = dwarf.units().next().ok()??;
    let unit = dwarf.unit(header).ok()?;
    let mut entries = unit.entries();
    let root = entries.next_dfs().ok()??;
    let name: AttributeValue<Reader<'_>> = root.attr_value(gimli::DW_AT_name)?;
    let name = dwarf.attr_string(&unit, name).ok()?;
    Some(name.to_string_lossy().into_owned())
}

fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
