package dev.slotstream.file;

import java.io.IOException;
import java.nio.file.Path;

/** A disk whose files are brought to it in another way than the store believes. */
public class ForcingStorage extends PassingStorage {
  private final Forcing forcing;

  /** What is done in place of a force. */
  @FunctionalInterface
  public interface Forcing {
    /** Forces a range of a file, or something else. */
    void force(Path path, MappedFile file, long offset, long length) throws IOException;
  }

  /** Another disk, or the same again, under this forcing. */
  public ForcingStorage(Storage disk, Forcing forcing) {
    super(disk);
    this.forcing = forcing;
  }

  private final class Forced extends PassingFile {
    private final Path path;

    private Forced(Path path, MappedFile file) {
      super(file);
      this.path = path;
    }

    @Override
    public void force(long offset, long length) throws IOException {
      forcing.force(path, file, offset, length);
    }
  }

  @Override
  public MappedFile create(Path path, byte[] head, long length, long reserve) throws IOException {
    return new Forced(path, super.create(path, head, length, reserve));
  }

  @Override
  public MappedFile open(Path path, long reserve) throws IOException {
    return new Forced(path, super.open(path, reserve));
  }
}
