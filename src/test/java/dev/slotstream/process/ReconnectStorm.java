package dev.slotstream.process;

import dev.slotstream.wire.Frame.Ack;
import dev.slotstream.wire.Frame.SyncRequest;
import dev.slotstream.wire.FrameEncoder;
import dev.slotstream.wire.FrameLayout;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Followers that are no good: each connects ten times a second, says something or nothing, and is
 * gone again, politely or not.
 */
final class ReconnectStorm implements AutoCloseable {
  private static final Duration PERIOD = Duration.ofMillis(100);
  private static final int MOST_READ = 64 * 1024;
  private static final int READ_MILLIS = 60;

  private final int port;
  private final int shards;
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger scans = new AtomicInteger();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean over;

  /** So many of them for the leader on a port. */
  ReconnectStorm(int port, int shards, int followers, SplittableRandom random) {
    this.port = port;
    this.shards = shards;
    for (int f = 0; f < followers; f++) {
      int number = f;
      SplittableRandom own = random.split();
      threads.add(Thread.ofVirtual().start(() -> storm(number, own)));
    }
  }

  /** How a connection goes. */
  private enum Manner {
    SAYS_NOTHING,
    SAYS_HALF,
    ASKS,
    ASKS_AND_LISTENS,
    TAKES_SOME
  }

  private void storm(int number, SplittableRandom random) {
    Manner[] manners = Manner.values();
    try {
      while (!over) {
        long next = System.nanoTime() + PERIOD.toNanos();
        try {
          connect(number, manners[random.nextInt(manners.length)], random);
          connections.incrementAndGet();
        } catch (IOException e) {
          // the leader hung up first
        }
        Thread.sleep(Duration.ofNanos(Math.max(0, next - System.nanoTime())));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void connect(int number, Manner manner, SplittableRandom random) throws IOException {
    int shard = random.nextInt(shards);
    byte[] request = FrameEncoder.encode(request(number, shard));
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(READ_MILLIS);
      OutputStream out = socket.getOutputStream();
      if (random.nextBoolean()) {
        socket.setSoLinger(true, 0); // its end will be a reset
      }
      switch (manner) {
        case SAYS_NOTHING -> {}
        case SAYS_HALF -> out.write(Arrays.copyOf(request, request.length / 2));
        case ASKS -> out.write(request);
        case ASKS_AND_LISTENS -> {
          out.write(request);
          readSome(socket);
        }
        case TAKES_SOME -> {
          out.write(request);
          readSome(socket);
          Ack.Extension ready = new Ack.Extension(0, 0, 0);
          out.write(FrameEncoder.encode(new Ack(shard, 0, 0, Optional.of(ready))));
          readSome(socket);
          scans.incrementAndGet();
        }
      }
    }
  }

  private static SyncRequest request(int number, int shard) {
    UUID id = new UUID(0xFA7E, number);
    return new SyncRequest(
        shard,
        FrameLayout.PROTOCOL_VERSION,
        FrameLayout.FLAG_EMPTY_STATE,
        Optional.of(new SyncRequest.Extension(id, id, 0, 0, 4, "storm-" + number)));
  }

  private static void readSome(Socket socket) throws IOException {
    if (socket.getInputStream().read(new byte[MOST_READ]) < 0) {
      throw new IOException("hung up");
    }
  }

  @Override
  public String toString() {
    return "%,d connections, of which %,d took a part of a scan"
        .formatted(connections.get(), scans.get());
  }

  @Override
  public void close() {
    over = true;
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
