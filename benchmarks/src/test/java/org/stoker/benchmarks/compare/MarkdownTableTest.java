package org.stoker.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class MarkdownTableTest {
  @Test
  void showsMediansSpreadsRatiosAimsAndFailures() {
    assertThat(KnownReport.report().markdown())
        .isEqualTo(
            """
            | | Kafka | Stoker | ratio | aim |
            |---|---|---|---|---|
            | **Produce 1 KB, <6> partitions** | | | | |
            | raw fdatasync, per s | 5,000 (5,000–5,000) | 5,100 (5,100–5,100) |  |  |
            | produced, MB/s | 100 (90.0–110) | 150 (140–160) | 1.50× | ≥ 1.00× reached |
            | broker CPU, s per GB | 4.00 (3.00–5.00) | 3.00 (2.50–3.50) | 0.75× | ≤ 0.60× missed |
            | FAILED: round 2 of Kafka: a\\|b | | | | |

            Median of the rounds, and from the least to the most. 1 KB is 1,000 bytes, and so on.

            - Produce 1 KB, <6> partitions: One producer.

            - cores: 2
            """);
  }

  @Test
  void saysSoIfTheClientTookMoreOfTheMachineThanEitherBroker() {
    assertThat(coresOfClient(1.2, 1.3)).contains("One. The client took more of the machine");
    assertThat(coresOfClient(1.2, 0.7)).doesNotContain("The client took more");
    assertThat(coresOfClient(0.7, 1.2)).doesNotContain("The client took more");
  }

  private static String coresOfClient(double withKafka, double withStoker) {
    var row =
        new RowResult(
            "consume",
            "Consume",
            "One.",
            List.of(
                new Measured(Stretch.BROKER_CORES, List.of(0.8), List.of(0.8)),
                new Measured(Stretch.CLIENT_CORES, List.of(withKafka), List.of(withStoker))),
            List.of());
    return new Report(Map.of(), List.of(row)).markdown();
  }
}
