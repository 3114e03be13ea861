package dev.slotstream.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the kernel says of a node's process, and the node of its memory.
 *
 * @param descriptors files and sockets that are open
 * @param anonymousMiB resident memory that is no file's: not the slots and not the log
 * @param directMiB memory outside the heap that buffers take
 */
record ProcessFigures(int descriptors, int anonymousMiB, int directMiB) {
  private static final Pattern ANONYMOUS = Pattern.compile("(?m)^RssAnon:\\s+(\\d+) kB$");
  private static final int KIB_PER_MIB = 1 << 10;

  static ProcessFigures of(NodeProcess node) throws IOException, InterruptedException {
    Path proc = Path.of("/proc", Long.toString(node.pid()));
    Matcher anonymous = ANONYMOUS.matcher(Files.readString(proc.resolve("status")));
    if (!anonymous.find()) {
      throw new AssertionError("no RssAnon in " + proc);
    }
    double direct = node.metric("jvm_buffer_memory_used_bytes", "id=\"direct\"");
    try (Stream<Path> descriptors = Files.list(proc.resolve("fd"))) {
      return new ProcessFigures(
          (int) descriptors.count(),
          Integer.parseInt(anonymous.group(1)) / KIB_PER_MIB,
          (int) (direct / KIB_PER_MIB / KIB_PER_MIB));
    }
  }
}
