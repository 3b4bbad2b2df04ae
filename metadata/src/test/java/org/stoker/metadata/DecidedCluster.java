package org.stoker.metadata;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.stoker.base.TopicPartition;
import org.stoker.base.Uuid;
import org.stoker.protocol.Message;

/** A cluster as one controller decides it: what it writes is there at once. */
final class DecidedCluster {
  // The controller's.
  private static final int EPOCH = 1;
  private static final int ID = 1;

  private final Controller controller;
  private ClusterImage image =
      new ImageDraft(ClusterImage.empty("cluster")).finish(0, EPOCH, ID).image();

  DecidedCluster(Controller controller) {
    this.controller = controller;
  }

  ClusterImage image() {
    return image;
  }

  PartitionImage partition(String topic, int index) {
    return requireNonNull(image.partition(new TopicPartition(topic, index)));
  }

  /** What it would write. */
  <R> Decision<R> decide(Command<R> command) {
    return command.decide(controller, image);
  }

  <R> R apply(Command<R> command) {
    Decision<R> decision = decide(command);
    write(decision.records());
    return decision.reply();
  }

  /** Without asking the controller. */
  void write(List<Message> records) {
    image = ImageDraft.after(image, records);
  }

  /** A broker that has registered. */
  static BrokerImage broker(
      int id,
      long epoch,
      boolean isFenced,
      @Nullable String rack,
      Map<String, FeatureRange> features,
      Uuid... directories) {
    return new BrokerImage(
        id,
        epoch,
        new Uuid(id, epoch),
        List.of(new Endpoint("PLAINTEXT", "host" + id, 9092, (short) 0)),
        features,
        rack,
        isFenced,
        false,
        List.of(directories));
  }
}
