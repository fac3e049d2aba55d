//! Arguments of the subcommands for action profiles and selectors of a running program.

use super::TargetArgs;
use clap::{Args, Subcommand};

/// `p4xdp member`
#[derive(Debug, Args)]
pub struct MemberArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: MemberCommand,
}

/// What can be done to members. Names may be shortened to their last parts. A member or group that something names is not removed.
#[derive(Debug, Subcommand)]
pub enum MemberCommand {
    /// Lists the action profiles and selectors with their actions and tables.
    List {
        /// The program.
        #[command(flatten)]
        target: TargetArgs,
    },
    /// Prints members.
    Dump {
        /// The program.
        #[command(flatten)]
        target: TargetArgs,
        /// The action profile or selector; all of them if none is given.
        profile: Option<String>,
    },
    /// Adds a member.
    Insert(MemberEntryArgs),
    /// Gives a member another action, for all entries and groups that name it.
    Modify(MemberEntryArgs),
    /// Removes a member.
    Delete {
        /// The program.
        #[command(flatten)]
        target: TargetArgs,
        /// The action profile or selector.
        profile: String,
        /// The member's number.
        member: String,
    },
}

/// A member: `PROFILE NUMBER ACTION [ARG..]`.
#[derive(Debug, Args)]
pub struct MemberEntryArgs {
    /// The program.
    #[command(flatten)]
    pub target: TargetArgs,
    /// The action profile or selector.
    pub profile: String,
    /// The member's number, by which entries and groups name it.
    pub member: String,
    /// The action, then its arguments (`VALUE` or `NAME=VALUE`).
    #[arg(value_name = "ACTION [ARG..]", required = true)]
    pub call: Vec<String>,
    /// Takes ports that are not there.
    #[arg(long)]
    pub force: bool,
}

/// `p4xdp group`
#[derive(Debug, Args)]
pub struct GroupArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: GroupCommand,
}

/// What can be done to groups.
#[derive(Debug, Subcommand)]
pub enum GroupCommand {
    /// Prints groups.
    Dump {
        /// The program.
        #[command(flatten)]
        target: TargetArgs,
        /// The action selector; all of them if none is given.
        selector: Option<String>,
    },
    /// Adds a group.
    Insert(GroupEntryArgs),
    /// Gives a group other members, in one step.
    Modify(GroupEntryArgs),
    /// Removes a group.
    Delete {
        /// The program.
        #[command(flatten)]
        target: TargetArgs,
        /// The action selector.
        selector: String,
        /// The group's number.
        group: String,
    },
}

/// A group: `SELECTOR NUMBER [MEMBER[:WEIGHT][@PORT]..]`.
#[derive(Debug, Args)]
pub struct GroupEntryArgs {
    /// The program.
    #[command(flatten)]
    pub target: TargetArgs,
    /// The action selector.
    pub selector: String,
    /// The group's number, by which entries name it.
    pub group: String,
    /// Its members in order, none for an empty group: the number of each, behind a colon its weight, and behind an `@` the port that it
    /// watches, by number or device. `3:20` is chosen twenty times as often as `3`; `3@eth1` only while `eth1` is up, if `port watch` runs.
    #[arg(value_name = "MEMBER[:WEIGHT][@PORT]")]
    pub members: Vec<String>,
    /// Takes watch ports that are not there. They count as down.
    #[arg(long)]
    pub force: bool,
}
