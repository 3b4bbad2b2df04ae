package org.stoker.protocol;

import java.lang.reflect.Method;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Calls by name, so that one test can fill every generated class, ours and Kafka's. */
final class Reflection {
  private record Key(Class<?> type, String name) {}

  // To look a method up takes far longer than to call it.
  private static final Map<Key, Method> SETTERS = new ConcurrentHashMap<>();
  private static final Map<Key, Class<?>> NESTED = new ConcurrentHashMap<>();

  private Reflection() {}

  static Object create(Class<?> type) {
    try {
      return type.getConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type + " cannot be made", e);
    }
  }

  static Class<?> nested(Class<?> outer, String name) {
    return NESTED.computeIfAbsent(new Key(outer, name), Reflection::findNested);
  }

  private static Class<?> findNested(Key key) {
    try {
      ClassLoader loader = key.type().getClassLoader();
      return Class.forName(key.type().getName() + "$" + key.name(), true, loader);
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
    return SETTERS.computeIfAbsent(new Key(type, name), Reflection::findSetter);
  }

  private static Method findSetter(Key key) {
    for (Method method : key.type().getMethods()) {
      if (method.getName().equals(key.name()) && method.getParameterCount() == 1) {
        return method;
      }
    }
    throw new IllegalStateException(key.type() + " has no " + key.name());
  }
}
