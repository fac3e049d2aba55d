//! STF, the packet-test language: text in, commands out, or the first error with its line and column.
//!
//! Knows the language alone: names stay as written, values unsized. `resolve` gives them meaning. Beyond the
//! language of p4c's tests, keys may be written `value&&&mask` and `low..high`, and values as MAC, IPv4 and IPv6 addresses.

mod lex;
mod parse;

use num_bigint::BigUint;
use p4xdp_control::crc::Crc;
use p4xdp_control::entry::{GroupMember, Session};
pub use p4xdp_midend::ir::Comparison;
use std::fmt;

/// What is wrong with a test.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {message}")]
pub struct StfError {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// One sentence.
    pub message: String,
}

/// A name with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// As written, without quotes.
    pub text: String,
    /// Column of its first character, from 1.
    pub column: u32,
}

/// A number as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    /// Value; wildcard digits count as zero.
    pub value: BigUint,
    /// Ones for all digits that are no wildcards. As wide as the digits written.
    pub mask: BigUint,
    /// Bits that a digit stands for; `None` for decimal numbers.
    pub digit_bits: Option<u32>,
    /// Digits written.
    pub digits: u32,
    /// Digits that are wildcards.
    pub wildcards: u32,
    /// Column of its first character, from 1.
    pub column: u32,
    /// What kind of address it is written as, if it is.
    pub address: Option<Address>,
}

/// Kinds of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address {
    /// `02:00:00:00:00:01`
    Mac,
    /// `10.0.0.1`
    Ipv4,
    /// `2001:db8::1`
    Ipv6,
}

impl Address {
    /// Its bits.
    pub fn width(self) -> u32 {
        match self {
            Address::Mac => 48,
            Address::Ipv4 => 32,
            Address::Ipv6 => 128,
        }
    }

    /// `a MAC address`
    pub fn name(self) -> &'static str {
        match self {
            Address::Mac => "a MAC address",
            Address::Ipv4 => "an IPv4 address",
            Address::Ipv6 => "an IPv6 address",
        }
    }
}

/// What a key must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MatchValue {
    /// One number, perhaps with wildcards.
    Plain(Number),
    /// `value/prefix length`
    Prefix(Number, u32),
    /// `value&&&mask`
    Masked(Number, Number),
    /// `low..high`
    Range(Number, Number),
}

/// An action with named arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Action.
    pub action: Name,
    /// Arguments.
    pub args: Vec<(Name, Number)>,
}

/// What an entry runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// An action.
    Action(Call),
    /// `member N` of the table's action profile.
    Member(u32),
    /// `group N` of the table's action selector.
    Group(u32),
}

/// What a counter's cell counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountOf {
    /// Packets.
    Packets,
    /// Bytes.
    Bytes,
}

/// Which cell of a counter or meter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CellIndex {
    /// By position.
    Number(u64),
    /// That of the entry that was added under this name.
    Entry(Name),
}

impl fmt::Display for CellIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CellIndex::Number(index) => write!(f, "{index}"),
            CellIndex::Entry(name) => f.write_str(&name.text),
        }
    }
}

/// The bytes that a packet must begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// Half bytes in order; `None` is anything.
    pub nibbles: Vec<Option<u8>>,
    /// Nothing may follow.
    pub exact: bool,
}

/// A command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Line, from 1.
    pub line: u32,
    /// Column of its keyword, from 1.
    pub column: u32,
    /// What to do.
    pub kind: CommandKind,
}

/// The commands.
#[derive(Clone, Debug, PartialEq)]
pub enum CommandKind {
    /// `add`
    Add {
        /// Table.
        table: Name,
        /// Larger wins.
        priority: Option<u32>,
        /// Keys.
        keys: Vec<(Name, MatchValue)>,
        /// What it runs.
        target: Target,
        /// `= id`
        id: Option<String>,
    },
    /// `setdefault`
    SetDefault {
        /// Table.
        table: Name,
        /// Action.
        action: Call,
    },
    /// `remove all`
    RemoveAll,
    /// `packet`
    Packet {
        /// Into which port.
        port: u32,
        /// Content.
        bytes: Vec<u8>,
    },
    /// `expect`
    Expect {
        /// Out of which port.
        port: u32,
        /// Content; any packet if there is none.
        pattern: Option<Pattern>,
    },
    /// `no_packet`: nothing comes out anywhere but what is expected.
    NoPacket,
    /// `wait`
    Wait,
    /// `check_counter`
    CheckCounter {
        /// Counter.
        counter: Name,
        /// Cell.
        index: CellIndex,
        /// What must hold; none: the counter exists.
        check: Option<(CountOf, Comparison, u64)>,
    },
    /// `mirroring_add` (to a port) and `mirroring_add_mc` (to a group).
    MirroringAdd(u32, Session),
    /// `mirroring_delete`
    MirroringDelete(u32),
    /// `mirroring_get`: shows a session, and so does nothing.
    MirroringGet(u32),
    /// `mc_mgrp_create`: makes a group.
    McGroupCreate(u32),
    /// `mc_node_create`: replication id, ports. Nodes are numbered from 0.
    McNodeCreate(u32, Vec<u32>),
    /// `mc_node_update`: node, ports.
    McNodeUpdate(u32, Vec<u32>),
    /// `mc_node_associate`: group, node.
    McNodeAssociate(u32, u32),
    /// `counter_read`
    CounterRead(Name, u64),
    /// `counter_write`: counter, cell, packets, bytes.
    CounterWrite(Name, u64, u64, u64),
    /// `member_add`: profile, member, what it runs.
    MemberAdd(Name, u32, Call),
    /// `group_add`: selector, group, members, each with the port that it watches.
    GroupAdd(Name, u32, Vec<GroupMember>),
    /// `port_down` and `port_up`: the port, and whether it is up from now on.
    SetPort(u32, bool),
    /// `member_delete`: profile, member.
    MemberDelete(Name, u32),
    /// `group_delete`: selector, group.
    GroupDelete(Name, u32),
    /// `value_set_add`: value set, one value a key.
    ValueSetAdd(Name, Vec<MatchValue>),
    /// `advance`: the clock, by microseconds.
    Advance(u64),
    /// `idle_timeout`: an entry by its name, microseconds.
    IdleTimeout(Name, u64),
    /// `check_idle`: an entry by its name, and whether it shall be past its time.
    CheckIdle(Name, bool),
    /// `expire_profile`: profile, microseconds.
    ExpireProfile(u32, u64),
    /// `check_register`: register, cell, comparison, value.
    CheckRegister(Name, u64, Comparison, Number),
    /// `check_digest`: what the next digest of this name says.
    CheckDigest(Name, Vec<(Name, Number)>),
    /// `register_read`
    RegisterRead(Name, u64),
    /// `register_write`
    RegisterWrite(Name, u64, BigUint),
    /// `register_reset`
    RegisterReset(Name),
    /// `set_crc16_parameters`, `set_crc32_parameters`
    SetCustomCrc(Crc),
    /// `meter_get_rates`
    MeterGetRates(Name, u64),
    /// `meter_set_rates` (one cell) and `meter_array_set_rates` (all): units a microsecond and burst, committed first.
    MeterSetRates(Name, Option<CellIndex>, Vec<(f64, u64)>),
}

impl Eq for CommandKind {}

impl Command {
    /// The column of what the command is about, for errors: the name of a table or an extern, else the keyword.
    pub fn place(&self) -> u32 {
        match &self.kind {
            CommandKind::Add { table: name, .. }
            | CommandKind::SetDefault { table: name, .. }
            | CommandKind::CheckCounter { counter: name, .. }
            | CommandKind::CounterRead(name, ..)
            | CommandKind::CounterWrite(name, ..)
            | CommandKind::MemberAdd(name, ..)
            | CommandKind::GroupAdd(name, ..)
            | CommandKind::MemberDelete(name, _)
            | CommandKind::GroupDelete(name, _)
            | CommandKind::ValueSetAdd(name, ..)
            | CommandKind::IdleTimeout(name, ..)
            | CommandKind::CheckIdle(name, ..)
            | CommandKind::CheckRegister(name, ..)
            | CommandKind::CheckDigest(name, ..)
            | CommandKind::RegisterRead(name, ..)
            | CommandKind::RegisterWrite(name, ..)
            | CommandKind::RegisterReset(name)
            | CommandKind::MeterGetRates(name, ..)
            | CommandKind::MeterSetRates(name, ..) => name.column,
            CommandKind::RemoveAll
            | CommandKind::Packet { .. }
            | CommandKind::Expect { .. }
            | CommandKind::NoPacket
            | CommandKind::Wait
            | CommandKind::MirroringAdd(..)
            | CommandKind::MirroringDelete(_)
            | CommandKind::MirroringGet(_)
            | CommandKind::McGroupCreate(_)
            | CommandKind::McNodeCreate(..)
            | CommandKind::McNodeUpdate(..)
            | CommandKind::McNodeAssociate(..)
            | CommandKind::Advance(_)
            | CommandKind::ExpireProfile(..)
            | CommandKind::SetPort(..)
            | CommandKind::SetCustomCrc(_) => self.column,
        }
    }
}

/// Parses a test.
///
/// # Errors
/// The first line that is no command.
pub fn parse(text: &str) -> Result<Vec<Command>, StfError> {
    parse::parse(text)
}

#[cfg(test)]
mod tests;
