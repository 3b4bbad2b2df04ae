package org.stoker.handlers;

import org.stoker.network.RequestContext;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.InitProducerIdRequest;
import org.stoker.protocol.message.InitProducerIdResponse;

/** InitProducerId: an idempotent producer gets a number that nobody else has. */
final class InitProducerIdHandler implements Handler<InitProducerIdRequest> {
  private final ProducerIdBlocks ids;

  InitProducerIdHandler(ProducerIdBlocks ids) {
    this.ids = ids;
  }

  @Override
  public void handle(InitProducerIdRequest body, RequestContext context) {
    String transactionalId = body.transactionalId();
    if (transactionalId != null) {
      // An empty one is nobody's; others need a coordinator, which this version does not have.
      ErrorCode error =
          transactionalId.isEmpty() ? ErrorCode.INVALID_REQUEST : ErrorCode.UNSUPPORTED_VERSION;
      context.respond(response(error, -1, (short) -1));
      return;
    }
    Answers.when(
        ids.draw(),
        context,
        drawn ->
            response(
                drawn.error(),
                drawn.producerId(),
                drawn.error() == ErrorCode.NONE ? (short) 0 : (short) -1));
  }

  private static InitProducerIdResponse response(ErrorCode error, long id, short epoch) {
    return new InitProducerIdResponse()
        .setErrorCode(error.code())
        .setProducerId(id)
        .setProducerEpoch(epoch);
  }
}
