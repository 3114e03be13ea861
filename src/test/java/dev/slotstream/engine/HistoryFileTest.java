package dev.slotstream.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.ShardHistory.EpochStart;
import dev.slotstream.file.DiskStorage;
import dev.slotstream.kit.TestFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryFileTest {
  private static final UUID STORE = new UUID(0x0102030405060708L, 0x090A0B0C0D0E0F10L);

  @TempDir Path temp;

  private HistoryFile open() throws IOException {
    return HistoryFile.open(new DiskStorage(), temp, STORE);
  }

  private Path file() {
    return temp.resolve(HistoryFile.NAME);
  }

  @Test
  void hasItsLayout() throws IOException {
    assertEquals(new ShardHistory(STORE, true, List.of()), open().saved());
    ShardHistory history = new ShardHistory(STORE, false, List.of(new EpochStart(3, 0x1122)));
    open().save(history);
    assertEquals(
        "534c4849"
            + "0100"
            + "00"
            + "00"
            + "0102030405060708090a0b0c0d0e0f10"
            + "01000000"
            + "00000000"
            + "03000000"
            + "00000000"
            + "2211000000000000",
        HexFormat.of().formatHex(TestFiles.read(file()), 0, 48));
    assertEquals(52, TestFiles.size(file()));
    assertEquals(history, open().saved());
  }

  @Test
  void everyDamagedByteIsNoticed() throws IOException {
    open().save(new ShardHistory(STORE, true, List.of(new EpochStart(1, 1))));
    for (int at = 0; at < TestFiles.size(file()); at++) {
      TestFiles.flip(file(), at, 3);
      EngineException told = assertThrows(EngineException.class, this::open, "byte " + at);
      assertTrue(told.getMessage().contains(file().toString()), told.getMessage());
      TestFiles.flip(file(), at, 3);
    }
    TestFiles.resize(file(), 20);
    assertThrows(EngineException.Corrupt.class, this::open);
  }

  @Test
  void remembersTheNewestEpochsOnly() throws IOException {
    List<EpochStart> many =
        IntStream.rangeClosed(1, 200).mapToObj(n -> new EpochStart(n, n * 10L)).toList();
    open().save(new ShardHistory(STORE, true, many));
    assertEquals(many.subList(72, 200), open().saved().epochs());
    assertEquals(0, open().saved().epochAt(729));
    assertEquals(73, open().saved().epochAt(730));
  }
}
