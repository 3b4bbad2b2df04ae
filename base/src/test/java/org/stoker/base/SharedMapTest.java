package org.stoker.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class SharedMapTest {
  static List<SharedMap<String, Integer>> emptyMaps() {
    return List.of(SharedMap.empty(), SharedMap.emptyOfFew());
  }

  @ParameterizedTest
  @MethodSource("emptyMaps")
  void everyVersionKeepsWhatItHeldWhenItWasFinished(SharedMap<String, Integer> empty) {
    var random = new SplittableRandom(5);
    var versions = new ArrayList<SharedMap<String, Integer>>(List.of(empty));
    var expected = new ArrayList<Map<String, Integer>>(List.of(Map.of()));
    for (int version = 0; version < 300; version++) {
      var model = new HashMap<>(expected.getLast());
      SharedMap.Draft<String, Integer> draft = versions.getLast().draft();
      for (int change = random.nextInt(9); change > 0; change--) {
        String key = "key-" + random.nextInt(400);
        if (random.nextInt(4) == 0) {
          draft.remove(key);
          model.remove(key);
        } else {
          draft.put(key, version);
          model.put(key, version);
        }
        assertThat(draft.get(key)).isEqualTo(model.get(key));
        assertThat(draft.size()).isEqualTo(model.size());
      }
      versions.add(draft.finish());
      expected.add(model);
    }

    for (int version = 0; version < versions.size(); version++) {
      assertThat(versions.get(version)).isEqualTo(expected.get(version));
      assertThat(versions.get(version)).hasSameSizeAs(expected.get(version));
    }
  }

  @ParameterizedTest
  @MethodSource("emptyMaps")
  void whatIsPutIsFoundAlsoWhenBucketsBecomeMany(SharedMap<String, Integer> empty) {
    SharedMap.Draft<String, Integer> draft = empty.draft();
    for (int i = 0; i < 10_000; i++) {
      draft.put("key-" + i, i);
    }
    SharedMap<String, Integer> full = draft.finish();

    for (int i = 0; i < 10_000; i++) {
      assertThat(full.get("key-" + i)).isEqualTo(i);
      assertThat(full.containsKey("key-" + i)).isTrue();
    }
    assertThat(full.get("another")).isNull();
    assertThat(full.entrySet()).hasSize(10_000);
  }

  @ParameterizedTest
  @MethodSource("emptyMaps")
  void aDraftThatChangesNothingIsTheMapItself(SharedMap<String, Integer> empty) {
    SharedMap.Draft<String, Integer> draft = empty.draft();

    draft.remove("absent");

    assertThat(draft.finish()).isSameAs(empty);
  }
}
