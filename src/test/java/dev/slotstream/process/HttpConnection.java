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
 * One connection that puts, one value after the other, and costs next to nothing beside the node
 * that it loads. Belongs to one thread.
 */
final class HttpConnection implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Socket socket;
  private final InputStream in;

  HttpConnection(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout((int) PATIENCE.toMillis());
    in = new BufferedInputStream(socket.getInputStream());
  }

  /** Puts a value; answers the status. */
  int put(String key, String value) throws IOException {
    byte[] request =
        "PUT /kv/%s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s"
            .formatted(key, value.length(), value)
            .getBytes(StandardCharsets.US_ASCII);
    socket.getOutputStream().write(request);
    String[] head = head();
    in.skipNBytes(bodyLength(head));
    return Integer.parseInt(head[0].split(" ", -1)[1]);
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

  private static int bodyLength(String[] head) {
    for (String line : head) {
      String lower = line.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        return Integer.parseInt(lower.substring("content-length:".length()).strip());
      }
    }
    return 0;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
