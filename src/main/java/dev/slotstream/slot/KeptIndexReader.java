package dev.slotstream.slot;

import dev.slotstream.file.FileWindow;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** A {@link KeptIndex} that is only checked, without changing a byte of its file. One thread. */
public final class KeptIndexReader {
  private final FileWindow window;
  private final Listener listener;

  /** Hears what is wrong. */
  public interface Listener {
    /** Bytes went bad. */
    void damage(long offset, String what);

    /** The file is whole, and the next opening will not use it. */
    void unused(String why);
  }

  private KeptIndexReader(FileWindow window, Listener listener) {
    this.window = window;
    this.listener = listener;
  }

  /** Checks all of a file, and whether it was made for what is there now. */
  public static void check(Path path, IndexBinding binding, Listener listener) throws IOException {
    try (FileWindow window = FileWindow.open(path)) {
      new KeptIndexReader(window, listener).check(binding);
    }
  }

  private void check(IndexBinding binding) throws IOException {
    if (window.length() < KeptIndexLayout.HEADER_SIZE) {
      listener.damage(window.length(), "kept index is shorter than a header");
      return;
    }
    int at = window.at(0, KeptIndexLayout.HEADER_SIZE);
    KeptIndexHeader header =
        new KeptIndexHeader(
            Arrays.copyOfRange(window.bytes(), at, at + KeptIndexLayout.HEADER_SIZE));
    if (!header.isWhole()) {
      listener.damage(0, "header of the kept index is damaged");
      return;
    }
    if (header.fileBytes() != window.length()) {
      listener.damage(
          window.length(),
          "kept index has another length than its header says, length=%d expected=%d"
              .formatted(window.length(), header.fileBytes()));
      return;
    }
    int stray = header.firstStray();
    if (stray >= 0) {
      listener.damage(stray, "byte of the kept index's header that should be zero is not");
    }
    checkParts(header);
    int differs = header.firstDifference(binding);
    if (differs >= 0) {
      listener.unused(KeptIndexLayout.fieldAt(differs));
    }
  }

  private void checkParts(KeptIndexHeader header) throws IOException {
    checkPart(
        "free list of the kept index",
        KeptIndexLayout.HEADER_SIZE,
        header.listsSize(),
        header.listsCrc());
    for (int t = 0; t < KeptIndexLayout.TABLE_COUNT; t++) {
      KeptIndexHeader.Table table = header.table(t);
      checkPart(
          "table %d of the kept index".formatted(t), table.offset(), table.bytes(), table.crc());
    }
  }

  private void checkPart(String what, long offset, long size, int expected) throws IOException {
    CRC32C crc = new CRC32C();
    for (long at = offset; at < offset + size; ) {
      int count = (int) Math.min(FileWindow.SIZE, offset + size - at);
      crc.update(window.bytes(), window.at(at, count), count);
      at += count;
    }
    if ((int) crc.getValue() != expected) {
      listener.damage(offset, what + " is damaged");
    }
  }
}
