package org.stoker.protocol;

import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/** Calls by name, so that one test can fill every generated class, ours and Kafka's. */
final class Reflection {
  private Reflection() {}

  static Object create(Class<?> type) {
    try {
      return type.getConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type + " cannot be made", e);
    }
  }

  static Class<?> nested(Class<?> outer, String name) {
    try {
      return Class.forName(outer.getName() + "$" + name, true, outer.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  static @Nullable Object get(Object target, String name) {
    try {
      return target.getClass().getMethod(name).invoke(target);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(target.getClass() + "." + name, e);
    }
  }

  static void set(Object target, String name, @Nullable Object value) {
    try {
      setter(target.getClass(), name).invoke(target, value);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(target.getClass() + "." + name, e);
    }
  }

  static Method setter(Class<?> type, String name) {
    for (Method method : type.getMethods()) {
      if (method.getName().equals(name) && method.getParameterCount() == 1) {
        return method;
      }
    }
    throw new IllegalStateException(type + " has no " + name);
  }
}
