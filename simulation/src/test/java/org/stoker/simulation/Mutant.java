package org.stoker.simulation;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The whole simulation loaded once more, with a class compiled from a source that has a mistake in
 * it: production code needs no switches for that.
 */
final class Mutant extends ClassLoader {
  private static final String OURS = "org.stoker.";
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private final Map<String, byte[]> mutated;

  private Mutant(Map<String, byte[]> mutated) {
    super(Mutant.class.getClassLoader());
    this.mutated = mutated;
  }

  static Mutant of(Mutation mutation) throws IOException {
    Map<String, byte[]> classes = new TreeMap<>();
    for (Map.Entry<String, String> mutated : mutation.applyTo(Mutant::sourceOf).entrySet()) {
      classes.putAll(compile("org/stoker/" + mutated.getKey(), mutated.getValue()));
    }
    return new Mutant(classes);
  }

  private static String sourceOf(String className) {
    String room = className.substring(0, className.indexOf('/'));
    Path file = ROOT.resolve(room + "/src/main/java/org/stoker/" + className + ".java");
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a run of the mutant finds; the classes of the result are those of every loader. */
  @SuppressWarnings("unchecked") // Made by Simulation.violationsOf.
  List<String> violationsOf(long seed) throws ReflectiveOperationException {
    var run =
        loadClass(OURS + "simulation.Simulation").getDeclaredMethod("violationsOf", long.class);
    run.setAccessible(true);
    return (List<String>) run.invoke(null, seed);
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(OURS)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded == null ? define(name) : loaded;
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    String path = name.replace('.', '/');
    byte[] bytes = mutated.get(path);
    if (bytes == null) {
      try (InputStream in = getParent().getResourceAsStream(path + ".class")) {
        if (in == null) {
          throw new ClassNotFoundException(name);
        }
        bytes = in.readAllBytes();
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
    return defineClass(name, bytes, 0, bytes.length);
  }

  private static Map<String, byte[]> compile(String path, String source) throws IOException {
    Map<String, ByteArrayOutputStream> classes = new TreeMap<>();
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    var problems = new DiagnosticCollector<JavaFileObject>();
    try (StandardJavaFileManager standard = compiler.getStandardFileManager(null, null, null);
        var files =
            new ForwardingJavaFileManager<JavaFileManager>(standard) {
              @Override
              public JavaFileObject getJavaFileForOutput(
                  Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
                return new SimpleJavaFileObject(URI.create("mutant:///" + name), kind) {
                  @Override
                  public OutputStream openOutputStream() {
                    return classes.computeIfAbsent(
                        name.replace('.', '/'), _ -> new ByteArrayOutputStream());
                  }
                };
              }
            }) {
      var unit =
          new SimpleJavaFileObject(
              URI.create("mutant:///" + path + ".java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
              return source;
            }
          };
      List<String> options =
          List.of("-proc:none", "-parameters", "-cp", System.getProperty("java.class.path"));
      if (!compiler.getTask(null, files, problems, options, null, List.of(unit)).call()) {
        throw new IllegalStateException(path + " with a mistake: " + problems.getDiagnostics());
      }
    }
    Map<String, byte[]> bytes = new TreeMap<>();
    classes.forEach((name, out) -> bytes.put(name, out.toByteArray()));
    return bytes;
  }
}
