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
    /// The condition of an `if`, or of an operator that leaves out its second operand.
    Condition {
        /// It holds.
        taken: bool,
    },
    /// A `switch`.
    Switch {
        /// What it looks at; for a table's action its position in the table.
        value: BigUint,
        /// No case has it.
        default: bool,
    },
    /// A `select` in a parser.
    Select {
        /// Values of the keys.
        keys: Vec<BigUint>,
        /// The state that it leads to.
        to: Arc<str>,
    },
    /// `exit`, `return`, `break` or `continue`, as the program's text says.
    Leave,
    /// An extern is called that has no event of its own.
    Call(Arc<str>),
    /// A checksum is not what the packet says.
    Checksum {
        /// What the packet says.
        found: BigUint,
        /// What it should be.
        wanted: BigUint,
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
        /// `XDP_PASS` and so on, where the architecture has such verdicts.
        verdict: Option<&'static str>,
    },
    /// How it ends, if it does not leave.
    Verdict {
        /// `dropped`, `aborted` or `given up: ..`
        text: String,
        /// The extern that did it, or what the program left behind that means it.
        why: Option<String>,
    },
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
            EventKind::Condition { taken } => write!(f, "    if: {taken}"),
            EventKind::Switch { value, default } => {
                write!(f, "    switch: {value:#x}{}", if *default { ", default" } else { "" })
            }
            EventKind::Select { keys, to } => {
                let keys: Vec<String> = keys.iter().map(|key| format!("{key:#x}")).collect();
                write!(f, "    select ({}) -> {to}", keys.join(", "))
            }
            EventKind::Leave => f.write_str("    leave"),
            EventKind::Call(name) => write!(f, "    call {name}"),
            EventKind::Checksum { found, wanted } => {
                write!(f, "    wrong checksum: {found:#x}, should be {wanted:#x}")
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
            EventKind::Output { port, length, verdict: Some("XDP_PASS") } => {
                write!(f, "passed to the kernel's network stack (XDP_PASS), from port {port}, {length} bytes")
            }
            EventKind::Output { port, length, verdict } => {
                write!(f, "out of port {port}, {length} bytes")?;
                verdict.map_or(Ok(()), |verdict| write!(f, " ({verdict})"))
            }
            EventKind::Verdict { text, why: None } => f.write_str(text),
            EventKind::Verdict { text, why: Some(why) } => write!(f, "{text}: {why}"),
        }
    }
}
