package dev.slotstream.replication;

import dev.slotstream.engine.ManualEngine;
import dev.slotstream.wire.Frame;
import dev.slotstream.wire.FrameDecoder;
import dev.slotstream.wire.WireException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * One end of a simulated connection, and the event loop that it has for itself: a session or a link
 * with what its verticle does around it. What a process that has ended still does reaches nobody.
 */
abstract class SimEnd implements Connection {
  final SimNode node;
  final int shard;
  private final String name;
  private final SimPipe in;
  private final SimPipe out;
  private final SimTamper tamper;
  private final FrameDecoder decoder;
  private final int room;
  private final ManualEngine process;
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private boolean full;
  private boolean closed;
  private boolean gone;

  /**
   * @param name for the trace
   * @param room bytes on their way at which this end counts as congested
   */
  record Wiring(String name, SimPipe in, SimPipe out, int room, SimTamper tamper) {}

  SimEnd(SimNode node, int shard, Wiring wiring, FrameDecoder decoder) {
    this.node = node;
    this.shard = shard;
    this.name = wiring.name();
    this.in = wiring.in();
    this.out = wiring.out();
    this.room = wiring.room();
    this.tamper = wiring.tamper();
    this.decoder = decoder;
    this.process = node.manual();
  }

  abstract void handle(Frame frame);

  /** A frame is on its way. */
  abstract void sent(byte[] frame);

  abstract void reject(WireException violation);

  abstract void drained();

  abstract void tick();

  /** Whether nothing more will happen on it once it is gone. */
  abstract boolean isSettled();

  /** The connection is gone. */
  abstract void disconnected();

  @Override
  public String remote() {
    return name;
  }

  @Override
  public String remoteHost() {
    return "sim";
  }

  @Override
  public void write(byte[] bytes) {
    if (!closed && isOfRunningProcess()) {
      for (byte[] frame : tamper.sends(this, bytes)) {
        sent(frame);
        out.write(frame);
      }
    }
  }

  @Override
  public long queuedBytes() {
    return out.size();
  }

  @Override
  public boolean congested() {
    full |= out.size() >= room;
    return full;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      if (isOfRunningProcess()) {
        out.close();
      }
      later(this::leave);
    }
  }

  @Override
  public void later(Runnable step) {
    tasks.add(step);
  }

  private void leave() {
    if (!gone) {
      gone = true;
      closed = true;
      out.close();
      disconnected();
    }
  }

  /** False once the process is gone that had this end. */
  boolean isOfRunningProcess() {
    return node.isUp() && node.manual() == process;
  }

  boolean isGone() {
    return gone;
  }

  SimPipe in() {
    return in;
  }

  SimPipe out() {
    return out;
  }

  int tasks() {
    return tasks.size();
  }

  /** Runs so many of the tasks that wait; they may bring others. */
  void run(int count) {
    for (int n = 0; n < count && !tasks.isEmpty() && isOfRunningProcess(); n++) {
      tasks.poll().run();
    }
  }

  /** Whether bytes, or the news that the connection is gone, can arrive. */
  boolean canReceive() {
    return !gone && isOfRunningProcess() && (in.size() > 0 || in.closesNow());
  }

  /** So many of the bytes on their way arrive, in one piece. */
  void receive(int count) {
    if (count > 0) {
      byte[] chunk = in.take(count);
      if (!closed) {
        decode(chunk);
      }
    }
    if (in.closesNow()) {
      in.closed();
      later(this::leave);
    }
  }

  private void decode(byte[] chunk) {
    try {
      decoder.feed(ByteBuffer.wrap(chunk));
      for (Frame frame = decoder.next(); frame != null; frame = decoder.next()) {
        handle(frame);
      }
    } catch (WireException e) {
      reject(e);
    }
  }

  /** The other end has taken bytes: this one may go on. */
  void takenFromOut() {
    if (full && out.size() <= room / 2) {
      full = false;
      later(this::drained);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
