package org.stoker.handlers;

import org.stoker.metadata.Command.AllocateProducerIds;
import org.stoker.network.RequestContext;
import org.stoker.protocol.message.AllocateProducerIdsRequest;
import org.stoker.protocol.message.AllocateProducerIdsResponse;

/** AllocateProducerIds (KIP-730): a broker takes a block of producer ids to give out. */
final class AllocateProducerIdsHandler implements Handler<AllocateProducerIdsRequest> {
  private static final long TIMEOUT_MS = 30_000;

  private final ControllerPort controller;

  AllocateProducerIdsHandler(ControllerPort controller) {
    this.controller = controller;
  }

  @Override
  public void handle(AllocateProducerIdsRequest body, RequestContext context) {
    Answers.when(
        controller.submit(new AllocateProducerIds(body.brokerId(), body.brokerEpoch()), TIMEOUT_MS),
        context,
        ids ->
            new AllocateProducerIdsResponse()
                .setErrorCode(ids.result().error().code())
                .setProducerIdStart(ids.first())
                .setProducerIdLen(ids.count()));
  }
}
