package dev.slotstream.kit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** What is said over connections on loopback: written down, and said once more. Any thread. */
public final class Conversations {
  private static final int HEADER = 5;
  private static final int CHUNK = 16 * 1024;
  private static final int READ_MILLIS = 10_000;

  private Conversations() {}

  /** Bytes cut into whole frames; what is left of one at the end is dropped. */
  public static List<byte[]> frames(byte[] bytes) {
    List<byte[]> frames = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (in.remaining() >= HEADER
        && in.remaining() >= HEADER + in.getInt(in.position() + Byte.BYTES)) {
      byte[] frame = new byte[HEADER + in.getInt(in.position() + Byte.BYTES)];
      in.get(frame);
      frames.add(frame);
    }
    return frames;
  }

  private static ServerSocket listen() {
    try {
      return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void close(AutoCloseable socket) {
    try {
      socket.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Passes one connection on, and writes down both sides. */
  public static final class Recorder implements AutoCloseable {
    private final ServerSocket listener = listen();
    private final ByteArrayOutputStream toServer = new ByteArrayOutputStream();
    private final ByteArrayOutputStream toClient = new ByteArrayOutputStream();

    /** In front of a port. */
    public static Recorder before(int port) {
      Recorder recorder = new Recorder();
      Thread.ofVirtual().start(() -> recorder.pass(port));
      return recorder;
    }

    private void pass(int port) {
      try (Socket client = listener.accept();
          Socket server = new Socket(InetAddress.getLoopbackAddress(), port)) {
        Thread back = Thread.ofVirtual().start(() -> copy(server, client, toClient));
        copy(client, server, toServer);
        back.join();
      } catch (IOException e) {
        // nobody came
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private static void copy(Socket from, Socket to, ByteArrayOutputStream record) {
      byte[] buffer = new byte[CHUNK];
      try (InputStream in = from.getInputStream();
          OutputStream out = to.getOutputStream()) {
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          record.write(buffer, 0, read);
          out.write(buffer, 0, read);
        }
      } catch (IOException e) {
        // one side is gone: the other is told by closing
      }
    }

    /** Where to connect. */
    public int port() {
      return listener.getLocalPort();
    }

    /** Frames from who connected. */
    public List<byte[]> toServer() {
      return frames(toServer.toByteArray());
    }

    /** Frames from who accepted. */
    public List<byte[]> toClient() {
      return frames(toClient.toByteArray());
    }

    @Override
    public void close() {
      Conversations.close(listener);
    }
  }

  /** Says the same to whoever connects, once that has said its first frame. */
  public static final class Parrot implements AutoCloseable {
    private final ServerSocket listener = listen();
    private final List<byte[]> frames;
    private final AtomicInteger finished = new AtomicInteger();

    /** Says these frames. */
    public Parrot(List<byte[]> frames) {
      this.frames = frames;
      Thread.ofVirtual().start(this::accept);
    }

    private void accept() {
      while (!listener.isClosed()) {
        try (Socket client = listener.accept()) {
          say(client, frames);
          finished.incrementAndGet();
        } catch (IOException e) {
          // the test is over, or who connected is gone already
        }
      }
    }

    private static void say(Socket to, List<byte[]> frames) throws IOException {
      skipFrame(to.getInputStream());
      for (byte[] frame : frames) {
        to.getOutputStream().write(frame);
      }
      to.getInputStream().transferTo(OutputStream.nullOutputStream());
    }

    /** Where to connect. */
    public int port() {
      return listener.getLocalPort();
    }

    /** How often everything was said to somebody who has hung up since. */
    public int finished() {
      return finished.get();
    }

    @Override
    public void close() {
      Conversations.close(listener);
    }
  }

  /**
   * Connects, says all this in one breath, and listens until the other side hangs up. Answers what
   * it said. In one breath, since a busy machine would let the other side answer in between.
   */
  public static List<byte[]> say(int port, List<byte[]> frames) {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    frames.forEach(said::writeBytes);
    ByteArrayOutputStream heard = new ByteArrayOutputStream();
    try (Socket socket = connect(port)) {
      socket.getOutputStream().write(said.toByteArray());
      socket.getInputStream().transferTo(heard);
    } catch (IOException e) {
      // hung up while something was on its way
    }
    return frames(heard.toByteArray());
  }

  /** The same, but waits for an answer to the first frame, and for every frame hears one. */
  public static void sayOnceAnswered(int port, List<byte[]> frames) {
    try (Socket socket = connect(port)) {
      for (byte[] frame : frames) {
        socket.getOutputStream().write(frame);
        skipFrame(socket.getInputStream());
      }
    } catch (IOException e) {
      // hung up
    }
  }

  private static Socket connect(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(READ_MILLIS);
    return socket;
  }

  private static void skipFrame(InputStream in) throws IOException {
    byte[] header = in.readNBytes(HEADER);
    if (header.length == HEADER) {
      in.skipNBytes(ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).getInt(Byte.BYTES));
    }
  }
}
