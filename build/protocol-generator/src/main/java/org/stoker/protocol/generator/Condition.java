package org.stoker.protocol.generator;

/**
 * A boolean expression of the generated code, so that what is always or never true leaves no
 * branch.
 */
record Condition(String expression) {
  static final Condition ALWAYS = new Condition("true");
  static final Condition NEVER = new Condition("false");

  boolean isAlways() {
    return equals(ALWAYS);
  }

  boolean isNever() {
    return equals(NEVER);
  }

  Condition and(Condition other) {
    if (isNever() || other.isAlways()) {
      return this;
    }
    if (other.isNever() || isAlways()) {
      return other;
    }
    return new Condition(bracketed() + " && " + other.bracketed());
  }

  Condition not() {
    if (isAlways()) {
      return NEVER;
    }
    return isNever() ? ALWAYS : new Condition("!(" + expression + ")");
  }

  private String bracketed() {
    return expression.contains("||") || expression.contains("?")
        ? "(" + expression + ")"
        : expression;
  }
}
