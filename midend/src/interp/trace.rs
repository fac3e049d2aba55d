//! What happened to a packet, for people (`--trace`) and for tools (`--trace=json`). Spans lead to the P4 line.

use super::value::Value;
use num_bigint::BigUint;
use p4xdp_frontend::source::Span;
use std::fmt;
use std::sync::Arc;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What.
    pub kind: EventKind,
    /// Which place in the program did it.
    pub span: Span,
}

/// Kinds of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// The packet comes in.
    Input {
        /// By which port.
        port: u32,
        /// Bytes.
        length: usize,
    },
    /// The packet or a copy goes a way that is not the usual one.
    Path {
        /// `multicast`, `clone_i2e`, `clone_e2e`, `resubmit`, `recirculate` or `loopback`.
        path: &'static str,
        /// The port that it is for, or that it comes in by.
        port: u32,
        /// Replication id of a copy.
        instance: u32,
    },
    /// A block of the architecture begins.
    Stage(Arc<str>),
    /// The parser enters a state.
    State(Arc<str>),
    /// A header was extracted.
    Extract {
        /// Header.
        header: Arc<str>,
        /// Its bits.
        bits: u32,
    },
    /// Something failed in the parser: the error's name.
    Failed(Arc<str>),
    /// The parser is done.
    Parsed {
        /// It accepted.
        accepted: bool,
        /// The error's name.
        error: Arc<str>,
    },
    /// A table was applied.
    Table {
        /// Table.
        table: Arc<str>,
        /// Names and values of the keys.
        keys: Vec<(Arc<str>, BigUint)>,
        /// An entry matched.
        hit: bool,
        /// The action that ran.
        action: Arc<str>,
        /// Names and values of its parameters.
        args: Vec<(Arc<str>, BigUint)>,
    },
    /// A field changed.
    Field {
        /// `headers.ipv4.ttl`
        field: String,
        /// From.
        old: BigUint,
        /// To.
        new: BigUint,
    },
    /// A header became valid or invalid.
    Validity {
        /// Header.
        header: Arc<str>,
        /// Now valid.
        valid: bool,
    },
    /// A header went into the output.
    Emit(Arc<str>),
    /// A message to the control plane.
    Digest {
        /// Type or instance name; in v1model the receiver.
        name: String,
        /// The fields' names and values.
        fields: Vec<(String, BigUint)>,
    },
    /// `log_msg` and the like.
    Message(String),
    /// P4 leaves undefined what happens here.
    Undefined(String),
    /// The packet, or a copy of it, leaves.
    Output {
        /// By which port.
        port: u32,
        /// Bytes.
        length: usize,
    },
    /// How it ends, if it does not leave.
    Verdict(String),
}

/// A value for an event.
pub(super) fn number(value: &Value) -> BigUint {
    value.to_big()
}

fn list<N: fmt::Display>(f: &mut fmt::Formatter<'_>, values: &[(N, BigUint)]) -> fmt::Result {
    for (i, (name, value)) in values.iter().enumerate() {
        let comma = if i > 0 { ", " } else { "" };
        write!(f, "{comma}{name}={value:#x}")?;
    }
    Ok(())
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EventKind::Input { port, length } => write!(f, "into port {port}, {length} bytes"),
            EventKind::Path { path, port, instance: 0 } => write!(f, "{path}, port {port}"),
            EventKind::Path { path, port, instance } => write!(f, "{path}, port {port}, instance {instance}"),
            EventKind::Stage(name) => write!(f, "stage {name}"),
            EventKind::State(name) => write!(f, "  state {name}"),
            EventKind::Extract { header, bits } => write!(f, "    extract {header} ({bits} bits)"),
            EventKind::Failed(error) => write!(f, "    error.{}", error.trim_start_matches("error.")),
            EventKind::Parsed { accepted: true, error } if &**error == "NoError" => f.write_str("  accept"),
            EventKind::Parsed { accepted, error } => {
                write!(f, "  {} ({error})", if *accepted { "accept" } else { "reject" })
            }
            EventKind::Table { table, keys, hit, action, args } => {
                write!(f, "  table {table} [")?;
                list(f, keys)?;
                write!(f, "] {}: {action}(", if *hit { "hit" } else { "miss" })?;
                list(f, args)?;
                f.write_str(")")
            }
            EventKind::Field { field, old, new } => write!(f, "    {field}: {old:#x} -> {new:#x}"),
            EventKind::Validity { header, valid: true } => write!(f, "    {header} becomes valid"),
            EventKind::Validity { header, valid: false } => write!(f, "    {header} becomes invalid"),
            EventKind::Emit(header) => write!(f, "    emit {header}"),
            EventKind::Digest { name, fields } => {
                write!(f, "    digest {name} (")?;
                list(f, fields)?;
                f.write_str(")")
            }
            EventKind::Message(text) => write!(f, "    {text}"),
            EventKind::Undefined(text) => write!(f, "    undefined: {text}"),
            EventKind::Output { port, length } => write!(f, "out of port {port}, {length} bytes"),
            EventKind::Verdict(text) => write!(f, "{text}"),
        }
    }
}
