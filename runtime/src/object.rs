//! Reads an object file: in, a path or bytes; out, an [`Object`] with its manifest, or why it is not one of ours. Loading it
//! is left to `load`.
//!
//! Checked with iproute2 6.1 (`ip link set dev D xdp obj F sec xdp`) and xdp-loader 1.3.1, both with libbpf 1.1: they take objects with a
//! `.rodata.p4xdp` section of 100 kB, `.data.default`, `.rodata` with a `const volatile` variable, BTF maps, static and global functions, made by
//! clang 14 and 19; the manifest's map is bound to the program although no instruction names it. A map that no instruction names is
//! created by them and then lost: only data sections are bound.

use crate::error::Trouble;
use object::{Object as _, ObjectSection, ObjectSymbol};
use p4xdp_control::manifest::statistics::MARK;
use p4xdp_control::manifest::{DecodeError, ENTRIES_LOADED, Manifest, SECTION};
use std::io;
use std::path::{Path, PathBuf};

/// Why a file is not an object of ours.
#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    /// The file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// Something else than an ELF file.
    #[error("{name} is not an eBPF object: {reason}")]
    NotElf {
        /// The file.
        name: String,
        /// What the ELF reader says.
        reason: String,
    },
    /// ELF for another machine.
    #[error("{name} is not an eBPF object: it is compiled for {machine}")]
    NotBpf {
        /// The file.
        name: String,
        /// The machine that it is for.
        machine: String,
    },
    /// An eBPF object that p4xdp did not make.
    #[error("{name} was not made by p4xdp: it has no manifest (section `{SECTION}`)")]
    NoManifest {
        /// The file.
        name: String,
    },
    /// The manifest does not read.
    #[error("{name}: {source}")]
    Manifest {
        /// The file.
        name: String,
        /// Why.
        source: DecodeError,
    },
    /// libbpf cannot read what the file says of its maps and programs.
    #[error("{name} is damaged: {reason}")]
    Damaged {
        /// The file.
        name: String,
        /// What libbpf says.
        reason: String,
    },
    /// The manifest and the rest of the object speak of different things.
    #[error("{name} has a manifest that is not its own: {reason}; compile the program again")]
    Layout {
        /// The file.
        name: String,
        /// What differs.
        reason: String,
    },
    /// The manifest tells of a program that is not in the object.
    #[error("{name} has no program `{program}`, though its manifest says so")]
    NoProgram {
        /// The file.
        name: String,
        /// The program's name.
        program: String,
    },
}

impl Trouble for ObjectError {
    fn is_environment(&self) -> bool {
        matches!(self, ObjectError::Read { .. })
    }
}

/// An object file of ours, not yet loaded.
#[derive(Clone, Debug)]
pub struct Object {
    name: String,
    path: Option<PathBuf>,
    bytes: Vec<u8>,
    manifest: Manifest,
    entries_loaded: Option<u64>,
    count_marks: Vec<usize>,
}

impl Object {
    /// Reads an object file.
    ///
    /// # Errors
    /// When the file cannot be read, is not an eBPF object, not ours, or of another version.
    pub fn open(path: &Path) -> Result<Object, ObjectError> {
        let bytes =
            std::fs::read(path).map_err(|source| ObjectError::Read { path: path.to_owned(), source })?;
        let mut object = Object::from_bytes(&path.display().to_string(), bytes)?;
        object.path = Some(path.to_owned());
        Ok(object)
    }

    /// Takes an object that is in memory; `name` is for messages.
    ///
    /// # Errors
    /// When it is not an eBPF object, not ours, or of another version.
    pub fn from_bytes(name: &str, bytes: Vec<u8>) -> Result<Object, ObjectError> {
        let name = name.to_owned();
        let elf = object::File::parse(&*bytes)
            .map_err(|error| ObjectError::NotElf { name: name.clone(), reason: error.to_string() })?;
        if elf.architecture() != object::Architecture::Bpf {
            return Err(ObjectError::NotBpf { name, machine: format!("{:?}", elf.architecture()) });
        }
        let section = elf.section_by_name(SECTION);
        let Some(data) = section.and_then(|section| section.data().ok()) else {
            return Err(ObjectError::NoManifest { name });
        };
        let manifest =
            Manifest::decode(data).map_err(|source| ObjectError::Manifest { name: name.clone(), source })?;
        let entry = std::iter::once(&manifest.entry);
        let mut programs = entry.chain(manifest.programs.iter().map(|program| &program.name));
        if let Some(missing) = programs.find(|program| elf.symbol_by_name(program).is_none()) {
            let program = missing.clone();
            return Err(ObjectError::NoProgram { name, program });
        }
        let address = |name| elf.symbol_by_name(name).map(|symbol| symbol.address());
        let entries_loaded = address(ENTRIES_LOADED);
        let marks = elf.symbols().filter(|symbol| symbol.name().is_ok_and(|name| name.starts_with(MARK)));
        let count_marks = marks.filter_map(|symbol| {
            let (start, _) = elf.section_by_index(symbol.section_index()?).ok()?.file_range()?;
            usize::try_from(start.checked_add(symbol.address())?).ok()
        });
        let count_marks = count_marks.collect();
        Ok(Object { name, path: None, bytes, manifest, entries_loaded, count_marks })
    }

    /// The file's name, for messages.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file, if it is one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The file's bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What the program has.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Where in the file the instructions stand that switch counting on.
    pub(crate) fn count_marks(&self) -> &[usize] {
        &self.count_marks
    }

    /// Offset of [`ENTRIES_LOADED`] in `.rodata`, if the program has it.
    #[must_use]
    pub fn entries_loaded(&self) -> Option<u64> {
        self.entries_loaded
    }
}
