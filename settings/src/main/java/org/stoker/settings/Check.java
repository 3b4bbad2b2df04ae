package org.stoker.settings;

import java.util.List;
import java.util.Locale;

/** What is allowed beyond the type. */
public sealed interface Check {
  /** Whether the parsed value is allowed. */
  boolean allows(Object value);

  /** The end of a sentence that begins "must be". */
  String allowed(ConfigType type);

  /** Every value of the type. */
  record Anything() implements Check {
    @Override
    public boolean allows(Object value) {
      return true;
    }

    @Override
    public String allowed(ConfigType type) {
      return type.article();
    }
  }

  /** A number that is not smaller than a bound. */
  record AtLeast(long least) implements Check {
    @Override
    public boolean allows(Object value) {
      return ((Number) value).doubleValue() >= least;
    }

    @Override
    public String allowed(ConfigType type) {
      return type.article() + ", at least " + least;
    }
  }

  /** A number within two bounds, both included. */
  record Between(double least, double most) implements Check {
    @Override
    public boolean allows(Object value) {
      double number = ((Number) value).doubleValue();
      return number >= least && number <= most;
    }

    @Override
    public String allowed(ConfigType type) {
      return type.article() + " from " + text(type, least) + " to " + text(type, most);
    }

    private static String text(ConfigType type, double number) {
      return type == ConfigType.DOUBLE ? Double.toString(number) : Long.toString((long) number);
    }
  }

  /** A number within two bounds, or one more that stands for a default. */
  record BetweenOr(int least, int most, int or) implements Check {
    @Override
    public boolean allows(Object value) {
      int number = (Integer) value;
      return number == or || (number >= least && number <= most);
    }

    @Override
    public String allowed(ConfigType type) {
      return type.article() + " from " + least + " to " + most + ", or " + or;
    }
  }

  /** One of some words, or a list of some of them. */
  record OneOf(List<String> words) implements Check {
    @Override
    public boolean allows(Object value) {
      if (value instanceof List<?> list) {
        return words.containsAll(list);
      }
      return words.contains(value);
    }

    @Override
    public String allowed(ConfigType type) {
      return (type == ConfigType.LIST ? "some of " : "one of ") + String.join(", ", words);
    }
  }

  /** One of some words, in capitals or not. */
  record OneOfAnyCase(List<String> words) implements Check {
    @Override
    public boolean allows(Object value) {
      return words.contains(value.toString().toUpperCase(Locale.ROOT));
    }

    @Override
    public String allowed(ConfigType type) {
      return "one of " + String.join(", ", words);
    }
  }

  /** Kafka's list of throttled replicas: {@code *}, or pairs of partition and broker. */
  record ThrottledReplicas() implements Check {
    @Override
    public boolean allows(Object value) {
      List<?> items = (List<?>) value;
      return items.equals(List.of("*"))
          || items.stream().allMatch(item -> item.toString().matches("\\d+:\\d+"));
    }

    @Override
    public String allowed(ConfigType type) {
      return "a list like 0:1,3:2 (partition:broker), or *";
    }
  }
}
