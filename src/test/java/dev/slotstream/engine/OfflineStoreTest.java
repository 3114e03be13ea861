package dev.slotstream.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.EngineException.InUse;
import dev.slotstream.engine.EngineException.IoFailed;
import dev.slotstream.engine.EngineException.Mismatch;
import dev.slotstream.engine.Finding.Kind;
import dev.slotstream.kit.MemoryDirectory;
import dev.slotstream.kit.TestFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A store's files, read without opening the store: what is whole, and what is damaged and how. */
class OfflineStoreTest {
  private static final int HEADER = 4096;
  private static final int SLOT = 32;

  @TempDir(factory = MemoryDirectory.class)
  Path directory;

  private TestStore store() {
    return TestStore.at(directory.resolve("data")).retention(1 << 30);
  }

  /** A closed store of 40 keys in one shard, all of its log still there. */
  private TestStore filled() {
    TestStore store = store().durability(Durability.OS);
    try (SlotEngine engine = store.open()) {
      for (int key = 0; key < 40; key++) {
        TestStore.put(engine, key, key);
      }
      TestStore.delete(engine, 39);
    }
    return store;
  }

  /** What a check of everything finds. */
  private static List<Finding> check(Path directory) {
    List<Finding> found = new ArrayList<>();
    try (OfflineStore store = OfflineStore.open(directory, found::add)) {
      for (int s = 0; s < store.facts().shards(); s++) {
        try (OfflineShard shard = store.open(s)) {
          shard.check();
        }
      }
    }
    return found;
  }

  private static List<Finding> damage(Path directory) {
    return check(directory).stream().filter(f -> f.kind() == Kind.DAMAGE).toList();
  }

  /** Fails unless some finding is damage of this file with these words. */
  private static Finding assertDamage(Path directory, Path file, String words) {
    List<Finding> damage = damage(directory);
    return damage.stream()
        .filter(finding -> finding.file().equals(file) && finding.what().contains(words))
        .findFirst()
        .orElseThrow(() -> new AssertionError("expected: " + words + ", found: " + damage));
  }

  private static Map<String, String> entries(Path directory) {
    Map<String, String> entries = new TreeMap<>();
    try (OfflineStore store = OfflineStore.open(directory, finding -> {})) {
      for (int s = 0; s < store.facts().shards(); s++) {
        try (OfflineShard shard = store.open(s)) {
          shard.forEach(
              slot -> {
                String key = hex(slot.bytes(), slot.keyOffset(), slot.valueOffset());
                String value = hex(slot.bytes(), slot.valueOffset(), slot.valueOffset() + 16);
                return entries.put(key, value) == null;
              });
        }
      }
    }
    return entries;
  }

  private static String hex(byte[] bytes, int from, int to) {
    return HexFormat.of().formatHex(bytes, from, to);
  }

  private static Map<String, byte[]> files(Path directory) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.filter(Files::isRegularFile).toList()) {
        files.put(directory.relativize(path).toString(), Files.readAllBytes(path));
      }
    }
    return files;
  }

  private static void assertSame(Map<String, byte[]> expected, Map<String, byte[]> found) {
    assertEquals(expected.keySet(), found.keySet());
    expected.forEach((name, bytes) -> assertTrue(Arrays.equals(bytes, found.get(name)), name));
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void findsNothingInWhatACrashLeaves(Durability durability) throws IOException {
    TestStore store = store().durability(durability).shards(3).segmentSize(8 * 1024);
    TestStore crashed = store.at("crashed");
    try (SlotEngine engine = store.open()) {
      for (int round = 0; round < 6; round++) {
        for (int n = 0; n < 100; n++) {
          TestStore.put(engine, n * 7 % 131, n + 1000L * round);
          if (n % 3 == 0) {
            TestStore.delete(engine, n * 7 % 131);
          }
        }
        if (round == 3) {
          engine.checkpoint();
        }
        TestFiles.copyTree(store.directory(), crashed.directory());
        final Map<String, byte[]> before = files(crashed.directory());
        assertEquals(List.of(), damage(crashed.directory()));
        Map<String, String> read = entries(crashed.directory());
        assertSame(before, files(crashed.directory()));
        try (SlotEngine recovered = crashed.open()) {
          assertEquals(0, recovered.recovery().damagedSlots());
        }
        assertEquals(entries(crashed.directory()), read, "the same as after the replay");
        assertFalse(read.isEmpty());
      }
    }
    assertEquals(List.of(), damage(store.directory()));
  }

  @Test
  void tellsWhatTheStoreIs() {
    TestStore store = filled();
    try (OfflineStore offline = OfflineStore.open(store.directory(), finding -> {});
        OfflineShard shard = offline.open(0)) {
      StoreFacts facts = offline.facts();
      assertEquals(1, facts.shards());
      assertEquals(store.layout(), facts.layout().orElseThrow());
      assertEquals(EngineOptions.Content.EXACT, facts.content());
      assertTrue(facts.lastRun().orElseThrow().startsWith("os "));
      assertEquals(facts.directoryId().orElseThrow(), shard.history().orElseThrow().storeId());
      assertEquals(1, shard.history().orElseThrow().epoch());
      assertEquals(41, shard.checkpoint().orElseThrow().sequence());
      assertTrue(shard.checkpoint().orElseThrow().clean());
      assertEquals(1, shard.segments().getFirst().firstSequence());
      assertEquals(41, shard.segments().getLast().lastSequence());
      assertEquals(41, shard.segments().getLast().forcedUpTo());
      assertEquals(new SlotCounts(39, 1, 24, 0), shard.check());
    }
  }

  @Test
  void refusesADirectoryThatIsInUseOrNone() throws IOException {
    TestStore store = store();
    try (SlotEngine engine = store.open()) {
      assertEquals(0, engine.recovery().damagedSlots());
      assertThrows(InUse.class, () -> check(store.directory()));
    }
    try (OfflineStore offline = OfflineStore.open(store.directory(), finding -> {})) {
      assertEquals(1, offline.facts().shards());
      assertThrows(InUse.class, store::open, "nobody opens it meanwhile");
    }
    store.open().close();
    Path empty = Files.createDirectory(directory.resolve("empty"));
    assertThrows(IoFailed.class, () -> check(empty));
    assertThrows(IoFailed.class, () -> check(directory.resolve("nowhere")));
  }

  @Test
  void refusesADirectoryThatIsBeingRestored() throws IOException {
    TestStore store = filled();
    Files.writeString(store.directory().resolve(RestoreMark.NAME), "");
    assertThrows(Mismatch.class, () -> check(store.directory()));
  }

  @Test
  void showsWhatWasKeptAside() throws IOException {
    TestStore store = filled();
    for (String name : List.of("redo-1.log.torn-8", "diverged-1.log", "before-armdb-redo-1.log")) {
      Files.writeString(store.shardDirectory(0).resolve(name), "");
    }
    Files.writeString(store.shardDirectory(0).resolve("redo-used.tmp"), "");
    try (OfflineStore offline = OfflineStore.open(store.directory(), finding -> {});
        OfflineShard shard = offline.open(0)) {
      assertEquals(3, shard.keptAside().size());
    }
    assertEquals(List.of(), check(store.directory()));
  }

  @Test
  void anEntryWhoseStatusWentBadIsReadAsItWillBeOpened() {
    TestStore store = filled();
    final Map<String, String> whole = entries(store.directory());
    TestFiles.flip(store.slotFile(0), HEADER + 3 * SLOT, 0); // OCCUPIED becomes FREE
    assertDamage(store.directory(), store.slotFile(0), "status went bad");
    assertEquals(whole, entries(store.directory()));
  }

  @Test
  void noticesEveryByteOfSmallFiles() throws IOException {
    TestStore store = filled();
    for (String name : List.of("db.meta", "slotstream.meta", "shard_000/history.meta")) {
      Path file = store.directory().resolve(name);
      for (int at = name.equals("db.meta") ? 8 : 0; at < Files.size(file); at++) {
        TestFiles.flip(file, at, at % 8);
        assertDamage(store.directory(), file, "");
        TestFiles.flip(file, at, at % 8);
      }
      byte[] whole = Files.readAllBytes(file);
      Files.delete(file);
      assertDamage(store.directory(), name.startsWith("slotstream") ? store.slotFile(0) : file, "");
      Files.write(file, whole);
    }
    Path run = store.directory().resolve("slotstream.run");
    Files.writeString(run, "sometimes\n");
    assertDamage(store.directory(), run, "how the store was written");
    Files.writeString(run, "fsync\n");
    assertEquals(List.of(), damage(store.directory()));
  }

  @Test
  void noticesWhatDoesNotBelong() throws IOException {
    TestStore store = filled();
    Files.createDirectory(store.directory().resolve("shard_001"));
    assertDamage(store.directory(), store.directory().resolve("shard_001"), "does not count");
    TestFiles.flip(store.directory().resolve("db.meta"), 6, 1); // 3 shards
    assertDamage(store.directory(), store.directory().resolve("shard_002"), "missing");
    assertDamage(store.directory(), store.directory().resolve("slotstream.meta"), "shard count");
    assertDamage(store.directory(), store.directory().resolve("shard_001/fixed.data"), "missing");
    TestFiles.flip(store.directory().resolve("db.meta"), 6, 1);
    Files.delete(store.directory().resolve("shard_001"));
    Files.writeString(store.directory().resolve("mine.txt"), "");
    Files.writeString(store.shardDirectory(0).resolve("history.meta.tmp"), "");
    List<String> notes = check(store.directory()).stream().map(Finding::what).toList();
    assertEquals(2, notes.size(), notes::toString);
    assertEquals(List.of(), damage(store.directory()));
  }

  @Test
  void noticesEveryByteOfAKeptIndex() {
    TestStore store = filled();
    Path file = store.shardDirectory(0).resolve("index.kept");
    long size = TestFiles.size(file);
    for (long at = 0; at < size; at += at < 160 || (at > 6200 && at < 8300) ? 1 : 211) {
      TestFiles.flip(file, at, (int) (at % 8));
      assertDamage(store.directory(), file, "the next opening reads all slots");
      TestFiles.flip(file, at, (int) (at % 8));
    }
    assertEquals(List.of(), check(store.directory()));
    TestFiles.resize(file, size - 1);
    assertDamage(store.directory(), file, "another length");
    TestFiles.resize(file, 100);
    assertDamage(store.directory(), file, "shorter than a header");
  }

  @Test
  void saysThatAKeptIndexIsAnothers() throws IOException {
    TestStore store = filled();
    Path file = store.shardDirectory(0).resolve("index.kept");
    byte[] earlier = Files.readAllBytes(file);
    try (SlotEngine engine = store.open()) {
      assertEquals(1, engine.recovery().keptIndexes());
    }
    Files.write(file, earlier);
    List<Finding> found = check(store.directory());
    assertEquals(1, found.size(), found::toString);
    assertEquals(Finding.Kind.NOTE, found.getFirst().kind());
    assertTrue(found.getFirst().what().endsWith("reads all slots: generation"), found::toString);
  }

  @Test
  void noticesEveryByteOfASlotFilesHeader() {
    TestStore store = filled();
    Path file = store.slotFile(0);
    for (int at = 0; at < HEADER; at++) {
      TestFiles.flip(file, at, at % 8);
      assertDamage(store.directory(), file, "");
      TestFiles.flip(file, at, at % 8);
    }
    assertEquals(List.of(), damage(store.directory()));
  }

  @Test
  void namesTheCheckpointBlocksThatAreDamaged() {
    TestStore store = filled();
    Path file = store.slotFile(0);
    TestFiles.flip(file, 512 + 16, 0);
    Finding one = assertDamage(store.directory(), file, "the other one counts");
    assertEquals(512, one.offset());
    TestFiles.flip(file, 1024 + 16, 0);
    assertDamage(store.directory(), file, "the other one is not there");
    assertTrue(check(store.directory()).stream().anyMatch(f -> f.what().contains("not checked")));
  }

  @Test
  void noticesASlotFileOfAnotherLength() {
    TestStore store = filled();
    Path file = store.slotFile(0);
    long length = TestFiles.size(file);
    TestFiles.resize(file, length + 100);
    assertEquals(List.of(), damage(store.directory()), "a crash while it grew");
    assertEquals(
        List.of(
            "file was growing: zeros behind its last slot are cut at the next opening",
            "kept index is not for this store, next opening reads all slots: time of the slot file"),
        check(store.directory()).stream().map(Finding::what).toList());
    TestFiles.write(file, length + 50, (byte) 1);
    assertEquals(length + 50, assertDamage(store.directory(), file, "goes on").offset());
    TestFiles.resize(file, length - 1);
    assertDamage(store.directory(), file, "shorter than its header says");
    TestFiles.resize(file, 100);
    assertDamage(store.directory(), file, "shorter than a header");
  }

  @Test
  void noticesEveryBitOfASlot() {
    TestStore store = filled();
    Path file = store.slotFile(0);
    for (int at = 0; at < SLOT; at++) {
      for (int bit = 0; bit < 8; bit++) {
        long offset = HEADER + 3L * SLOT + at;
        TestFiles.flip(file, offset, bit);
        assertEquals(HEADER + 3 * SLOT, assertDamage(store.directory(), file, "").offset());
        TestFiles.flip(file, offset, bit);
      }
    }
  }

  @Test
  void noticesSlotsInTheWrongPlace() throws IOException {
    TestStore store = filled();
    Path file = store.slotFile(0);
    byte[] slot = Arrays.copyOfRange(Files.readAllBytes(file), HEADER, HEADER + SLOT);
    TestFiles.write(file, HEADER + 50 * SLOT, slot);
    Finding twice = assertDamage(store.directory(), file, "other=0");
    assertEquals(HEADER + 50 * SLOT, twice.offset());

    TestStore other = store().shards(2).at("two");
    try (SlotEngine engine = other.open()) {
      for (int key = 0; key < 40; key++) {
        TestStore.put(engine, key, key);
      }
    }
    byte[] foreign =
        Arrays.copyOfRange(Files.readAllBytes(other.slotFile(1)), HEADER, HEADER + SLOT);
    TestFiles.write(other.slotFile(0), HEADER + 50 * SLOT, foreign);
    assertDamage(other.directory(), other.slotFile(0), "belongs to another shard");
    Files.copy(other.slotFile(0), other.slotFile(1), StandardCopyOption.REPLACE_EXISTING);
    assertDamage(other.directory(), other.slotFile(1), "another shard's");
  }

  @Test
  void noticesAWriteThatTheDiskForgot() throws IOException {
    TestStore store = filled();
    byte[] before = Files.readAllBytes(store.slotFile(0));
    try (SlotEngine engine = store.open()) {
      TestStore.put(engine, 5, 1005);
    }
    byte[] slot = Arrays.copyOfRange(before, HEADER + 5 * SLOT, HEADER + 6 * SLOT);
    TestFiles.write(store.slotFile(0), HEADER + 5 * SLOT, slot);
    assertDamage(store.directory(), store.slotFile(0), "older than the log says");
  }

  @Test
  void aSlotThatTheLogRepairsIsNoDamage() {
    TestStore store = store().durability(Durability.OS);
    TestStore crashed = store.at("crashed");
    try (SlotEngine engine = store.open()) {
      TestStore.put(engine, 1, 1);
      TestFiles.copyTree(store.directory(), crashed.directory());
    }
    TestFiles.write(
        crashed.slotFile(0), HEADER, ByteBuffer.allocate(4).put((byte) 7).array()); // WRITING
    assertEquals(List.of(), damage(crashed.directory()));
    TestFiles.write(crashed.slotFile(0), HEADER + 9 * SLOT, (byte) 7);
    assertDamage(crashed.directory(), crashed.slotFile(0), "a writer died inside the slot");
  }

  @Test
  void readsADirectoryOfArmdbs() throws IOException {
    TestStore store = filled();
    for (String own : List.of("slotstream.meta", "slotstream.run", "shard_000/history.meta")) {
      Files.delete(store.directory().resolve(own));
    }
    TestFiles.startingWith(store.shardDirectory(0), "redo-").forEach(TestFiles::delete);
    TestFiles.write(store.slotFile(0), 64, new byte[HEADER - 64]);
    TestFiles.write(store.slotFile(0), 17, (byte) 1);
    assertEquals(List.of(), damage(store.directory()));
    assertEquals(39, entries(store.directory()).size());
    try (OfflineStore offline = OfflineStore.open(store.directory(), finding -> {})) {
      assertTrue(offline.facts().directoryId().isEmpty());
    }
  }

  @Test
  void whatArmdbClosedLastIsTakenAsItsSlotsAre() {
    TestStore store = filled();
    TestFiles.write(store.slotFile(0), 17, (byte) 1);
    assertEquals(List.of(), damage(store.directory()));
    List<String> notes = check(store.directory()).stream().map(Finding::what).toList();
    assertTrue(notes.stream().anyMatch(note -> note.contains("armdb closed")), notes::toString);
    assertTrue(notes.stream().anyMatch(note -> note.contains("removed")), notes::toString);
  }
}
