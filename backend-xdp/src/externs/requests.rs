//! Calls by which blocks say what is to become of the packet, the last word holding: in PNA `send_to_port(port)`, `drop_packet()` and `recirculate()`, in
//! ubpf_model `mark_to_drop()` and `mark_to_pass()`, in v1model resubmission, recirculation and cloning. They are stores to variables by the time that
//! they would be written ([`crate::arch::requests`]).

use super::{PNA, UBPF_MODEL, V1MODEL};
use crate::emit::externs::{Entry, OtherShape};
use crate::layout::extern_facts::{Facts, Request};

const fn request(name: &'static str, request: Request, architectures: &'static [&'static str]) -> Entry {
    Entry::stateless(name, |_, _| Err(OtherShape))
        .of(architectures)
        .with(Facts { request: Some(request), ..Facts::none() })
}

pub(super) const SEND_TO_PORT: Entry = request("send_to_port", Request::Send, PNA);
pub(super) const DROP_PACKET: Entry = request("drop_packet", Request::Fate(0), PNA);
pub(super) const MARK_TO_DROP: Entry = request("mark_to_drop", Request::Fate(1), UBPF_MODEL);
pub(super) const MARK_TO_PASS: Entry = request("mark_to_pass", Request::Fate(0), UBPF_MODEL);
pub(super) const PNA_RECIRCULATE: Entry = request("recirculate", Request::Fate(2), PNA);

const fn round(name: &'static str, resubmit: bool, list: Option<usize>) -> Entry {
    request(name, Request::Round { resubmit, list }, V1MODEL)
}

const fn clone(name: &'static str, list: Option<usize>) -> Entry {
    request(name, Request::Clone { list }, V1MODEL)
}

pub(super) const CLONE: Entry = clone("clone", None);
pub(super) const CLONE3: Entry = clone("clone3", None);
pub(super) const CLONE_PRESERVING: Entry = clone("clone_preserving_field_list", Some(2));
pub(super) const RECIRCULATE: Entry = round("recirculate", false, None);
pub(super) const RECIRCULATE_PRESERVING: Entry = round("recirculate_preserving_field_list", false, Some(0));
pub(super) const RESUBMIT: Entry = round("resubmit", true, None);
pub(super) const RESUBMIT_PRESERVING: Entry = round("resubmit_preserving_field_list", true, Some(0));
