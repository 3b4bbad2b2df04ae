package org.stoker.handlers;

import org.stoker.metadata.Heartbeat;
import org.stoker.network.RequestContext;
import org.stoker.protocol.message.BrokerHeartbeatRequest;
import org.stoker.protocol.message.BrokerHeartbeatResponse;

/** BrokerHeartbeat (KIP-631): a broker tells the controller that it is alive. */
final class BrokerHeartbeatHandler implements Handler<BrokerHeartbeatRequest> {
  private final MemberPort members;

  BrokerHeartbeatHandler(MemberPort members) {
    this.members = members;
  }

  @Override
  public void handle(BrokerHeartbeatRequest body, RequestContext context) {
    Answers.when(
        members.heard(
            new Heartbeat(
                body.brokerId(),
                body.brokerEpoch(),
                body.currentMetadataOffset(),
                body.wantFence(),
                body.wantShutDown(),
                body.offlineLogDirs())),
        context,
        reply ->
            new BrokerHeartbeatResponse()
                .setErrorCode(reply.error().code())
                .setIsCaughtUp(reply.isCaughtUp())
                .setIsFenced(reply.isFenced())
                .setShouldShutDown(reply.shouldShutDown()));
  }
}
