//! What the library cannot do, in P4Runtime's codes: in, its errors; out, problems with the same words.

use crate::problem::Problem;
use p4xdp_control::manifest::cells::Unfit;
use p4xdp_control::value::ValueError;
use p4xdp_runtime::cells::CellError;
use p4xdp_runtime::copies::CopyError;
use p4xdp_runtime::ports::PortError;
use p4xdp_runtime::profiles::ProfileError;
use p4xdp_runtime::tables::{TableError, TermError};
use p4xdp_runtime::{Error, KernelError};
use tonic::Code;

impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        Problem { code: code(&error), message: error.to_string() }
    }
}

fn code(error: &Error) -> Code {
    if let Some(error) = error.of::<TableError>() {
        return of_table(error);
    }
    if let Some(error) = error.of::<CellError>() {
        return of_cell(error);
    }
    if let Some(error) = error.of::<ProfileError>() {
        return of_profile(error);
    }
    if let Some(error) = error.of::<CopyError>() {
        return of_copies(error);
    }
    if error.of::<PortError>().is_some() {
        return Code::InvalidArgument;
    }
    match error.of::<KernelError>().and_then(|error| error.source.raw_os_error()) {
        // What the kernel says of maps and memory that are full.
        Some(E2BIG | ENOMEM | ENOSPC) => Code::ResourceExhausted,
        Some(_) | None => Code::Internal,
    }
}

const E2BIG: i32 = 7;
const ENOMEM: i32 = 12;
const ENOSPC: i32 = 28;

fn of_table(error: &TableError) -> Code {
    match error {
        TableError::Term(error) => of_term(error),
        TableError::Constant { .. } => Code::PermissionDenied,
        TableError::Full { .. } | TableError::TooMany { .. } => Code::ResourceExhausted,
        TableError::NoPriority { .. } | TableError::NoDirect { .. } | TableError::NoIdle { .. } => {
            Code::InvalidArgument
        }
        TableError::Duplicate { .. } | TableError::Element { .. } => Code::AlreadyExists,
        TableError::Missing { .. } => Code::NotFound,
        TableError::Steps { .. } => Code::Unimplemented,
        TableError::Corrupt { .. } => Code::Internal,
    }
}

fn of_term(error: &TermError) -> Code {
    match error {
        TermError::Misplaced { .. } => Code::PermissionDenied,
        TermError::Value(ValueError::Range { .. }) => Code::OutOfRange,
        _ => Code::InvalidArgument,
    }
}

fn of_cell(error: &CellError) -> Code {
    match error {
        CellError::Index { .. } | CellError::Unfit(Unfit::Wide { .. }) => Code::OutOfRange,
        CellError::Full { .. } => Code::ResourceExhausted,
        CellError::Unfit(_) => Code::InvalidArgument,
    }
}

fn of_profile(error: &ProfileError) -> Code {
    match error {
        ProfileError::Missing { .. } => Code::NotFound,
        ProfileError::Duplicate { .. } => Code::AlreadyExists,
        ProfileError::Full { .. } | ProfileError::Large { .. } => Code::ResourceExhausted,
        ProfileError::InUse { .. } | ProfileError::NoWatchPorts { .. } => Code::FailedPrecondition,
        ProfileError::WatchPort { .. } => Code::InvalidArgument,
        ProfileError::Corrupt { .. } => Code::Internal,
    }
}

fn of_copies(error: &CopyError) -> Code {
    match error {
        CopyError::NoCopies => Code::Unimplemented,
        CopyError::NoNumber { .. } => Code::InvalidArgument,
        CopyError::Duplicate { .. } => Code::AlreadyExists,
        CopyError::Missing { .. } => Code::NotFound,
        CopyError::InUse { .. } => Code::FailedPrecondition,
        CopyError::TooMany { .. } | CopyError::Full { .. } => Code::ResourceExhausted,
        CopyError::NotHere => Code::Unavailable,
    }
}
