//! Captures in pcapng, as draft-ietf-opsawg-pcapng describes it: sections in either byte order, interfaces with time stamps of any
//! resolution, enhanced and simple packet blocks. Blocks of other types are passed over.

use super::pcap::{Captured, ETHERNET, LARGEST, PcapError};

/// The type of a section header, which reads the same in both byte orders.
pub(super) const SECTION: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;
const BYTE_ORDER: u32 = 0x1a2b_3c4d;
/// Options of an interface: resolution of its time stamps, and their offset in seconds.
const RESOLUTION: u16 = 9;
const OFFSET: u16 = 14;

/// A part of the file in one byte order.
#[derive(Clone, Copy)]
struct Reader<'a> {
    data: &'a [u8],
    big: bool,
}

impl<'a> Reader<'a> {
    fn word(self, at: usize) -> Option<u32> {
        let bytes = self.data.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    fn half(self, at: usize) -> Option<u16> {
        let bytes = self.data.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn part(self, from: usize, length: usize) -> Option<Reader<'a>> {
        Some(Reader { data: self.data.get(from..from.checked_add(length)?)?, big: self.big })
    }
}

/// How an interface counts time.
#[derive(Clone, Copy)]
struct Interface {
    /// Units a second.
    units: u64,
    /// Seconds to be added.
    offset: u64,
    /// Packets are cut to this many bytes.
    most: u32,
}

impl Interface {
    /// From the body of its block.
    fn new(body: Reader<'_>) -> Result<Interface, PcapError> {
        let cut = || PcapError::NotPcap(": an interface block is too short");
        let link = u32::from(body.half(0).ok_or_else(cut)?);
        if link != ETHERNET {
            return Err(PcapError::LinkType(link));
        }
        let most = body.word(4).ok_or_else(cut)?;
        let mut interface = Interface { units: 1_000_000, offset: 0, most };
        let mut at = 8;
        while let (Some(code), Some(length)) = (body.half(at), body.half(at + 2)) {
            let length = usize::from(length);
            match (code, body.part(at + 4, length)) {
                (0, _) => break,
                (RESOLUTION, Some(value)) => {
                    let value = value.data.first().copied().unwrap_or(6);
                    let (base, power) = if value & 0x80 == 0 { (10, value) } else { (2, value & 0x7f) };
                    interface.units = 1;
                    for _ in 0..power {
                        interface.units = u64::saturating_mul(interface.units, base);
                    }
                }
                (OFFSET, Some(value)) => {
                    let (a, b) = (value.word(0).unwrap_or(0), value.word(4).unwrap_or(0));
                    let (high, low) = if value.big { (a, b) } else { (b, a) };
                    interface.offset = u64::from(high) << 32 | u64::from(low);
                }
                _ => {}
            }
            at += 4 + length.next_multiple_of(4);
        }
        Ok(interface)
    }

    fn nanoseconds(self, stamp: u64) -> u64 {
        let nanoseconds = u128::from(stamp) * 1_000_000_000 / u128::from(self.units);
        let offset = u128::from(self.offset) * 1_000_000_000;
        u64::try_from(nanoseconds + offset).unwrap_or(u64::MAX)
    }
}

/// Reads all packets of all interfaces in the order of the file.
pub(super) fn read(data: &[u8]) -> Result<Vec<Captured>, PcapError> {
    let mut file = Reader { data, big: false };
    let mut interfaces: Vec<Interface> = Vec::new();
    let mut packets: Vec<Captured> = Vec::new();
    let mut at = 0;
    while at < data.len() {
        let truncated = || PcapError::Truncated(packets.len() + 1);
        let ty = file.word(at).ok_or_else(truncated)?;
        if ty == SECTION {
            let order = data.get(at + 8..at + 12).ok_or_else(truncated)?;
            file.big = match order {
                order if order == BYTE_ORDER.to_be_bytes() => true,
                order if order == BYTE_ORDER.to_le_bytes() => false,
                _ => return Err(PcapError::NotPcap(": a section has no byte order")),
            };
            interfaces.clear();
        }
        let length = file.word(at + 4).ok_or_else(truncated)? as usize;
        let inner = length.checked_sub(12).filter(|_| length.is_multiple_of(4));
        let inner = inner.ok_or(PcapError::NotPcap(": a block has a length that none can have"))?;
        let body = file.part(at + 8, inner).ok_or_else(truncated)?;
        file.word(at + 8 + inner).ok_or_else(truncated)?;
        match ty {
            INTERFACE => interfaces.push(Interface::new(body)?),
            ENHANCED_PACKET => {
                let number = body.word(0).ok_or_else(truncated)?;
                let interface = interfaces.get(number as usize);
                let interface = interface.ok_or(PcapError::NotPcap(": a packet is of no interface"))?;
                let high = body.word(4).ok_or_else(truncated)?;
                let low = body.word(8).ok_or_else(truncated)?;
                let captured = body.word(12).ok_or_else(truncated)?;
                if captured > LARGEST {
                    return Err(PcapError::TooLarge(packets.len() + 1, captured));
                }
                let bytes = body.part(20, captured as usize).ok_or_else(truncated)?.data.to_vec();
                let stamp = u64::from(high) << 32 | u64::from(low);
                packets.push(Captured { nanoseconds: interface.nanoseconds(stamp), bytes });
            }
            SIMPLE_PACKET => {
                let original = body.word(0).ok_or_else(truncated)?;
                let most = interfaces.first().map_or(0, |i| i.most);
                let captured = if most == 0 { original } else { original.min(most) };
                if captured > LARGEST {
                    return Err(PcapError::TooLarge(packets.len() + 1, captured));
                }
                let bytes = body.part(4, captured as usize).ok_or_else(truncated)?.data.to_vec();
                // It has no time stamp: it came with the one before it.
                let nanoseconds = packets.last().map_or(0, |p| p.nanoseconds);
                packets.push(Captured { nanoseconds, bytes });
            }
            _ => {}
        }
        at += length;
    }
    Ok(packets)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A block; its words in the byte order.
    fn block(big: bool, ty: u32, body: &[u8]) -> Vec<u8> {
        let word = |v: u32| if big { v.to_be_bytes() } else { v.to_le_bytes() };
        let length = body.len().next_multiple_of(4) + 12;
        let mut out = word(ty).to_vec();
        out.extend(word(length as u32));
        out.extend(body);
        out.resize(length - 4, 0);
        out.extend(word(length as u32));
        out
    }

    fn words(big: bool, words: &[u32]) -> Vec<u8> {
        words.iter().flat_map(|w| if big { w.to_be_bytes() } else { w.to_le_bytes() }).collect()
    }

    fn capture(big: bool) -> Vec<u8> {
        let half = |v: u16| if big { v.to_be_bytes() } else { v.to_le_bytes() };
        let mut file = block(big, SECTION, &words(big, &[BYTE_ORDER, 0x0001_0000, u32::MAX, u32::MAX]));
        // An interface with microseconds, and one with nanoseconds and an offset of a second.
        let ethernet = [half(1), half(0)].concat();
        let mut plain = ethernet.clone();
        plain.extend(words(big, &[3]));
        file.extend(block(big, INTERFACE, &plain));
        let mut fine = ethernet;
        fine.extend(words(big, &[0]));
        fine.extend([half(RESOLUTION), half(1)].concat());
        fine.extend([9, 0, 0, 0]);
        fine.extend([half(OFFSET), half(8)].concat());
        fine.extend(words(big, if big { &[0, 1] } else { &[1, 0] }));
        fine.extend([half(0), half(0)].concat());
        file.extend(block(big, INTERFACE, &fine));
        let mut packet = words(big, &[0, 0, 7_000_009, 2, 2]);
        packet.extend([0xab, 0xcd]);
        file.extend(block(big, ENHANCED_PACKET, &packet));
        file.extend(block(big, 0x0bad, &[1, 2, 3, 4]));
        let mut packet = words(big, &[1, 1, 5, 1, 1]);
        packet.push(0xee);
        file.extend(block(big, ENHANCED_PACKET, &packet));
        let mut simple = words(big, &[5]);
        simple.extend([1, 2, 3]);
        file.extend(block(big, SIMPLE_PACKET, &simple));
        file
    }

    #[test]
    fn reads_both_byte_orders() {
        let last = 1_000_000_000 + (1u64 << 32) + 5;
        let wanted = [(7_000_009_000, vec![0xab, 0xcd]), (last, vec![0xee]), (last, vec![1, 2, 3])];
        let wanted = wanted.map(|(nanoseconds, bytes)| Captured { nanoseconds, bytes });
        for big in [false, true] {
            assert_eq!(super::super::pcap::read(&capture(big)[..]).unwrap(), wanted);
        }
    }

    #[test]
    fn never_trusts_a_length() {
        let file = capture(false);
        for cut in 0..file.len() {
            // Cut between two blocks it is a shorter capture.
            let _ = read(file.get(..cut).unwrap());
        }
        for at in 0..file.len() {
            let mut wrong = file.clone();
            if let Some(byte) = wrong.get_mut(at) {
                *byte = 0xff;
            }
            let _ = read(&wrong);
        }
        let last = file.get(..file.len() - 4).unwrap();
        assert!(matches!(read(last), Err(PcapError::Truncated(3))));
    }
}
