package dev.slotstream.kit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whether the proxy does what tests rely on. */
class FaultyProxyTest {
  private static final long MILLI = 1_000_000;

  private ServerSocket server;
  private Thread acceptor;
  private FaultyProxy proxy;
  private final BlockingQueue<Socket> accepted = new LinkedBlockingQueue<>();
  private Socket near;
  private Socket far;

  @BeforeEach
  void open() throws Exception {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    proxy = FaultyProxy.before(server.getLocalPort());
    acceptor =
        Thread.startVirtualThread(
            () -> {
              try {
                while (true) {
                  accepted.add(server.accept());
                }
              } catch (IOException e) {
                // the test is over
              }
            });
    near = connect();
    far = accepted.poll(10, TimeUnit.SECONDS);
    await(() -> proxy.links().size() == 1);
  }

  @AfterEach
  void close() throws Exception {
    near.close();
    far.close();
    proxy.close();
    server.close();
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
    socket.setSoTimeout(10_000);
    return socket;
  }

  private static void send(Socket from, byte[] bytes) throws IOException {
    from.getOutputStream().write(bytes);
  }

  private static byte[] receive(Socket at, int bytes) throws IOException {
    return at.getInputStream().readNBytes(bytes);
  }

  private static void assertNothingArrives(Socket at) throws IOException {
    at.setSoTimeout(200);
    assertThrows(SocketTimeoutException.class, () -> at.getInputStream().read());
    at.setSoTimeout(10_000);
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    for (int i = 0; i < 2_000 && !condition.getAsBoolean(); i++) {
      Thread.sleep(5);
    }
    assertTrue(condition.getAsBoolean());
  }

  @Test
  void passesEverythingOnInBothDirections() throws Exception {
    byte[] much = new byte[3_000_000];
    for (int i = 0; i < much.length; i++) {
      much[i] = (byte) (i * 31);
    }
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                send(near, much);
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    assertArrayEquals(much, receive(far, much.length));
    send(far, new byte[] {1, 2, 3});
    assertArrayEquals(new byte[] {1, 2, 3}, receive(near, 3));
    FaultyLink link = proxy.links().getFirst();
    await(() -> link.bytesToServer() == much.length && link.bytesToClient() == 3);
  }

  @Test
  void passesTheEndOnAndThenTheOtherEnd() throws Exception {
    send(near, new byte[] {1});
    near.shutdownOutput();
    assertArrayEquals(new byte[] {1}, receive(far, 2));
    send(far, new byte[] {2});
    far.close();
    assertArrayEquals(new byte[] {2}, receive(near, 2));
    await(() -> proxy.links().isEmpty());
  }

  @Test
  void delays() throws Exception {
    proxy.toServer(faults -> faults.delay(Duration.ofMillis(300)));
    long start = System.nanoTime();
    send(near, new byte[] {1});
    receive(far, 1);
    assertTrue(System.nanoTime() - start >= 300 * MILLI);
    start = System.nanoTime();
    send(far, new byte[] {1});
    receive(near, 1);
    assertTrue(System.nanoTime() - start < 300 * MILLI);
  }

  @Test
  void limits() throws Exception {
    proxy.both(faults -> faults.limit(20_000));
    long start = System.nanoTime();
    send(near, new byte[10_000]);
    receive(far, 10_000);
    long millis = (System.nanoTime() - start) / MILLI;
    assertTrue(millis >= 300 && millis < 5_000, () -> "took " + millis);
  }

  @Test
  void aBlackholeKeepsWhatIsSentUntilItHeals() throws Exception {
    proxy.toServer(LinkFaults::blackhole);
    send(near, new byte[] {1, 2});
    assertNothingArrives(far);
    send(far, new byte[] {9}); // the other direction works
    assertArrayEquals(new byte[] {9}, receive(near, 1));
    assertEquals(1, proxy.links().size());
    proxy.both(LinkFaults::heal);
    assertArrayEquals(new byte[] {1, 2}, receive(far, 2));
  }

  @Test
  void aCutIsSeenAsTheEndByBoth() throws Exception {
    send(near, new byte[] {1});
    receive(far, 1);
    proxy.cut();
    assertEquals(-1, near.getInputStream().read());
    assertEquals(-1, far.getInputStream().read());
    near.close();
    far.close();
    await(() -> proxy.links().isEmpty());
  }

  @Test
  void aCutEndsABlackholeToo() throws Exception {
    proxy.links().getFirst().blackhole();
    proxy.cut();
    assertEquals(-1, near.getInputStream().read());
    assertEquals(-1, far.getInputStream().read());
  }

  @Test
  void aResetIsSeenAsAResetByBoth() throws Exception {
    proxy.reset();
    assertThrows(SocketException.class, () -> near.getInputStream().read());
    assertThrows(SocketException.class, () -> far.getInputStream().read());
    assertEquals(0, proxy.links().size());
  }

  @Test
  void oneConnectionCanBeTreatedByItself() throws Exception {
    try (Socket other = connect();
        Socket otherFar = accepted.poll(10, TimeUnit.SECONDS)) {
      await(() -> proxy.links().size() == 2);
      proxy.links().getFirst().blackhole();
      send(near, new byte[] {1});
      send(other, new byte[] {2});
      assertArrayEquals(new byte[] {2}, receive(otherFar, 1));
      assertNothingArrives(far);
      proxy.links().getFirst().heal();
      assertArrayEquals(new byte[] {1}, receive(far, 1));
    }
  }

  @Test
  void newConnectionsAreAsThoseThatThereAre() throws Exception {
    proxy.both(LinkFaults::blackhole);
    try (Socket other = connect();
        Socket otherFar = accepted.poll(10, TimeUnit.SECONDS)) {
      send(other, new byte[] {1});
      assertNothingArrives(otherFar);
    }
  }

  @Test
  void refusesWhoComesAndLeavesWhoIsThere() throws Exception {
    proxy.refuse();
    assertThrows(IOException.class, this::connect);
    send(near, new byte[] {1});
    assertArrayEquals(new byte[] {1}, receive(far, 1));
    proxy.accept();
    connect().close();
  }

  @Test
  void whoConnectsToNobodyIsReset() throws Exception {
    server.close();
    acceptor.join();
    try (Socket lonely = connect()) {
      assertThrows(SocketException.class, () -> lonely.getInputStream().read());
    }
    assertFalse(proxy.allLinks().isEmpty());
  }
}
