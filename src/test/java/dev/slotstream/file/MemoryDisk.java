package dev.slotstream.file;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * A disk in memory, as one process sees it until it ends: by the model of {@link PowerCutStorage},
 * but without files, for simulations that open thousands of stores. When the process has ended,
 * every operation fails, and {@link #next} is what the next process finds.
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

  private final NavigableMap<Path, Content> files = new TreeMap<>();
  private final SplittableRandom random;
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
      for (long at = 0; at < length; at += SECTOR) {
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
      files.forEach((path, content) -> next.files.put(path, content.after(how)));
    }
  }

  /** Ends the process in front of the n-th operation from now. */
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

  private void alive() throws IOException {
    if (next != null) {
      throw new IOException("the process has ended");
    }
  }

  /** Before something that reaches the disk as a whole or not at all. */
  private void operation() throws IOException {
    if (++operations == diesAt) {
      die(planned);
    }
    alive();
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
    operation();
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
  public void replace(Path path, byte[] content) throws IOException {
    operation();
    files.put(path, Content.of(content, content.length, content.length));
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    operation();
    files.put(to, find(from));
    files.remove(from);
  }

  @Override
  public void delete(Path path) throws IOException {
    operation();
    find(path);
    files.remove(path);
  }

  @Override
  public MappedFile create(Path path, byte[] head, long length, long reserve) throws IOException {
    operation();
    Content content = Content.of(head, length, reserve);
    files.put(path, content);
    return new Mapped(content, reserve);
  }

  @Override
  public MappedFile open(Path path, long reserve) throws IOException {
    alive();
    Content content = find(path);
    if (content.live.byteSize() < Content.capacity(content.length, reserve)) {
      content = content.resized(content.length, reserve); // as long as nobody else has it open
      files.put(path, content);
    }
    return new Mapped(content, reserve);
  }

  @Override
  public AutoCloseable lock(Path lockFile) throws IOException {
    alive();
    return () -> {};
  }

  /** A file may be renamed, and deleted, while it is mapped. */
  private final class Mapped implements MappedFile {
    private final long reserve;
    private Content content;

    private Mapped(Content content, long reserve) {
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
    public void extend(long newLength) throws IOException {
      if (newLength > content.length) {
        operation();
        if (newLength <= content.live.byteSize()) {
          content.length = newLength;
        } else {
          Content longer = content.resized(newLength, reserve);
          files.replaceAll((path, one) -> one == content ? longer : one);
          content = longer;
        }
      }
    }

    @Override
    public void cut(long newLength) throws IOException {
      if (newLength < content.length) {
        operation();
        content.live.asSlice(newLength, content.length - newLength).fill((byte) 0);
        content.stable.asSlice(newLength, content.length - newLength).fill((byte) 0);
        content.length = newLength;
      }
    }

    @Override
    public void fillHoles() throws IOException {
      operation();
    }

    @Override
    public void force(long offset, long length) throws IOException {
      operation();
      content.force(offset, length);
    }

    @Override
    public void close() {}
  }
}
