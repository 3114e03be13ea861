package dev.slotstream.replication;

import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * One record that a leader has written, and with it the history that it ends: the records before it
 * are reached through {@link #before()}. Histories that part share what they have in common.
 */
final class SimEvent {
  private final SimEvent before;
  private final int epoch;
  private final long sequence;
  private final int slot;
  private final SimSlot content;

  /** What all slots are, when this is only a mark; null otherwise. */
  private final SimSlot[] whole;

  private SimEvent(
      SimEvent before, int epoch, long sequence, int slot, SimSlot content, SimSlot[] whole) {
    this.before = before;
    this.epoch = epoch;
    this.sequence = sequence;
    this.slot = slot;
    this.content = content;
    this.whole = whole;
  }

  /** A record of a leader's log. */
  static SimEvent write(SimEvent before, int epoch, long sequence, int slot, SimSlot content) {
    return new SimEvent(before, epoch, sequence, slot, content, null);
  }

  /** From here on the slots are these, whatever the records before say. */
  static SimEvent mark(SimEvent before, long sequence, SimSlot[] whole) {
    return new SimEvent(before, 0, sequence, -1, null, whole);
  }

  /** The record before it; null for the first. */
  SimEvent before() {
    return before;
  }

  int epoch() {
    return epoch;
  }

  long sequence() {
    return sequence;
  }

  int slot() {
    return slot;
  }

  SimSlot content() {
    return content;
  }

  boolean isMark() {
    return whole != null;
  }

  static long sequenceOf(SimEvent event) {
    return event == null ? 0 : event.sequence;
  }

  /** The last record of a history at or before a sequence; null when there is none. */
  static SimEvent upTo(SimEvent head, long sequence) {
    SimEvent event = head;
    while (event != null && event.sequence > sequence) {
      event = event.before;
    }
    return event;
  }

  /** Whether a history holds this record. */
  static boolean holds(SimEvent head, SimEvent event) {
    SimEvent at = upTo(head, event.sequence);
    while (at != null && at != event && at.sequence == event.sequence) {
      at = at.before; // a mark stands at the sequence of the record before it
    }
    return at == event;
  }

  /** What the slots are after a history. */
  static SimSlot[] slots(SimEvent head) {
    ArrayDeque<SimEvent> records = new ArrayDeque<>();
    SimEvent event = head;
    while (event != null && event.whole == null) {
      records.push(event);
      event = event.before;
    }
    SimSlot[] slots = event == null ? new SimSlot[0] : event.whole.clone();
    for (SimEvent record : records) {
      slots = record.applyTo(slots);
    }
    return slots;
  }

  /** The slots after this record; the array may be the same one. */
  SimSlot[] applyTo(SimSlot[] slots) {
    SimSlot[] longer = slots;
    if (slot >= slots.length) {
      longer = Arrays.copyOf(slots, Math.max(slot + 1, slots.length * 2));
      Arrays.fill(longer, slots.length, longer.length, SimSlot.FREE);
    }
    longer[slot] = content;
    return longer;
  }

  @Override
  public String toString() {
    return "%d:%d slot=%d %s".formatted(epoch, sequence, slot, content);
  }
}
