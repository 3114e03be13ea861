package dev.slotstream.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.Shard;
import dev.slotstream.engine.ShardHistory;
import dev.slotstream.engine.ShardHistory.EpochStart;
import dev.slotstream.kit.MemoryDirectory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyValueStoreTest {
  private static final Preconditions ONLY_NEW = PreconditionsTest.ifNoneMatch(new TagMatch.Any());
  private static final Preconditions ONLY_OLD = PreconditionsTest.ifMatch(new TagMatch.Any());

  private TestKv kv;

  @BeforeEach
  void open(@TempDir(factory = MemoryDirectory.class) Path directory) {
    kv = TestKv.framed(directory);
  }

  @AfterEach
  void close() {
    kv.close();
  }

  @Test
  void aValueIsReadAsItWasPut() {
    WriteAnswer.Stored stored =
        (WriteAnswer.Stored)
            kv.put(
                "k",
                "{}",
                new PutOptions(
                    Optional.of("application/json"), Optional.empty(), WriteOptions.NONE));
    Entry entry = kv.entry("k");
    assertEquals("{}", kv.text("k"));
    assertEquals(2, entry.length());
    assertEquals("application/json", entry.mediaType());
    assertEquals(stored.tag(), entry.tag());
    assertEquals(Optional.empty(), entry.expires());
    assertEquals("not-found", kv.text("k\0"));
  }

  @Test
  void aShardInAFullSyncIsNotRead() {
    kv.stored("k", "1");
    Shard shard = kv.engine.shards().get(kv.stored("k", "2").position().shard());
    ShardHistory leaders = new ShardHistory(new UUID(1, 2), false, List.of(new EpochStart(9, 1)));
    CompletableFuture<Boolean> begun = new CompletableFuture<>();
    shard.beginFullSync(leaders, 50, (aside, failure) -> begun.complete(failure == null));
    assertTrue(begun.join());
    assertEquals("not-caught-up", kv.text("k"));
    CompletableFuture<Boolean> ended = new CompletableFuture<>();
    shard.endFullSync((aside, failure) -> ended.complete(failure == null));
    assertTrue(ended.join());
    assertEquals("2", kv.text("k"));
  }

  @Test
  void tellsTheFirstPutFromTheNextAndEachHasItsTag() {
    WriteAnswer.Stored first = kv.stored("k", "1");
    WriteAnswer.Stored second = kv.stored("k", "2");
    assertTrue(first.created());
    assertFalse(second.created());
    assertNotEquals(first.tag(), second.tag());
    assertEquals(first.position().sequence() + 1, second.position().sequence());
    assertEquals(first.position().shard(), second.position().shard());
    assertEquals(kv.engine.epoch(), second.position().epoch());
    assertEquals("2", kv.text("k"));
  }

  @Test
  void aRemovedValueIsGoneAndCanBeCreatedAgain() {
    WriteAnswer.Stored first = kv.stored("k", "1");
    WriteAnswer.Removed removed = (WriteAnswer.Removed) kv.delete("k");
    assertEquals(first.position().sequence() + 1, removed.position().sequence());
    assertEquals("not-found", kv.text("k"));
    assertEquals(new KvError.NotFound(), TestKv.error(kv.delete("k")));
    WriteAnswer.Stored again = kv.stored("k", "2");
    assertTrue(again.created());
    assertNotEquals(first.tag(), again.tag());
  }

  @Test
  void putsOnlyWhereThereIsNone() {
    WriteAnswer.Stored first = (WriteAnswer.Stored) kv.put("k", "1", ONLY_NEW);
    assertEquals(
        new KvError.PreconditionFailed(Optional.of(first.tag())),
        TestKv.error(kv.put("k", "2", ONLY_NEW)));
    assertEquals("1", kv.text("k"));
  }

  @Test
  void putsAndRemovesOnlyTheValueThatWasNamed() {
    WriteAnswer.Stored first = kv.stored("k", "1");
    Preconditions whenFirst = whenTag(first.tag());
    WriteAnswer.Stored second = (WriteAnswer.Stored) kv.put("k", "2", whenFirst);
    KvError failed = new KvError.PreconditionFailed(Optional.of(second.tag()));
    assertEquals(failed, TestKv.error(kv.put("k", "3", whenFirst)));
    assertEquals(failed, TestKv.error(kv.delete("k", whenFirst)));
    assertInstanceOf(WriteAnswer.Removed.class, kv.delete("k", whenTag(second.tag())));
  }

  @Test
  void aKeyWithoutAValueFailsIfMatch() {
    KvError failed = new KvError.PreconditionFailed(Optional.empty());
    assertEquals(failed, TestKv.error(kv.put("k", "1", ONLY_OLD)));
    assertEquals(failed, TestKv.error(kv.delete("k", ONLY_OLD)));
    assertEquals(new KvError.NotFound(), TestKv.error(kv.delete("k", ONLY_NEW)));
    kv.put("k", "1");
    kv.delete("k");
    assertEquals(failed, TestKv.error(kv.delete("k", ONLY_OLD)));
  }

  @Test
  void readsAskPreconditionsToo() {
    WriteAnswer.Stored stored = kv.stored("k", "1");
    Preconditions known =
        PreconditionsTest.ifNoneMatch(new TagMatch.OneOf(Set.of(stored.tag().toString())));
    byte[] key = TestKv.bytes("k");
    assertEquals(new ReadAnswer.NotModified(stored.tag()), kv.store.get(key, known));
    assertEquals(new ReadAnswer.NotModified(stored.tag()), kv.store.head(key, known));
    assertEquals(
        new ReadAnswer.Refused(new KvError.PreconditionFailed(Optional.of(stored.tag()))),
        kv.store.get(key, PreconditionsTest.ifMatch(new TagMatch.OneOf(Set.of("\"0.0\"")))));
    assertEquals(
        new ReadAnswer.Refused(new KvError.NotFound()),
        kv.store.get(TestKv.bytes("absent"), ONLY_OLD));
  }

  @Test
  void headHasTheLengthWithoutTheValue() {
    kv.put("k", "value");
    ReadAnswer answer = kv.store.head(TestKv.bytes("k"), Preconditions.NONE);
    Entry entry = ((ReadAnswer.Found) answer).entry();
    assertEquals(5, entry.length());
    assertEquals(0, entry.value().length);
  }

  @Test
  void anExpiredValueCountsAsNone() {
    WriteAnswer.Stored first = (WriteAnswer.Stored) kv.put("k", "1", Duration.ofSeconds(10));
    assertEquals(Optional.of(kv.clock.instant().plusSeconds(10)), first.expires());
    assertEquals(first.expires(), kv.entry("k").expires());
    kv.clock.advance(Duration.ofSeconds(9));
    assertEquals("1", kv.text("k"));
    kv.clock.advance(Duration.ofSeconds(1));
    assertEquals("not-found", kv.text("k"));
    assertEquals(new KvError.NotFound(), TestKv.error(kv.delete("k")));
    assertEquals(
        new KvError.PreconditionFailed(Optional.empty()),
        TestKv.error(kv.put("k", "2", whenTag(first.tag()))));
    assertEquals(
        new KvError.PreconditionFailed(Optional.empty()), TestKv.error(kv.delete("k", ONLY_OLD)));
    WriteAnswer.Stored second = (WriteAnswer.Stored) kv.put("k", "2", ONLY_NEW);
    assertTrue(second.created());
    assertEquals(Optional.empty(), second.expires());
  }

  @Test
  void keysAndValuesOutOfBoundsAreRefused() {
    assertEquals(new KvError.KeyTooLong(16, 17), TestKv.error(kv.put("k".repeat(17), "")));
    assertEquals(new KvError.ValueTooLarge(64, 65), TestKv.error(kv.put("k", "v".repeat(65))));
    assertEquals("key-too-long", kv.text("k".repeat(17)));
    assertEquals("bad-key", kv.text(""));
    assertEquals("bad-key", TestKv.error(kv.delete("")).name());
    kv.put("k".repeat(16), "v".repeat(64));
    assertEquals("v".repeat(64), kv.text("k".repeat(16)));
  }

  @Test
  void everyOperationIsMeteredByItsOutcome() {
    kv.put("k", "1");
    kv.get("k");
    kv.delete("k");
    kv.delete("k");
    kv.get("k");
    kv.put("k".repeat(17), "");
    assertEquals(
        "[PUT ok, GET ok, DELETE ok, DELETE not-found, GET not-found, PUT key-too-long]",
        kv.metered.toString());
  }

  @Test
  void takesNoWritesOnceTheyAreStopped() {
    kv.put("k", "1");
    kv.store.stopWrites();
    assertTrue(kv.store.drain(Duration.ofSeconds(30)));
    assertEquals(new KvError.ShuttingDown(), TestKv.error(kv.put("k", "2")));
    assertEquals(new KvError.ShuttingDown(), TestKv.error(kv.delete("k")));
    assertEquals("1", kv.text("k"));
    assertTrue(kv.store.writesStopped());
  }

  @Test
  void isDrainedOnceTheLastWriteWasAnswered() {
    CompletableFuture<Boolean> drainedInside = new CompletableFuture<>();
    kv.store.put(
        TestKv.bytes("k"),
        TestKv.bytes("1"),
        PutOptions.NONE,
        answer -> drainedInside.complete(kv.store.drain(Duration.ofMillis(5))));
    assertFalse(drainedInside.join());
    assertTrue(kv.store.drain(Duration.ofSeconds(10)));
  }

  @Test
  void readsAndWritesOfAClosedEngineAreRefused() {
    kv.put("k", "1");
    kv.engine.close();
    assertEquals("shutting-down", kv.text("k"));
    assertEquals(new KvError.ShuttingDown(), TestKv.error(kv.put("k", "2")));
  }

  private static Preconditions whenTag(EntityTag tag) {
    return PreconditionsTest.ifMatch(new TagMatch.OneOf(Set.of(tag.toString())));
  }
}
