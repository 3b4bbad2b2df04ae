package org.stoker.handlers;

import java.net.InetAddress;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.access.Principal;
import org.stoker.network.RequestContext;
import org.stoker.network.RequestDispatcher;
import org.stoker.protocol.ApiKey;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.MalformedMessageException;
import org.stoker.protocol.message.EnvelopeRequest;

/** Envelope (KIP-590): serves a client's request that another broker has taken here. */
final class EnvelopeHandler implements Handler<EnvelopeRequest> {
  private static final Logger LOG = LoggerFactory.getLogger(EnvelopeHandler.class);

  private final Set<ApiKey> forwardable;
  private final RequestDispatcher dispatcher;

  /**
   * @param forwardable what only the controller serves; the rest every broker serves itself
   * @param dispatcher takes what was in the envelope
   */
  EnvelopeHandler(Set<ApiKey> forwardable, RequestDispatcher dispatcher) {
    this.forwardable = Set.copyOf(forwardable);
    this.dispatcher = dispatcher;
  }

  @Override
  public void handle(EnvelopeRequest body, RequestContext context) {
    Principal principal;
    InetAddress client;
    try {
      principal = Envelope.principalOf(body);
      client = Envelope.addressOf(body);
    } catch (MalformedMessageException e) {
      LOG.debug("{} does not tell who sent the request: {}", context, e.getMessage());
      context.respond(Envelope.refusal(ErrorCode.PRINCIPAL_DESERIALIZATION_FAILURE));
      return;
    }
    RequestContext.Enclosed enclosed = context.readEnclosed(body.requestData());
    if (enclosed == null || !forwardable.contains(enclosed.apiKey())) {
      context.respond(Envelope.refusal(ErrorCode.INVALID_REQUEST));
      return;
    }
    dispatcher.dispatch(new ForwardedRequest(context, enclosed, principal, client));
  }
}
