package dev.slotstream.file;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A disk that passes everything on to another one: those that do one thing differently extend it.
 */
public abstract class PassingStorage implements Storage {
  private final Storage disk;

  PassingStorage(Storage disk) {
    this.disk = disk;
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
  public void replace(Path path, List<MemorySegment> pieces) throws IOException {
    disk.replace(path, pieces);
  }

  @Override
  public void deleteUnfinished(Path path) throws IOException {
    disk.deleteUnfinished(path);
  }

  @Override
  public MemorySegment mapPrivately(Path path) throws IOException {
    return disk.mapPrivately(path);
  }

  @Override
  public long lastChanged(Path path) throws IOException {
    return disk.lastChanged(path);
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
  public MappedFile create(Path path, byte[] head, long length, long reserve) throws IOException {
    return disk.create(path, head, length, reserve);
  }

  @Override
  public MappedFile open(Path path, long reserve) throws IOException {
    return disk.open(path, reserve);
  }

  @Override
  public AutoCloseable lock(Path lockFile) throws IOException {
    return disk.lock(lockFile);
  }

  /** A file that passes everything on to another one. */
  abstract static class PassingFile implements MappedFile {
    final MappedFile file;

    PassingFile(MappedFile file) {
      this.file = file;
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
    public void rename(Path to) throws IOException {
      file.rename(to);
    }

    @Override
    public void extend(long newLength, Room room) throws IOException {
      file.extend(newLength, room);
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

    @Override
    public void unload(long offset, long length) {
      file.unload(offset, length);
    }

    @Override
    public void close() {
      file.close();
    }
  }
}
