//! The bytes of a manifest.

use super::Manifest;

/// ELF section, and end of the map's name.
pub const SECTION: &str = ".rodata.p4xdp";
/// First bytes of the section.
pub const MAGIC: &[u8; 8] = b"P4XDP\0\r\n";
/// Version of the encoding and of the meaning of its fields; anything else is refused.
pub const VERSION: u32 = 4;

/// Why bytes are not a manifest.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Other bytes than [`MAGIC`] at the start, or too few.
    #[error("not a p4xdp manifest")]
    NotOurs,
    /// Made by another version.
    #[error("the manifest has version {0}, this p4xdp reads version {VERSION}; compile the program again")]
    Version(u32),
    /// Shorter than it says.
    #[error("the manifest is cut short: {0} of {1} bytes")]
    Short(usize, usize),
    /// Not the JSON that we expect, or numbers that are none.
    #[error("the manifest does not read: {0}")]
    Json(#[from] serde_json::Error),
}

impl Manifest {
    /// The section's bytes.
    ///
    /// # Errors
    /// Never for a manifest whose strings are ordinary; JSON's own errors are handed on.
    pub fn encode(&self) -> Result<Vec<u8>, serde_json::Error> {
        let json = serde_json::to_vec(self)?;
        let mut out = Vec::with_capacity(16 + json.len());
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&VERSION.to_le_bytes());
        out.extend_from_slice(&u32::try_from(json.len()).unwrap_or(u32::MAX).to_le_bytes());
        out.extend_from_slice(&json);
        Ok(out)
    }

    /// Reads the section's bytes; what follows the JSON (padding) is ignored.
    ///
    /// # Errors
    /// When the bytes are not a manifest of this version.
    pub fn decode(bytes: &[u8]) -> Result<Manifest, DecodeError> {
        let (magic, rest) = bytes.split_first_chunk::<8>().ok_or(DecodeError::NotOurs)?;
        if magic != MAGIC {
            return Err(DecodeError::NotOurs);
        }
        let (version, rest) = rest.split_first_chunk::<4>().ok_or(DecodeError::NotOurs)?;
        let version = u32::from_le_bytes(*version);
        if version != VERSION {
            return Err(DecodeError::Version(version));
        }
        let (length, rest) = rest.split_first_chunk::<4>().ok_or(DecodeError::NotOurs)?;
        let length = u32::from_le_bytes(*length) as usize;
        let json = rest.get(..length).ok_or(DecodeError::Short(rest.len(), length))?;
        Ok(serde_json::from_slice(json)?)
    }
}
