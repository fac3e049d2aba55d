//! Messages as bytes or text.

mod text;

use prost_reflect::{DynamicMessage, ReflectMessage, SerializeOptions};

/// How a message is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// protobuf's text format, for people and tools.
    #[default]
    Text,
    /// protobuf's wire format.
    Binary,
    /// protobuf's JSON.
    Json,
}

/// Why a message cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {message} as JSON: {error}")]
pub struct FormatError {
    message: String,
    error: serde_json::Error,
}

impl Format {
    /// The end of names of files in this format, without a dot in front.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Format::Text => "txtpb",
            Format::Binary => "bin",
            Format::Json => "json",
        }
    }

    /// Writes a message. Text names the message first, so that tools know what it is.
    ///
    /// # Errors
    /// Never for messages of this crate; JSON's own errors are handed on.
    pub fn write<M: ReflectMessage>(self, message: &M) -> Result<Vec<u8>, FormatError> {
        let descriptor = message.descriptor();
        Ok(match self {
            Format::Binary => message.encode_to_vec(),
            Format::Text => {
                let file = descriptor.parent_file();
                let head =
                    format!("# proto-file: {}\n# proto-message: {}\n", file.name(), descriptor.full_name());
                (head + "\n" + &text::text(&dynamic(message))).into_bytes()
            }
            Format::Json => {
                let mut bytes = Vec::new();
                let mut writer = serde_json::Serializer::pretty(&mut bytes);
                dynamic(message)
                    .serialize_with_options(&mut writer, &SerializeOptions::new())
                    .map_err(|error| FormatError { message: descriptor.full_name().to_owned(), error })?;
                bytes.push(b'\n');
                bytes
            }
        })
    }
}

fn dynamic<M: ReflectMessage>(message: &M) -> DynamicMessage {
    message.transcode_to_dynamic()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::p4::config::v1::{P4Info, P4NamedType, P4StructTypeSpec, P4TypeInfo, PkgInfo, Table};
    use prost::Message;

    fn message() -> P4Info {
        let field = P4StructTypeSpec { annotations: vec!["@a".into(), "@b".into()], ..Default::default() };
        let table = Table {
            preamble: None,
            size: -1,
            idle_timeout_behavior: 1,
            is_const_table: true,
            direct_resource_ids: vec![3, 4],
            initial_default_action: Some(Default::default()),
            ..Table::default()
        };
        P4Info {
            pkg_info: Some(PkgInfo { name: "a \"b\" \\ \n ü 'c'".into(), ..PkgInfo::default() }),
            tables: vec![table],
            type_info: Some(P4TypeInfo {
                structs: [("z".to_owned(), field), ("a".to_owned(), P4StructTypeSpec::default())].into(),
                ..P4TypeInfo::default()
            }),
            ..P4Info::default()
        }
    }

    /// What is written is read again by what reads each format.
    #[test]
    fn formats_are_read_again() {
        let message = message();
        let binary = Format::Binary.write(&message).unwrap();
        assert_eq!(P4Info::decode(&*binary).unwrap(), message);
        let text = String::from_utf8(Format::Text.write(&message).unwrap()).unwrap();
        let read = DynamicMessage::parse_text_format(message.descriptor(), &text).unwrap();
        assert_eq!(read.transcode_to::<P4Info>().unwrap(), message, "{text}");
        let json = Format::Json.write(&message).unwrap();
        let mut reader = serde_json::Deserializer::from_slice(&json);
        let read = DynamicMessage::deserialize(message.descriptor(), &mut reader).unwrap();
        assert_eq!(read.transcode_to::<P4Info>().unwrap(), message);
    }

    #[test]
    fn text_is_laid_out_as_by_protobuf() {
        let text = String::from_utf8(Format::Text.write(&message()).unwrap()).unwrap();
        let wanted = r#"# proto-file: p4/config/v1/p4info.proto
# proto-message: p4.config.v1.P4Info

pkg_info {
  name: "a \"b\" \\ \n \303\274 \'c\'"
}
tables {
  initial_default_action {
  }
  direct_resource_ids: 3
  direct_resource_ids: 4
  size: -1
  idle_timeout_behavior: NOTIFY_CONTROL
  is_const_table: true
}
type_info {
  structs {
    key: "a"
    value {
    }
  }
  structs {
    key: "z"
    value {
      annotations: "@a"
      annotations: "@b"
    }
  }
}
"#;
        assert_eq!(text, wanted);
        let nothing = Format::Text.write(&P4NamedType::default()).unwrap();
        let head = "# proto-file: p4/config/v1/p4types.proto\n# proto-message: p4.config.v1.P4NamedType\n\n";
        assert_eq!(nothing, head.as_bytes());
    }
}
