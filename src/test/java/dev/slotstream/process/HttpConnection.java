package dev.slotstream.process;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;

/**
 * One connection that sends one request after the other, never one of them twice, and costs next to
 * nothing beside the node that it loads. Belongs to one thread.
 */
final class HttpConnection implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Socket socket;
  private final InputStream in;

  HttpConnection(int port) throws IOException {
    this(port, PATIENCE);
  }

  /** A connection that waits no longer than this for an answer. */
  HttpConnection(int port, Duration patience) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout((int) patience.toMillis());
    in = new BufferedInputStream(socket.getInputStream());
  }

  /**
   * What was answered.
   *
   * @param etag empty when there is none
   */
  record Answer(int status, String etag, String body) {}

  /** Puts a value; answers the status. */
  int put(String key, String value) throws IOException {
    return send("PUT", key, "", value).status();
  }

  /**
   * Sends a request for a key.
   *
   * @param header a line of the head with its end, or nothing
   */
  Answer send(String method, String key, String header, String body) throws IOException {
    byte[] request =
        "%s /kv/%s HTTP/1.1\r\nHost: localhost\r\n%sContent-Length: %d\r\n\r\n%s"
            .formatted(method, key, header, body.length(), body)
            .getBytes(StandardCharsets.US_ASCII);
    socket.getOutputStream().write(request);
    String[] head = head();
    String length = field(head, "content-length");
    byte[] found = in.readNBytes(length.isEmpty() ? 0 : Integer.parseInt(length));
    int status = Integer.parseInt(head[0].split(" ", -1)[1]);
    return new Answer(status, field(head, "etag"), new String(found, StandardCharsets.US_ASCII));
  }

  private String[] head() throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.length() < 4 || head.indexOf("\r\n\r\n", head.length() - 4) < 0) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException("connection was closed");
      }
      head.append((char) next);
    }
    return head.toString().split("\r\n", -1);
  }

  /** The value of a field of the head; empty when it is not there. */
  private static String field(String[] head, String name) {
    for (String line : head) {
      if (line.toLowerCase(Locale.ROOT).startsWith(name + ":")) {
        return line.substring(name.length() + 1).strip();
      }
    }
    return "";
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
