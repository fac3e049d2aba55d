//! Packets between programs and controllers (P4Runtime specification, section "Packet I/O"): in, P4Info and a packet with metadata; out, the packet with the
//! header that the program parses or emits at its CPU port, or what differs from the P4Info.

use crate::Problem;
use num_bigint::BigUint;
use p4xdp_p4runtime::p4::config::v1::{
    ControllerPacketMetadata, P4Info, controller_packet_metadata::Metadata,
};
use p4xdp_p4runtime::p4::v1::{PacketIn, PacketMetadata, PacketOut};

/// The header of a direction, if the P4Info has one.
fn header<'a>(p4info: &'a P4Info, name: &str) -> Option<&'a ControllerPacketMetadata> {
    p4info
        .controller_packet_metadata
        .iter()
        .find(|header| header.preamble.as_ref().is_some_and(|preamble| preamble.name == name))
}

/// Bits of a field.
fn width(field: &Metadata) -> usize {
    usize::try_from(field.bitwidth).unwrap_or_default()
}

/// Bytes of a header; its last bits fill up a byte.
fn bytes_of(header: &ControllerPacketMetadata) -> usize {
    header.metadata.iter().map(width).sum::<usize>().div_ceil(8)
}

/// A packet as the program parses it: the header `packet_out` in front of the payload.
///
/// # Errors
/// When its metadata are not those of the P4Info, or a value is too large.
pub fn out(p4info: &P4Info, packet: &PacketOut) -> Result<Vec<u8>, Problem> {
    let Some(header) = header(p4info, "packet_out") else {
        return match packet.metadata.first() {
            Some(field) => Err(Problem::invalid(format!(
                "packet-out has metadata {}, and the program has no header `packet_out`",
                field.metadata_id
            ))),
            None => Ok(packet.payload.clone()),
        };
    };
    let known = |id: u32| header.metadata.iter().any(|field| field.id == id);
    for (at, field) in packet.metadata.iter().enumerate() {
        let id = field.metadata_id;
        if !known(id) {
            return Err(Problem::invalid(format!(
                "packet-out has metadata {id}, which `packet_out` has not"
            )));
        }
        if packet.metadata.iter().take(at).any(|other| other.metadata_id == id) {
            return Err(Problem::invalid(format!("packet-out has metadata {id} twice")));
        }
    }
    let mut number = BigUint::ZERO;
    for field in &header.metadata {
        let given = packet.metadata.iter().find(|given| given.metadata_id == field.id);
        let given = given.ok_or_else(|| {
            Problem::invalid(format!("packet-out has no metadata {} (`{}`)", field.id, field.name))
        })?;
        if given.value.is_empty() {
            return Err(Problem::invalid(format!("packet-out: `{}` has no value", field.name)));
        }
        let value = BigUint::from_bytes_be(&given.value);
        if value.bits() > width(field) as u64 {
            return Err(Problem::out_of_range(format!(
                "packet-out: `{}` is {value:#x}, and has {} bits",
                field.name, field.bitwidth
            )));
        }
        number = number << width(field) | value;
    }
    let bits: usize = header.metadata.iter().map(width).sum();
    let bytes = bytes_of(header);
    let digits = (number << (bytes * 8 - bits)).to_bytes_be();
    let mut whole = vec![0; bytes.saturating_sub(digits.len())];
    // Zero has a digit, a header without fields none.
    whole.extend(digits.iter().take(bytes));
    whole.extend(&packet.payload);
    Ok(whole)
}

/// A packet as a controller gets it: what the program emits as header `packet_in` is metadata.
#[must_use]
pub fn came(p4info: &P4Info, bytes: &[u8]) -> PacketIn {
    let Some(header) = header(p4info, "packet_in") else {
        return PacketIn { payload: bytes.to_vec(), metadata: Vec::new() };
    };
    // A packet that is shorter than its header has no program sent that knows of it.
    let Some((front, payload)) = bytes.split_at_checked(bytes_of(header)) else {
        return PacketIn { payload: bytes.to_vec(), metadata: Vec::new() };
    };
    let number = BigUint::from_bytes_be(front);
    let mut behind = front.len() * 8;
    let metadata = header.metadata.iter().map(|field| {
        behind = behind.saturating_sub(width(field));
        let mask = (BigUint::from(1u8) << width(field)) - 1u8;
        PacketMetadata { metadata_id: field.id, value: ((&number >> behind) & mask).to_bytes_be() }
    });
    let metadata = metadata.collect();
    PacketIn { payload: payload.to_vec(), metadata }
}

#[cfg(test)]
mod tests {
    use super::*;
    use p4xdp_p4runtime::p4::config::v1::Preamble;
    use tonic::Code;

    fn p4info(fields: &[(u32, &str, i32)]) -> P4Info {
        let field = |(id, name, bitwidth): &(u32, &str, i32)| Metadata {
            id: *id,
            name: (*name).to_owned(),
            bitwidth: *bitwidth,
            ..Metadata::default()
        };
        let header = |name: &str| ControllerPacketMetadata {
            preamble: Some(Preamble { name: name.to_owned(), ..Preamble::default() }),
            metadata: fields.iter().map(field).collect(),
        };
        P4Info {
            controller_packet_metadata: vec![header("packet_in"), header("packet_out")],
            ..P4Info::default()
        }
    }

    fn packet(metadata: &[(u32, &[u8])]) -> PacketOut {
        let field = |(id, value): &(u32, &[u8])| PacketMetadata { metadata_id: *id, value: value.to_vec() };
        PacketOut { payload: vec![0xaa], metadata: metadata.iter().map(field).collect() }
    }

    #[test]
    fn headers_there_and_back() {
        let info = p4info(&[(1, "port", 9), (2, "reason", 7)]);
        let bytes = out(&info, &packet(&[(2, &[5]), (1, &[1, 3])])).unwrap();
        assert_eq!(bytes, [0x81, 0x85, 0xaa]);
        let came = came(&info, &bytes);
        assert_eq!(came.payload, [0xaa]);
        let values: Vec<_> = came.metadata.iter().map(|field| (field.metadata_id, &*field.value)).collect();
        assert_eq!(values, [(1, &[1u8, 3][..]), (2, &[5u8][..])]);
        // Zeros are there, too.
        assert_eq!(out(&info, &packet(&[(1, &[0]), (2, &[0, 0])])).unwrap(), [0, 0, 0xaa]);
    }

    #[test]
    fn without_a_header_there_is_the_payload() {
        let info = P4Info::default();
        assert_eq!(out(&info, &packet(&[])).unwrap(), [0xaa]);
        assert_eq!(came(&info, &[1, 2]).payload, [1, 2]);
        assert_eq!(out(&info, &packet(&[(1, &[1])])).unwrap_err().code, Code::InvalidArgument);
    }

    #[test]
    fn what_is_refused() {
        let info = p4info(&[(1, "port", 9), (2, "reason", 7)]);
        for (metadata, code, words) in [
            (&[(1, &[1u8][..])][..], Code::InvalidArgument, "no metadata 2 (`reason`)"),
            (&[(1, &[1]), (2, &[1]), (3, &[1])], Code::InvalidArgument, "metadata 3, which"),
            (&[(1, &[1]), (1, &[1]), (2, &[1])], Code::InvalidArgument, "metadata 1 twice"),
            (&[(1, &[2, 0]), (2, &[1])], Code::OutOfRange, "`port` is 0x200, and has 9 bits"),
            (&[(1, &[]), (2, &[1])], Code::InvalidArgument, "`port` has no value"),
        ] {
            let problem = out(&info, &packet(metadata)).unwrap_err();
            assert_eq!(problem.code, code, "{problem}");
            assert!(problem.message.contains(words), "{problem}");
        }
    }
}
