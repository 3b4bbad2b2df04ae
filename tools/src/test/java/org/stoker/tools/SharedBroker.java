package org.stoker.tools;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives tests one broker and one set of reference tools for the whole run: both start slowly. */
final class SharedBroker implements ParameterResolver {
  private record Running(Path directory, Comparison.Both both) implements AutoCloseable {
    static Running start() {
      try {
        Path directory = Files.createTempDirectory("stoker-tools");
        String lib = Objects.requireNonNull(System.getProperty("kafka.tools.lib"));
        return new Running(
            directory,
            new Comparison.Both(BrokerUnderTest.start(directory), new ReferenceTools(lib)));
      } catch (Exception e) {
        throw new IllegalStateException("The broker under test does not start.", e);
      }
    }

    @Override
    public void close() throws IOException {
      both.broker().close();
      both.reference().close();
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Comparison.Both.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(ExtensionContext.Namespace.create(SharedBroker.class))
        .computeIfAbsent(Running.class, _ -> Running.start(), Running.class)
        .both();
  }
}
