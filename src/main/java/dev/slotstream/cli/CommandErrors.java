package dev.slotstream.cli;

import dev.slotstream.engine.EngineException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/**
 * What users see of a command that could not go on: one sentence on standard error, with {@code
 * --json} also an object with {@code error} on standard output. Only what nobody expects comes with
 * a stack trace.
 */
final class CommandErrors implements IExecutionExceptionHandler {

  @Override
  public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
    PrintWriter err = command.getErr();
    String sentence = sentence(failure);
    err.println(command.getCommandSpec().qualifiedName() + ": " + sentence);
    if (!expected(failure)) {
      failure.printStackTrace(err);
    }
    err.flush();
    if (command.getParseResult().hasMatchedOption(Output.JSON)) {
      PrintWriter out = command.getOut();
      out.println(Json.line(Map.of("error", sentence)));
      out.flush();
    }
    return ExitCode.FAILED;
  }

  private static boolean expected(Exception failure) {
    return failure instanceof CommandException
        || failure instanceof EngineException
        || failure instanceof IOException
        || failure instanceof UncheckedIOException;
  }

  /** What failed, in a sentence: the JDK's messages are often only a file's name. */
  static String sentence(Throwable failure) {
    return switch (failure) {
      case UncheckedIOException e -> sentence(e.getCause());
      case NoSuchFileException e -> "no such file, file=" + e.getFile();
      case NotDirectoryException e -> "not a directory, file=" + e.getFile();
      case AccessDeniedException e -> "access denied, file=" + e.getFile();
      case FileAlreadyExistsException e -> "file exists, file=" + e.getFile();
      case CommandException e -> e.getMessage();
      case EngineException e -> e.getMessage();
      case IOException e -> e.getMessage() == null ? e.toString() : e.getMessage();
      default -> "failed unexpectedly: " + failure;
    };
  }
}
