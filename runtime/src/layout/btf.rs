//! Reads BTF, the kernel's form of C types: in, its bytes; out, the numbers in a type with their places. Only what structures of maps are
//! made of is looked at.

use std::collections::BTreeSet;

/// Types by number from 1 on.
pub(crate) struct Btf {
    types: Vec<Type>,
}

struct Type {
    name: String,
    kind: u32,
    /// Bytes, or the type that it stands for.
    size_or_type: u32,
    /// Members (name, type, bits or bytes in front), variables of a section, or the one element of an array (type, count).
    parts: Vec<(String, u32, u32)>,
}

/// A number in a structure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Leaf {
    /// Name of the member.
    pub name: String,
    /// Bytes in front of it.
    pub offset: u32,
    /// Bytes that it takes, all elements of an array together.
    pub size: u32,
    /// Bytes of an element.
    pub unit: u32,
    /// Its type says that the first byte is the most significant one (`__be32`).
    pub network: bool,
    /// Of which member of a union it is a part; members of all unions have numbers of their own.
    pub arm: Option<u32>,
}

const INT: u32 = 1;
const ARRAY: u32 = 3;
const STRUCT: u32 = 4;
const UNION: u32 = 5;
const ENUM: u32 = 6;
const TYPEDEF: u32 = 8;
const VOLATILE: u32 = 9;
const CONST: u32 = 10;
const RESTRICT: u32 = 11;
const VAR: u32 = 14;
const DATASEC: u32 = 15;
const ENUM64: u32 = 19;

/// Structures within structures, typedefs of typedefs.
const DEPTH: u32 = 32;

impl Btf {
    /// Reads bytes; `None` if they are no BTF, or of a kind that is not known.
    pub(crate) fn read(bytes: &[u8]) -> Option<Btf> {
        const MAGIC: u16 = 0xeb9f;
        if bytes.first_chunk::<2>().map(|magic| u16::from_ne_bytes(*magic)) != Some(MAGIC) {
            return None;
        }
        let word = |at: usize| Some(u32::from_ne_bytes(*bytes.get(at..)?.first_chunk::<4>()?));
        let header = word(4)? as usize;
        let mut at = header + word(8)? as usize;
        let end = at + word(12)? as usize;
        let strings = bytes.get(header + word(16)? as usize..)?;
        let name = |offset: u32| -> Option<String> {
            let text = strings.get(offset as usize..)?;
            let text = text.split(|byte| *byte == 0).next()?;
            Some(String::from_utf8_lossy(text).into_owned())
        };
        let mut types = Vec::new();
        while at < end {
            let (info, size_or_type) = (word(at + 4)?, word(at + 8)?);
            let (kind, count, bit_fields) = (info >> 24 & 0x1f, info & 0xffff, info >> 31 != 0);
            let mut made = Type { name: name(word(at)?)?, kind, size_or_type, parts: Vec::new() };
            at += 12;
            // Words a part: of most kinds one record, of others one a member.
            let (records, words) = match kind {
                INT | VAR | 17 => (1, 1),
                ARRAY => (1, 3),
                STRUCT | UNION | DATASEC | ENUM64 => (count as usize, 3),
                ENUM | 13 => (count as usize, 2),
                2 | 7..=12 | 16 | 18 => (0, 0),
                _ => return None,
            };
            for _ in 0..records {
                match kind {
                    ARRAY => made.parts.push((String::new(), word(at)?, word(at + 8)?)),
                    STRUCT | UNION => {
                        let offset = word(at + 8)?;
                        let bits = if bit_fields { offset & 0xff_ffff } else { offset };
                        made.parts.push((name(word(at)?)?, word(at + 4)?, bits / 8));
                    }
                    DATASEC => made.parts.push((String::new(), word(at)?, word(at + 4)?)),
                    _ => {}
                }
                at += words * 4;
            }
            types.push(made);
        }
        Some(Btf { types })
    }

    fn get(&self, id: u32) -> Option<&Type> {
        self.types.get(id.checked_sub(1)? as usize)
    }

    /// All numbers in a type; `None` if it has something else than numbers, structures, unions and arrays of numbers.
    pub(crate) fn leaves(&self, id: u32) -> Option<Vec<Leaf>> {
        let mut found = Vec::new();
        let mut arms = 0;
        self.walk(id, "", 0, None, &mut arms, DEPTH, &mut found)?;
        Some(found)
    }

    #[expect(clippy::too_many_arguments, reason = "it is a walk that calls itself")]
    fn walk(
        &self,
        id: u32,
        name: &str,
        offset: u32,
        arm: Option<u32>,
        arms: &mut u32,
        depth: u32,
        found: &mut Vec<Leaf>,
    ) -> Option<()> {
        let (ty, network) = self.plain(id)?;
        let depth = depth.checked_sub(1)?;
        let mut leaf = |size: u32, unit: u32, network: bool| {
            found.push(Leaf { name: name.to_owned(), offset, size, unit, network, arm });
        };
        match ty.kind {
            INT | ENUM | ENUM64 => leaf(ty.size_or_type, ty.size_or_type, network),
            ARRAY => {
                let (_, element, count) = ty.parts.first()?;
                let (element, network) = self.plain(*element)?;
                if element.kind != INT {
                    return None;
                }
                leaf(element.size_or_type.checked_mul(*count)?, element.size_or_type, network);
            }
            STRUCT | DATASEC => {
                for (name, part, at) in &ty.parts {
                    self.walk(*part, name, offset.checked_add(*at)?, arm, arms, depth, found)?;
                }
            }
            UNION => {
                for (name, part, at) in &ty.parts {
                    *arms += 1;
                    let number = Some(*arms);
                    self.walk(*part, name, offset.checked_add(*at)?, number, arms, depth, found)?;
                }
            }
            _ => return None,
        }
        Some(())
    }

    /// The type behind its names, and whether one of them says network order.
    fn plain(&self, id: u32) -> Option<(&Type, bool)> {
        let mut ty = self.get(id)?;
        let mut network = false;
        let mut seen = BTreeSet::new();
        while matches!(ty.kind, TYPEDEF | VOLATILE | CONST | RESTRICT | VAR) {
            network |= ty.kind == TYPEDEF && ty.name.starts_with("__be");
            if !seen.insert(ty.size_or_type) {
                return None;
            }
            ty = self.get(ty.size_or_type)?;
        }
        Some((ty, network))
    }
}
