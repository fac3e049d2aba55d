//! Types in P4Info's words (P4Runtime specification, sections "P4 Data Types" and "User-Defined Types").

use crate::p4::config::v1 as proto;
use crate::values::{number, padded};
use num_bigint::BigUint;
use p4xdp_control::description::Description;
use p4xdp_control::types::{Declaration, NewType, TypeSpec, Types};
use p4xdp_control::view::Param;
use proto::p4_bitstring_like_type_spec::TypeSpec as Bitstring;
use proto::p4_data_type_spec::TypeSpec as Spec;

/// What control planes see of numbers, whose types are these.
pub(crate) struct Bits<'d>(pub(crate) &'d Types);

impl Bits<'_> {
    /// Bits of a number as control planes see it; 0 where they see a text.
    pub(super) fn width(&self, param: &Param) -> i32 {
        match param.type_name.as_ref().and_then(|name| self.0.get(name)) {
            Some(Declaration::NewType(NewType { translation: Some(translation), .. })) => {
                number(u64::from(translation.width.unwrap_or(0)))
            }
            Some(Declaration::Enum(_)) => 0,
            _ => number(u64::from(param.width)),
        }
    }

    /// A bit pattern as control planes write it: of the width that they see.
    pub(crate) fn bytes(&self, value: &BigUint, param: &Param) -> Vec<u8> {
        match u32::try_from(self.width(param)) {
            Ok(width) if width > 0 => padded(value, width),
            Ok(_) | Err(_) => padded(value, param.width),
        }
    }

    /// The name of its type, if it has one that control planes have to know.
    pub(super) fn type_name(&self, param: &Param) -> Option<proto::P4NamedType> {
        param.type_name.clone().map(named)
    }
}

pub(super) fn named(name: String) -> proto::P4NamedType {
    proto::P4NamedType { name }
}

/// The declared types that the program's objects use.
pub(super) fn type_info(description: &Description) -> proto::P4TypeInfo {
    let types = &description.types;
    let mut info = proto::P4TypeInfo::default();
    for (name, declaration) in types {
        let name = name.clone();
        match declaration {
            Declaration::Struct(fields) => {
                let member = |(name, ty): &(String, TypeSpec)| proto::p4_struct_type_spec::Member {
                    name: name.clone(),
                    type_spec: Some(data_type(ty, types)),
                };
                let members = fields.iter().map(member).collect();
                info.structs.insert(name, proto::P4StructTypeSpec { members, ..Default::default() });
            }
            Declaration::Header(fields) => {
                let member = |(name, ty): &(String, TypeSpec)| proto::p4_header_type_spec::Member {
                    name: name.clone(),
                    type_spec: bitstring(ty),
                };
                let members = fields.iter().map(member).collect();
                info.headers.insert(name, proto::P4HeaderTypeSpec { members, ..Default::default() });
            }
            Declaration::HeaderUnion(fields) => {
                let member = |(name, header): &(String, String)| proto::p4_header_union_type_spec::Member {
                    name: name.clone(),
                    header: Some(named(header.clone())),
                };
                let members = fields.iter().map(member).collect();
                info.header_unions
                    .insert(name, proto::P4HeaderUnionTypeSpec { members, ..Default::default() });
            }
            Declaration::Enum(names) => {
                let member = |name: &String| proto::p4_enum_type_spec::Member {
                    name: name.clone(),
                    ..Default::default()
                };
                let members = names.iter().map(member).collect();
                info.enums.insert(name, proto::P4EnumTypeSpec { members, ..Default::default() });
            }
            Declaration::SerializableEnum { width, members } => {
                let member = |(name, value): &(String, _)| proto::p4_serializable_enum_type_spec::Member {
                    name: name.clone(),
                    value: padded(value, *width),
                    ..Default::default()
                };
                let spec = proto::P4SerializableEnumTypeSpec {
                    underlying_type: Some(proto::P4BitTypeSpec { bitwidth: number(u64::from(*width)) }),
                    members: members.iter().map(member).collect(),
                    ..Default::default()
                };
                info.serializable_enums.insert(name, spec);
            }
            Declaration::NewType(new_type) => {
                info.new_types.insert(name, new_type_spec(new_type, types));
            }
        }
    }
    if uses_error(description) {
        info.error = Some(proto::P4ErrorTypeSpec { members: description.view.errors.clone() });
    }
    info
}

fn new_type_spec(new_type: &NewType, types: &Types) -> proto::P4NewTypeSpec {
    use proto::p4_new_type_spec::Representation;
    use proto::p4_new_type_translation::{SdnString, SdnType};
    let (annotations, structured_annotations) = super::annotations::split(&new_type.annotations, &[]);
    let representation = match &new_type.translation {
        None => Representation::OriginalType(data_type(&new_type.original, types)),
        Some(translation) => Representation::TranslatedType(proto::P4NewTypeTranslation {
            uri: translation.uri.clone(),
            sdn_type: Some(match translation.width {
                Some(width) => SdnType::SdnBitwidth(number(u64::from(width))),
                None => SdnType::SdnString(SdnString {}),
            }),
        }),
    };
    proto::P4NewTypeSpec {
        representation: Some(representation),
        annotations,
        structured_annotations,
        ..Default::default()
    }
}

/// A type.
pub(super) fn data_type(ty: &TypeSpec, types: &Types) -> proto::P4DataTypeSpec {
    let spec = match ty {
        TypeSpec::Bits { .. } | TypeSpec::Varbit { .. } => bitstring(ty).map(Spec::Bitstring),
        TypeSpec::Bool => Some(Spec::Bool(proto::P4BoolType {})),
        TypeSpec::Error => Some(Spec::Error(proto::P4ErrorType {})),
        TypeSpec::Tuple(members) => Some(Spec::Tuple(proto::P4TupleTypeSpec {
            members: members.iter().map(|member| data_type(member, types)).collect(),
        })),
        TypeSpec::Named(name) => types.get(name).map(|declaration| {
            let name = named(name.clone());
            match declaration {
                Declaration::Struct(_) => Spec::Struct(name),
                Declaration::Header(_) => Spec::Header(name),
                Declaration::HeaderUnion(_) => Spec::HeaderUnion(name),
                Declaration::Enum(_) => Spec::Enum(name),
                Declaration::SerializableEnum { .. } => Spec::SerializableEnum(name),
                Declaration::NewType(_) => Spec::NewType(name),
            }
        }),
        TypeSpec::Stack { element, size } => {
            let (name, size) = (Some(named(element.clone())), number(u64::from(*size)));
            Some(match types.get(element) {
                Some(Declaration::HeaderUnion(_)) => {
                    let stack = proto::P4HeaderUnionStackTypeSpec { header_union: name, size };
                    Spec::HeaderUnionStack(stack)
                }
                _ => Spec::HeaderStack(proto::P4HeaderStackTypeSpec { header: name, size }),
            })
        }
    };
    proto::P4DataTypeSpec { type_spec: spec }
}

/// A row of bits; `None` for what is none.
fn bitstring(ty: &TypeSpec) -> Option<proto::P4BitstringLikeTypeSpec> {
    let spec = match ty {
        TypeSpec::Bits { width, signed: false } => {
            Bitstring::Bit(proto::P4BitTypeSpec { bitwidth: number(u64::from(*width)) })
        }
        TypeSpec::Bits { width, signed: true } => {
            Bitstring::Int(proto::P4IntTypeSpec { bitwidth: number(u64::from(*width)) })
        }
        TypeSpec::Varbit { max } => {
            Bitstring::Varbit(proto::P4VarbitTypeSpec { max_bitwidth: number(u64::from(*max)) })
        }
        TypeSpec::Bool
        | TypeSpec::Error
        | TypeSpec::Tuple(_)
        | TypeSpec::Named(_)
        | TypeSpec::Stack { .. } => {
            return None;
        }
    };
    Some(proto::P4BitstringLikeTypeSpec { type_spec: Some(spec), ..Default::default() })
}

/// Some object has an error in it.
fn uses_error(description: &Description) -> bool {
    fn is_in(ty: &TypeSpec) -> bool {
        match ty {
            TypeSpec::Error => true,
            TypeSpec::Tuple(members) => members.iter().any(is_in),
            TypeSpec::Bits { .. }
            | TypeSpec::Varbit { .. }
            | TypeSpec::Bool
            | TypeSpec::Named(_)
            | TypeSpec::Stack { .. } => false,
        }
    }
    let declared = description.types.values().any(|declaration| match declaration {
        Declaration::Struct(fields) => fields.iter().any(|(_, ty)| is_in(ty)),
        Declaration::NewType(new_type) => is_in(&new_type.original),
        Declaration::Header(_)
        | Declaration::HeaderUnion(_)
        | Declaration::Enum(_)
        | Declaration::SerializableEnum { .. } => false,
    });
    let held = description.externs.iter().filter_map(|it| it.data.as_ref());
    declared || held.chain(description.messages.iter().map(|it| &it.data)).any(is_in)
}
