package dev.slotstream.replication;

import dev.slotstream.engine.Shard;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.log.LogException;
import dev.slotstream.log.LogReader;
import dev.slotstream.log.LogRecord;
import dev.slotstream.slot.SlotBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What a node's shard really holds, read as its followers and its users read it. */
record SimSlots(SimNode node, int shard) {

  /** All slots, whatever they hold. */
  SimSlot[] read() {
    Shard of = node.shard(shard);
    SlotBuffer buffer = node.engine().newBuffer();
    SimSlot[] slots = new SimSlot[of.slotCount()];
    for (int s = 0; s < slots.length; s++) {
      slots[s] = read(of, s, buffer);
    }
    return slots;
  }

  private static SimSlot read(Shard of, int slot, SlotBuffer buffer) {
    int meta = of.copySlot(slot, buffer);
    return meta == 0
        ? SimSlot.FREE
        : SimSlot.of(meta, buffer.bytes(), buffer.keyOffset(), 8, buffer.valueOffset(), 16);
  }

  /** Where the slots differ from these; null when they do not. */
  String difference(SimSlot[] expected) {
    SimSlot[] actual = read();
    for (int s = 0; s < Math.max(expected.length, actual.length); s++) {
      SimSlot should = s < expected.length ? expected[s] : SimSlot.FREE;
      SimSlot is = s < actual.length ? actual[s] : SimSlot.FREE;
      if (!Objects.equals(should, is)) {
        return "slot=%d expected=%s actual=%s".formatted(s, should, is);
      }
    }
    return null;
  }

  /** What a reader finds that differs from what these slots say; null for nothing. */
  String unread(SimSlot[] expected, int keys) {
    SlotEngine engine = node.engine();
    SlotBuffer buffer = engine.newBuffer();
    long[] numbers = new long[keys];
    for (SimSlot slot : expected) {
      if (slot.occupied()) {
        numbers[(int) slot.key()] = slot.number();
      }
    }
    for (int key = 0; key < keys; key++) {
      byte[] bytes = SimSlot.key(key);
      if (engine.shardOf(bytes) == shard) {
        boolean found = engine.get(bytes, buffer);
        SimSlot read =
            found
                ? SimSlot.of(
                    buffer.meta(), buffer.bytes(), buffer.keyOffset(), 8, buffer.valueOffset(), 16)
                : SimSlot.FREE;
        if (read.number() != numbers[key]) {
          return "key=%d expected=%d actual=%s".formatted(key, numbers[key], read);
        }
      }
    }
    return null;
  }

  /** A record of the log. */
  record Logged(int epoch, long sequence, int slot, SimSlot content) {
    private static Logged of(LogRecord record) {
      SimSlot content =
          SimSlot.of(
              record.meta(),
              record.bytes(),
              record.keyOffset(),
              record.keyLength(),
              record.valueOffset(),
              record.valueLength());
      return new Logged(record.epoch(), record.sequence(), record.slot(), content);
    }
  }

  /** The log's records from a sequence on, as many as are still there. */
  List<Logged> log(long from) {
    Shard of = node.shard(shard);
    long first = Math.max(from, of.oldestSequence());
    List<Logged> records = new ArrayList<>();
    if (first > of.appendedSequence()) {
      return records;
    }
    try (LogReader reader = of.readLog(first)) {
      while (reader.next(of.appendedSequence())) {
        records.add(Logged.of(reader.record()));
      }
    } catch (LogException e) {
      throw new SimFailure(node + " has a log that cannot be read: " + e.getMessage(), e);
    }
    return records;
  }
}
