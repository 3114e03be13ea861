package dev.slotstream.cli;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A store's directory, or a running node: one of the two. */
final class StoreOrNode {
  @Parameters(paramLabel = "DIRECTORY", description = "A store's directory that no node has open.")
  private Path directory;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "A running node, such as http://localhost:8080.")
  private URI url;

  /** Empty when a node was named. */
  Optional<Path> directory() {
    return Optional.ofNullable(directory);
  }

  /** The node; to be closed. */
  NodeClient client() {
    return NodeClient.at(url);
  }
}
