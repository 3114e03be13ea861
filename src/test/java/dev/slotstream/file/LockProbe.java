package dev.slotstream.file;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A process of its own that tries to take a lock, and says how that went. */
final class LockProbe {
  private LockProbe() {}

  /** The lock file is the only argument. */
  public static void main(String[] arguments) throws Exception {
    try (AutoCloseable lock = new DiskStorage().lock(Path.of(arguments[0]))) {
      System.out.println("taken " + lock.getClass().isSynthetic());
    } catch (AlreadyLockedException e) {
      System.out.println(e.getMessage());
    }
  }

  /** Runs the probe in a new process; answers what it said. */
  static String run(Path lockFile) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classes(DiskStorage.class) + File.pathSeparator + classes(LockProbe.class),
                LockProbe.class.getName(),
                lockFile.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said.strip();
  }

  private static Path classes(Class<?> of) throws Exception {
    return Path.of(of.getProtectionDomain().getCodeSource().getLocation().toURI());
  }
}
