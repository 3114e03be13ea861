package dev.slotstream.replication;

import dev.slotstream.replication.LeaderLink.LinkOptions;
import dev.slotstream.wire.Frame;
import dev.slotstream.wire.FrameDecoder;
import dev.slotstream.wire.WireException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/** A follower's end of its connection; see {@link LinkVerticle}. */
final class SimFollowerEnd extends SimEnd {
  private final LeaderLink link;

  /** The records that acks named as durable, by sequence. */
  private final Map<Long, SimEvent> promises = new HashMap<>();

  private boolean released;

  SimFollowerEnd(SimNode node, int shard, Wiring wiring, LinkOptions options) {
    super(
        node,
        shard,
        wiring,
        FrameDecoder.ofLeaderFrames(TestNode.LAYOUT.keyLength(), TestNode.LAYOUT.valueLength()));
    LinkProgress progress = node.progress(shard);
    this.link = new LeaderLink(node.engine(), options, this, progress, node.now());
    progress.connecting();
    progress.connected();
  }

  /** As {@link LinkVerticle} asks before it connects again. */
  @Override
  boolean isSettled() {
    return link.settled();
  }

  void open() {
    link.open();
  }

  @Override
  void handle(Frame frame) {
    link.onFrame(frame, node.now());
  }

  @Override
  void sent(byte[] frame) {
    FrameDecoder decoder = FrameDecoder.ofFollowerFrames();
    decoder.feed(ByteBuffer.wrap(frame));
    if (decoder.next() instanceof Frame.Ack ack && ack.extension().isPresent()) {
      long durable = ack.extension().get().durableSequence();
      if (durable > 0) {
        promises.computeIfAbsent(durable, d -> node.audit().promises(this, d));
      }
    }
  }

  /** Whether an ack had named a sequence. */
  boolean hasPromised(long sequence) {
    return promises.containsKey(sequence);
  }

  /** The record that an ack had named, and that still has to be there. */
  SimEvent promised(long sequence) {
    return released ? null : promises.get(sequence);
  }

  /** The disk that had all this has lost some of it, as it may. */
  void releasePromises() {
    released = true;
  }

  @Override
  void reject(WireException violation) {
    link.reject(violation.reason().tag(), violation.getMessage());
  }

  @Override
  void drained() {}

  @Override
  void tick() {
    link.onTick(node.now());
  }

  @Override
  void disconnected() {
    link.end("disconnected", "connection closed");
    node.unlink(this);
  }
}
