//! What there is to measure at one time: metrics with their values. It says nothing of programs or text.

use crate::families::{ALL, Family};

/// A metric's number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// A number of things.
    Count(u64),
    /// Time, or a ratio.
    Real(f64),
}

impl From<u64> for Value {
    fn from(count: u64) -> Value {
        Value::Count(count)
    }
}

impl From<f64> for Value {
    fn from(real: f64) -> Value {
        Value::Real(real)
    }
}

/// A value of a metric, with its labels.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Names and values.
    pub labels: Vec<(&'static str, String)>,
    /// The number; 1 of an info.
    pub value: Value,
}

/// What could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The device.
    pub device: String,
    /// Why.
    pub reason: String,
    /// For want of rights, or of the device, and not for what it runs.
    pub is_environment: bool,
}

/// All that was read at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// Values by metric, in the order of [`ALL`].
    families: Vec<(Family, Vec<Sample>)>,
    /// Devices whose programs could not be read.
    pub unread: Vec<Unread>,
}

impl Default for Snapshot {
    fn default() -> Snapshot {
        Snapshot {
            families: ALL.into_iter().map(|family| (family, Vec::new())).collect(),
            unread: Vec::new(),
        }
    }
}

impl Snapshot {
    /// Metrics that have values, in the order of [`ALL`].
    pub fn families(&self) -> impl Iterator<Item = (&Family, &[Sample])> {
        let all = self.families.iter().map(|(family, samples)| (family, samples.as_slice()));
        all.filter(|(_, samples)| !samples.is_empty())
    }

    /// The values of a metric.
    #[must_use]
    pub fn samples(&self, family: &Family) -> &[Sample] {
        let found = self.families.iter().find(|(known, _)| known == family);
        found.map_or(&[], |(_, samples)| samples)
    }

    /// Adds values of a metric.
    pub fn extend(&mut self, family: &Family, samples: impl IntoIterator<Item = Sample>) {
        if let Some((_, known)) = self.families.iter_mut().find(|(known, _)| known == family) {
            known.extend(samples);
        }
    }

    /// Adds all that another one has.
    pub fn append(&mut self, other: Snapshot) {
        for (family, samples) in other.families {
            self.extend(&family, samples);
        }
        self.unread.extend(other.unread);
    }
}
