//! Values of any type (P4Runtime specification, section "P4Data in p4runtime.proto"): in, the numbers that the library has of a value, one a scalar, with its type; out, the
//! message, and back. A header is always there: the library's values have none that are not.

use super::numbers::{Numbers, Seen, hex, shortest, shortest_signed, signed, unsigned};
use crate::pipeline::Pipeline;
use crate::problem::Problem;
use info::p4_bitstring_like_type_spec::TypeSpec as Bitstring;
use info::p4_data_type_spec::TypeSpec;
use num_bigint::BigUint;
use p4xdp_p4runtime::p4::config::v1 as info;
use p4xdp_p4runtime::p4::v1 as proto;
use proto::p4_data::Data as Kind;

/// Reads and writes values of a program.
pub(super) struct Data<'p> {
    pipeline: &'p Pipeline,
    types: Option<&'p info::P4TypeInfo>,
}

/// Numbers that are left, in order.
type Rest<'n> = std::slice::Iter<'n, BigUint>;

impl<'p> Data<'p> {
    pub(super) fn of(pipeline: &'p Pipeline) -> Data<'p> {
        Data { pipeline, types: pipeline.p4info.type_info.as_ref() }
    }

    /// The message of a value.
    pub(super) fn write(
        &self,
        spec: &info::P4DataTypeSpec,
        numbers: &[BigUint],
    ) -> Result<proto::P4Data, Problem> {
        let mut rest = numbers.iter();
        let data = self.value(spec, &mut rest)?;
        if rest.next().is_some() { Err(other_size()) } else { Ok(data) }
    }

    fn value(&self, spec: &info::P4DataTypeSpec, rest: &mut Rest<'_>) -> Result<proto::P4Data, Problem> {
        let spec = spec.type_spec.as_ref().ok_or_else(no_type)?;
        let kind = match spec {
            TypeSpec::Bitstring(bits) => Kind::Bitstring(bitstring(bits, rest)?),
            TypeSpec::Bool(_) => Kind::Bool(next(rest)? != BigUint::ZERO),
            TypeSpec::Tuple(tuple) => Kind::Tuple(self.members(tuple.members.iter().map(Some), rest)?),
            TypeSpec::Struct(name) => {
                let members = self.structure(name)?.members.iter().map(|member| member.type_spec.as_ref());
                Kind::Struct(self.members(members, rest)?)
            }
            TypeSpec::Header(name) => Kind::Header(self.header(name, rest)?),
            TypeSpec::HeaderStack(stack) => {
                let name = stack.header.as_ref().ok_or_else(no_type)?;
                let headers = (0..stack.size).map(|_| self.header(name, rest));
                Kind::HeaderStack(proto::P4HeaderStack { entries: headers.collect::<Result<_, _>>()? })
            }
            TypeSpec::Enum(name) => Kind::Enum(member(self.enumeration(name)?, &next(rest)?)?),
            TypeSpec::Error(_) => Kind::Error(member(self.errors(), &next(rest)?)?),
            TypeSpec::SerializableEnum(_) => Kind::EnumValue(shortest(&next(rest)?)),
            TypeSpec::NewType(name) => match self.new_type(name)? {
                Original::Type(original) => return self.value(original, rest),
                Original::Bits(_) => Kind::Bitstring(shortest(&next(rest)?)),
            },
            TypeSpec::HeaderUnion(_) | TypeSpec::HeaderUnionStack(_) => return Err(no_unions()),
        };
        Ok(proto::P4Data { data: Some(kind) })
    }

    fn members<'a>(
        &self,
        members: impl Iterator<Item = Option<&'a info::P4DataTypeSpec>>,
        rest: &mut Rest<'_>,
    ) -> Result<proto::P4StructLike, Problem> {
        let values = members.map(|member| self.value(member.ok_or_else(no_type)?, rest));
        Ok(proto::P4StructLike { members: values.collect::<Result<_, _>>()? })
    }

    fn header(&self, name: &info::P4NamedType, rest: &mut Rest<'_>) -> Result<proto::P4Header, Problem> {
        let fields = self.header_type(name)?.members.iter();
        let bitstrings = fields.map(|field| bitstring(field.type_spec.as_ref().ok_or_else(no_type)?, rest));
        Ok(proto::P4Header { is_valid: true, bitstrings: bitstrings.collect::<Result<_, _>>()? })
    }

    /// The numbers of a value; `of` says whose it is.
    pub(super) fn read(
        &self,
        spec: &info::P4DataTypeSpec,
        data: &proto::P4Data,
        of: &dyn Fn() -> String,
    ) -> Result<Vec<BigUint>, Problem> {
        let mut numbers = Vec::new();
        Reader { data: self, of, numbers: &mut numbers }.value(spec, data)?;
        Ok(numbers)
    }

    fn structure(&self, name: &info::P4NamedType) -> Result<&'p info::P4StructTypeSpec, Problem> {
        self.types.and_then(|types| types.structs.get(&name.name)).ok_or_else(no_type)
    }

    fn header_type(&self, name: &info::P4NamedType) -> Result<&'p info::P4HeaderTypeSpec, Problem> {
        self.types.and_then(|types| types.headers.get(&name.name)).ok_or_else(no_type)
    }

    fn enumeration(&self, name: &info::P4NamedType) -> Result<Vec<&'p str>, Problem> {
        let found = self.types.and_then(|types| types.enums.get(&name.name)).ok_or_else(no_type)?;
        Ok(found.members.iter().map(|member| member.name.as_str()).collect())
    }

    fn errors(&self) -> Vec<&'p str> {
        let errors = self.types.and_then(|types| types.error.as_ref());
        errors.map_or_else(Vec::new, |errors| errors.members.iter().map(String::as_str).collect())
    }

    fn serializable_width(&self, name: &info::P4NamedType) -> Result<u32, Problem> {
        let found =
            self.types.and_then(|types| types.serializable_enums.get(&name.name)).ok_or_else(no_type)?;
        Ok(width(found.underlying_type.as_ref().map_or(0, |bits| bits.bitwidth)))
    }

    fn new_type(&self, name: &info::P4NamedType) -> Result<Original<'p>, Problem> {
        use info::p4_new_type_spec::Representation;
        let found = self.types.and_then(|types| types.new_types.get(&name.name)).ok_or_else(no_type)?;
        match found.representation.as_ref().ok_or_else(no_type)? {
            Representation::OriginalType(original) => Ok(Original::Type(original)),
            Representation::TranslatedType(_) => {
                match Numbers::of(self.pipeline).seen_of_type(&name.name).ok_or_else(no_type)? {
                    Seen::Bits(width) => Ok(Original::Bits(width)),
                    Seen::Text => {
                        let name = &name.name;
                        let message = format!(
                            "values of type `{name}` are texts for controllers, which the server does not know in data"
                        );
                        Err(Problem::unimplemented(message))
                    }
                }
            }
        }
    }
}

/// What controllers see of a new type.
enum Original<'p> {
    Type(&'p info::P4DataTypeSpec),
    Bits(u32),
}

/// Reads a value, number by number.
struct Reader<'a, 'p> {
    data: &'a Data<'p>,
    of: &'a dyn Fn() -> String,
    numbers: &'a mut Vec<BigUint>,
}

impl Reader<'_, '_> {
    fn wrong(&self, wanted: &str) -> Problem {
        Problem::invalid(format!("{}: its type wants {wanted}", (self.of)()))
    }

    fn value(&mut self, spec: &info::P4DataTypeSpec, data: &proto::P4Data) -> Result<(), Problem> {
        let spec = spec.type_spec.as_ref().ok_or_else(no_type)?;
        let given = data.data.as_ref();
        match (spec, given) {
            (TypeSpec::Bitstring(bits), Some(Kind::Bitstring(bytes))) => self.bitstring(bits, bytes),
            (TypeSpec::Bool(_), Some(Kind::Bool(value))) => {
                self.numbers.push(BigUint::from(u8::from(*value)));
                Ok(())
            }
            (TypeSpec::Tuple(tuple), Some(Kind::Tuple(given))) => {
                self.members(tuple.members.iter().map(Some).collect(), &given.members)
            }
            (TypeSpec::Struct(name), Some(Kind::Struct(given))) => {
                let members = self.data.structure(name)?.members.iter();
                self.members(members.map(|member| member.type_spec.as_ref()).collect(), &given.members)
            }
            (TypeSpec::Header(name), Some(Kind::Header(given))) => self.header(name, given),
            (TypeSpec::HeaderStack(stack), Some(Kind::HeaderStack(given))) => {
                if i32::try_from(given.entries.len()) != Ok(stack.size) {
                    return Err(self.wrong(&format!("{} headers", stack.size)));
                }
                let name = stack.header.as_ref().ok_or_else(no_type)?;
                given.entries.iter().try_for_each(|header| self.header(name, header))
            }
            (TypeSpec::Enum(name), Some(Kind::Enum(member))) => {
                let members = self.data.enumeration(name)?;
                self.member(&members, member)
            }
            (TypeSpec::Error(_), Some(Kind::Error(member))) => self.member(&self.data.errors(), member),
            (TypeSpec::SerializableEnum(name), Some(Kind::EnumValue(bytes))) => {
                let number = unsigned(bytes, self.data.serializable_width(name)?, self.of)?;
                self.numbers.push(number);
                Ok(())
            }
            (TypeSpec::NewType(name), Some(given)) => match self.data.new_type(name)? {
                Original::Type(original) => self.value(original, data),
                Original::Bits(width) => match given {
                    Kind::Bitstring(bytes) => {
                        self.numbers.push(unsigned(bytes, width, self.of)?);
                        Ok(())
                    }
                    _ => Err(self.wrong("a bitstring")),
                },
            },
            (TypeSpec::HeaderUnion(_) | TypeSpec::HeaderUnionStack(_), _) => Err(no_unions()),
            (spec, _) => Err(self.wrong(wanted(spec))),
        }
    }

    fn members(
        &mut self,
        specs: Vec<Option<&info::P4DataTypeSpec>>,
        given: &[proto::P4Data],
    ) -> Result<(), Problem> {
        if specs.len() != given.len() {
            return Err(self.wrong(&format!("{} members, {} are given", specs.len(), given.len())));
        }
        specs
            .into_iter()
            .zip(given)
            .try_for_each(|(spec, given)| self.value(spec.ok_or_else(no_type)?, given))
    }

    fn header(&mut self, name: &info::P4NamedType, given: &proto::P4Header) -> Result<(), Problem> {
        let fields = &self.data.header_type(name)?.members;
        if !given.is_valid || fields.len() != given.bitstrings.len() {
            return Err(self.wrong(&format!("a valid header of {} fields", fields.len())));
        }
        fields.iter().zip(&given.bitstrings).try_for_each(|(field, bytes)| {
            self.bitstring(field.type_spec.as_ref().ok_or_else(no_type)?, bytes)
        })
    }

    fn member(&mut self, members: &[&str], given: &str) -> Result<(), Problem> {
        let position = members.iter().position(|member| *member == given);
        let position = position.ok_or_else(|| self.wrong(&format!("one of {}", members.join(", "))))?;
        self.numbers.push(BigUint::from(position));
        Ok(())
    }

    fn bitstring(&mut self, spec: &info::P4BitstringLikeTypeSpec, bytes: &[u8]) -> Result<(), Problem> {
        let number = match spec.type_spec.as_ref().ok_or_else(no_type)? {
            Bitstring::Bit(bits) => unsigned(bytes, width(bits.bitwidth), self.of)?,
            Bitstring::Int(bits) => signed(bytes, width(bits.bitwidth), self.of)?,
            Bitstring::Varbit(_) => {
                let message = format!("{}: {} is no fixed number of bits", (self.of)(), hex(bytes));
                return Err(Problem::unimplemented(message));
            }
        };
        self.numbers.push(number);
        Ok(())
    }
}

/// What a type wants, for messages.
fn wanted(spec: &TypeSpec) -> &'static str {
    match spec {
        TypeSpec::Bitstring(_) | TypeSpec::NewType(_) => "a bitstring",
        TypeSpec::Bool(_) => "a bool",
        TypeSpec::Tuple(_) => "a tuple",
        TypeSpec::Struct(_) => "a struct",
        TypeSpec::Header(_) => "a header",
        TypeSpec::HeaderStack(_) => "a header stack",
        TypeSpec::HeaderUnion(_) => "a header union",
        TypeSpec::HeaderUnionStack(_) => "a stack of header unions",
        TypeSpec::Enum(_) => "a member of an enum",
        TypeSpec::Error(_) => "an error",
        TypeSpec::SerializableEnum(_) => "a value of an enum",
    }
}

fn next(rest: &mut Rest<'_>) -> Result<BigUint, Problem> {
    rest.next().cloned().ok_or_else(other_size)
}

fn width(bits: i32) -> u32 {
    u32::try_from(bits).unwrap_or(0)
}

fn bitstring(spec: &info::P4BitstringLikeTypeSpec, rest: &mut Rest<'_>) -> Result<Vec<u8>, Problem> {
    match spec.type_spec.as_ref().ok_or_else(no_type)? {
        Bitstring::Bit(_) => Ok(shortest(&next(rest)?)),
        Bitstring::Int(bits) => Ok(shortest_signed(&next(rest)?, width(bits.bitwidth))),
        Bitstring::Varbit(_) => Err(Problem::unimplemented("the program's values have no `varbit`")),
    }
}

fn member(members: Vec<&str>, number: &BigUint) -> Result<String, Problem> {
    let name = usize::try_from(number).ok().and_then(|at| members.get(at).copied());
    name.map(str::to_owned).ok_or_else(|| Problem::internal(format!("an enum has no member {number}")))
}

fn no_type() -> Problem {
    Problem::internal("the P4Info does not say a type that it names")
}

fn other_size() -> Problem {
    Problem::internal("the P4Info has another type than the program")
}

fn no_unions() -> Problem {
    Problem::unimplemented("the program's values have no header unions")
}
