package dev.slotstream.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Stands in front of a port on loopback and does to its connections what networks do: slow, late,
 * silent, cut. What is set holds for all connections that there are and for all that come; each can
 * be treated by itself too. Any thread. Closing it resets what is left.
 */
public final class FaultyProxy implements AutoCloseable {
  private final InetSocketAddress target;
  private final LinkFaults toServer = new LinkFaults();
  private final LinkFaults toClient = new LinkFaults();
  private final List<FaultyLink> links = new CopyOnWriteArrayList<>();
  private final int port;
  private ServerSocket listener;
  private Thread acceptor;

  private FaultyProxy(int targetPort) {
    target = new InetSocketAddress(InetAddress.getLoopbackAddress(), targetPort);
    listen(0);
    port = listener.getLocalPort();
  }

  /** A proxy in front of a port; it does nothing to its connections yet. */
  public static FaultyProxy before(int targetPort) {
    return new FaultyProxy(targetPort);
  }

  private void listen(int onPort) {
    try {
      ServerSocket socket = new ServerSocket();
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), onPort));
      listener = socket;
      acceptor = Thread.ofVirtual().start(() -> accept(socket));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void accept(ServerSocket socket) {
    while (!socket.isClosed()) {
      try {
        connect(socket.accept());
      } catch (IOException e) {
        // it was closed, or who connected is gone
      }
    }
  }

  private void connect(Socket client) throws IOException {
    Socket server = new Socket();
    try {
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      server.connect(target);
    } catch (IOException e) {
      client.setSoLinger(true, 0);
      client.close();
      server.close();
      throw e;
    }
    FaultyLink link = new FaultyLink(client, server, toServer.copy(), toClient.copy());
    links.add(link);
    link.start();
  }

  /** Where to connect. */
  public int port() {
    return port;
  }

  /** The connections that are open, the oldest first. */
  public List<FaultyLink> links() {
    return links.stream().filter(FaultyLink::isOpen).toList();
  }

  /** All connections that there ever were, the oldest first. */
  public List<FaultyLink> allLinks() {
    return List.copyOf(links);
  }

  /** Does something to the direction from who connected to who accepted. */
  public void toServer(Consumer<LinkFaults> fault) {
    fault.accept(toServer);
    links.forEach(link -> fault.accept(link.toServer()));
  }

  /** Does something to the direction from who accepted to who connected. */
  public void toClient(Consumer<LinkFaults> fault) {
    fault.accept(toClient);
    links.forEach(link -> fault.accept(link.toClient()));
  }

  /** Does something to both directions. */
  public void both(Consumer<LinkFaults> fault) {
    toServer(fault);
    toClient(fault);
  }

  /** Ends all connections: both sides see the other's end. */
  public void cut() {
    links().forEach(FaultyLink::cut);
  }

  /** Resets all connections. */
  public void reset() {
    links().forEach(FaultyLink::reset);
  }

  /** Whoever connects is refused, as if nobody listened. */
  public synchronized void refuse() {
    try {
      listener.close();
      acceptor.join(); // the port is closed by the thread that waits at it
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends {@link #refuse}. */
  public synchronized void accept() {
    if (listener.isClosed()) {
      listen(port);
    }
  }

  @Override
  public void close() {
    refuse();
    links.forEach(FaultyLink::reset);
  }
}
