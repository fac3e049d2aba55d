//! Arguments of the subcommands for multicast groups and clone sessions of a running program.

use super::TargetArgs;
use clap::{Args, Subcommand};

/// `p4xdp multicast`
#[derive(Debug, Args)]
pub struct MulticastArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: MulticastCommand,
}

/// What can be done to multicast groups.
#[derive(Debug, Subcommand)]
pub enum MulticastCommand {
    /// Prints groups: their copies in order, as they are given to `insert`.
    Dump {
        /// The program.
        #[command(flatten)]
        target: TargetArgs,
        /// The group's number; all of them if none is given.
        group: Option<String>,
    },
    /// Adds a group.
    Insert(MulticastEntryArgs),
    /// Gives a group other copies, in one step.
    Modify(MulticastEntryArgs),
    /// Removes a group to which no clone session goes.
    Delete {
        /// The program.
        #[command(flatten)]
        target: TargetArgs,
        /// The group's number.
        group: String,
    },
}

/// A multicast group: `NUMBER [[ID:]PORT..]`.
#[derive(Debug, Args)]
pub struct MulticastEntryArgs {
    /// The program.
    #[command(flatten)]
    pub target: TargetArgs,
    /// The group's number, by which the program names it. 0 stands for none.
    pub group: String,
    /// Where copies go, in order: ports by number or device (`dev:NAME` if the name is a number), each with the replication id of its copy
    /// (`egress_rid`, `instance`) in front of it where that is not 0, as in `5:eth2`. A port that stands there twice gets two copies.
    #[arg(value_name = "[ID:]PORT")]
    pub ports: Vec<String>,
    /// Takes ports that are not there. They get copies once they are.
    #[arg(long)]
    pub force: bool,
}

/// `p4xdp session`
#[derive(Debug, Args)]
pub struct SessionArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: SessionCommand,
}

/// What can be done to clone sessions.
#[derive(Debug, Subcommand)]
pub enum SessionCommand {
    /// Prints sessions.
    Dump {
        /// The program.
        #[command(flatten)]
        target: TargetArgs,
        /// The session's number; all of them if none is given.
        session: Option<String>,
    },
    /// Adds a session.
    Insert(SessionEntryArgs),
    /// Replaces a session, in one step.
    Modify(SessionEntryArgs),
    /// Removes a session.
    Delete {
        /// The program.
        #[command(flatten)]
        target: TargetArgs,
        /// The session's number.
        session: String,
    },
}

/// A clone session: `NUMBER --port PORT` or `NUMBER --group GROUP`.
#[derive(Debug, Args)]
pub struct SessionEntryArgs {
    /// The program.
    #[command(flatten)]
    pub target: TargetArgs,
    /// The session's number, by which the program names it.
    pub session: String,
    /// Where its clones go.
    #[command(flatten)]
    pub to: SessionTargetArgs,
    /// The class of service that clones have.
    #[arg(long, value_name = "NUMBER", default_value = "0")]
    pub class_of_service: String,
    /// Cuts clones to so many bytes.
    #[arg(long, value_name = "BYTES")]
    pub length: Option<String>,
    /// Takes a port that is not there. It gets clones once it is.
    #[arg(long)]
    pub force: bool,
}

/// Where the clones of a session go.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct SessionTargetArgs {
    /// To this port, by number or device.
    #[arg(long, value_name = "PORT")]
    pub port: Option<String>,
    /// To the ports of this multicast group.
    #[arg(long, value_name = "GROUP")]
    pub group: Option<String>,
}
