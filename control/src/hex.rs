//! Numbers of any size in the manifest: hexadecimal text (`0x..`), since JSON's numbers end at 64 bits.

use num_bigint::BigUint;
use serde::{Deserialize, Deserializer, Serializer, de::Error};

/// Writes a number.
pub fn serialize<S: Serializer>(number: &BigUint, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{number:#x}"))
}

/// Reads a number.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BigUint, D::Error> {
    let text = String::deserialize(deserializer)?;
    read(&text).ok_or_else(|| D::Error::custom(format!("`{text}` is no number")))
}

fn read(text: &str) -> Option<BigUint> {
    BigUint::parse_bytes(text.strip_prefix("0x")?.as_bytes(), 16)
}

/// Lists of numbers.
pub mod list {
    use num_bigint::BigUint;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes numbers.
    pub fn serialize<S: Serializer>(numbers: &[BigUint], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(numbers.iter().map(|number| format!("{number:#x}")))
    }

    /// Reads numbers.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<BigUint>, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        let read = |text: &String| {
            super::read(text).ok_or_else(|| D::Error::custom(format!("`{text}` is no number")))
        };
        texts.iter().map(read).collect()
    }
}
