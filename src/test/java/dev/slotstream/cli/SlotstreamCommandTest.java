package dev.slotstream.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class SlotstreamCommandTest {

  @Test
  void aCommandMustBeNamed() {
    Run run = Run.of();
    assertEquals(ExitCode.USAGE, run.exitCode());
    assertTrue(run.err().contains("name a command"), run.err());
  }

  @Test
  void anUnknownCommandIsAUsageError() {
    assertEquals(ExitCode.USAGE, Run.of("nonsense").exitCode());
    assertEquals(ExitCode.OK, Run.of("--help").exitCode());
  }

  @Test
  void failuresAreSentences() {
    assertEquals("no such file, file=a", CommandErrors.sentence(new NoSuchFileException("a")));
    assertEquals(
        "disk is on fire",
        CommandErrors.sentence(new UncheckedIOException(new IOException("disk is on fire"))));
    assertTrue(CommandErrors.sentence(new NullPointerException()).contains("NullPointer"));
  }

  /** What a command would say. */
  record Counted(int files, String nothing) implements Report {
    @Override
    public List<String> lines() {
      return List.of(files + " files");
    }
  }

  @Command(name = "failing")
  static final class Failing implements Runnable {
    @Mixin private Output output;

    @Override
    public void run() {
      output.print(new Counted(3, null));
      throw new CommandException("no more files, limit=3");
    }
  }

  private static Run run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        new CommandLine(new Failing())
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .setExecutionExceptionHandler(new CommandErrors())
            .execute(arguments);
    return new Run(code, out.toString(), err.toString());
  }

  @Test
  void reportAndErrorAreTextOrJson() {
    Run text = run();
    assertEquals(ExitCode.FAILED, text.exitCode());
    assertEquals("3 files\n", text.out());
    assertEquals("failing: no more files, limit=3\n", text.err());
    Run json = run("--json");
    assertEquals("{\"files\":3}\n{\"error\":\"no more files, limit=3\"}\n", json.out());
    assertEquals("failing: no more files, limit=3\n", json.err());
  }
}
