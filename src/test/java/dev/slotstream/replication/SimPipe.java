package dev.slotstream.replication;

import java.util.Arrays;

/** One direction of a simulated connection: bytes on their way, and what becomes of them. */
final class SimPipe {
  private byte[] bytes = new byte[256];
  private int start;
  private int end;
  private boolean lost;
  private boolean closing;
  private boolean closed;

  void write(byte[] more) {
    if (lost || closing) {
      return;
    }
    if (end + more.length > bytes.length) {
      bytes = Arrays.copyOfRange(bytes, start, start + 2 * (size() + more.length));
      end -= start;
      start = 0;
    }
    System.arraycopy(more, 0, bytes, end, more.length);
    end += more.length;
  }

  int size() {
    return end - start;
  }

  byte[] take(int count) {
    byte[] taken = Arrays.copyOfRange(bytes, start, start + count);
    start += count;
    return taken;
  }

  /** The sender closes: the receiver learns it behind the bytes that are on their way. */
  void close() {
    if (!lost) {
      closing = true;
    }
  }

  /**
   * Everything is lost behind so many of the bytes that are on their way.
   *
   * @param noticed whether the receiver will learn that nothing comes any more
   */
  void cut(int kept, boolean noticed) {
    end = start + kept;
    lost = true;
    closing = noticed;
  }

  /** True when the receiver is to be told, now, that nothing comes any more. */
  boolean closesNow() {
    return closing && !closed && size() == 0;
  }

  void closed() {
    closed = true;
  }
}
