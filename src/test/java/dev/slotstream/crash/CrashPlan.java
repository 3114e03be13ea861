package dev.slotstream.crash;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/**
 * How a child is to end, and what is wrong with it.
 *
 * @param counters path of the {@link PointCounters}
 * @param point where it halts, if it does
 * @param n the how manieth time it comes there, from 1
 */
public record CrashPlan(
    String counters, Optional<CrashPoint> point, int n, Optional<PlantedFault> fault) {
  private static final String SEPARATOR = ",";
  private static final String NONE = "-";

  /** Halts nowhere. */
  public static CrashPlan none(Path counters) {
    return new CrashPlan(counters.toString(), Optional.empty(), 0, Optional.empty());
  }

  /** Halts at a point. */
  public static CrashPlan at(CrashPoint point, int n, Path counters) {
    return new CrashPlan(counters.toString(), Optional.of(point), n, Optional.empty());
  }

  /** The same with a fault. */
  public CrashPlan with(Optional<PlantedFault> planted) {
    return new CrashPlan(counters, point, n, planted);
  }

  static CrashPlan parse(String arguments) {
    List<String> fields = List.of(arguments.split(SEPARATOR, -1));
    return new CrashPlan(
        fields.get(0),
        Optional.of(fields.get(1)).filter(name -> !name.equals(NONE)).map(CrashPoint::valueOf),
        Integer.parseInt(fields.get(2)),
        Optional.of(fields.get(3)).filter(name -> !name.equals(NONE)).map(PlantedFault::valueOf));
  }

  /** The JVM's option for this plan. */
  public String agentOption(Path agent) {
    return "-javaagent:%s=%s"
        .formatted(
            agent,
            String.join(
                SEPARATOR,
                counters,
                point.map(Enum::name).orElse(NONE),
                Integer.toString(n),
                fault.map(Enum::name).orElse(NONE)));
  }

  /** Packs the agent, this package's classes. */
  public static Path agent(Path directory) {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().putValue("Premain-Class", CrashAgent.class.getName());
    Path jar = directory.resolve("crash-agent.jar");
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(file, manifest)) {
      Path classes =
          Path.of(CrashPlan.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      Path here = classes.resolve(CrashPlan.class.getPackageName().replace('.', '/'));
      try (Stream<Path> all = Files.list(here)) {
        for (Path one : all.filter(path -> path.toString().endsWith(".class")).toList()) {
          URI name = classes.toUri().relativize(one.toUri());
          entries.putNextEntry(new JarEntry(name.getPath()));
          Files.copy(one, entries);
        }
      }
      return jar;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
