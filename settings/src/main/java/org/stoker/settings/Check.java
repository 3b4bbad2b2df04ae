package org.stoker.settings;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What is allowed beyond the type; problems are told in Kafka's sentences. */
public sealed interface Check {
  /** What is wrong with the parsed value of a key, or with one item of a list; null if nothing. */
  @Nullable String problemWith(String key, Object value);

  /** What is wrong with a list as a whole: by itself, what is wrong with its first bad item. */
  default @Nullable String problemWithList(String key, List<?> items) {
    for (Object item : items) {
      String problem =
          item.equals("")
              ? "Configuration '" + key + "' values must not be empty."
              : problemWith(key, item);
      if (problem != null) {
        return problem;
      }
    }
    return null;
  }

  /** The end of a sentence that begins "must be". */
  String allowed(ConfigType type);

  /** Kafka's sentence about a value that is not allowed. */
  static String invalid(String key, Object value, String reason) {
    return "Invalid value " + value + " for configuration " + key + ": " + reason;
  }

  /** Every value of the type. */
  record Anything() implements Check {
    @Override
    public @Nullable String problemWith(String key, Object value) {
      return null;
    }

    @Override
    public String allowed(ConfigType type) {
      return type.article();
    }
  }

  /** A text, or a list, that is not empty, and allowed by another check. */
  record NonEmpty(Check rest) implements Check {
    @Override
    public @Nullable String problemWith(String key, Object value) {
      return value.equals("")
          ? invalid(key, value, "String must be non-empty")
          : rest.problemWith(key, value);
    }

    @Override
    public @Nullable String problemWithList(String key, List<?> items) {
      if (!items.isEmpty()) {
        return rest.problemWithList(key, items);
      }
      String valid = rest instanceof OneOf(var words) ? words.toString() : "any non-empty value";
      return "Configuration '" + key + "' must not be empty. Valid values include: " + valid;
    }

    @Override
    public String allowed(ConfigType type) {
      return rest.allowed(type) + ", not empty";
    }
  }

  /** A number that is not smaller than a bound. */
  record AtLeast(long least) implements Check {
    @Override
    public @Nullable String problemWith(String key, Object value) {
      return ((Number) value).doubleValue() >= least
          ? null
          : invalid(key, value, "Value must be at least " + least);
    }

    @Override
    public String allowed(ConfigType type) {
      return type.article() + ", at least " + least;
    }
  }

  /** A number within two bounds, both included. */
  record Between(double least, double most) implements Check {
    @Override
    public @Nullable String problemWith(String key, Object value) {
      double number = ((Number) value).doubleValue();
      if (number < least) {
        return invalid(key, value, "Value must be at least " + text(least));
      }
      return number > most ? invalid(key, value, "Value must be no more than " + text(most)) : null;
    }

    @Override
    public String allowed(ConfigType type) {
      return type.article() + " from " + text(least) + " to " + text(most);
    }

    private static String text(double number) {
      return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }
  }

  /** A number within two bounds, or one more that stands for a default. */
  record BetweenOr(int least, int most, int or) implements Check {
    @Override
    public @Nullable String problemWith(String key, Object value) {
      int number = (Integer) value;
      return number == or || (number >= least && number <= most)
          ? null
          : invalid(
              key, value, "Value must be between " + least + " and " + most + " or equal to " + or);
    }

    @Override
    public String allowed(ConfigType type) {
      return type.article() + " from " + least + " to " + most + ", or " + or;
    }
  }

  /** One of some words, or a list of some of them. */
  record OneOf(List<String> words) implements Check {
    @Override
    public @Nullable String problemWith(String key, Object value) {
      return words.contains(value.toString())
          ? null
          : invalid(key, value, "String must be one of: " + String.join(", ", words));
    }

    @Override
    public String allowed(ConfigType type) {
      return (type == ConfigType.LIST ? "some of " : "one of ") + String.join(", ", words);
    }
  }

  /** One of some words, in capitals or not. */
  record OneOfAnyCase(List<String> words) implements Check {
    @Override
    public @Nullable String problemWith(String key, Object value) {
      return words.contains(value.toString().toUpperCase(Locale.ROOT))
          ? null
          : invalid(
              key, value, "String must be one of (case insensitive): " + String.join(", ", words));
    }

    @Override
    public String allowed(ConfigType type) {
      return "one of " + String.join(", ", words) + ", in capitals or not";
    }
  }

  /** Kafka's list of throttled replicas: {@code *}, or pairs of partition and broker. */
  record ThrottledReplicas() implements Check {
    @Override
    public @Nullable String problemWith(String key, Object value) {
      return null;
    }

    @Override
    public @Nullable String problemWithList(String key, List<?> items) {
      return items.equals(List.of("*"))
              || items.stream().allMatch(item -> item.toString().matches("\\d+:\\d+"))
          ? null
          : invalid(
              key,
              items,
              key
                  + " must be the literal '*' or a list of replicas in the following format:"
                  + " [partitionId]:[brokerId],[partitionId]:[brokerId],...");
    }

    @Override
    public String allowed(ConfigType type) {
      return "a list like 0:1,3:2 (partition:broker), or *";
    }
  }
}
