package dev.slotstream.backup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.backup.BackupException.Kind;
import dev.slotstream.backup.Restored.MissingSlot;
import dev.slotstream.engine.Durability;
import dev.slotstream.engine.EngineException;
import dev.slotstream.engine.EngineOptions;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.file.DiskStorage;
import dev.slotstream.file.PowerCutStorage;
import dev.slotstream.file.Storage;
import dev.slotstream.kit.MemoryDirectory;
import dev.slotstream.kit.TestFiles;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a restore leaves behind, whatever it meets. */
class RestoreTest {
  private static final int CHUNK = 2_000;

  @TempDir(factory = MemoryDirectory.class)
  Path temp;

  private final SplittableRandom random = new SplittableRandom(3);

  private static byte[] backUp(SlotEngine engine) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (BackupSource source = BackupSource.whole(engine, InstantSource.system(), CHUNK)) {
      for (byte[] piece = source.next(); piece != null; piece = source.next()) {
        out.write(piece);
      }
    }
    return out.toByteArray();
  }

  private static EngineOptions options(Path directory) {
    return WrittenStore.options(directory, Durability.OS, Long.MAX_VALUE);
  }

  private static Restored restore(byte[] backup, Storage storage, Path to)
      throws IOException, BackupException {
    return new Restore(storage, to, false, bytes -> {}).run(new ByteArrayInputStream(backup));
  }

  private static Restored restore(byte[] backup, Path to) throws IOException, BackupException {
    return restore(backup, new DiskStorage(), to);
  }

  private WrittenStore written(String name) throws IOException {
    WrittenStore store = new WrittenStore(options(temp.resolve(name)), random);
    store.work(200);
    return store;
  }

  @Test
  void aDirectoryWithSomethingInItIsRefusedAndLeftAsItIs() throws Exception {
    try (WrittenStore store = written("leader")) {
      Path to = temp.resolve("taken");
      Files.createDirectories(to);
      Files.writeString(to.resolve("mine"), "x");
      BackupException e =
          assertThrows(BackupException.class, () -> restore(backUp(store.engine()), to));
      assertEquals(Kind.IN_THE_WAY, e.kind());
      assertEquals(List.of(to.resolve("mine")), TestFiles.startingWith(to, ""));
    }
  }

  @Test
  void anEmptyVolumeOfItsOwnIsTaken() throws Exception {
    try (WrittenStore store = written("leader")) {
      Path to = temp.resolve("volume");
      Files.createDirectories(to.resolve("lost+found"));
      restore(backUp(store.engine()), to);
      assertTrue(Files.exists(to.resolve("lost+found")));
      SlotEngine.open(options(to)).close();
    }
  }

  @Test
  void aTruncatedBackupLeavesADirectoryThatNoNodeOpensAndThatIsRestoredAgain() throws Exception {
    try (WrittenStore store = written("leader")) {
      byte[] backup = backUp(store.engine());
      Path to = temp.resolve("again");
      byte[] half = Arrays.copyOf(backup, backup.length * 2 / 3);
      BackupException e = assertThrows(BackupException.class, () -> restore(half, to));
      assertEquals(Kind.TRUNCATED, e.kind());
      EngineException.Mismatch refused =
          assertThrows(EngineException.Mismatch.class, () -> SlotEngine.open(options(to)));
      assertTrue(refused.getMessage().contains("slotstream.restoring"), refused.getMessage());
      restore(backup, to);
      assertSame(store, to);
    }
  }

  @Test
  void aPowerCutAnywhereLeavesNothingOrADirectoryThatIsRestoredAgain() throws Exception {
    try (WrittenStore store = written("leader")) {
      byte[] backup = backUp(store.engine());
      int refused = 0;
      boolean cut = true;
      for (int n = 1; cut; n += 1 + n / 16) {
        Path live = temp.resolve("live");
        PowerCutStorage disk = new PowerCutStorage(live, temp.resolve("stable"), random);
        disk.cutAt(n);
        cut = breaks(backup, disk, live);
        if (cut) {
          refused += refusesToOpen(disk.stable()) ? 1 : 0;
          restore(backup, disk.stable());
          assertSame(store, disk.stable());
        }
        TestFiles.deleteTree(live);
        TestFiles.deleteTree(disk.stable());
      }
      assertTrue(refused > 10, "refused=" + refused);
    }
  }

  /** True when the power went before the restore was done. */
  private static boolean breaks(byte[] backup, Storage disk, Path live) {
    try {
      restore(backup, disk, live);
      return false;
    } catch (IOException | BackupException | EngineException e) {
      return true;
    }
  }

  /** A directory that is found must have the mark, unless nothing of a store is in it. */
  private static boolean refusesToOpen(Path stable) {
    if (!Files.exists(stable) || !Files.exists(stable.resolve("slotstream.restoring"))) {
      assertFalse(Files.exists(stable.resolve("slotstream.meta")), "store without its mark");
      return false;
    }
    assertThrows(EngineException.Mismatch.class, () -> SlotEngine.open(options(stable)));
    return true;
  }

  private static void assertSame(WrittenStore store, Path restored) {
    try (SlotEngine engine = SlotEngine.open(options(restored).following())) {
      for (int shard = 0; shard < WrittenStore.SHARDS; shard++) {
        assertEquals(WrittenStore.slots(store.engine(), shard), WrittenStore.slots(engine, shard));
      }
    }
  }

  @Test
  void damagedSlotsAreNamedAndLeftOutOnlyWhenAskedFor() throws Exception {
    Path leader = temp.resolve("leader");
    Map<Integer, String> before;
    try (WrittenStore store = written("leader")) {
      before = WrittenStore.slots(store.engine(), 0);
    }
    int slot =
        before.entrySet().stream()
            .filter(entry -> entry.getValue().contains("="))
            .findFirst()
            .orElseThrow()
            .getKey();
    long valueAt = 4096 + (long) slot * WrittenStore.LAYOUT.slotSize() + 16;
    TestFiles.flip(leader.resolve("shard_000").resolve("fixed.data"), valueAt, 3);
    byte[] backup;
    try (SlotEngine damaged = SlotEngine.open(options(leader))) {
      backup = backUp(damaged);
    }
    Path to = temp.resolve("without");
    BackupException e = assertThrows(BackupException.class, () -> restore(backup, to));
    assertEquals(Kind.DAMAGED_SLOTS, e.kind());
    assertTrue(e.getMessage().contains("shard=0 slot=" + slot), e.getMessage());
    assertThrows(EngineException.Mismatch.class, () -> SlotEngine.open(options(to)));
    Restored restored =
        new Restore(new DiskStorage(), to, true, bytes -> {}).run(new ByteArrayInputStream(backup));
    assertEquals(List.of(new MissingSlot(0, slot)), restored.missing());
    assertEquals(1, restored.counts().damaged());
    try (SlotEngine engine = SlotEngine.open(options(to).following())) {
      before.remove(slot);
      assertEquals(before, WrittenStore.slots(engine, 0));
    }
  }

  /** Its checksum fits: it is read as it would be opened. */
  @Test
  void aSlotOfWhichOnlyTheStatusGoesBadWhileTheStoreIsOpenIsInTheBackup() throws Exception {
    byte[] backup;
    Map<Integer, String> before;
    try (WrittenStore store = written("leader")) {
      store.settle();
      before = WrittenStore.slots(store.engine(), 0);
      int slot =
          before.entrySet().stream()
              .filter(entry -> entry.getValue().contains("="))
              .findFirst()
              .orElseThrow()
              .getKey();
      long metaAt = 4096 + (long) slot * WrittenStore.LAYOUT.slotSize();
      Path file = temp.resolve("leader").resolve("shard_000").resolve("fixed.data");
      TestFiles.flip(file, metaAt, 0); // occupied becomes free, with a version
      backup = backUp(store.engine());
    }
    Restored restored = restore(backup, temp.resolve("to"));
    assertEquals(0, restored.counts().damaged());
    try (SlotEngine engine = SlotEngine.open(options(temp.resolve("to")).following())) {
      assertEquals(before, WrittenStore.slots(engine, 0));
    }
  }
}
