package dev.slotstream.node;

import dev.slotstream.cli.SlotstreamCommand;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

/** The process: without arguments a node, with arguments a command. */
@QuarkusMain
public final class Main {
  Main() {}

  /** Runs a node until a signal ends it, or a command until it is done. */
  public static void main(String... arguments) {
    if (arguments.length == 0) {
      Quarkus.run();
    } else {
      System.exit(SlotstreamCommand.execute(arguments));
    }
  }
}
