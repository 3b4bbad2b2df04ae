package org.stoker.broker;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ThreadSafe;
import org.stoker.metadata.ClusterImage;
import org.stoker.protocol.Message;
import org.stoker.replication.PeerLink;

/** Requests to the broker that is the controller, when that is another one. */
@ThreadSafe
final class ControllerLink {
  private final int self;
  private final Supplier<ClusterImage> image;
  private final Peers peers;

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

  /** The answer; null if there was none, and nobody knows what became of the request. */
  CompletableFuture<@Nullable Message> send(Message request) {
    var answered = new CompletableFuture<@Nullable Message>();
    PeerLink controller = peers.to(image.get().controllerId());
    if (controller == null) {
      answered.complete(null);
    } else {
      controller.send(request, reply -> answered.complete(bodyOf(reply)));
    }
    return answered;
  }

  /** The same in this version. */
  CompletableFuture<@Nullable Message> send(Message request, short version) {
    var answered = new CompletableFuture<@Nullable Message>();
    PeerLink controller = peers.to(image.get().controllerId());
    if (controller == null) {
      answered.complete(null);
    } else {
      controller.send(request, version, reply -> answered.complete(bodyOf(reply)));
    }
    return answered;
  }

  private static @Nullable Message bodyOf(PeerLink.Reply reply) {
    return switch (reply) {
      case PeerLink.Reply.Answer(Message body, Runnable release) -> {
        // Answers of the controller hold no records: nothing of them is in the buffer.
        release.run();
        yield body;
      }
      case PeerLink.Reply.Lost _ -> null;
    };
  }
}
