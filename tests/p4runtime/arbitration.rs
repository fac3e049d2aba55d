//! Who is primary.

use crate::support::{Controller, Server, bid, inside, standing};
use p4xdp_p4runtime::p4::v1 as proto;
use tonic::Code;

#[test]
fn the_highest_election_id_is_primary() {
    inside("the_highest_election_id_is_primary", async |_| {
        let server = Server::start(&[]);
        let (mut first, told) = server.controller(5).await;
        assert_eq!(standing(&told), (Code::Ok, Some(5)));
        let (mut second, told) = server.controller(3).await;
        assert_eq!(standing(&told), (Code::AlreadyExists, Some(5)));
        second.say(bid(1, "", Some(9))).await;
        assert_eq!(standing(&second.told().await), (Code::Ok, Some(9)));
        assert_eq!(standing(&first.told().await), (Code::AlreadyExists, Some(9)));
        // One that goes leaves nobody, until somebody has at least its id.
        drop(second);
        assert_eq!(standing(&first.told().await), (Code::NotFound, Some(9)));
        let refused = first.write(Vec::new()).await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied, "{refused}");
        first.say(bid(1, "", Some(9))).await;
        assert_eq!(standing(&first.told().await), (Code::Ok, Some(9)));
    });
}

#[test]
fn bids_that_end_the_stream() {
    inside("bids_that_end_the_stream", async |_| {
        let server = Server::start(&[]);
        let (_first, _) = server.controller(5).await;
        for (bids, code, words) in [
            (vec![bid(7, "", Some(1))], Code::NotFound, "there is no device 7"),
            (vec![bid(0, "", Some(1))], Code::NotFound, "there is no device 0"),
            (vec![bid(1, "", Some(5))], Code::InvalidArgument, "election id 5"),
            (vec![bid(1, "", Some(1)), bid(2, "", Some(1))], Code::FailedPrecondition, "of device 1, not 2"),
            (vec![bid(1, "", Some(1)), bid(1, "acl", Some(1))], Code::FailedPrecondition, "not `acl`"),
        ] {
            let mut controller = Controller::connect(&server).await;
            let last = bids.len() - 1;
            for (at, bid) in bids.into_iter().enumerate() {
                controller.say(bid).await;
                if at < last {
                    controller.told().await;
                }
            }
            let ended = controller.try_told().await.unwrap_err();
            assert_eq!(ended.code(), code, "{ended}");
            assert!(ended.message().contains(words), "{ended}");
        }
        // Each role has a primary of its own, and an unset id is nobody's.
        let mut other = Controller::connect(&server).await;
        other.say(bid(1, "acl", Some(5))).await;
        assert_eq!(standing(&other.told().await), (Code::Ok, Some(5)));
        let mut backup = Controller::connect(&server).await;
        backup.say(bid(1, "", None)).await;
        assert_eq!(standing(&backup.told().await), (Code::AlreadyExists, Some(5)));
    });
}

#[test]
fn calls_without_the_right_to_them() {
    inside("calls_without_the_right_to_them", async |_| {
        let server = Server::start(&[]);
        let mut nobody = Controller::connect(&server).await;
        for (device_id, role, code) in
            [(1, "", Code::PermissionDenied), (1, "acl", Code::NotFound), (2, "", Code::NotFound)]
        {
            let election_id = Some(proto::Uint128 { high: 0, low: 1 });
            let role = role.to_owned();
            let request = proto::WriteRequest { device_id, role, election_id, ..Default::default() };
            let refused = nobody.client.write(request).await.unwrap_err();
            assert_eq!(refused.code(), code, "{refused}");
        }
        let (mut primary, _) = server.controller(1).await;
        let refused = primary.write(Vec::new()).await.unwrap_err();
        assert_eq!(refused.code(), Code::FailedPrecondition, "{refused}");
        assert!(refused.message().starts_with("No forwarding pipeline config"), "{refused}");
        let capabilities = |device_id| proto::CapabilitiesRequest { device_id };
        let answer = primary.client.capabilities(capabilities(0)).await.unwrap().into_inner();
        assert_eq!(answer.p4runtime_api_version, "1.5.0");
        let refused = primary.client.capabilities(capabilities(9)).await.unwrap_err();
        assert_eq!(refused.code(), Code::NotFound);
    });
}
