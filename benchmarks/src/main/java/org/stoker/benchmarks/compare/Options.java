package org.stoker.benchmarks.compare;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What {@code bin/stoker compare} was told.
 *
 * @param out where the report goes; the work directory if nobody says
 * @param draw a result file to draw again, instead of measuring
 */
record Options(
    Set<String> only,
    int rounds,
    Path workDirectory,
    @Nullable Path out,
    @Nullable Path draw,
    boolean isList,
    boolean isQuick,
    boolean isHelp) {
  static final String USAGE =
      """
      Usage: stoker compare [--only ROW[,ROW ...]] [--rounds N] [--quick] [--work-dir DIR] [--out DIR]
             stoker compare --list
             stoker compare --draw comparison.json [--out DIR]

        --only ROW,...   only these rows
        --rounds N       how often each broker is measured in each row (5)
        --quick          a tenth of the records: a try, not a measurement
        --work-dir DIR   where Kafka is assembled and brokers keep their data (target/compare)
        --out DIR        where comparison.md, comparison.json and comparison.svg go (the work directory)
        --list           names the rows
        --draw FILE      writes the table and the picture of a result again\
      """;

  /** A flag that cannot be understood; the message is for the person who typed it. */
  static final class Wrong extends Exception {
    Wrong(String message) {
      super(message);
    }
  }

  static Options parse(List<String> arguments, Path home) throws Wrong {
    Set<String> only = Set.of();
    int rounds = 5;
    Path workDirectory = home.resolve("target/compare");
    Path out = null;
    Path draw = null;
    boolean isList = false;
    boolean isQuick = false;
    boolean isHelp = false;
    var left = arguments.iterator();
    while (left.hasNext()) {
      String flag = left.next();
      switch (flag) {
        case "--list" -> isList = true;
        case "--quick" -> isQuick = true;
        case "--help", "-h" -> isHelp = true;
        case "--only", "--rounds", "--work-dir", "--out", "--draw" -> {
          if (!left.hasNext()) {
            throw new Wrong(flag + " needs a value.");
          }
          String value = left.next();
          switch (flag) {
            case "--only" -> only = rows(value);
            case "--rounds" -> rounds = positive(flag, value);
            case "--work-dir" -> workDirectory = Path.of(value).toAbsolutePath();
            case "--out" -> out = Path.of(value).toAbsolutePath();
            default -> draw = Path.of(value).toAbsolutePath();
          }
        }
        default -> throw new Wrong("There is no option " + flag + ".");
      }
    }
    return new Options(only, rounds, workDirectory, out, draw, isList, isQuick, isHelp);
  }

  /** The rows to run, in the order of the report. */
  List<Row> rows() {
    return Rows.ALL.stream().filter(row -> only.isEmpty() || only.contains(row.key())).toList();
  }

  Path reportDirectory() {
    return out == null ? workDirectory : out;
  }

  private static Set<String> rows(String value) throws Wrong {
    Set<String> known = Rows.ALL.stream().map(Row::key).collect(Collectors.toSet());
    Set<String> asked = Stream.of(value.split(",", -1)).collect(Collectors.toSet());
    for (String key : asked) {
      if (!known.contains(key)) {
        throw new Wrong("There is no row " + key + "; --list names them.");
      }
    }
    return asked;
  }

  private static int positive(String flag, String value) throws Wrong {
    try {
      int number = Integer.parseInt(value);
      if (number > 0) {
        return number;
      }
    } catch (NumberFormatException notANumber) {
      // Said below.
    }
    throw new Wrong(flag + " needs a whole number above zero, not " + value + ".");
  }
}
