package org.stoker.broker;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.Repetition;
import org.stoker.base.ThreadSafe;
import org.stoker.base.Timers;
import org.stoker.base.Uuid;
import org.stoker.metadata.BrokerImage;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.ClusterMetadata;
import org.stoker.metadata.Heartbeat;
import org.stoker.metadata.MetadataDelta;
import org.stoker.metadata.MetadataListener;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.Message;
import org.stoker.protocol.message.BrokerHeartbeatRequest;
import org.stoker.protocol.message.BrokerHeartbeatResponse;

/** Tells the controller every now and then that this broker is alive, and what it wants. */
@ThreadSafe
final class Heartbeats implements MetadataListener {
  private static final Logger LOG = LoggerFactory.getLogger(Heartbeats.class);
  private static final long EAGER_MS = 50;

  private final int brokerId;
  private final ClusterMetadata metadata;
  private final ControllerLink controller;
  private final Timers timers;
  private final long intervalMs;
  private final Supplier<List<Uuid>> offlineDirectories;
  private final CompletableFuture<Void> mayStop = new CompletableFuture<>();
  private final AtomicBoolean isUnderWay = new AtomicBoolean();
  private volatile boolean wantsShutDown;
  private volatile boolean isClosed;

  /**
   * @param intervalMs {@code broker.heartbeat.interval.ms}
   * @param offlineDirectories log directories that have failed
   */
  Heartbeats(
      int brokerId,
      ClusterMetadata metadata,
      ControllerLink controller,
      Timers timers,
      long intervalMs,
      Supplier<List<Uuid>> offlineDirectories) {
    this.brokerId = brokerId;
    this.metadata = metadata;
    this.controller = controller;
    this.timers = timers;
    this.intervalMs = intervalMs;
    this.offlineDirectories = offlineDirectories;
  }

  void start() {
    metadata.addListener(this);
    sendNow();
    var _ =
        Repetition.start(
            "The heartbeat",
            timers,
            Runnable::run,
            nextBeatMs(),
            this::nextBeatMs,
            again -> {
              if (!isClosed) {
                sendNow();
                again.run();
              }
            });
  }

  /** Who waits to be let in does not wait for the next beat: the controller may have just come. */
  @Override
  public void imageChanged(MetadataDelta delta, ClusterImage image) {
    BrokerImage self = image.broker(brokerId);
    if (self != null && self.fenced()) {
      sendNow();
    }
  }

  void close() {
    isClosed = true;
  }

  /** Asks the controller to let others lead; completes when nobody needs this broker any more. */
  CompletableFuture<Void> shutDown() {
    wantsShutDown = true;
    sendNow();
    return mayStop;
  }

  private long nextBeatMs() {
    return isWaiting() ? Math.min(intervalMs, EAGER_MS) : intervalMs;
  }

  /** Whether something depends on the next answer. */
  private boolean isWaiting() {
    BrokerImage self = metadata.image().broker(brokerId);
    return wantsShutDown || self == null || self.fenced();
  }

  private CompletableFuture<Heartbeat.Reply> send(BrokerImage self, ClusterImage image) {
    var heartbeat =
        new Heartbeat(
            brokerId, self.epoch(), image.offset(), false, wantsShutDown, offlineDirectories.get());
    return controller.isElsewhere()
        ? controller.send(request(heartbeat)).thenApply(Heartbeats::reply)
        : metadata.heard(heartbeat);
  }

  private void sendNow() {
    ClusterImage image = metadata.image();
    BrokerImage self = image.broker(brokerId);
    if (self == null || !isUnderWay.compareAndSet(false, true)) {
      return;
    }
    CompletableFuture<Heartbeat.Reply> reply;
    try {
      reply = send(self, image);
    } catch (RuntimeException e) {
      // The next beat must not wait for an answer to what was never sent.
      isUnderWay.set(false);
      throw e;
    }
    var _ =
        reply.whenComplete((answer, failure) -> {
          isUnderWay.set(false);
          if (answer != null) {
            answered(answer);
          } else {
            LOG.warn("A heartbeat failed", failure);
          }
        });
  }

  private void answered(Heartbeat.Reply reply) {
    if (reply.error() != ErrorCode.NONE) {
      LOG.debug("The controller does not take this broker's heartbeat: {}", reply.error());
    } else if (reply.shouldShutDown()) {
      mayStop.complete(null);
    }
  }

  private static BrokerHeartbeatRequest request(Heartbeat heartbeat) {
    return new BrokerHeartbeatRequest()
        .setBrokerId(heartbeat.brokerId())
        .setBrokerEpoch(heartbeat.brokerEpoch())
        .setCurrentMetadataOffset(heartbeat.appliedOffset())
        .setWantFence(heartbeat.wantsFence())
        .setWantShutDown(heartbeat.wantsShutDown())
        .setOfflineLogDirs(heartbeat.offlineDirectories());
  }

  private static Heartbeat.Reply reply(@Nullable Message answer) {
    return answer instanceof BrokerHeartbeatResponse response
        ? new Heartbeat.Reply(
            ErrorCode.forCode(response.errorCode()),
            response.isCaughtUp(),
            response.isFenced(),
            response.shouldShutDown())
        : new Heartbeat.Reply(ErrorCode.NETWORK_EXCEPTION, false, true, false);
  }
}
