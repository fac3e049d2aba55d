//! Reads an object: in, its bytes; out, an [`Image`]: the instructions of all functions in one row, with what relocations say that each refers
//! to, the programs, and the data that the verifier knows. How instructions relate to lines is left to `lines`.

use crate::instruction::{Instruction, Target};
use object::{Object as _, ObjectSection as _, ObjectSymbol as _, RelocationTarget, SymbolKind};
use std::collections::{BTreeMap, BTreeSet};

/// An object as instructions.
#[derive(Clone, Debug, Default)]
pub struct Image {
    /// All instructions.
    pub code: Vec<Instruction>,
    /// All functions, in order.
    pub functions: Vec<Function>,
    /// Those that a loader can load: the ones in sections other than `.text`.
    pub programs: Vec<Function>,
    /// Sections of data.
    pub data: Vec<Data>,
    /// Names of the maps.
    pub maps: Vec<String>,
    /// Sections of code: where each begins in the row, by its number in the file.
    pub(crate) sections: BTreeMap<usize, usize>,
}

/// A function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Position of the first instruction.
    pub start: usize,
    /// Position behind the last one.
    pub end: usize,
    /// It is seen from outside of the object: the verifier goes through it once, by itself, whoever calls it.
    pub is_global: bool,
}

/// A section of data.
#[derive(Clone, Debug)]
pub struct Data {
    /// What is in it; empty if it begins as zeros.
    pub bytes: Vec<u8>,
    /// Programs cannot change it, so that the verifier knows what is in it.
    pub is_constant: bool,
}

/// Why an object cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// It is damaged, or something else.
    #[error("the object cannot be read: {0}")]
    Elf(#[from] object::Error),
}

impl Image {
    /// Reads an object.
    ///
    /// # Errors
    /// When the bytes are none.
    pub fn read(bytes: &[u8]) -> Result<Image, ImageError> {
        let file = object::File::parse(bytes)?;
        let mut image = Image::default();
        for section in file.sections().filter(|section| section.kind() == object::SectionKind::Text) {
            image.sections.insert(section.index().0, image.code.len());
            image.add_code(section.data()?);
        }
        let mut maps: BTreeMap<usize, u32> = BTreeMap::new();
        let mut data: BTreeMap<usize, u32> = BTreeMap::new();
        for symbol in file.symbols() {
            let Some(index) = symbol.section_index() else { continue };
            let name = file.section_by_index(index)?.name()?;
            if let Some(&base) = image.sections.get(&index.0).filter(|_| symbol.kind() == SymbolKind::Text) {
                let (start, length) = (position(symbol.address()), position(symbol.size()));
                let function = Function {
                    name: symbol.name()?.to_owned(),
                    start: base + start,
                    end: base + start + length,
                    is_global: symbol.is_global(),
                };
                if name != ".text" {
                    image.programs.push(function.clone());
                }
                image.functions.push(function);
            }
            if name == ".maps" && symbol.kind() == SymbolKind::Data {
                maps.insert(symbol.index().0, u32::try_from(image.maps.len()).unwrap_or(u32::MAX));
                image.maps.push(symbol.name()?.to_owned());
            }
        }
        for section in file.sections().filter(|section| is_data(section.name().unwrap_or_default())) {
            data.insert(section.index().0, u32::try_from(image.data.len()).unwrap_or(u32::MAX));
            let is_constant = section.name()?.starts_with(".rodata");
            image.data.push(Data { bytes: section.data()?.to_vec(), is_constant });
        }
        for section in file.sections() {
            let Some(&base) = image.sections.get(&section.index().0) else { continue };
            for (offset, relocation) in section.relocations() {
                let RelocationTarget::Symbol(symbol) = relocation.target() else { continue };
                let at = base + position(offset);
                let target = file.symbol_by_index(symbol)?;
                let Some(instruction) = image.code.get_mut(at) else { continue };
                let Some(section) = target.section_index() else {
                    let name = target.name()?;
                    instruction.target = if name.starts_with("bpf_iter_") && name.ends_with("_next") {
                        Target::Iteration
                    } else {
                        Target::Kernel
                    };
                    continue;
                };
                if let Some(&map) = maps.get(&symbol.0) {
                    instruction.target = Target::Map(map);
                } else if let Some(&number) = data.get(&section.0) {
                    let added = u64::try_from(instruction.imm).unwrap_or(0);
                    instruction.target = Target::Data(number, target.address() + added);
                } else if let Some(&base) = image.sections.get(&section.0) {
                    // A call holds how many instructions behind itself the function is, a pointer how many bytes from the section.
                    let added =
                        if instruction.code == 0x85 { instruction.imm + 1 } else { instruction.imm / 8 };
                    let start = base + position(target.address());
                    instruction.target =
                        Target::Function(start.saturating_add_signed(isize::try_from(added).unwrap_or(0)));
                }
            }
        }
        for at in 0..image.code.len() {
            if let Some(i) = image.code.get_mut(at)
                && i.code == 0x85
                && i.src == 1
                && i.target == Target::Nothing
            {
                i.target =
                    Target::Function((at + 1).saturating_add_signed(isize::try_from(i.imm).unwrap_or(0)));
            }
        }
        image.functions.sort_by_key(|function| function.start);
        image.functions.dedup();
        Ok(image)
    }

    fn add_code(&mut self, bytes: &[u8]) {
        let mut is_second = false;
        for eight in bytes.chunks_exact(8) {
            let mut instruction = Instruction::read(<[u8; 8]>::try_from(eight).unwrap_or_default());
            if is_second {
                instruction.target = Target::Second;
                if let Some(first) = self.code.last_mut() {
                    first.imm = (first.imm & 0xffff_ffff) | instruction.imm << 32;
                }
            }
            is_second = !is_second && instruction.code == 0x18;
            self.code.push(instruction);
        }
    }

    /// The function that an instruction belongs to.
    pub(crate) fn function_at(&self, at: usize) -> Option<&Function> {
        self.functions.iter().find(|function| (function.start..function.end).contains(&at))
    }

    /// Where a jump of a function begins of which it cannot be told where it should go: to another place in the function, if it was farther than its
    /// 16 bits can say, or outside of it.
    pub(crate) fn far_jump(&self, function: &Function) -> Option<usize> {
        const WRAP: isize = 1 << 16;
        let range = function.start..function.end;
        (function.start..function.end).find(|&at| {
            let Some(by) = self.code.get(at).filter(|i| i.code != 0x06).and_then(|i| i.jump()) else {
                return false;
            };
            let lands = |by: isize| (at + 1).checked_add_signed(by).is_some_and(|to| range.contains(&to));
            let by = by as isize;
            !lands(by) || lands(by + WRAP) || lands(by - WRAP)
        })
    }

    /// A function and all that it calls, directly or not, each once.
    pub fn reached_from(&self, start: usize) -> Vec<&Function> {
        let mut found: Vec<&Function> = Vec::new();
        let mut seen = BTreeSet::new();
        let mut next = vec![start];
        while let Some(at) = next.pop() {
            let Some(function) = self.function_at(at).filter(|function| seen.insert(function.start)) else {
                continue;
            };
            found.push(function);
            for instruction in self.code.get(function.start..function.end).unwrap_or_default() {
                if let Target::Function(target) = instruction.target {
                    next.push(target);
                }
            }
        }
        found
    }
}

/// The position of an instruction from its place in bytes.
fn position(bytes: u64) -> usize {
    usize::try_from(bytes / 8).unwrap_or(usize::MAX)
}

fn is_data(name: &str) -> bool {
    [".data", ".rodata", ".bss"].iter().any(|start| name.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A function of so many instructions, the first of which jumps by `by`.
    fn jumps(length: usize, by: i16) -> bool {
        let nothing = Instruction { code: 0xb7, ..Instruction::default() };
        let mut code = vec![nothing; length];
        code[0] = Instruction { code: 0x15, off: by, ..Instruction::default() };
        let function = Function { name: "f".to_owned(), start: 0, end: length, is_global: true };
        let image = Image { code, functions: vec![function.clone()], ..Image::default() };
        image.far_jump(&function) == Some(0)
    }

    #[test]
    fn a_jump_that_was_cut_off_is_found() {
        assert!(!jumps(100, 98) && !jumps(32_768, 32_766));
        // 40,000 instructions further, in 16 bits.
        assert!(jumps(50_000, (40_000 - 65_536) as i16));
        // Out of the function.
        assert!(jumps(100, 100) && jumps(100, -2));
    }
}
