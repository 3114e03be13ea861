package dev.slotstream.file;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A disk whose files are brought to it in another way than the store believes. */
public class ForcingStorage implements Storage {
  private final Storage disk;
  private final Forcing forcing;

  /** What is done in place of a force. */
  @FunctionalInterface
  public interface Forcing {
    /** Forces a range of a file, or something else. */
    void force(Path path, MappedFile file, long offset, long length) throws IOException;
  }

  /** Another disk, or the same again, under this forcing. */
  public ForcingStorage(Storage disk, Forcing forcing) {
    this.disk = disk;
    this.forcing = forcing;
  }

  private final class Forced implements MappedFile {
    private final Path path;
    private final MappedFile file;

    private Forced(Path path, MappedFile file) {
      this.path = path;
      this.file = file;
    }

    @Override
    public void force(long offset, long length) throws IOException {
      forcing.force(path, file, offset, length);
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
    public void close() {
      file.close();
    }
  }

  @Override
  public MappedFile create(Path path, byte[] head, long length, long reserve) throws IOException {
    return new Forced(path, disk.create(path, head, length, reserve));
  }

  @Override
  public MappedFile open(Path path, long reserve) throws IOException {
    return new Forced(path, disk.open(path, reserve));
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

  @Override
  public AutoCloseable lock(Path lockFile) throws IOException {
    return disk.lock(lockFile);
  }
}
