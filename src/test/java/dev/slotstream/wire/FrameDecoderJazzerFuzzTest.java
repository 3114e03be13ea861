package dev.slotstream.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.Jazzer;
import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Jazzer looks for inputs that take the decoders to code where no input was before, from a few
 * valid streams of either direction on. What must hold of each is {@link FrameStream}'s.
 *
 * <p>{@code -Dslotstream.campaign=full} runs ten million inputs, {@code -Dslotstream.fuzz.inputs=N}
 * as many as one likes. A failure prints the input.
 */
class FrameDecoderJazzerFuzzTest {
  private static final boolean FULL = "full".equals(System.getProperty("slotstream.campaign"));
  private static final long INPUTS =
      Long.getLong("slotstream.fuzz.inputs", FULL ? 10_000_000L : 100_000L);
  private static final int SEED = Integer.getInteger("slotstream.seed", 20_250_916);
  private static final int VALID_STREAMS = 64;

  /** Jazzer 0.24 reads the classes of Java 23 and earlier; nothing in these is newer than that. */
  private static final short READABLE = 67;

  private static final int MAJOR_VERSION = 6;
  private static final Pattern COVERED = Pattern.compile("DONE +cov: \\d{3}");

  @TempDir Path temp;

  @Test
  void findsNoInputThatBreaksADecoder() throws Exception {
    Path classes = Files.createDirectories(temp.resolve("classes/dev/slotstream/wire"));
    copyReadable(root(FrameDecoder.class), classes);
    copyReadable(root(FrameStream.class), classes);
    Path corpus = Files.createDirectory(temp.resolve("corpus"));
    writeValidStreams(corpus);
    Path output = temp.resolve("output");
    int status = fuzz(corpus, output);
    String said = Files.readString(output, StandardCharsets.UTF_8);
    assertEquals(0, status, said);
    assertTrue(said.contains("Done " + INPUTS + " runs"), said);
    assertTrue(COVERED.matcher(said).find(), "it did not see where its inputs went: " + said);
    System.out.println(
        said.lines()
            .filter(line -> line.contains("DONE") || line.startsWith("Done "))
            .collect(Collectors.joining("; ", "seed=" + SEED + ": ", "")));
  }

  private int fuzz(Path corpus, Path output) throws IOException, InterruptedException {
    Stream<Path> classPath =
        Stream.of(
            temp.resolve("classes"),
            root(FrameDecoder.class),
            root(FrameStream.class),
            root(Jazzer.class),
            root(FuzzedDataProvider.class));
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:+EnableDynamicAgentLoading",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            classPath.map(Path::toString).collect(Collectors.joining(File.pathSeparator)),
            Jazzer.class.getName(),
            "--target_class=" + FrameDecoderTarget.class.getName(),
            "--instrumentation_includes=dev.slotstream.wire.**",
            "--reproducer_path=" + temp,
            "-artifact_prefix=" + temp + File.separator,
            "-seed=" + SEED,
            "-runs=" + INPUTS,
            corpus.toString())
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start()
        .waitFor();
  }

  private static Path root(Class<?> of) {
    return Path.of(URI.create(of.getProtectionDomain().getCodeSource().getLocation().toString()));
  }

  private static void copyReadable(Path root, Path to) throws IOException {
    try (DirectoryStream<Path> all =
        Files.newDirectoryStream(root.resolve("dev/slotstream/wire"), "*.class")) {
      for (Path from : all) {
        byte[] bytes = Files.readAllBytes(from);
        ByteBuffer.wrap(bytes).putShort(MAJOR_VERSION, READABLE);
        Files.write(to.resolve(from.getFileName()), bytes);
      }
    }
  }

  private static void writeValidStreams(Path corpus) throws IOException {
    SplittableRandom random = new SplittableRandom(SEED);
    RandomFrames valid =
        new RandomFrames(random, FrameDecoderTarget.KEY_BYTES, FrameDecoderTarget.VALUE_BYTES);
    for (int number = 0; number < VALID_STREAMS; number++) {
      boolean fromLeader = number % 2 == 0;
      ByteArrayOutputStream stream = new ByteArrayOutputStream();
      stream.write(fromLeader ? FrameDecoderTarget.FROM_LEADER : 0);
      for (int frame = 0; frame < 1 + number % 3; frame++) {
        stream.writeBytes(fromLeader ? valid.ofLeader() : valid.ofFollower());
      }
      Files.write(corpus.resolve("valid-" + number), stream.toByteArray());
    }
  }
}
