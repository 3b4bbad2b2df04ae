package org.stoker.handlers;

import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Lane;
import org.stoker.metadata.Command;
import org.stoker.metadata.Command.ProducerIds;
import org.stoker.protocol.ErrorCode;

/**
 * Hands out producer ids from blocks that the controller gave to this broker; the next block is
 * fetched when the last id is gone. Those who wait are bounded by the connections.
 */
public final class ProducerIdBlocks {
  private static final Logger LOG = LoggerFactory.getLogger(ProducerIdBlocks.class);
  private static final long TIMEOUT_MS = 30_000;

  private final Lane lane;
  private final ControllerPort controller;
  private final BrokerEpoch brokerEpoch;

  @ConfinedTo("the lane")
  private final ArrayDeque<CompletableFuture<Drawn>> waiting = new ArrayDeque<>();

  private long next;
  private long end;
  private boolean isAsking;

  /** Who asks the controller. */
  public record BrokerEpoch(int brokerId, LongSupplier epoch) {}

  /** An id, or why there is none. */
  record Drawn(ErrorCode error, long producerId) {}

  public ProducerIdBlocks(Lane lane, ControllerPort controller, BrokerEpoch brokerEpoch) {
    this.lane = lane;
    this.controller = controller;
    this.brokerEpoch = brokerEpoch;
  }

  /** Asks for the first block before anybody wants an id. */
  public void prefetch() {
    lane.submit(this::serve);
  }

  CompletableFuture<Drawn> draw() {
    var drawn = new CompletableFuture<Drawn>();
    lane.submit(() -> {
      waiting.add(drawn);
      serve();
    });
    return drawn;
  }

  private void serve() {
    while (next < end && !waiting.isEmpty()) {
      waiting.removeFirst().complete(new Drawn(ErrorCode.NONE, next++));
    }
    if (next == end && !isAsking) {
      isAsking = true;
      var _ =
          controller
              .submit(
                  new Command.AllocateProducerIds(
                      brokerEpoch.brokerId(), brokerEpoch.epoch().getAsLong()),
                  TIMEOUT_MS)
              .whenComplete((ids, failure) -> lane.submit(() -> received(ids, failure)));
    }
  }

  private void received(@Nullable ProducerIds ids, @Nullable Throwable failure) {
    isAsking = false;
    if (ids != null && ids.result().isOk()) {
      next = ids.first();
      end = ids.first() + ids.count();
      serve();
      return;
    }
    LOG.warn(
        "No producer ids from the controller: {}", ids == null ? failure : ids.result().message());
    // Retriable for clients, which ask again.
    while (!waiting.isEmpty()) {
      waiting.removeFirst().complete(new Drawn(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, -1));
    }
  }
}
