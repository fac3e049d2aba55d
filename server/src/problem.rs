//! What can be wrong with what a controller asks for: one of gRPC's codes, as P4Runtime's specification names it for each case, and a message that
//! names entity, field and value.

use p4xdp_p4runtime::google::rpc;
use p4xdp_p4runtime::p4::v1::Error;
use p4xdp_p4runtime::{Any, Message};
use tonic::{Code, Status};

/// Why something is not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Problem {
    /// P4Runtime's canonical code.
    pub code: Code,
    /// For people.
    pub message: String,
}

/// Constructors by code.
macro_rules! codes {
    ($($name:ident: $code:ident, $meaning:literal;)*) => {
        impl Problem {
            $(
                #[doc = $meaning]
                #[must_use]
                pub fn $name(message: impl Into<String>) -> Problem {
                    Problem { code: Code::$code, message: message.into() }
                }
            )*
        }
    };
}

codes! {
    invalid: InvalidArgument, "The message is malformed, or does not suit the program.";
    not_found: NotFound, "There is no such device, role or entity.";
    exists: AlreadyExists, "There is such an entity already.";
    denied: PermissionDenied, "The controller is not the primary one, or its role does not have it.";
    too_early: FailedPrecondition, "Something else has to be done before.";
    exhausted: ResourceExhausted, "No room, or more than the server takes.";
    out_of_range: OutOfRange, "A value or index that is too large.";
    unimplemented: Unimplemented, "P4Runtime leaves it to servers, and this one does not do it.";
    unavailable: Unavailable, "The device cannot be asked now.";
    aborted: Aborted, "It is not made, because another one of its batch cannot be.";
    internal: Internal, "The kernel or this server failed.";
}

impl From<Problem> for Status {
    fn from(problem: Problem) -> Status {
        Status::new(problem.code, problem.message)
    }
}

/// An [`Error`]'s type in `Any`.
const ERROR: &str = "type.googleapis.com/p4.v1.Error";

/// How a batch ended, one result an update (P4Runtime specification, section "Error Reporting" of Write).
///
/// # Errors
/// When some update was not made: the status has what became of each.
pub fn of_batch(results: &[Result<(), Problem>]) -> Result<(), Status> {
    let failed = results.iter().filter(|result| result.is_err()).count();
    if failed == 0 {
        return Ok(());
    }
    let message = format!("{failed} of {} updates were not made", results.len());
    let detail = |result: &Result<(), Problem>| {
        let error = match result {
            Ok(()) => Error::default(),
            Err(problem) => Error {
                canonical_code: problem.code.into(),
                message: problem.message.clone(),
                space: "p4xdp".to_owned(),
                ..Error::default()
            },
        };
        Any { type_url: ERROR.to_owned(), value: error.encode_to_vec() }
    };
    let status = rpc::Status {
        code: Code::Unknown.into(),
        message: message.clone(),
        details: results.iter().map(detail).collect(),
    };
    Err(Status::with_details(Code::Unknown, message, status.encode_to_vec().into()))
}
