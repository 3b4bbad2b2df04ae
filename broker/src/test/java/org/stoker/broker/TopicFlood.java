package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.PolicyViolationException;

/** A client that has topics made until it is refused. */
final class TopicFlood {
  static final int PARTITIONS = 500;

  // A bound: more partitions than an eighth of the heap would hold if each took nothing but a kB.
  private static final int MAX_TOPICS = 64;

  private TopicFlood() {}

  /** Says how many topics were made before one was refused. */
  static int run(Admin admin) throws Exception {
    for (int made = 0; made < MAX_TOPICS; made++) {
      try {
        create(admin, topic("flood-" + made, PARTITIONS));
      } catch (ExecutionException e) {
        assertThat(e).hasCauseInstanceOf(PolicyViolationException.class);
        return made;
      }
    }
    throw new AssertionError("no topic was refused");
  }

  static NewTopic topic(String name, int partitions) {
    return new NewTopic(name, Optional.of(partitions), Optional.empty());
  }

  static void create(Admin admin, NewTopic topic) throws Exception {
    admin.createTopics(List.of(topic)).all().get();
  }
}
