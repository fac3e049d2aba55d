//! What a role may do: in, `Role.config` of its primary controller; out, whether an entity, a packet or a pipeline is the role's. The scheme is Stratum's
//! `P4RoleConfig`; a role without one may do everything, as P4Runtime has it.

use crate::Problem;
use p4xdp_p4runtime::p4::v1::{Entity, PacketIn, entity::Entity as Kind};
use p4xdp_p4runtime::stratum::P4RoleConfig;
use p4xdp_p4runtime::{Any, Message};
use std::collections::BTreeSet;

/// The scheme's name in `Any`.
const SCHEME: &str = "type.googleapis.com/stratum.P4RoleConfig";

/// What a role may do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rights(Option<Limited>);

#[derive(Clone, Debug, PartialEq)]
struct Limited {
    ids: BTreeSet<u32>,
    packet_in: Option<(u32, Vec<u8>)>,
    packets: bool,
    pipeline: bool,
}

impl Rights {
    /// Reads a role's configuration; none is full access.
    ///
    /// # Errors
    /// When it is of another scheme, or malformed.
    pub fn read(config: Option<&Any>) -> Result<Rights, Problem> {
        let Some(config) = config else { return Ok(Rights(None)) };
        if config.type_url != SCHEME {
            return Err(Problem::invalid(format!(
                "role.config is of type `{}`; this server knows `{SCHEME}`",
                config.type_url
            )));
        }
        let config = P4RoleConfig::decode(&*config.value)
            .map_err(|error| Problem::invalid(format!("role.config is no P4RoleConfig: {error}")))?;
        Ok(Rights(Some(Limited {
            ids: config.exclusive_p4_ids.into_iter().chain(config.shared_p4_ids).collect(),
            packet_in: config.packet_in_filter.map(|filter| (filter.metadata_id, filter.value)),
            packets: config.receives_packet_ins,
            pipeline: config.can_push_pipeline,
        })))
    }

    /// May the role write an entity, and is it told of it in a read? Groups and sessions, which have no ids in P4Info, are of those who may push a
    /// pipeline.
    #[must_use]
    pub fn has(&self, entity: &Entity) -> bool {
        let Some(limited) = &self.0 else { return true };
        match id_of(entity) {
            Some(id) => limited.ids.contains(&id),
            None => limited.pipeline,
        }
    }

    /// May the role have, or write, what has this id?
    #[must_use]
    pub fn has_id(&self, id: u32) -> bool {
        self.0.as_ref().is_none_or(|limited| limited.ids.contains(&id))
    }

    /// May the role give the device a program?
    #[must_use]
    pub fn pushes_pipelines(&self) -> bool {
        self.0.as_ref().is_none_or(|limited| limited.pipeline)
    }

    /// May the role send packets?
    #[must_use]
    pub fn sends_packets(&self) -> bool {
        self.0.as_ref().is_none_or(|limited| limited.packets)
    }

    /// Does a packet come to the role?
    #[must_use]
    pub fn receives(&self, packet: &PacketIn) -> bool {
        let Some(limited) = &self.0 else { return true };
        let wanted = |(id, value): &(u32, Vec<u8>)| {
            packet.metadata.iter().any(|field| field.metadata_id == *id && field.value == *value)
        };
        limited.packets && limited.packet_in.as_ref().is_none_or(wanted)
    }
}

/// The id in P4Info of what an entity is of; that of its table if it hangs on an entry.
fn id_of(entity: &Entity) -> Option<u32> {
    Some(match entity.entity.as_ref()? {
        Kind::TableEntry(entry) => entry.table_id,
        Kind::ActionProfileMember(member) => member.action_profile_id,
        Kind::ActionProfileGroup(group) => group.action_profile_id,
        Kind::MeterEntry(entry) => entry.meter_id,
        Kind::CounterEntry(entry) => entry.counter_id,
        Kind::DirectMeterEntry(entry) => entry.table_entry.as_ref()?.table_id,
        Kind::DirectCounterEntry(entry) => entry.table_entry.as_ref()?.table_id,
        Kind::ValueSetEntry(entry) => entry.value_set_id,
        Kind::RegisterEntry(entry) => entry.register_id,
        Kind::DigestEntry(entry) => entry.digest_id,
        Kind::ExternEntry(entry) => entry.extern_id,
        Kind::PacketReplicationEngineEntry(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use p4xdp_p4runtime::p4::v1::{PacketMetadata, PacketReplicationEngineEntry, TableEntry};
    use p4xdp_p4runtime::stratum::p4_role_config::PacketFilter;

    fn table(table_id: u32) -> Entity {
        Entity { entity: Some(Kind::TableEntry(TableEntry { table_id, ..TableEntry::default() })) }
    }

    #[test]
    fn full_access() {
        let rights = Rights::read(None).unwrap();
        assert!(rights.has(&table(7)) && rights.pushes_pipelines() && rights.sends_packets());
        assert!(rights.receives(&PacketIn::default()));
    }

    #[test]
    fn limited_access() {
        let config = P4RoleConfig {
            exclusive_p4_ids: vec![7],
            shared_p4_ids: vec![8],
            packet_in_filter: Some(PacketFilter { metadata_id: 1, value: vec![5] }),
            receives_packet_ins: true,
            can_push_pipeline: false,
        };
        let config = Any { type_url: SCHEME.into(), value: config.encode_to_vec() };
        let rights = Rights::read(Some(&config)).unwrap();
        assert!(rights.has(&table(7)) && rights.has(&table(8)) && !rights.has(&table(9)));
        let groups = Kind::PacketReplicationEngineEntry(PacketReplicationEngineEntry::default());
        assert!(!rights.has(&Entity { entity: Some(groups) }) && !rights.pushes_pipelines());
        let packet = |value| PacketIn {
            metadata: vec![PacketMetadata { metadata_id: 1, value: vec![value] }],
            ..PacketIn::default()
        };
        assert!(rights.receives(&packet(5)) && !rights.receives(&packet(6)));
    }

    #[test]
    fn other_schemes_are_refused() {
        let other = Any { type_url: "type.googleapis.com/other.Role".into(), value: Vec::new() };
        assert!(Rights::read(Some(&other)).unwrap_err().message.contains("other.Role"));
        let broken = Any { type_url: SCHEME.into(), value: vec![0xff] };
        assert_eq!(Rights::read(Some(&broken)).unwrap_err().code, tonic::Code::InvalidArgument);
    }
}
