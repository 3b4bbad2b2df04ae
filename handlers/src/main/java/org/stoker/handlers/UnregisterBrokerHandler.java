package org.stoker.handlers;

import org.stoker.metadata.BrokerCommand.Unregister;
import org.stoker.network.RequestContext;
import org.stoker.protocol.message.UnregisterBrokerRequest;
import org.stoker.protocol.message.UnregisterBrokerResponse;

/** UnregisterBroker (KIP-631): the cluster forgets a broker that will not come back. */
final class UnregisterBrokerHandler implements Handler<UnregisterBrokerRequest> {
  private static final long TIMEOUT_MS = 30_000;

  private final ControllerPort controller;

  UnregisterBrokerHandler(ControllerPort controller) {
    this.controller = controller;
  }

  @Override
  public void handle(UnregisterBrokerRequest body, RequestContext context) {
    Answers.when(
        controller.submit(new Unregister(body.brokerId()), TIMEOUT_MS),
        context,
        result ->
            new UnregisterBrokerResponse()
                .setErrorCode(result.error().code())
                .setErrorMessage(result.message()));
  }
}
