package dev.slotstream.replication;

import dev.slotstream.engine.Durability;
import java.util.HashMap;
import java.util.Map;

/** All that the leader ever wrote to one shard, and which of it is its history now. */
final class SimHistory {
  private final Durability leaders;
  private final Map<Position, SimEvent> events = new HashMap<>();
  private SimEvent head;

  /** Every record up to here was on the leader's disk at some time. */
  private long durableEver;

  private record Position(int epoch, long sequence) {}

  SimHistory(Durability leaders) {
    this.leaders = leaders;
  }

  /** The leader has written this record behind all others. */
  void written(SimEvent event) {
    head = event;
    events.put(new Position(event.epoch(), event.sequence()), event);
  }

  /** The leader has lost what is behind this record. */
  void lostBehind(SimEvent event) {
    head = event;
  }

  /** The leader's slots have become something that its records do not tell. */
  void marked(SimEvent mark, int epoch) {
    head = mark;
    events.put(new Position(epoch, mark.sequence()), mark);
  }

  /** The leader's last record. */
  SimEvent head() {
    return head;
  }

  /** What was written under an epoch and a sequence; null for nothing. */
  SimEvent at(int epoch, long sequence) {
    return events.get(new Position(epoch, sequence));
  }

  void durable(long sequence) {
    durableEver = Math.max(durableEver, sequence);
  }

  /** The first sequence that the power may cost the leader. */
  long firstThatMayBeLost() {
    return leaders == Durability.OS ? Long.MAX_VALUE : durableEver + 1;
  }

  /** Whether followers may have records that the power takes from the leader. */
  boolean leaderMayLoseRecords() {
    return leaders == Durability.OS;
  }
}
