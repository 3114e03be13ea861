package dev.slotstream.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.kit.MemoryDirectory;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Time is moved by hand; the store is in mode OS, where a write is committed at once. */
class PositionReadTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  @TempDir(factory = MemoryDirectory.class)
  Path directory;

  private TestKv kv;
  private final List<ReadAnswer> answers = new ArrayList<>();
  private final List<Runnable> queued = new ArrayList<>();
  private Executor there = Runnable::run;

  @BeforeEach
  void open() {
    open(TIMEOUT);
  }

  private void open(Duration timeout) {
    kv = TestKv.demanding(directory, new ReplicationDemands(0, Duration.ZERO, 0, timeout));
  }

  @AfterEach
  void close() {
    kv.close();
  }

  @Test
  void answersAtOnceWhatIsThere() {
    get("k");
    get("k", kv.stored("k", "1").position());
    assertEquals(List.of("not-found", "1"), texts());
  }

  @Test
  void waitsUntilTheWriteIsThere() {
    get("k", at(2));
    head("k", at(2));
    kv.put("k", "1");
    assertEquals(List.of(), answers);
    assertEquals(2, kv.store.waitingForPositions());
    kv.put("k", "2");
    assertEquals("2", texts().getFirst());
    assertEquals(1, ((ReadAnswer.Found) answers.get(1)).entry().length());
    assertEquals(0, kv.store.waitingForPositions());
    assertEquals(List.of("PUT ok", "PUT ok", "GET ok", "HEAD ok"), kv.metered);
  }

  @Test
  void aReadGoesOnWhereItWasToldTo() {
    there = queued::add;
    get("k", at(1));
    kv.put("k", "1");
    assertEquals(List.of(), answers);
    kv.put("k", "2");
    queued.forEach(Runnable::run);
    assertEquals(List.of("2"), texts());
  }

  @Test
  void ofSeveralPositionsThoseOfTheKeysShardCount() {
    kv.put("k", "1");
    get("k", new Position(1 - shard(), 1, 1000), new Position(200, 9, 9));
    assertEquals(List.of("1"), texts());
    get("k", at(1), new Position(1 - shard(), 1, 1000), at(3), at(2));
    kv.put("k", "2");
    assertEquals(1, answers.size());
    kv.put("k", "3");
    assertEquals(List.of("1", "3"), texts());
  }

  @Test
  void aWriteThatDoesNotComeInTimeIsToldWithHowFarThisNodeIs() {
    kv.put("k", "1");
    get("k", at(9));
    pass(TIMEOUT.minusMillis(1));
    assertEquals(List.of(), answers);
    pass(Duration.ofMillis(1));
    assertEquals(
        new KvError.NotCaughtUp(
            "node has not come to this position, shard=%d committed=1 asked=9".formatted(shard())),
        error());
    assertEquals("not-caught-up", error().name());
    assertEquals("GET not-caught-up", kv.metered.getLast());
  }

  @Test
  void withoutATimeoutNobodyWaits() {
    kv.close();
    open(Duration.ZERO);
    get("k", at(1));
    assertEquals("not-caught-up", error().name());
    assertEquals(0, kv.store.waitingForPositions());
  }

  @Test
  void aWriteOfAnotherHistoryIsLost() {
    kv.put("k", "1");
    Position other = new Position(shard(), 7, 1);
    get("k", other);
    assertEquals(new KvError.PositionLost(other, 1, 1), error());
    assertEquals("position-lost", error().name());
    assertEquals(
        "position is not in this node's history, position=%s epoch here=1 committed=1"
            .formatted(other),
        error().detail());
  }

  @Test
  void aWriteThatComesOutAsAnotherIsLost() {
    Position other = new Position(shard(), 7, 2);
    get("k", other);
    kv.put("k", "1");
    assertEquals(List.of(), answers);
    kv.put("k", "2");
    assertEquals(new KvError.PositionLost(other, 1, 2), error());
  }

  /** History: sequences 1 to 4 are too old to be known, 5 to 9 of epoch 3, 10 to 12 of epoch 5. */
  @ParameterizedTest
  @CsvSource({
    "1, 4, false", // nobody knows
    "3, 5, false",
    "3, 9, false",
    "3, 10, true", // another leadership wrote that
    "3, 13, true", // and what comes is not of this one any more
    "4, 9, true",
    "4, 13, true",
    "5, 9, true",
    "5, 12, false",
    "5, 13, false", // may still come
    "6, 12, true",
    "6, 13, false"
  })
  void aHistoryKnowsItsOwnWrites(int epoch, long sequence, boolean lost) {
    Position position = new Position(0, epoch, sequence);
    assertEquals(
        lost,
        PositionWaits.lost(List.of(position), 12, n -> n < 5 ? 0 : n < 10 ? 3 : 5).isPresent());
  }

  @Test
  void anEmptyHistoryLosesNothing() {
    get("k", new Position(shard(), 7, 1));
    pass(TIMEOUT);
    assertEquals("not-caught-up", error().name());
  }

  @Test
  void aBadKeyIsRefusedWithoutWaiting() {
    get("", at(5));
    assertEquals("bad-key", error().name());
  }

  @Test
  void preconditionsAreAskedOnceTheWriteIsThere() {
    Preconditions any = PreconditionsTest.ifNoneMatch(new TagMatch.Any());
    kv.store.get(TestKv.bytes("k"), new ReadOptions(any, List.of(at(1))), there, answers::add);
    kv.put("k", "1");
    assertInstanceOf(ReadAnswer.NotModified.class, answers.getFirst());
  }

  @Test
  void shuttingDownEndsThem() {
    get("k", at(5));
    kv.store.stopWaiting();
    assertEquals(new KvError.ShuttingDown(), error());
    get("k", at(6));
    assertEquals(2, answers.size());
    kv.put("k", "1");
    get("k", at(1));
    assertEquals("1", texts().getLast());
  }

  @Test
  void thousandsWaitWithoutAThreadAndNotWithoutEnd() {
    int threads = ManagementFactory.getThreadMXBean().getThreadCount();
    for (int n = 0; n < PositionWaits.MAX_WAITING; n++) {
      get("k", at(1 + n % 3));
    }
    assertEquals(PositionWaits.MAX_WAITING, kv.store.waitingForPositions());
    assertTrue(ManagementFactory.getThreadMXBean().getThreadCount() <= threads + 2);
    get("k", at(1));
    assertEquals(
        new KvError.Overloaded("too many reads wait for a position, limit=65536"), error());
    for (int n = 0; n < 3; n++) {
      kv.put("k", "1");
    }
    assertEquals(1 + PositionWaits.MAX_WAITING, answers.size());
    assertEquals(0, kv.store.waitingForPositions());
  }

  private int shard() {
    return kv.shardOf("k");
  }

  private Position at(long sequence) {
    return new Position(shard(), 1, sequence);
  }

  private void get(String key, Position... positions) {
    kv.store.get(TestKv.bytes(key), options(positions), there, answers::add);
  }

  private void head(String key, Position... positions) {
    kv.store.head(TestKv.bytes(key), options(positions), there, answers::add);
  }

  private static ReadOptions options(Position... positions) {
    return new ReadOptions(Preconditions.NONE, List.of(positions));
  }

  private List<String> texts() {
    return answers.stream().map(TestKv::text).toList();
  }

  private KvError error() {
    return ((ReadAnswer.Refused) answers.getLast()).error();
  }

  private void pass(Duration time) {
    kv.clock.advance(time);
    kv.store.tick();
  }
}
