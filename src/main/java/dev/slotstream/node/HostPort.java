package dev.slotstream.node;

/** A host and a port: {@code name:7400}, {@code 10.0.0.1:7400}, {@code [::1]:7400}. */
record HostPort(String host, int port) {
  private static final int MAX_PORT = 65_535;

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException when it is none
   */
  static HostPort parse(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    if (bracketed) {
      host = host.substring(1, host.length() - 1);
    }
    if (host.isBlank() || (!bracketed && host.contains(":"))) {
      throw new IllegalArgumentException("not host:port, value=" + text);
    }
    int port = Integer.parseInt(text.substring(colon + 1));
    if (port < 1 || port > MAX_PORT) {
      throw new IllegalArgumentException("port is out of range, value=" + text);
    }
    return new HostPort(host, port);
  }
}
