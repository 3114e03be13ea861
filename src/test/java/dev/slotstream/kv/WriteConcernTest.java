package dev.slotstream.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.Shard;
import dev.slotstream.kit.MemoryDirectory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Followers and time are moved by hand; the store is in mode OS, where nothing else waits. */
class WriteConcernTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final OptionalInt UNSAID = OptionalInt.empty();

  @TempDir(factory = MemoryDirectory.class)
  Path directory;

  private TestKv kv;
  private final List<WriteAnswer> answers = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void close() {
    kv.close();
  }

  private void open(int acks, int minInSync) {
    kv =
        TestKv.demanding(
            directory, new ReplicationDemands(acks, TIMEOUT, minInSync, Duration.ZERO));
    kv.store.tick(); // from now on it listens
  }

  @Test
  void isAnsweredWhenSoManyFollowersHaveIt() {
    open(2, 0);
    put("k", UNSAID);
    kv.followers.ack("a", shard(), 1);
    assertEquals(1, kv.store.waitingForFollowers());
    assertEquals(List.of(), answers);
    kv.followers.ack("b", shard(), 1);
    assertInstanceOf(WriteAnswer.Stored.class, answers.getFirst());
    assertEquals(0, kv.store.waitingForFollowers());
    assertEquals(List.of("PUT ok"), kv.metered);
  }

  @Test
  void whatAWriterAsksForReplacesTheDefault() {
    open(2, 0);
    put("k", OptionalInt.of(0));
    assertEquals(1, answers.size());
    put("k", OptionalInt.of(1));
    kv.followers.ack("a", shard(), 2);
    assertEquals(2, answers.size());
  }

  @Test
  void isAnsweredAtOnceWhenTheyHaveItAlready() {
    open(1, 0);
    kv.followers.ack("a", shard(), 1);
    put("k", UNSAID);
    assertInstanceOf(WriteAnswer.Stored.class, answers.getFirst());
  }

  @Test
  void aDeleteWaitsToo() {
    open(0, 0);
    put("k", UNSAID);
    delete("k", OptionalInt.of(1));
    assertEquals(1, answers.size());
    kv.followers.ack("a", shard(), 1);
    assertEquals(1, answers.size());
    kv.followers.ack("a", shard(), 2);
    assertInstanceOf(WriteAnswer.Removed.class, answers.getLast());
  }

  @Test
  void whatWasNotWrittenIsNotWaitedFor() {
    open(1, 0);
    delete("absent", UNSAID);
    assertEquals(new WriteAnswer.Refused(new KvError.NotFound()), answers.getFirst());
    assertEquals(0, kv.store.waitingForFollowers());
  }

  @Test
  void anAckOfAnotherShardIsNoAck() {
    open(1, 0);
    put("k", UNSAID);
    kv.followers.ack("a", 1 - shard(), 100);
    assertEquals(List.of(), answers);
  }

  @Test
  void aTimeoutTellsThatTheWriteStandsAndHowManyHaveIt() {
    open(3, 0);
    put("k", UNSAID);
    kv.followers.ack("a", shard(), 1);
    kv.followers.ack("b", shard(), 0);
    pass(TIMEOUT.minusMillis(1));
    assertEquals(List.of(), answers);
    pass(Duration.ofMillis(1));
    WriteAnswer.NotReplicated answer = (WriteAnswer.NotReplicated) answers.getFirst();
    assertInstanceOf(WriteAnswer.Stored.class, answer.done());
    Position position = new Position(shard(), 1, 1);
    assertEquals(position, answer.done().position());
    assertEquals(new KvError.ReplicationTimeout(position, 1, 3, 2, TIMEOUT), answer.why());
    assertEquals(
        "write stands on this leader, but too few followers have it in time,"
            + " position=%s followers=1 asked=3 known=2 waited=5000ms".formatted(position),
        answer.why().detail());
    assertEquals("1", kv.text("k"));
    assertEquals(List.of("PUT replication-timeout", "GET ok"), kv.metered);
  }

  @Test
  void moreFollowersThanThereEverCanBeTimeOut() {
    open(ReplicationDemands.MAX_ACKS, 0);
    put("k", UNSAID);
    for (String follower : List.of("a", "b", "c")) {
      kv.followers.ack(follower, shard(), 1);
    }
    pass(TIMEOUT);
    assertTrue(
        ((WriteAnswer.NotReplicated) answers.getFirst())
            .why()
            .detail()
            .contains("followers=3 asked=64 known=3"));
  }

  @Test
  void aTickSeesWhatNobodyToldOf() {
    open(1, 0);
    put("k", UNSAID);
    kv.followers.ackSilently("a", shard(), 1);
    assertEquals(List.of(), answers);
    kv.store.tick();
    assertInstanceOf(WriteAnswer.Stored.class, answers.getFirst());
  }

  @Test
  void shuttingDownTellsThatTheWriteStands() {
    open(2, 0);
    put("k", UNSAID);
    kv.followers.ack("a", shard(), 1);
    kv.store.stopWrites();
    assertFalse(kv.store.drain(Duration.ofMillis(1)));
    kv.store.stopWaiting();
    WriteAnswer.NotReplicated answer = (WriteAnswer.NotReplicated) answers.getFirst();
    assertEquals("shutting-down", answer.why().name());
    assertEquals(
        "write stands on this leader, which is shutting down and waits no more for followers,"
            + " position=%d:1:1 followers=1 asked=2".formatted(shard()),
        answer.why().detail());
    assertTrue(kv.store.drain(Duration.ofSeconds(10)));
    assertEquals(0, kv.followers.listening(shard()));
  }

  @Test
  void aWriteThatComesThroughWhileShuttingDownIsNotWaitedFor() {
    open(1, 0);
    kv.store.stopWaiting();
    put("k", UNSAID);
    assertEquals("shutting-down", ((WriteAnswer.NotReplicated) answers.getFirst()).why().name());
    kv.store.tick();
    assertEquals(0, kv.followers.listening(shard()));
  }

  @Test
  void tooManyThatWaitAreRefusedBeforeAnythingIsWritten() {
    open(1, 0);
    for (int n = 0; n < FollowerAcks.MAX_WAITING; n++) {
      put("k", UNSAID);
    }
    // Some of them had to wait until there was room in the log.
    Shard written = kv.engine.shards().get(shard());
    await(() -> written.committedSequence() == FollowerAcks.MAX_WAITING);
    put("k", UNSAID);
    delete("k", UNSAID);
    KvError refused = new KvError.Overloaded("too many writes wait for followers, limit=65536");
    assertEquals(
        List.of(new WriteAnswer.Refused(refused), new WriteAnswer.Refused(refused)), answers);
    assertEquals(FollowerAcks.MAX_WAITING, written.committedSequence());
    put("k", OptionalInt.of(0)); // whoever does not wait needs no place
    await(() -> answers.size() == 3);
    kv.followers.ack("a", shard(), FollowerAcks.MAX_WAITING);
    assertEquals(3 + FollowerAcks.MAX_WAITING, answers.size());
    assertEquals(0, kv.store.waitingForFollowers());
  }

  @Test
  void withTooFewInSyncNothingIsWritten() {
    open(0, 2);
    kv.followers.putInSync(1);
    put("k", UNSAID);
    delete("k", UNSAID);
    KvError refused = new KvError.NotEnoughFollowers(shard(), 1, 2);
    assertEquals(
        List.of(new WriteAnswer.Refused(refused), new WriteAnswer.Refused(refused)), answers);
    assertEquals(Optional.of(refused), kv.store.refuseWrite(TestKv.bytes("k")));
    assertEquals(
        "too few followers are in sync and nothing was written, shard=%d inSync=1 demanded=2"
            .formatted(shard()),
        refused.detail());
    assertEquals(0, kv.engine.shards().get(shard()).committedSequence());
    kv.followers.putInSync(2);
    put("k", UNSAID);
    assertInstanceOf(WriteAnswer.Stored.class, answers.getLast());
  }

  @Test
  void demandsOutOfRangeAreRefused() {
    open(0, 0);
    for (int acks : List.of(-1, 65)) {
      assertThrows(
          IllegalArgumentException.class,
          () -> new WriteOptions(Preconditions.NONE, OptionalInt.of(acks)));
      assertThrows(
          IllegalArgumentException.class,
          () -> new ReplicationDemands(acks, TIMEOUT, 0, Duration.ZERO));
      assertThrows(
          IllegalArgumentException.class,
          () -> new ReplicationDemands(0, TIMEOUT, acks, Duration.ZERO));
    }
  }

  private int shard() {
    return kv.shardOf("k");
  }

  private static void await(BooleanSupplier condition) {
    long until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < until, "did not happen within 30 s");
      LockSupport.parkNanos(1_000_000);
    }
  }

  private void put(String key, OptionalInt acks) {
    kv.store.put(
        TestKv.bytes(key),
        TestKv.bytes("1"),
        new PutOptions(
            Optional.empty(), Optional.empty(), new WriteOptions(Preconditions.NONE, acks)),
        answers::add);
  }

  private void delete(String key, OptionalInt acks) {
    kv.store.delete(TestKv.bytes(key), new WriteOptions(Preconditions.NONE, acks), answers::add);
  }

  private void pass(Duration time) {
    kv.clock.advance(time);
    kv.store.tick();
  }
}
