package org.stoker.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.stoker.base.Uuid;

final class TopicOffsetsTest {
  @Test
  void everyVersionHoldsWhatWasPutAndNotRemovedInTheOrderOfPartitions() {
    var random = new SplittableRandom(3);
    var versions = new ArrayList<TopicOffsets>(List.of(TopicOffsets.NONE));
    var expected = new ArrayList<Map<Integer, StoredOffset>>(List.of(Map.of()));
    for (int version = 1; version < 400; version++) {
      var model = new TreeMap<>(expected.getLast());
      var draft = new TopicOffsets.Draft(versions.getLast());
      for (int change = random.nextInt(8); change > 0; change--) {
        int partition = random.nextInt(40);
        if (random.nextInt(3) == 0) {
          assertThat(draft.remove(partition)).isSameAs(model.remove(partition));
        } else {
          StoredOffset offset = offset(version);
          assertThat(draft.put(partition, offset)).isSameAs(model.put(partition, offset));
        }
        assertThat(draft.get(partition)).isSameAs(model.get(partition));
        assertThat(draft.size()).isEqualTo(model.size());
      }
      versions.add(draft.finish());
      expected.add(model);
    }

    for (int version = 0; version < versions.size(); version++) {
      var held = new ArrayList<Map.Entry<Integer, StoredOffset>>();
      versions.get(version).forEach((partition, offset) -> held.add(Map.entry(partition, offset)));
      assertThat(held).containsExactlyElementsOf(expected.get(version).entrySet());
      assertThat(versions.get(version).size()).isEqualTo(held.size());
      for (Map.Entry<Integer, StoredOffset> entry : held) {
        assertThat(versions.get(version).get(entry.getKey())).isSameAs(entry.getValue());
      }
      assertThat(versions.get(version).get(40)).isNull();
    }
  }

  private static StoredOffset offset(long offset) {
    return StoredOffset.of(new CommittedOffset(offset, -1, "", 1, -1, Uuid.ZERO), offset);
  }
}
