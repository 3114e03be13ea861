package dev.slotstream.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;

/** The lines of a node's dump, as they arrive. */
final class NodeDump implements AutoCloseable {
  private static final String PATH = "/dump";

  private final NodeClient node;
  private final LineReader lines;
  private String ahead;
  private JsonNode end;

  private NodeDump(NodeClient node, LineReader lines) {
    this.node = node;
    this.lines = lines;
  }

  /** Asks a node for its dump. */
  static NodeDump of(NodeClient node) throws InterruptedException {
    return new NodeDump(node, new LineReader(node.stream(PATH)));
  }

  /**
   * The next entry's line; null behind the last one.
   *
   * @throws CommandException when the dump ends before its end
   */
  String next() {
    String line = ahead == null ? read() : ahead;
    ahead = line == null ? null : read();
    if (line == null || ahead == null) {
      end = end(line);
      return null;
    }
    return line;
  }

  private String read() {
    try {
      return lines.next();
    } catch (IOException e) {
      throw node.unreachable(PATH, e);
    }
  }

  /** Only the last line tells that none is missing. */
  private JsonNode end(String line) {
    try {
      JsonNode last = Json.MAPPER.readTree(line == null ? "" : line);
      if (last.path("entries").isIntegralNumber()) {
        return last;
      }
    } catch (JsonProcessingException e) {
      // told below
    }
    throw new CommandException(
        "node's dump has no end, url=%s%s: it is not complete".formatted(node.base(), PATH));
  }

  /** Entries that the node sent; known at the end. */
  long entries() {
    return end.path("entries").asLong();
  }

  /** Entries that the node could not read; known at the end. */
  long damaged() {
    return end.path("damaged").asLong();
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
