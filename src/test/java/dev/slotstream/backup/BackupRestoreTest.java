package dev.slotstream.backup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.backup.BackupException.Kind;
import dev.slotstream.engine.Durability;
import dev.slotstream.engine.EngineOptions;
import dev.slotstream.engine.ShardPosition;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.file.DiskStorage;
import dev.slotstream.kit.MemoryDirectory;
import dev.slotstream.kit.Seeded;
import dev.slotstream.log.LogRetention;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random writes between every two pieces of a backup: it is the store at one position all the same.
 */
class BackupRestoreTest {
  private static final boolean FULL = "full".equals(System.getProperty("slotstream.campaign"));
  private static final int CHUNK = 500;

  @TempDir(factory = MemoryDirectory.class)
  Path temp;

  private int directories;

  private Path directory() {
    return temp.resolve("d" + directories++);
  }

  /** A backup in pieces, with writes between them. */
  private static byte[] backUp(WrittenStore store, SplittableRandom random) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (BackupSource source = BackupSource.whole(store.engine(), InstantSource.system(), CHUNK)) {
      take(source, store, random, out, Integer.MAX_VALUE);
    }
    return out.toByteArray();
  }

  /** Takes pieces, so many at most; false when the last was among them. */
  private static boolean take(
      BackupSource source,
      WrittenStore store,
      SplittableRandom random,
      ByteArrayOutputStream out,
      int pieces)
      throws Exception {
    int taken = 0;
    while (taken < pieces) {
      byte[] piece = source.next();
      if (piece == null) {
        return false;
      }
      if (piece.length == 0) {
        store.settle();
        continue;
      }
      out.write(piece);
      taken++;
      store.work(random.nextInt(8));
    }
    return source.progress().phase() != Progress.Phase.DONE;
  }

  private Restored restore(byte[] backup, Path to) throws IOException, BackupException {
    return new Restore(new DiskStorage(), to, false, bytes -> {})
        .run(new ByteArrayInputStream(backup));
  }

  private static EngineOptions follower(Path directory) {
    return WrittenStore.options(directory, Durability.FSYNC, Long.MAX_VALUE).following();
  }

  private static void assertIsAt(WrittenStore store, Path restored, List<ShardPosition> positions) {
    try (SlotEngine engine = SlotEngine.open(follower(restored))) {
      assertEquals(store.engine().storeId(), engine.storeId());
      assertNotEquals(store.engine().directoryId(), engine.directoryId());
      for (int shard = 0; shard < WrittenStore.SHARDS; shard++) {
        ShardPosition end = positions.get(shard);
        assertEquals(store.position(shard, end.sequence()), end);
        assertEquals(end.sequence(), engine.shards().get(shard).committedSequence());
        assertEquals(end.epoch(), engine.shards().get(shard).epochAt(end.sequence()));
        assertFalse(engine.shards().get(shard).syncing());
        assertEquals(
            store.at(shard, end.sequence()), WrittenStore.slots(engine, shard), "shard " + shard);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatIsRestoredIsTheStoreAtThePositionsOfTheBackup(Durability durability) {
    for (int seed = 0; seed < (FULL ? 300 : 8); seed++) {
      Seeded.run(
          seed,
          random -> {
            try (WrittenStore store = new WrittenStore(directory(), durability, random)) {
              store.work(random.nextInt(600));
              byte[] backup = backUp(store, random);
              Path to = directory();
              Restored restored = restore(backup, to);
              store.settle();
              assertIsAt(store, to, restored.positions());
              assertTrue(restored.counts().records() > 0, "nothing was written meanwhile");
              assertEquals(List.of(), restored.missing());
            }
          });
    }
  }

  @Test
  void aLeaderServesWhatWasRestoredAndBeginsALeadershipOfItsOwn() {
    Seeded.run(
        1,
        random -> {
          try (WrittenStore store = new WrittenStore(directory(), Durability.FSYNC, random)) {
            store.work(300);
            byte[] backup = backUp(store, random);
            Path to = directory();
            Restored restored = restore(backup, to);
            store.settle();
            EngineOptions leads = WrittenStore.options(to, Durability.FSYNC, Long.MAX_VALUE);
            try (SlotEngine engine = SlotEngine.open(leads)) {
              assertEquals(store.engine().epoch() + 1, engine.epoch());
              for (int shard = 0; shard < WrittenStore.SHARDS; shard++) {
                long sequence = restored.positions().get(shard).sequence();
                assertEquals(store.at(shard, sequence), WrittenStore.slots(engine, shard));
              }
            }
          }
        });
  }

  @Test
  void aBackupThatIsBrokenOffAnywhereIsGoneOnWith() {
    for (int seed = 0; seed < (FULL ? 30 : 1); seed++) {
      Seeded.run(seed, this::breakOffEverywhere);
    }
  }

  private void breakOffEverywhere(SplittableRandom random) throws Exception {
    Durability durability = List.of(Durability.values()).get(random.nextInt(3));
    EngineOptions options = WrittenStore.options(directory(), durability, Long.MAX_VALUE);
    try (WrittenStore store = new WrittenStore(options, random)) {
      store.work(300);
      int breaks = 0;
      boolean more = true;
      for (int at = 1; more; at++) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (BackupSource source =
            BackupSource.whole(store.engine(), InstantSource.system(), CHUNK)) {
          more = take(source, store, random, out, at);
        }
        store.work(random.nextInt(10));
        store.settle();
        if (more) {
          goOn(store, random, out);
          breaks++;
        }
        Path to = directory();
        Restored restored = restore(out.toByteArray(), to);
        assertIsAt(store, to, restored.positions());
      }
      assertTrue(breaks > 20, "breaks=" + breaks);
    }
  }

  /** As somebody does who has nothing but the bytes. */
  private static void goOn(WrittenStore store, SplittableRandom random, ByteArrayOutputStream out)
      throws Exception {
    ChunkReader reader = ChunkReader.open(new ByteArrayInputStream(out.toByteArray()));
    BackupException end = assertThrows(BackupException.class, () -> drain(reader));
    assertEquals(Kind.TRUNCATED, end.kind());
    Progress there = Progress.ofToken(reader.progress().token());
    try (BackupSource rest =
        BackupSource.rest(store.engine(), there, InstantSource.system(), CHUNK)) {
      take(rest, store, random, out, Integer.MAX_VALUE);
    }
  }

  private static void drain(ChunkReader reader) throws IOException, BackupException {
    while (reader.next() != null) {}
  }

  @Test
  void everyTruncationIsRefused() throws Exception {
    SplittableRandom random = new SplittableRandom(5);
    byte[] backup;
    try (WrittenStore store = new WrittenStore(directory(), Durability.OS, random)) {
      store.work(120);
      backup = backUp(store, random);
    }
    for (int length = 0; length < backup.length; length++) {
      byte[] cut = Arrays.copyOf(backup, length);
      BackupException e = assertThrows(BackupException.class, () -> read(cut));
      assertEquals(Kind.TRUNCATED, e.kind(), "length=" + length);
    }
    byte[] longer = Arrays.copyOf(backup, backup.length + 1);
    assertEquals(
        Kind.DAMAGED, assertThrows(BackupException.class, () -> read(longer)).kind(), "longer");
  }

  @Test
  void everyFlippedBitIsRefused() throws Exception {
    SplittableRandom random = new SplittableRandom(6);
    byte[] backup;
    try (WrittenStore store = new WrittenStore(directory(), Durability.OS, random)) {
      store.work(120);
      backup = backUp(store, random);
    }
    read(backup);
    for (int at = 0; at < backup.length; at++) {
      byte[] bent = backup.clone();
      bent[at] ^= (byte) (1 << random.nextInt(8));
      int offset = at;
      assertThrows(BackupException.class, () -> read(bent), () -> "offset=" + offset);
    }
  }

  @Test
  void aChunkThatIsMissingDoubledOrOfAnotherBackupIsRefused() throws Exception {
    SplittableRandom random = new SplittableRandom(7);
    byte[] backup;
    byte[] other;
    try (WrittenStore store = new WrittenStore(directory(), Durability.OS, random)) {
      store.work(200);
      backup = backUp(store, random);
      other = backUp(store, random);
    }
    List<Integer> bounds = bounds(backup);
    for (int c = 0; c + 1 < bounds.size(); c++) {
      int from = bounds.get(c);
      int to = bounds.get(c + 1);
      byte[] without = join(backup, 0, from, backup, to, backup.length);
      assertThrows(BackupException.class, () -> read(without), "without chunk " + c);
      byte[] twice = join(backup, 0, to, backup, from, backup.length);
      assertThrows(BackupException.class, () -> read(twice), "twice chunk " + c);
    }
    int middle = bounds.get(bounds.size() / 2);
    for (int bound : bounds(other).subList(1, bounds(other).size() - 1)) {
      byte[] mixed = join(backup, 0, middle, other, bound, other.length);
      assertThrows(BackupException.class, () -> read(mixed), "mixed at " + bound);
    }
  }

  private static List<Integer> bounds(byte[] backup) throws IOException, BackupException {
    ChunkReader reader = ChunkReader.open(new ByteArrayInputStream(backup));
    List<Integer> bounds = new ArrayList<>();
    do {
      bounds.add((int) reader.offset());
    } while (reader.next() != null);
    return bounds;
  }

  private static byte[] join(byte[] a, int aFrom, int aTo, byte[] b, int bFrom, int bTo) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(a, aFrom, aTo - aFrom);
    out.write(b, bFrom, bTo - bFrom);
    return out.toByteArray();
  }

  private static void read(byte[] backup) throws IOException, BackupException {
    drain(ChunkReader.open(new ByteArrayInputStream(backup)));
  }

  @Test
  void aBackupWhoseLogIsPurgedSaysSoAndGoesOnWithTheShardBegunAnew() throws Exception {
    SplittableRandom random = new SplittableRandom(8);
    LogRetention least = new LogRetention(0, 0);
    try (WrittenStore store =
        new WrittenStore(WrittenStore.options(directory(), Durability.OS, least), random)) {
      store.work(300);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      byte[] atShard = new byte[0];
      Progress progress;
      try (BackupSource source =
          BackupSource.whole(store.engine(), InstantSource.system(), CHUNK)) {
        progress = source.progress();
        while (progress.shard() < 1 || progress.phase() != Progress.Phase.SLOTS) {
          atShard = progress.phase() == Progress.Phase.BETWEEN ? out.toByteArray() : atShard;
          out.write(source.next());
        }
        store.work(3_000);
        store.manual.checkpointAll();
        Refusal purged = assertThrows(Refusal.class, source::next);
        assertEquals(Refusal.Reason.LOG_PURGED, purged.reason());
        out.write(source.broken(purged));
      }
      BackupException told = assertThrows(BackupException.class, () -> read(out.toByteArray()));
      assertEquals(Kind.BROKEN_OFF, told.kind());
      assertEquals("log-purged", told.reason());
      assertThrows(
          Refusal.class,
          () -> BackupSource.rest(store.engine(), progress, InstantSource.system(), CHUNK));
      ByteArrayOutputStream kept = new ByteArrayOutputStream();
      kept.write(atShard);
      goOn(store, random, kept);
      Path to = directory();
      Restored restored = restore(kept.toByteArray(), to);
      store.settle();
      assertIsAt(store, to, restored.positions());
    }
  }

  @Test
  void anotherStoreDoesNotGoOnWithIt() throws Exception {
    SplittableRandom random = new SplittableRandom(9);
    try (WrittenStore store = new WrittenStore(directory(), Durability.OS, random);
        WrittenStore other = new WrittenStore(directory(), Durability.OS, random)) {
      store.work(50);
      try (BackupSource source =
          BackupSource.whole(store.engine(), InstantSource.system(), CHUNK)) {
        source.next();
        source.next();
        Refusal refusal =
            assertThrows(
                Refusal.class,
                () ->
                    BackupSource.rest(
                        other.engine(), source.progress(), InstantSource.system(), CHUNK));
        assertEquals(Refusal.Reason.FOREIGN_BACKUP, refusal.reason());
      }
    }
  }

  @Test
  void aBackupOfRecordsThatWereLostIsOutdated() throws Exception {
    SplittableRandom random = new SplittableRandom(10);
    try (WrittenStore store = new WrittenStore(directory(), Durability.OS, random)) {
      store.work(100);
      try (BackupSource source =
          BackupSource.whole(store.engine(), InstantSource.system(), CHUNK)) {
        source.next();
        source.next();
        Progress there = source.progress().copy();
        Chunk.Slots ofAnotherLeadership =
            new Chunk.Slots(
                0,
                0,
                1,
                0,
                new ShardPosition(7, there.reached().sequence()),
                new Entries(new byte[0], 0, 0));
        there.take(ofAnotherLeadership, 0);
        Refusal refusal =
            assertThrows(
                Refusal.class,
                () -> BackupSource.rest(store.engine(), there, InstantSource.system(), CHUNK));
        assertEquals(Refusal.Reason.BACKUP_OUTDATED, refusal.reason());
      }
    }
  }

  @Test
  void aTokenThatIsBentIsRefused() throws Exception {
    SplittableRandom random = new SplittableRandom(11);
    try (WrittenStore store = new WrittenStore(directory(), Durability.OS, random);
        BackupSource source = BackupSource.whole(store.engine(), InstantSource.system(), CHUNK)) {
      source.next();
      String token = source.progress().token();
      assertEquals(token, Progress.ofToken(token).token());
      for (String bent :
          List.of("", "AAAA", "%", token + "AAAA", token.substring(4), "x" + token)) {
        Refusal refusal = assertThrows(Refusal.class, () -> Progress.ofToken(bent), bent);
        assertEquals(Refusal.Reason.BAD_BACKUP_TOKEN, refusal.reason());
      }
    }
  }
}
