//! A controller's stream: in, what it says; out, what it is told, until either side ends it. What a controller does on its stream it does as the one that bid
//! there, so everything but a bid needs one before.

use super::Service;
use crate::Problem;
use crate::arbitration::Controller;
use crate::device::{Device, Outgoing};
use crate::packets;
use p4xdp_p4runtime::p4::v1 as proto;
use proto::stream_error::Details;
use proto::stream_message_request::Update;
use proto::stream_message_response::Update as Answer;
use std::sync::Arc;
use tonic::Streaming;

/// Serves a stream.
pub(super) async fn serve(
    service: Service,
    controller: Controller,
    mut incoming: Streaming<proto::StreamMessageRequest>,
    out: Outgoing,
) {
    let mut device: Option<Arc<Device>> = None;
    let mut end = service.end.subscribe();
    loop {
        let message = tokio::select! {
            // The device has cut it off, or the controller reads no more.
            () = out.closed() => break,
            _ = end.wait_for(|ends| *ends) => break,
            message = incoming.message() => message,
        };
        let Ok(Some(message)) = message else { break };
        match message.update {
            Some(Update::Arbitration(update)) => {
                if let Err(problem) = bid(&service, controller, &update, &out, &mut device).await {
                    // The stream ends with it.
                    let _ = out.send(Err(problem.into())).await;
                    break;
                }
            }
            Some(other) => {
                let done = match &device {
                    Some(device) => answer(device, controller, &other).await,
                    None => Err(Problem::denied("the stream's first message has to be its arbitration")),
                };
                if let Err(problem) = done {
                    // Errors give way where the stream is full.
                    let _ = out.try_send(Ok(error(problem, other)));
                }
            }
            None => {}
        }
    }
    if let Some(device) = device {
        device.leave(controller);
    }
}

/// A bid: the controller hears of it when writes of the last primary have ended.
async fn bid(
    service: &Service,
    controller: Controller,
    update: &proto::MasterArbitrationUpdate,
    out: &Outgoing,
    device: &mut Option<Arc<Device>>,
) -> Result<(), Problem> {
    let wanted = match device {
        Some(known) if known.id != update.device_id => {
            return Err(Problem::too_early(format!(
                "this stream is of device {}, not {}: open another stream for it",
                known.id, update.device_id
            )));
        }
        Some(known) => Arc::clone(known),
        None => Arc::clone(service.device(update.device_id)?),
    };
    let then = wanted.bid(controller, update, out)?;
    *device = Some(Arc::clone(&wanted));
    if !then.is_empty() {
        drop(wanted.turn.write().await);
        wanted.tell(then);
    }
    Ok(())
}

/// What is no bid.
async fn answer(device: &Arc<Device>, controller: Controller, update: &Update) -> Result<(), Problem> {
    let rights = device.rights_of_primary(controller).ok_or_else(|| {
        Problem::denied(format!("this controller is not the primary of its role for device {}", device.id))
    })?;
    match update {
        Update::Packet(packet) => {
            if !rights.sends_packets() {
                return Err(Problem::denied("the role may not send packets"));
            }
            let (device, packet) = (Arc::clone(device), packet.clone());
            let send = move || {
                let running = device.running()?.ok_or_else(|| {
                    Problem::too_early(format!("No forwarding pipeline config set for device {}", device.id))
                })?;
                let bytes = packets::out(&running.pipeline.p4info, &packet)?;
                Ok(running.pipeline.program.packet_out(&bytes)?)
            };
            tokio::task::spawn_blocking(send).await.map_err(|error| super::lost(&error))?
        }
        Update::DigestAck(ack) => {
            if !rights.has_id(ack.digest_id) {
                return Err(Problem::denied(format!("the role has no digest {:#010x}", ack.digest_id)));
            }
            device.acknowledge(ack.digest_id, ack.list_id)
        }
        Update::Other(other) => {
            Err(Problem::unimplemented(format!("messages of type `{}` are not known", other.type_url)))
        }
        // It is served elsewhere.
        Update::Arbitration(_) => Ok(()),
    }
}

/// What the controller is told of a message that could not be done.
fn error(problem: Problem, of: Update) -> proto::StreamMessageResponse {
    let details = match of {
        Update::Packet(packet) => Details::PacketOut(proto::PacketOutError { packet_out: Some(packet) }),
        Update::DigestAck(ack) => {
            Details::DigestListAck(proto::DigestListAckError { digest_list_ack: Some(ack) })
        }
        Update::Other(other) => Details::Other(proto::StreamOtherError { other: Some(other) }),
        Update::Arbitration(_) => Details::Other(proto::StreamOtherError::default()),
    };
    let error = proto::StreamError {
        canonical_code: problem.code.into(),
        message: problem.message,
        details: Some(details),
        ..proto::StreamError::default()
    };
    proto::StreamMessageResponse { update: Some(Answer::Error(error)) }
}
