package org.stoker.handlers;

import org.stoker.metadata.Command.AllocateProducerIds;
import org.stoker.network.Request;
import org.stoker.protocol.message.AllocateProducerIdsRequest;
import org.stoker.protocol.message.AllocateProducerIdsResponse;

/** AllocateProducerIds (KIP-730): a broker takes a block of producer ids to give out. */
final class AllocateProducerIdsHandler implements Handler {
  private static final long TIMEOUT_MS = 30_000;

  private final ControllerPort controller;

  AllocateProducerIdsHandler(ControllerPort controller) {
    this.controller = controller;
  }

  @Override
  public void handle(Request request) {
    AllocateProducerIdsRequest body = (AllocateProducerIdsRequest) request.body();
    Answers.when(
        controller.submit(new AllocateProducerIds(body.brokerId(), body.brokerEpoch()), TIMEOUT_MS),
        request,
        ids ->
            new AllocateProducerIdsResponse()
                .setErrorCode(ids.result().error().code())
                .setProducerIdStart(ids.first())
                .setProducerIdLen(ids.count()));
  }
}
