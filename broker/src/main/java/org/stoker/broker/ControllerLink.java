package org.stoker.broker;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ThreadSafe;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.MetadataDelta;
import org.stoker.metadata.MetadataListener;
import org.stoker.protocol.Message;
import org.stoker.replication.PeerLink;

/**
 * Requests to the broker that is the controller, when that is another one. Who waits for the answer
 * of one that is no longer the controller is told at once that there is none: a machine that has
 * died says nothing, and its connection may take half a minute to notice.
 */
@ThreadSafe
final class ControllerLink implements MetadataListener {
  private final int self;
  private final Supplier<ClusterImage> image;
  private final Peers peers;

  @GuardedBy("this")
  private final List<Asked> unanswered = new ArrayList<>();

  /**
   * @param reading makes of the answer what is to be kept, while the connection's buffer is there
   */
  private record Asked(
      int controllerEpoch,
      UnaryOperator<Message> reading,
      CompletableFuture<@Nullable Message> answer) {}

  ControllerLink(int self, Supplier<ClusterImage> image, Peers peers) {
    this.self = self;
    this.image = image;
    this.peers = peers;
  }

  /** Whether another broker is the controller, as far as this one knows. */
  boolean isElsewhere() {
    int controller = image.get().controllerId();
    return controller >= 0 && controller != self;
  }

  @Override
  public void imageChanged(MetadataDelta delta, ClusterImage now) {
    if (delta.before().controllerEpoch() != now.controllerEpoch()) {
      asksOfOthersThan(now.controllerEpoch()).forEach(asked -> asked.answer().complete(null));
    }
  }

  private synchronized List<Asked> asksOfOthersThan(int controllerEpoch) {
    List<Asked> others =
        unanswered.stream().filter(asked -> asked.controllerEpoch() != controllerEpoch).toList();
    unanswered.removeAll(others);
    return others;
  }

  /** The answer; null if there was none, and nobody knows what became of the request. */
  CompletableFuture<@Nullable Message> send(Message request) {
    return send(request, answer -> answer);
  }

  /**
   * The same, and what is read from the answer: of the answer itself parts may lie in the
   * connection's buffer. What the reading throws is the future's.
   */
  CompletableFuture<@Nullable Message> send(Message request, UnaryOperator<Message> reading) {
    ClusterImage now = image.get();
    var asked =
        new Asked(now.controllerEpoch(), reading, new CompletableFuture<@Nullable Message>());
    PeerLink controller = peers.to(now.controllerId());
    if (controller == null) {
      asked.answer().complete(null);
      return asked.answer();
    }
    synchronized (this) {
      unanswered.add(asked);
    }
    controller.send(request, reply -> answered(asked, reply));
    if (image.get().controllerEpoch() != asked.controllerEpoch()) {
      // It changed meanwhile, and the listener may not have seen this one.
      asked.answer().complete(null);
    }
    return asked.answer();
  }

  private void answered(Asked asked, PeerLink.Reply reply) {
    synchronized (this) {
      unanswered.remove(asked);
    }
    switch (reply) {
      case PeerLink.Reply.Answer(Message body, Runnable release) -> {
        try {
          asked.answer().complete(asked.reading().apply(body));
        } catch (RuntimeException e) {
          asked.answer().completeExceptionally(e);
        } finally {
          release.run();
        }
      }
      case PeerLink.Reply.Lost _ -> asked.answer().complete(null);
    }
  }
}
