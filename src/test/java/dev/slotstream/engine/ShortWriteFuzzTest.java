package dev.slotstream.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.file.DiskStorage;
import dev.slotstream.file.NoSpaceException;
import dev.slotstream.file.ShortWrites;
import dev.slotstream.file.ShortWrites.Part;
import dev.slotstream.kit.MemoryDirectory;
import dev.slotstream.kit.TestFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A store of whose writes to its disk the first takes only a part of the bytes, or the second, and
 * so on until there is none; and what is left of it goes through, or fails. A short write alone
 * costs nothing; with an error behind it, whoever asked is told, what was there is still there, and
 * nothing stays open.
 */
class ShortWriteFuzzTest {
  @TempDir(factory = MemoryDirectory.class)
  Path temp;

  private int errors;

  /** What comes after the short write. */
  enum Then {
    THE_REST(Optional.empty()),
    BROKEN(Optional.of("Input/output error, made to fail")),
    FULL(Optional.of("No space left on device, made to fail"));

    private final Optional<String> error;

    Then(Optional<String> error) {
      this.error = error;
    }
  }

  private Path prepared(StoreUnderErrors run) throws IOException {
    run.open(new DiskStorage());
    run.begin();
    // As a process leaves it that is killed: closed, there would be nothing to replay.
    Path killed = TestFiles.copyTree(run.store().options().directory(), temp.resolve("killed"));
    run.close();
    return killed;
  }

  /** False when there were fewer writes. */
  private boolean isShortAt(int n, Part part, Then then, StoreUnderErrors run, Path from)
      throws IOException {
    Path directory = run.store().options().directory();
    TestFiles.deleteTree(directory);
    TestFiles.copyTree(from, directory);
    ShortWrites disk = new ShortWrites(n, part, then.error);
    boolean refused = false;
    try {
      run.open(disk.storage());
      run.work(() -> false, new SplittableRandom(7));
    } catch (IOException e) {
      refused = true;
      assertTrue(disk.failed(), e.toString());
      assertEquals(then == Then.FULL, e instanceof NoSpaceException, e.toString());
    }
    errors += disk.failed() ? 1 : 0;
    assertEquals(List.of(), disk.open(), "left open");
    assertEquals(List.of(), temporaries(directory), "left behind");
    run.assertAllEnded();
    if (then == Then.THE_REST) {
      assertTrue(!refused && run.allSucceeded(), "a write that goes on is no error");
    }
    run.open(new DiskStorage());
    run.assertNothingLost();
    run.putNow(1, 1_000_000);
    run.close();
    return disk.struck();
  }

  private static List<Path> temporaries(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(path -> path.toString().endsWith(".tmp"))
          .filter(path -> !path.endsWith("redo-used.tmp"))
          .toList();
    }
  }

  @ParameterizedTest
  @EnumSource
  void isGoneOnWithOrTold(Durability durability) throws IOException {
    StoreUnderErrors run = new StoreUnderErrors(TestStore.at(temp.resolve("store")), durability);
    Path killed = prepared(run);
    int writes = 0;
    for (Then then : Then.values()) {
      for (Part part : Part.values()) {
        int n = 1;
        while (hit(n, part, then, run.again(), killed)) {
          n++;
        }
        writes += n - 1;
      }
    }
    System.out.printf("%s: short writes %d, errors behind them %d%n", durability, writes, errors);
    // Room is not written in INTERVAL, where the file system can set blocks aside.
    int each = durability == Durability.INTERVAL ? 7 : 15;
    assertTrue(writes >= 9 * each, "writes=" + writes);
    assertTrue(errors >= 6 * each, "errors=" + errors);
  }

  private boolean hit(int n, Part part, Then then, StoreUnderErrors run, Path from)
      throws IOException {
    try {
      return isShortAt(n, part, then, run, from);
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("write %d, %s, then %s: %s".formatted(n, part, then, e), e);
    }
  }
}
