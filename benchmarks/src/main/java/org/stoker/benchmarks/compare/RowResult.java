package org.stoker.benchmarks.compare;

import java.util.List;

/**
 * What a row's rounds brought.
 *
 * @param failures rounds that did not end well, each in a sentence
 */
record RowResult(
    String key, String title, String conditions, List<Measured> measured, List<String> failures) {
  RowResult {
    measured = List.copyOf(measured);
    failures = List.copyOf(failures);
  }
}
