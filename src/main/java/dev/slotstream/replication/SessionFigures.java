package dev.slotstream.replication;

import dev.slotstream.engine.Shard;
import dev.slotstream.replication.FollowerStatus.State;
import java.time.Instant;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Who a session is with, what it is doing and how far it is; also what is remembered of it when it
 * is over. Written by its event loop, read by any thread.
 */
final class SessionFigures {
  private final LeaderContext leader;
  private final String address;
  private final AckLedger ledger = new AckLedger();
  private final Instant connectedAt = Instant.now();
  private volatile String follower = "";
  private volatile Shard shard;
  private volatile State state = State.HANDSHAKE;
  private volatile boolean saysWhatIsDurable;
  private volatile LongSupplier queuedBytes;
  private volatile Optional<Instant> goneSince = Optional.empty();

  SessionFigures(LeaderContext leader, Connection connection) {
    this.leader = leader;
    this.address = connection.remote();
    this.queuedBytes = connection::queuedBytes;
  }

  String address() {
    return address;
  }

  AckLedger ledger() {
    return ledger;
  }

  State state() {
    return state;
  }

  void enter(State next) {
    state = next;
  }

  /** The shard that the follower asked for; null before it has. */
  Shard shard() {
    return shard;
  }

  void asksFor(Shard asked) {
    shard = asked;
  }

  /** The follower's name; empty before it has one. */
  String follower() {
    return follower;
  }

  /**
   * The follower gets a name.
   *
   * @param durable true when it tells what it has on disk
   */
  void introduce(String name, boolean durable) {
    follower = name;
    saysWhatIsDurable = durable;
  }

  /** The session is over: what is remembered of it does not hold its connection. */
  void gone() {
    queuedBytes = () -> 0;
    goneSince = Optional.of(Instant.now());
  }

  FollowerStatus status() {
    Shard of = shard;
    boolean streaming = state == State.STREAMING;
    long acked = ledger.ackedSequence();
    long lag = streaming ? Math.max(0, of.committedSequence() - acked) : -1;
    return new FollowerStatus(
        follower,
        address,
        of == null ? -1 : of.number(),
        connectedAt,
        state,
        ledger.scannedSlots(),
        ledger.sentEvents(),
        ledger.ackedEvents(),
        ledger.highestVersion(),
        ledger.sentSequence(),
        acked,
        saysWhatIsDurable ? ledger.durableSequence() : acked,
        lag,
        lag > 0 ? Math.max(0, of.logEndOffset() - ledger.ackedOffset()) : lag,
        lag > 0 ? leader.ageOfNext(of.number(), acked) : lag,
        ledger.ackAgeSeconds(leader.clock().getAsLong()),
        ledger.inFlight(),
        queuedBytes.getAsLong(),
        goneSince.isEmpty(),
        goneSince);
  }
}
