package org.stoker.broker;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
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

  private record Asked(int controllerEpoch, CompletableFuture<@Nullable Message> answer) {}

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
    return ask((controller, onReply) -> controller.send(request, onReply));
  }

  /** The same in this version. */
  CompletableFuture<@Nullable Message> send(Message request, short version) {
    return ask((controller, onReply) -> controller.send(request, version, onReply));
  }

  private CompletableFuture<@Nullable Message> ask(
      BiConsumer<PeerLink, Consumer<PeerLink.Reply>> sending) {
    ClusterImage now = image.get();
    var asked = new Asked(now.controllerEpoch(), new CompletableFuture<@Nullable Message>());
    PeerLink controller = peers.to(now.controllerId());
    if (controller == null) {
      asked.answer().complete(null);
      return asked.answer();
    }
    synchronized (this) {
      unanswered.add(asked);
    }
    sending.accept(controller, reply -> answered(asked, reply));
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
    asked.answer().complete(bodyOf(reply));
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
