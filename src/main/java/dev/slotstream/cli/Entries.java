package dev.slotstream.cli;

import dev.slotstream.engine.Finding;
import dev.slotstream.engine.Finding.Kind;
import dev.slotstream.engine.OfflineShard;
import dev.slotstream.engine.OfflineStore;
import dev.slotstream.engine.StoreFacts;
import dev.slotstream.kv.EntryLine;
import dev.slotstream.kv.FieldCodec;
import dev.slotstream.kv.KvException;
import dev.slotstream.slot.SlotBuffer;
import java.time.Instant;
import java.util.function.Predicate;

/** The entries of a store's directory, as a node would serve them. */
final class Entries {
  private final OfflineStore store;
  private final Findings findings;
  private final Predicate<EntryLine> sink;
  private final FieldCodec codec;
  private final Instant now = Instant.now();
  private boolean goOn = true;

  private Entries(OfflineStore store, Findings findings, Predicate<EntryLine> sink) {
    this.store = store;
    this.findings = findings;
    this.sink = sink;
    this.codec = codec(store.facts());
  }

  /**
   * Reads all entries that are whole and not expired; what is damaged is in the findings.
   *
   * @param sink takes one after the other; false when no more are wanted
   * @throws CommandException when no slot file can be read
   */
  static void read(OfflineStore store, Findings findings, Predicate<EntryLine> sink) {
    new Entries(store, findings, sink).read();
  }

  private void read() {
    for (int s = 0; s < store.facts().shards() && goOn; s++) {
      try (OfflineShard shard = store.open(s)) {
        shard.forEach(slot -> entry(shard, slot));
      }
    }
  }

  private boolean entry(OfflineShard shard, SlotBuffer slot) {
    EntryLine entry;
    try {
      entry = EntryLine.of(codec, slot.bytes(), slot.keyOffset(), slot.valueOffset());
    } catch (KvException e) {
      String what =
          "%s, shard=%d slot=%d".formatted(e.error().detail(), shard.number(), slot.slot());
      findings.found(new Finding(Kind.DAMAGE, store.facts().directory(), -1, what));
      return true;
    }
    Instant end = entry.expiresAt();
    goOn = (end != null && !end.isAfter(now)) || sink.test(entry);
    return goOn;
  }

  /** How the store's fields are to be read. */
  static FieldCodec codec(StoreFacts facts) {
    return FieldCodec.of(
        facts.content(),
        facts
            .layout()
            .orElseThrow(
                () ->
                    new CommandException(
                        "no slot file can be read, directory=" + facts.directory())));
  }
}
