package dev.slotstream.node;

import dev.slotstream.cli.SlotstreamCommand;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

/** The process: without arguments a node, with arguments a command. */
@QuarkusMain
public final class Main {
  /**
   * Quarkus refuses a target that is no URI before any route, with an empty body. With this of its
   * switches such a target comes to our routes, and they say what is wrong with it.
   */
  private static final String TARGETS_ARE_CHECKED_BY_ROUTES = "vertx.disableURIValidation";

  Main() {}

  /** Runs a node until a signal ends it, or a command until it is done. */
  public static void main(String... arguments) {
    if (arguments.length == 0) {
      System.setProperty(TARGETS_ARE_CHECKED_BY_ROUTES, "true");
      Quarkus.run();
    } else {
      System.exit(SlotstreamCommand.execute(arguments));
    }
  }
}
