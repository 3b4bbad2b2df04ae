package org.stoker.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** No method passes 70 lines: push the ifs up and the loops down, one method decides. */
final class MethodLengthTest {
  private static final int MOST_LINES = 70;

  private final SourceTree sources = SourceTree.ofThisBuild();

  @Test
  void noMethodIsLongerThanAScreen() throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<String> tooLong = new ArrayList<>();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null,
                  files,
                  null,
                  null,
                  null,
                  files.getJavaFileObjectsFromPaths(sources.javaFiles()));
      SourcePositions positions = Trees.instance(task).getSourcePositions();
      for (CompilationUnitTree file : task.parse()) {
        file.accept(new LengthScanner(file, positions, tooLong), null);
      }
    }

    assertThat(tooLong).isEmpty();
  }

  private final class LengthScanner extends TreeScanner<Void, Void> {
    private final CompilationUnitTree file;
    private final SourcePositions positions;
    private final List<String> tooLong;

    LengthScanner(CompilationUnitTree file, SourcePositions positions, List<String> tooLong) {
      this.file = file;
      this.positions = positions;
      this.tooLong = tooLong;
    }

    @Override
    public Void visitMethod(MethodTree method, Void nothing) {
      long first = file.getLineMap().getLineNumber(positions.getStartPosition(file, method));
      long last = file.getLineMap().getLineNumber(positions.getEndPosition(file, method));
      if (last - first + 1 > MOST_LINES) {
        Path path = sources.root().relativize(Path.of(file.getSourceFile().toUri()));
        tooLong.add(path + ":" + first + " " + (last - first + 1) + " lines");
      }
      return super.visitMethod(method, null);
    }
  }
}
