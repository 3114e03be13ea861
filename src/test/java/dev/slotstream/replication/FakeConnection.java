package dev.slotstream.replication;

import dev.slotstream.wire.Frame;
import dev.slotstream.wire.FrameDecoder;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A connection without a network: keeps what is written, and runs later steps when told to. */
final class FakeConnection implements Connection {
  private final FrameDecoder decoder;
  private final List<Frame> written = new ArrayList<>();
  private final Queue<Runnable> later = new ConcurrentLinkedQueue<>();
  boolean congested;
  boolean closed;

  private FakeConnection(FrameDecoder decoder) {
    this.decoder = decoder;
  }

  /** The leader's end: what it writes is what a follower reads. */
  static FakeConnection ofLeader() {
    return new FakeConnection(FrameDecoder.ofLeaderFrames(8, 16));
  }

  /** The follower's end. */
  static FakeConnection ofFollower() {
    return new FakeConnection(FrameDecoder.ofFollowerFrames());
  }

  @Override
  public String remote() {
    return "test:1";
  }

  @Override
  public String remoteHost() {
    return "test";
  }

  @Override
  public void write(byte[] bytes) {
    decoder.feed(ByteBuffer.wrap(bytes));
    for (Frame frame = decoder.next(); frame != null; frame = decoder.next()) {
      written.add(frame);
    }
  }

  @Override
  public long queuedBytes() {
    return 0;
  }

  @Override
  public boolean congested() {
    return congested;
  }

  @Override
  public void close() {
    closed = true;
  }

  @Override
  public void later(Runnable step) {
    later.add(step);
  }

  /** Runs what was put off, and what that puts off. */
  void runLater() {
    for (Runnable step = later.poll(); step != null; step = later.poll()) {
      step.run();
    }
  }

  /** Runs what was put off so far, the last first, and then what that puts off. */
  void runLaterBackwards() {
    List<Runnable> steps = new ArrayList<>(later);
    later.clear();
    steps.reversed().forEach(Runnable::run);
    runLater();
  }

  /** What was written since the last call. */
  List<Frame> take() {
    List<Frame> taken = List.copyOf(written);
    written.clear();
    return taken;
  }

  /** The written frames of one type, without taking them. */
  <T extends Frame> List<T> frames(Class<T> type) {
    return written.stream().filter(type::isInstance).map(type::cast).toList();
  }

  /** The text of the one Error frame. */
  String error() {
    return frames(Frame.ErrorFrame.class).getFirst().text();
  }
}
