package dev.slotstream.file;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A disk that knows which of its files and locks are open. */
public final class OpenFiles extends PassingStorage {
  private final List<String> open = new ArrayList<>();

  /** Nothing is open yet. */
  public OpenFiles(Storage disk) {
    super(disk);
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
    return new Counted(path.getFileName().toString(), super.create(path, head, length, reserve));
  }

  @Override
  public MappedFile open(Path path, long reserve) throws IOException {
    return new Counted(path.getFileName().toString(), super.open(path, reserve));
  }

  @Override
  public AutoCloseable lock(Path lockFile) throws IOException {
    AutoCloseable lock = super.lock(lockFile);
    String name = lockFile.getFileName().toString();
    opened(name);
    return () -> {
      lock.close();
      closed(name);
    };
  }

  private final class Counted extends PassingFile {
    private final String name;

    private Counted(String name, MappedFile file) {
      super(file);
      this.name = name;
      opened(name);
    }

    @Override
    public void close() {
      super.close();
      closed(name);
    }
  }
}
