package org.stoker.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

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
}
