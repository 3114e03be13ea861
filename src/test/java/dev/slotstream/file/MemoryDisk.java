package dev.slotstream.file;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * A disk in memory, as one process sees it until it ends, for tests that open thousands of stores.
 * When the process has ended, every operation fails, and {@link #next} is what the next process
 * finds.
 *
 * <p>Of what was written and not forced, any sectors of 512 bytes may have reached the disk, at any
 * time and in any order; a sector is written as a whole. Names that were given, changed and taken
 * away reach it in their order, at the latest when their directory is forced. An operation that the
 * end meets may be done by half.
 *
 * <p>One thread.
 */
public final class MemoryDisk implements Storage {
  private static final int SECTOR = 512;
  private static final long MOST_RESERVED = 1L << 20;

  /** How a process ends. */
  public enum Death {
    /** The kernel still has all of what it wrote, the disk only what was forced. */
    KILL,
    /** What was not forced is gone, but for what the kernel had written by itself. */
    POWER_CUT
  }

  /** What the kernel says that there is. */
  private final NavigableMap<Path, Content> files = new TreeMap<>();

  /** What the disk says that there is. */
  private final NavigableMap<Path, Content> names = new TreeMap<>();

  /** What the disk does not know yet, in the order in which it will. */
  private final List<NameChange> unforcedNames = new ArrayList<>();

  private final SplittableRandom random;
  private boolean forcesDirectories = true;
  private int systemRun;
  private long operations;
  private long diesAt = Long.MAX_VALUE;
  private Death planned = Death.KILL;
  private Death death;
  private MemoryDisk next;

  /** An empty disk. */
  public MemoryDisk(SplittableRandom random) {
    this.random = random;
  }

  /** A file's bytes, as the kernel has them and as the disk does. */
  private static final class Content {
    private final MemorySegment live;
    private final MemorySegment stable;
    private long length;

    private Content(long length, long capacity) {
      // Of longs: only they are aligned as the words of slots and logs have to be.
      this.live = MemorySegment.ofArray(new long[(int) (capacity + Long.BYTES - 1) / Long.BYTES]);
      this.stable = MemorySegment.ofArray(new long[(int) (capacity + Long.BYTES - 1) / Long.BYTES]);
      this.length = length;
    }

    private static Content of(byte[] bytes, long length, long reserve) {
      Content content = new Content(length, capacity(length, reserve));
      MemorySegment.copy(bytes, 0, content.live, ValueLayout.JAVA_BYTE, 0, bytes.length);
      content.force(0, bytes.length);
      return content;
    }

    private static long capacity(long length, long reserve) {
      return Math.max(length, reserve <= MOST_RESERVED ? reserve : length + length / 2);
    }

    private Content resized(long newLength, long reserve) {
      Content other = new Content(newLength, capacity(newLength, reserve));
      other.take(live, stable, Math.min(length, newLength));
      return other;
    }

    private Content after(Death death) {
      Content other = new Content(length, length);
      other.take(death == Death.KILL ? live : stable, stable, length);
      return other;
    }

    private void take(MemorySegment newLive, MemorySegment newStable, long bytes) {
      MemorySegment.copy(newLive, 0, live, 0, bytes);
      MemorySegment.copy(newStable, 0, stable, 0, bytes);
    }

    private void force(long offset, long bytes) {
      MemorySegment.copy(live, offset, stable, offset, bytes);
    }

    private void writeBack(int percent, SplittableRandom random) {
      writeBack(0, length, percent, random);
    }

    private void writeBack(long from, long to, int percent, SplittableRandom random) {
      for (long at = from / SECTOR * SECTOR; at < to; at += SECTOR) {
        long end = Math.min(at + SECTOR, length);
        if (MemorySegment.mismatch(live, at, end, stable, at, end) >= 0
            && random.nextInt(100) < percent) {
          force(at, end - at);
        }
      }
    }

    private byte[] bytes() {
      return live.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
    }
  }

  /**
   * One change of a directory.
   *
   * @param taken the name that is taken away; null for none
   * @param given the name that is given; null for none
   * @param content of the file
   */
  private record NameChange(Path taken, Path given, Content content) {
    private void apply(Map<Path, Content> names) {
      if (taken != null) {
        names.remove(taken);
      }
      if (given != null) {
        names.put(given, content);
      }
    }

    private NameChange with(UnaryOperator<Content> other) {
      return new NameChange(taken, given, other.apply(content));
    }
  }

  /** Ends the process, unless it has ended. */
  public void die(Death how) {
    if (next == null) {
      death = how;
      if (how == Death.POWER_CUT) {
        // Nothing, everything and some of it are all worth trying.
        writeBack(Math.clamp(random.nextInt(-50, 150), 0, 100));
      }
      next = new MemoryDisk(random);
      next.systemRun = death == Death.POWER_CUT ? systemRun + 1 : systemRun;
      next.forcesDirectories = forcesDirectories;
      leaveTo(next);
    }
  }

  private void leaveTo(MemoryDisk after) {
    if (death == Death.POWER_CUT) {
      int reached = random.nextInt(unforcedNames.size() + 1);
      unforcedNames.subList(0, reached).forEach(change -> change.apply(names));
      names.forEach((path, content) -> after.files.put(path, content.after(death)));
      after.names.putAll(after.files);
    } else {
      Map<Content, Content> left = new HashMap<>();
      UnaryOperator<Content> leave =
          content -> left.computeIfAbsent(content, one -> one.after(death));
      files.forEach((path, content) -> after.files.put(path, leave.apply(content)));
      names.forEach((path, content) -> after.names.put(path, leave.apply(content)));
      unforcedNames.forEach(change -> after.unforcedNames.add(change.with(leave)));
    }
  }

  /** Planted: names are given and changed, and their directories are never forced. */
  public void leaveDirectoriesUnforced() {
    forcesDirectories = false;
  }

  private void change(NameChange change) {
    change.apply(files);
    unforcedNames.add(change);
  }

  private void forceNames() {
    if (forcesDirectories) {
      unforcedNames.forEach(change -> change.apply(names));
      unforcedNames.clear();
    }
  }

  private void put(Path path, Content content) {
    change(new NameChange(null, path, content));
  }

  /** Ends the process in front of, or in, the n-th operation from now. */
  public void dieAt(long n, Death how) {
    diesAt = operations + n;
    planned = how;
  }

  /** True once the process has ended. */
  public boolean dead() {
    return next != null;
  }

  /** How the process has ended; null while it has not. */
  public Death death() {
    return death;
  }

  /** What the next process finds, when this one has ended. */
  public MemoryDisk next() {
    return next;
  }

  /** The kernel writes some of what was not forced, as it may at any time. */
  public void writeBack(int percent) {
    files.values().forEach(content -> content.writeBack(percent, random));
  }

  /** Everything that there is, by name. */
  public Map<Path, byte[]> everything() {
    Map<Path, byte[]> all = new TreeMap<>();
    files.forEach((path, content) -> all.put(path, content.bytes()));
    return all;
  }

  /** Puts a file there, whole and on the disk, in place of what has the name. */
  public void place(Path path, byte[] content) {
    put(path, Content.of(content, content.length, content.length));
    forceNames();
  }

  /** Takes a file away, on the disk, too. */
  public void remove(Path path) {
    change(new NameChange(path, null, files.get(path)));
    forceNames();
  }

  private void alive() throws IOException {
    if (next != null) {
      throw new IOException("the process has ended");
    }
  }

  /**
   * Before something that reaches the disk.
   *
   * @param half what may have been done of it when the process ends in it
   */
  private void operation(Runnable half) throws IOException {
    if (++operations == diesAt && next == null) {
      if (random.nextBoolean()) {
        half.run();
      }
      die(planned);
    }
    alive();
  }

  /** The new file may have its temporary name yet, and be of any length, or have its own. */
  private void halfCreate(Path path, byte[] head, long length) {
    if (random.nextBoolean()) {
      put(path, Content.of(head, length, length));
    } else {
      int written = random.nextInt(head.length + 1);
      byte[] begun = Arrays.copyOf(head, written);
      put(temporaryName(path), Content.of(begun, written, written));
    }
  }

  private static Path temporaryName(Path path) {
    return path.resolveSibling(path.getFileName() + ".tmp");
  }

  private Content find(Path path) throws IOException {
    Content content = files.get(path);
    if (content == null) {
      throw new NoSuchFileException(path.toString());
    }
    return content;
  }

  @Override
  public Optional<String> systemRun() {
    return Optional.of("run " + systemRun);
  }

  @Override
  public boolean exists(Path path) {
    return files.containsKey(path);
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    operation(() -> {});
  }

  @Override
  public List<Path> list(Path directory) throws IOException {
    alive();
    return files.keySet().stream().filter(path -> directory.equals(path.getParent())).toList();
  }

  @Override
  public byte[] read(Path path) throws IOException {
    alive();
    return find(path).bytes();
  }

  @Override
  public void replace(Path path, List<MemorySegment> pieces) throws IOException {
    byte[] content = joined(pieces);
    operation(() -> halfCreate(path, content, content.length));
    put(path, Content.of(content, content.length, content.length));
    forceNames();
  }

  @Override
  public void deleteUnfinished(Path path) throws IOException {
    alive();
    Path temporary = temporaryName(path);
    if (exists(temporary)) {
      change(new NameChange(temporary, null, find(temporary)));
    }
  }

  private static byte[] joined(List<MemorySegment> pieces) {
    byte[] all = new byte[(int) pieces.stream().mapToLong(MemorySegment::byteSize).sum()];
    int at = 0;
    for (MemorySegment piece : pieces) {
      MemorySegment.copy(piece, 0, MemorySegment.ofArray(all), at, piece.byteSize());
      at += (int) piece.byteSize();
    }
    return all;
  }

  /** A copy: who has it mapped sees nothing of what becomes of the file. */
  @Override
  public MemorySegment mapPrivately(Path path) throws IOException {
    alive();
    Content content = find(path);
    MemorySegment copy =
        MemorySegment.ofArray(new long[(int) (content.length + Long.BYTES - 1) / Long.BYTES])
            .asSlice(0, content.length);
    MemorySegment.copy(content.live, 0, copy, 0, content.length);
    return copy;
  }

  /** Always the same: a disk that goes bad does not say so. */
  @Override
  public long lastChanged(Path path) throws IOException {
    alive();
    find(path);
    return 0;
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    NameChange change = new NameChange(from, to, find(from));
    operation(() -> change(change));
    change(change);
    forceNames();
  }

  @Override
  public void delete(Path path) throws IOException {
    NameChange change = new NameChange(path, null, find(path));
    operation(() -> change(change));
    change(change);
    forceNames();
  }

  @Override
  public MappedFile create(Path path, byte[] head, long length, long reserve) throws IOException {
    operation(() -> halfCreate(path, head, length));
    Content content = Content.of(head, length, reserve);
    put(path, content);
    forceNames();
    return new Mapped(path, content, reserve);
  }

  @Override
  public MappedFile open(Path path, long reserve) throws IOException {
    alive();
    Content content = find(path);
    if (content.live.byteSize() < Content.capacity(content.length, reserve)) {
      content = exchange(content, content.resized(content.length, reserve)); // nobody has it open
    }
    return new Mapped(path, content, reserve);
  }

  /** Takes the place of a content that has become too small, under all its names. */
  private Content exchange(Content small, Content large) {
    files.replaceAll((path, one) -> one == small ? large : one);
    names.replaceAll((path, one) -> one == small ? large : one);
    unforcedNames.replaceAll(change -> change.with(one -> one == small ? large : one));
    return large;
  }

  @Override
  public AutoCloseable lock(Path lockFile) throws IOException {
    alive();
    return () -> {};
  }

  /** A file may be deleted while it is mapped. */
  private final class Mapped implements MappedFile {
    private final long reserve;
    private Path path;
    private Content content;

    private Mapped(Path path, Content content, long reserve) {
      this.path = path;
      this.content = content;
      this.reserve = reserve;
    }

    @Override
    public MemorySegment mapping() {
      return content.live;
    }

    @Override
    public long length() {
      return content.length;
    }

    @Override
    public void rename(Path to) throws IOException {
      MemoryDisk.this.rename(path, to);
      path = to;
    }

    @Override
    public void extend(long newLength, Room room) throws IOException {
      if (newLength > content.length) {
        operation(() -> lengthen(random.nextLong(content.length, newLength)));
        lengthen(newLength);
      }
    }

    private void lengthen(long newLength) {
      if (newLength <= content.live.byteSize()) {
        content.length = newLength;
      } else {
        content = exchange(content, content.resized(newLength, reserve));
      }
    }

    @Override
    public void cut(long newLength) throws IOException {
      if (newLength < content.length) {
        operation(() -> {});
        content.live.asSlice(newLength, content.length - newLength).fill((byte) 0);
        content.stable.asSlice(newLength, content.length - newLength).fill((byte) 0);
        content.length = newLength;
      }
    }

    @Override
    public void fillHoles() throws IOException {
      operation(() -> {});
    }

    @Override
    public void force(long offset, long length) throws IOException {
      operation(() -> content.writeBack(offset, offset + length, random.nextInt(101), random));
      content.force(offset, length);
    }

    @Override
    public void unload(long offset, long size) {
      // Changes no byte.
    }

    @Override
    public void close() {}
  }
}
