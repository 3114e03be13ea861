package dev.slotstream.kit;

import java.io.IOException;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** One connection through a {@link FaultyProxy}. Any thread. */
public final class FaultyLink {
  private static final int CHUNK = 16 * 1024;
  private static final int CHUNKS_ON_THE_WAY = 64;
  private static final int DIRECTIONS = 2;
  private static final long POLL_MILLIS = 5;

  private final Socket client;
  private final Socket server;
  private final Pump toServer;
  private final Pump toClient;
  private final AtomicInteger ended = new AtomicInteger();
  private volatile boolean cut;
  private volatile boolean closed;

  FaultyLink(Socket client, Socket server, LinkFaults toServer, LinkFaults toClient) {
    this.client = client;
    this.server = server;
    this.toServer = new Pump(client, server, toServer);
    this.toClient = new Pump(server, client, toClient);
  }

  void start() {
    toServer.start();
    toClient.start();
  }

  /** The direction from who connected to who accepted. */
  public LinkFaults toServer() {
    return toServer.faults;
  }

  /** The direction from who accepted to who connected. */
  public LinkFaults toClient() {
    return toClient.faults;
  }

  /** Bytes that have arrived at who accepted. */
  public long bytesToServer() {
    return toServer.bytes.get();
  }

  /** Bytes that have arrived at who connected. */
  public long bytesToClient() {
    return toClient.bytes.get();
  }

  /** Lets nothing through in either direction. */
  public void blackhole() {
    toServer.faults.blackhole();
    toClient.faults.blackhole();
  }

  /** Is a good link again. */
  public void heal() {
    toServer.faults.heal();
    toClient.faults.heal();
  }

  /** True until it has ended for both. */
  public boolean isOpen() {
    return !closed;
  }

  /** Both sides see the other's end (FIN); what was on the way is lost. */
  public void cut() {
    cut = true;
    toServer.faults.end();
    toClient.faults.end();
    shutdownOutput(client);
    shutdownOutput(server);
  }

  /** Both sides see their connection reset (RST). */
  public void reset() {
    closed = true;
    toServer.faults.end();
    toClient.faults.end();
    reset(client);
    reset(server);
  }

  private static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException e) {
      // it is closed already
    }
  }

  private static void shutdownOutput(Socket socket) {
    try {
      socket.shutdownOutput();
    } catch (IOException e) {
      // it is closed already
    }
  }

  private void threadEnded() {
    if (ended.incrementAndGet() == 2 * DIRECTIONS) {
      closed = true;
      close(client);
      close(server);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // nothing is left to lose
    }
  }

  /** Bytes on their way; none at the end of a stream. */
  private record Chunk(byte[] bytes, long arrival) {}

  /** One direction: one thread takes bytes in, another lets them out when it is their time. */
  private final class Pump {
    private final Socket from;
    private final Socket to;
    private final LinkFaults faults;
    private final AtomicLong bytes = new AtomicLong();
    private final BlockingQueue<Chunk> way = new ArrayBlockingQueue<>(CHUNKS_ON_THE_WAY);

    private Pump(Socket from, Socket to, LinkFaults faults) {
      this.from = from;
      this.to = to;
      this.faults = faults;
    }

    private void start() {
      Thread.ofVirtual().start(this::takeIn);
      Thread.ofVirtual().start(this::letOut);
    }

    private void takeIn() {
      byte[] buffer = new byte[CHUNK];
      try {
        int read = 0;
        while (read >= 0 && (cut || faults.pass())) {
          read = from.getInputStream().read(buffer);
          byte[] chunk = Arrays.copyOf(buffer, Math.max(0, read));
          while (!cut && !faults.isOver() && !way.offer(new Chunk(chunk, faults.arrival()))) {
            Thread.sleep(POLL_MILLIS);
          }
        }
      } catch (IOException e) {
        lost();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        threadEnded();
      }
    }

    private void letOut() {
      try {
        boolean more = true;
        while (more && !faults.isOver()) {
          Chunk chunk = way.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
          if (chunk != null) {
            faults.until(chunk.arrival());
            write(chunk.bytes());
            more = chunk.bytes().length > 0;
          }
        }
        if (!closed) { // by a reset, which must not come as an end
          shutdownOutput(to);
        }
      } catch (IOException e) {
        lost();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        threadEnded();
      }
    }

    /** One side is gone: so is the other, unless it was told already. */
    private void lost() {
      if (!cut) {
        reset();
      }
    }

    private void write(byte[] chunk) throws IOException, InterruptedException {
      for (int at = 0; at < chunk.length && faults.pass(); ) {
        int piece = faults.piece(chunk.length - at);
        to.getOutputStream().write(chunk, at, piece);
        bytes.addAndGet(piece);
        at += piece;
        faults.until(System.nanoTime() + faults.nanosFor(piece));
      }
    }
  }
}
