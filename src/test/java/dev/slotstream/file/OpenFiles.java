package dev.slotstream.file;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A disk that knows which of its files and locks are open. */
public final class OpenFiles implements Storage {
  private final Storage disk;
  private final List<String> open = new ArrayList<>();

  /** Nothing is open yet. */
  public OpenFiles(Storage disk) {
    this.disk = disk;
  }

  /** What is open now. */
  public synchronized List<String> names() {
    return List.copyOf(open);
  }

  private synchronized void opened(String name) {
    open.add(name);
  }

  private synchronized void closed(String name) {
    if (!open.remove(name)) {
      throw new IllegalStateException("closed and not open: " + name);
    }
  }

  @Override
  public MappedFile create(Path path, byte[] head, long length, long reserve) throws IOException {
    return new Counted(path.getFileName().toString(), disk.create(path, head, length, reserve));
  }

  @Override
  public MappedFile open(Path path, long reserve) throws IOException {
    return new Counted(path.getFileName().toString(), disk.open(path, reserve));
  }

  @Override
  public AutoCloseable lock(Path lockFile) throws IOException {
    AutoCloseable lock = disk.lock(lockFile);
    String name = lockFile.getFileName().toString();
    opened(name);
    return () -> {
      lock.close();
      closed(name);
    };
  }

  private final class Counted implements MappedFile {
    private final String name;
    private final MappedFile file;

    private Counted(String name, MappedFile file) {
      this.name = name;
      this.file = file;
      opened(name);
    }

    @Override
    public void close() {
      file.close();
      closed(name);
    }

    @Override
    public MemorySegment mapping() {
      return file.mapping();
    }

    @Override
    public long length() {
      return file.length();
    }

    @Override
    public void extend(long newLength) throws IOException {
      file.extend(newLength);
    }

    @Override
    public void cut(long newLength) throws IOException {
      file.cut(newLength);
    }

    @Override
    public void fillHoles() throws IOException {
      file.fillHoles();
    }

    @Override
    public void force(long offset, long length) throws IOException {
      file.force(offset, length);
    }
  }

  @Override
  public Optional<String> systemRun() {
    return disk.systemRun();
  }

  @Override
  public boolean exists(Path path) {
    return disk.exists(path);
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    disk.createDirectories(directory);
  }

  @Override
  public List<Path> list(Path directory) throws IOException {
    return disk.list(directory);
  }

  @Override
  public byte[] read(Path path) throws IOException {
    return disk.read(path);
  }

  @Override
  public void replace(Path path, byte[] content) throws IOException {
    disk.replace(path, content);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    disk.rename(from, to);
  }

  @Override
  public void delete(Path path) throws IOException {
    disk.delete(path);
  }
}
