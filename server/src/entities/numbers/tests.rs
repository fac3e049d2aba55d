use super::{shortest, shortest_signed, signed, unsigned};
use num_bigint::BigUint;
use p4xdp_control::value::ones;
use proptest::prelude::*;

fn of() -> String {
    "f".to_owned()
}

/// The examples of the specification's section "Bytestrings".
#[test]
fn examples() {
    let right: [(bool, u32, &[u8], u32, bool); 14] = [
        (false, 8, b"\x63", 0x63, true),
        (false, 16, b"\x00\x63", 0x63, false),
        (false, 16, b"\x63", 0x63, true),
        (false, 16, b"\x30\x64", 0x3064, true),
        (false, 16, b"\x00\x30\x64", 0x3064, false),
        (false, 12, b"\x00\x63", 0x63, false),
        (false, 12, b"\x63", 0x63, true),
        (false, 12, b"\x00\x00\x63", 0x63, false),
        (true, 8, b"\x63", 0x63, true),
        (true, 8, b"\x9d", 0x9d, true),
        (true, 8, b"\xff\x9d", 0x9d, false),
        (true, 12, b"\xfd\x1d", 0xd1d, true),
        (true, 16, b"\x00\x00", 0, false),
        (true, 16, b"\x00", 0, true),
    ];
    for (is_signed, width, bytes, wanted, is_shortest) in right {
        let read = if is_signed { signed(bytes, width, &of) } else { unsigned(bytes, width, &of) };
        let number = read.unwrap();
        assert_eq!(number, BigUint::from(wanted), "{bytes:x?}");
        let written = if is_signed { shortest_signed(&number, width) } else { shortest(&number) };
        assert_eq!(written == bytes, is_shortest, "{bytes:x?} {written:x?}");
    }
    let wrong: [(bool, u32, &[u8]); 9] = [
        (false, 8, b"\x01\x63"),
        (false, 8, b""),
        (false, 16, b"\x01\x00\x63"),
        (false, 12, b"\x10\x63"),
        (false, 12, b"\x01\x00\x63"),
        (false, 12, b"\x00\x40\x63"),
        (true, 8, b"\x00\x9d"),
        (true, 12, b"\x8d\x1d"),
        (true, 16, b""),
    ];
    for (is_signed, width, bytes) in wrong {
        let read = if is_signed { signed(bytes, width, &of) } else { unsigned(bytes, width, &of) };
        assert_eq!(read.unwrap_err().code, tonic::Code::OutOfRange, "{bytes:x?}");
    }
}

proptest! {
    /// Whatever is written is read again, however many bytes stand in front, and nothing shorter is the same number.
    #[test]
    fn numbers_are_read_again(width in 1u32..200, digits in prop::collection::vec(any::<u8>(), 1..25), front in 0usize..4) {
        let number = BigUint::from_bytes_be(&digits) & ones(width);
        let bytes = shortest(&number);
        let padded = [vec![0; front], bytes.clone()].concat();
        prop_assert_eq!(unsigned(&padded, width, &of).unwrap(), number.clone());
        prop_assert!(bytes.len() == 1 || bytes[0] != 0);

        let bytes = shortest_signed(&number, width);
        let sign = if bytes[0] & 0x80 == 0 { 0 } else { 0xff };
        let padded = [vec![sign; front], bytes.clone()].concat();
        prop_assert_eq!(signed(&padded, width, &of).unwrap(), number);
        prop_assert!(bytes.len() == 1 || bytes[0] != sign || (bytes[1] ^ sign) & 0x80 != 0);
    }

    /// What does not fit is refused.
    #[test]
    fn too_many_bits_are_refused(width in 1u32..100, more in 0u32..50) {
        let large = BigUint::from(1u8) << (width + more);
        prop_assert!(unsigned(&shortest(&large), width, &of).is_err());
        prop_assert!(signed(&shortest_signed(&large, width + more + 2), width, &of).is_err());
    }
}
