package dev.slotstream.replication;

import dev.slotstream.wire.Frame;
import dev.slotstream.wire.FrameDecoder;
import dev.slotstream.wire.WireException;

/** The end of a follower's connection at the node that it follows; see {@link FollowerVerticle}. */
final class SimLeaderEnd extends SimEnd {
  private final SimFollowerEnd peer;
  private final FollowerSession session;
  private final Runnable onCommit = this::signalCommit;
  private boolean listening;
  private boolean signalled;

  SimLeaderEnd(SimNode node, Wiring wiring, SimFollowerEnd peer) {
    super(node, peer.shard, wiring, FrameDecoder.ofFollowerFrames());
    this.peer = peer;
    this.session = new FollowerSession(node.engine(), node.leader(), this, node.now());
  }

  /** The other end. */
  SimFollowerEnd peer() {
    return peer;
  }

  @Override
  void handle(Frame frame) {
    session.onFrame(frame, node.now());
    if (!listening && session.shard() != null) {
      listening = true;
      session.shard().onCommit(onCommit);
    }
    if (frame instanceof Frame.Ack) {
      node.audit().told(peer, session.figures().ledger().durableSequence());
    }
  }

  @Override
  void sent(byte[] frame) {}

  private void signalCommit() {
    if (!signalled) {
      signalled = true;
      later(
          () -> {
            signalled = false;
            session.onCommit();
          });
    }
  }

  @Override
  void reject(WireException violation) {
    session.reject(violation.reason().tag(), violation.getMessage());
  }

  @Override
  boolean isSettled() {
    return true;
  }

  @Override
  void drained() {
    session.onDrained();
  }

  @Override
  void tick() {
    session.onTick(node.now());
  }

  @Override
  void disconnected() {
    if (listening) {
      session.shard().removeOnCommit(onCommit);
    }
    session.end("disconnected", "connection closed");
    node.sessions().remove(this);
  }
}
