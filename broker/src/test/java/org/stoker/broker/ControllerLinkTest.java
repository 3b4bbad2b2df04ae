package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.stoker.base.Uuid;
import org.stoker.metadata.BrokerImage;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.Endpoint;
import org.stoker.metadata.MetadataDelta;
import org.stoker.protocol.Message;
import org.stoker.protocol.message.BrokerHeartbeatRequest;
import org.stoker.replication.PeerLink;

final class ControllerLinkTest {
  private static final String LISTENER = "PLAINTEXT";

  private final AtomicReference<ClusterImage> image = new AtomicReference<>(imageOf(2, 1));
  private final ControllerLink link =
      new ControllerLink(1, image::get, new Peers(new SilentNetwork(), image::get, 1, LISTENER));

  @Test
  void doesNotWaitForOneThatIsNoLongerTheController() {
    CompletableFuture<@Nullable Message> answer = link.send(new BrokerHeartbeatRequest());
    assertThat(answer).isNotDone();

    ClusterImage before = image.getAndSet(imageOf(3, 2));
    link.imageChanged(
        new MetadataDelta(before, Set.of(), Map.of(), Map.of(), Set.of(), Set.of(2, 3), false),
        image.get());

    assertThat(answer).isCompletedWithValue(null);
  }

  private static ClusterImage imageOf(int controller, int controllerEpoch) {
    ClusterImage empty = ClusterImage.empty("cluster");
    var brokers = new TreeMap<Integer, BrokerImage>();
    brokers.put(
        controller,
        new BrokerImage(
            controller,
            7,
            new Uuid(1, controller),
            List.of(new Endpoint(LISTENER, "host" + controller, 9092, (short) 0)),
            Map.of(),
            null,
            false,
            false,
            List.of()));
    return new ClusterImage(
        "cluster",
        controllerEpoch,
        controllerEpoch,
        controller,
        brokers,
        empty.topicsByName(),
        empty.topicsById(),
        empty.configs(),
        empty.features(),
        empty.lastProducerIds());
  }

  /** Takes everything, and says nothing: the machine at the other side has lost its power. */
  private static final class SilentNetwork implements PeerNetwork {
    @Override
    public PeerLink connect(Endpoint endpoint, String clientId) {
      return new PeerLink() {
        @Override
        public void send(Message request, Consumer<Reply> onReply) {}

        @Override
        public void send(Message request, short version, Consumer<Reply> onReply) {}

        @Override
        public void close() {}
      };
    }

    @Override
    public Watch watch(Endpoint endpoint, Runnable onEnd) {
      return () -> {};
    }

    @Override
    public CompletableFuture<Boolean> allRefuse(List<Endpoint> endpoints, int times) {
      return new CompletableFuture<>();
    }
  }
}
