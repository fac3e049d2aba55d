//! Numbers as bytestrings (P4Runtime specification, section "Bytestrings"): in, bytes of any length with the width that is wanted, or a number; out, the
//! number, or its shortest bytes. Types with `@p4runtime_translation` are seen by controllers in another width, or as text.

use crate::pipeline::Pipeline;
use crate::problem::Problem;
use num_bigint::BigUint;
use p4xdp_control::value::{ValueError, ones};
use p4xdp_control::view::Param;
use p4xdp_p4runtime::p4::config::v1 as info;
use p4xdp_runtime::ports::names::PortNames;
use std::cell::OnceCell;

/// What controllers see of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// So many bits.
    Bits(u32),
    /// A text.
    Text,
}

/// Reads and writes numbers of a program.
pub(super) struct Numbers<'p> {
    pipeline: &'p Pipeline,
    names: OnceCell<Option<PortNames>>,
}

impl<'p> Numbers<'p> {
    pub(super) fn of(pipeline: &'p Pipeline) -> Numbers<'p> {
        Numbers { pipeline, names: OnceCell::new() }
    }

    /// What controllers see of a parameter, key or field.
    pub(super) fn seen(&self, param: &Param) -> Seen {
        let Some(name) = &param.type_name else { return Seen::Bits(param.width) };
        self.seen_of_type(name).unwrap_or(Seen::Bits(param.width))
    }

    /// What controllers see of a type, if it is translated.
    pub(super) fn seen_of_type(&self, name: &str) -> Option<Seen> {
        use info::p4_new_type_spec::Representation;
        use info::p4_new_type_translation::SdnType;
        let new_type = self.pipeline.p4info.type_info.as_ref()?.new_types.get(name)?;
        let Some(Representation::TranslatedType(translation)) = &new_type.representation else { return None };
        Some(match translation.sdn_type.as_ref()? {
            SdnType::SdnBitwidth(width) => Seen::Bits(u32::try_from(*width).ok()?),
            SdnType::SdnString(_) => Seen::Text,
        })
    }

    /// A number of a controller; `of` says whose it is.
    pub(super) fn read(
        &self,
        bytes: &[u8],
        param: &Param,
        of: &dyn Fn() -> String,
    ) -> Result<BigUint, Problem> {
        match self.seen(param) {
            Seen::Bits(width) => {
                let number = unsigned(bytes, width, of)?;
                if number.bits() > u64::from(param.width) {
                    return Err(wide(bytes, param.width, of));
                }
                Ok(number)
            }
            Seen::Text => self.read_text(bytes, param, of),
        }
    }

    fn read_text(&self, bytes: &[u8], param: &Param, of: &dyn Fn() -> String) -> Result<BigUint, Problem> {
        let names = self.names(param)?;
        let text = std::str::from_utf8(bytes).ok().filter(|text| !text.is_empty());
        let text = text.ok_or_else(|| Problem::invalid(format!("{}: {} is no text", of(), hex(bytes))))?;
        let device = format!("dev:{text}");
        names.read(&device, param, false).map_err(|error| match error {
            ValueError::Range { .. } => Problem::out_of_range(format!("{}: {error}", of())),
            _ => Problem::invalid(format!("{}: {error}", of())),
        })
    }

    /// A port that is there, to be watched or to send copies to.
    pub(super) fn check_port(&self, port: u32, of: &dyn Fn() -> String) -> Result<(), Problem> {
        let Some(names) = self.ports()? else { return Ok(()) };
        let param = Param::new("port", 32);
        match names.read(&port.to_string(), &param, false) {
            Ok(_) => Ok(()),
            Err(ValueError::NoPort { reason, .. }) => Err(Problem::invalid(format!("{}: {reason}", of()))),
            Err(error) => Err(Problem::invalid(format!("{}: {error}", of()))),
        }
    }

    /// The ports of the program, if it has something to do with any.
    fn ports(&self) -> Result<Option<&PortNames>, Problem> {
        if let Some(names) = self.names.get() {
            return Ok(names.as_ref());
        }
        let names = PortNames::of(&self.pipeline.program)?;
        Ok(self.names.get_or_init(|| names).as_ref())
    }

    /// The names of ports, for a number that controllers see as text.
    fn names(&self, param: &Param) -> Result<&PortNames, Problem> {
        self.ports()?.filter(|_| param.port).ok_or_else(|| {
            let name = param.type_name.as_deref().unwrap_or(&param.name);
            let message = format!("values of type `{name}` are texts for controllers: of these, the server knows those of ports alone");
            Problem::unimplemented(message)
        })
    }

    /// A number for a controller.
    pub(super) fn write(&self, number: &BigUint, param: &Param) -> Result<Vec<u8>, Problem> {
        match self.seen(param) {
            Seen::Bits(_) => Ok(shortest(number)),
            Seen::Text => {
                let name = self.names(param)?.name(number);
                // One that has gone has no name any more.
                Ok(name.map_or_else(|| number.to_string(), str::to_owned).into_bytes())
            }
        }
    }
}

/// A number that fits so many bits. Zeros in front do not matter.
pub(super) fn unsigned(bytes: &[u8], width: u32, of: &dyn Fn() -> String) -> Result<BigUint, Problem> {
    if bytes.is_empty() {
        return Err(empty(of));
    }
    let number = BigUint::from_bytes_be(bytes);
    if number.bits() > u64::from(width) { Err(wide(bytes, width, of)) } else { Ok(number) }
}

/// The bit pattern of a signed number that fits so many bits. Copies of its sign in front do not matter.
pub(super) fn signed(bytes: &[u8], width: u32, of: &dyn Fn() -> String) -> Result<BigUint, Problem> {
    let first = bytes.first().ok_or_else(|| empty(of))?;
    let pattern = BigUint::from_bytes_be(bytes);
    let all = 8 * bytes.len() as u64;
    if first & 0x80 == 0 {
        return if pattern.bits() < u64::from(width) { Ok(pattern) } else { Err(wide(bytes, width, of)) };
    }
    // The bits that are 0, of which the highest stands behind the sign.
    let zeros = (BigUint::from(1u8) << all) - 1u8 - &pattern;
    if zeros.bits() >= u64::from(width) {
        return Err(wide(bytes, width, of));
    }
    Ok(ones(width) - zeros)
}

/// The shortest bytes of a number.
pub(super) fn shortest(number: &BigUint) -> Vec<u8> {
    number.to_bytes_be()
}

/// The shortest bytes of a signed number of so many bits.
pub(super) fn shortest_signed(pattern: &BigUint, width: u32) -> Vec<u8> {
    let is_negative = width > 0 && pattern.bit(u64::from(width - 1));
    let magnitude = if is_negative { ones(width) - pattern } else { pattern.clone() };
    // One bit more, for the sign.
    let bytes = usize::try_from(magnitude.bits() / 8 + 1).unwrap_or(usize::MAX);
    let digits = if magnitude.bits() == 0 { Vec::new() } else { magnitude.to_bytes_be() };
    let mut padded = vec![0; bytes.saturating_sub(digits.len())];
    padded.extend(digits);
    if is_negative {
        padded.iter_mut().for_each(|byte| *byte = !*byte);
    }
    padded
}

fn empty(of: &dyn Fn() -> String) -> Problem {
    Problem::out_of_range(format!("{}: the value has no byte", of()))
}

fn wide(bytes: &[u8], width: u32, of: &dyn Fn() -> String) -> Problem {
    Problem::out_of_range(format!("{}: {} does not fit {width} bits", of(), hex(bytes)))
}

/// Bytes for messages.
pub(super) fn hex(bytes: &[u8]) -> String {
    const MOST: usize = 32;
    let digits: String = bytes.iter().take(MOST).map(|byte| format!("{byte:02x}")).collect();
    format!("0x{digits}{}", if bytes.len() > MOST { ".." } else { "" })
}

#[cfg(test)]
mod tests;
