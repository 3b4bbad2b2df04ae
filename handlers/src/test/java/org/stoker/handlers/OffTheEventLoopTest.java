package org.stoker.handlers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;
import org.stoker.protocol.ApiKey;
import org.stoker.protocol.message.ListOffsetsRequest;
import org.stoker.protocol.message.ListOffsetsRequest.ListOffsetsPartition;
import org.stoker.protocol.message.ListOffsetsRequest.ListOffsetsTopic;
import org.stoker.replication.Partitions;

/** Answers that are made on other threads, where nobody else looks after what is thrown. */
final class OffTheEventLoopTest {
  private static final Executor POOL =
      task -> {
        try {
          task.run();
        } catch (RuntimeException e) {
          // As a pool's thread does: nobody hears of it.
        }
      };

  @Test
  void aFailureWhileOffsetsAreLookedForByTimeClosesTheConnection() {
    var lookup =
        new PartitionLookup(
            () -> {
              throw new IllegalStateException("a bug");
            },
            new Partitions());
    var request =
        new AskedRequest(
            ApiKey.LIST_OFFSETS,
            (short) 7,
            new ListOffsetsRequest()
                .setTopics(
                    List.of(
                        new ListOffsetsTopic()
                            .setName("orders")
                            .setPartitions(List.of(new ListOffsetsPartition().setTimestamp(5))))));

    request.takeTo(new ListOffsetsHandler(lookup, POOL));

    assertThat(request.isClosed()).isTrue();
  }
}
