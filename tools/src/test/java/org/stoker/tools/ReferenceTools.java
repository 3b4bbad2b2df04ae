package org.stoker.tools;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Apache Kafka's command line with its own, older client, loaded apart from ours into this JVM.
 *
 * <p>A JVM for each run would take a second of each. Kafka's tools end the process through its
 * {@code Exit} class, whose procedures can be replaced.
 */
final class ReferenceTools implements AutoCloseable {
  private static final String TOOLS = "org.apache.kafka.tools.";
  private static final Map<String, String> MAIN_CLASSES =
      Map.ofEntries(
          Map.entry("topics", TOOLS + "TopicCommand"),
          Map.entry("console-producer", TOOLS + "ConsoleProducer"),
          Map.entry("console-consumer", TOOLS + "consumer.ConsoleConsumer"),
          Map.entry("configs", "kafka.admin.ConfigCommand"),
          Map.entry("consumer-groups", TOOLS + "consumer.group.ConsumerGroupCommand"),
          Map.entry("get-offsets", TOOLS + "GetOffsetShell"),
          Map.entry("delete-records", TOOLS + "DeleteRecordsCommand"),
          Map.entry("log-dirs", TOOLS + "LogDirsCommand"),
          Map.entry("leader-election", TOOLS + "LeaderElectionCommand"),
          Map.entry("reassign-partitions", TOOLS + "reassign.ReassignPartitionsCommand"),
          Map.entry("metadata-quorum", TOOLS + "MetadataQuorumCommand"),
          Map.entry("features", TOOLS + "FeatureCommand"),
          Map.entry("dump-log", TOOLS + "DumpLogSegments"),
          Map.entry("producer-perf-test", TOOLS + "ProducerPerformance"),
          Map.entry("consumer-perf-test", TOOLS + "ConsumerPerformance"),
          Map.entry("broker-api-versions", TOOLS + "BrokerApiVersionsCommand"));

  private final URLClassLoader loader;
  private final List<Runnable> shutdownHooks = new ArrayList<>();
  private @Nullable Outcome atExit;
  private ByteArrayOutputStream out = new ByteArrayOutputStream();
  private ByteArrayOutputStream err = new ByteArrayOutputStream();

  /** Unwinds the stack of a tool that believes it has ended the process. */
  private static final class Ended extends Error {
    private static final long serialVersionUID = 1;
  }

  ReferenceTools(String lib) throws Exception {
    var jars = new ArrayList<URL>();
    for (File jar : Objects.requireNonNull(new File(lib).listFiles(), lib)) {
      jars.add(jar.toURI().toURL());
    }
    loader = new URLClassLoader(jars.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    Class<?> exit = loader.loadClass("org.apache.kafka.common.utils.Exit");
    replace(exit, "setExitProcedure", "org.apache.kafka.common.utils.Exit$Procedure", this::end);
    replace(exit, "setHaltProcedure", "org.apache.kafka.common.utils.Exit$Procedure", this::end);
    replace(
        exit,
        "setShutdownHookAdder",
        "org.apache.kafka.common.utils.Exit$ShutdownHookAdder",
        args -> shutdownHooks.add((Runnable) Objects.requireNonNull(args)[1]));
  }

  @FunctionalInterface
  private interface Handler {
    void handle(Object @Nullable [] args);
  }

  private void replace(Class<?> exit, String setter, String procedureName, Handler handler)
      throws ReflectiveOperationException {
    Class<?> procedure = loader.loadClass(procedureName);
    Object proxy =
        Proxy.newProxyInstance(
            loader,
            new Class<?>[] {procedure},
            (_, _, args) -> {
              handler.handle(args);
              return null;
            });
    exit.getMethod(setter, procedure).invoke(null, proxy);
  }

  /** Only the first exit counts: tools that catch everything exit a second time. */
  private void end(Object @Nullable [] args) {
    if (atExit == null) {
      int code = (Integer) Objects.requireNonNull(args)[0];
      runShutdownHooks();
      atExit = outcome(code);
    }
    throw new Ended();
  }

  private void runShutdownHooks() {
    List<Runnable> hooks = List.copyOf(shutdownHooks);
    shutdownHooks.clear();
    hooks.forEach(Runnable::run);
  }

  private Outcome outcome(int code) {
    return new Outcome(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  synchronized Outcome run(String tool, String stdin, List<String> args) throws Exception {
    PrintStream processOut = System.out;
    PrintStream processErr = System.err;
    InputStream processIn = System.in;
    ClassLoader processLoader = Thread.currentThread().getContextClassLoader();
    out = new ByteArrayOutputStream();
    err = new ByteArrayOutputStream();
    atExit = null;
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    System.setIn(new ByteArrayInputStream(stdin.getBytes(StandardCharsets.UTF_8)));
    Thread.currentThread().setContextClassLoader(loader);
    try {
      loader
          .loadClass(Objects.requireNonNull(MAIN_CLASSES.get(tool), tool))
          .getMethod("main", String[].class)
          .invoke(null, (Object) args.toArray(String[]::new));
      runShutdownHooks();
      return atExit == null ? outcome(0) : atExit;
    } catch (InvocationTargetException e) {
      return atExit == null ? uncaught(e.getCause()) : atExit;
    } finally {
      System.setOut(processOut);
      System.setErr(processErr);
      System.setIn(processIn);
      Thread.currentThread().setContextClassLoader(processLoader);
    }
  }

  /** As the JVM itself reports what leaves main. */
  private Outcome uncaught(@Nullable Throwable failure) {
    return new Outcome(
        1,
        out.toString(StandardCharsets.UTF_8),
        err.toString(StandardCharsets.UTF_8) + "Exception in thread \"main\" " + failure);
  }

  @Override
  public void close() throws IOException {
    loader.close();
  }
}
