package dev.slotstream.cli;

import java.net.URI;
import picocli.CommandLine.Option;

/** Which node a command talks to. To be mixed into commands that always need one. */
final class NodeOption {
  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "The node's HTTP address (default: ${DEFAULT-VALUE}).",
      defaultValue = "http://localhost:8080")
  private URI url;

  /** To be closed by its user. */
  NodeClient client() {
    return NodeClient.at(url);
  }
}
