package dev.slotstream.backup;

import dev.slotstream.backup.BackupException.Kind;
import dev.slotstream.backup.Refusal.Reason;
import dev.slotstream.engine.ShardPosition;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Fetches a backup from a node to a file. A connection that breaks is no harm: it goes on behind
 * the last whole chunk, also in another process. When the node's log does not reach back to the
 * beginning of the shard in work, that shard is begun anew; the finished ones stay.
 */
public final class BackupDownload {
  /** The header that says where to go on. */
  public static final String AFTER = "Slotstream-Backup-After";

  private static final int CONNECT_MILLIS = 10_000;
  private static final int READ_MILLIS = 90_000;
  private static final Pattern TYPE = Pattern.compile("urn:slotstream:problem:([a-z-]+)");
  private static final int MAX_PROBLEM = 4096;
  private static final int OK = 200;
  private static final int CONFLICT = 409;
  private static final int TOO_MANY = 429;
  private static final int UNAVAILABLE = 503;

  private final URI node;
  private final Path file;
  private final Patience patience;
  private final LongConsumer bytesSoFar;
  private int attempts;
  private int shardsBegunAnew;

  /**
   * How long it is tried.
   *
   * @param attempts without a single new chunk between them
   * @param shardsBegunAnew how often a shard may be begun anew, in all
   * @param pause between attempts
   */
  public record Patience(int attempts, int shardsBegunAnew, Duration pause) {
    /** What suits a person at a terminal, and a timer. */
    public static final Patience USUAL = new Patience(10, 10, Duration.ofSeconds(1));
  }

  /** What was fetched. */
  public record Fetched(
      long bytes, Counts counts, List<ShardPosition> positions, int attempts, int begunAnew) {}

  /**
   * Fetches from a node to a file.
   *
   * @param node where it serves HTTP, like {@code http://host:8080}
   * @param bytesSoFar told how long the file is
   */
  public BackupDownload(URI node, Path file, Patience patience, LongConsumer bytesSoFar) {
    String base = node.toString();
    this.node = URI.create((base.endsWith("/") ? base : base + "/") + "backup");
    this.file = file;
    this.patience = patience;
    this.bytesSoFar = bytesSoFar;
  }

  /**
   * Fetches, until the backup is complete and on disk.
   *
   * @throws BackupException when the node does not make it, or something is in the way
   * @throws IOException when the node cannot be reached, or the file not be written
   */
  public Fetched run() throws IOException, BackupException {
    try (PartFile part = PartFile.open(file)) {
      int fruitless = 0;
      while (!part.complete()) {
        long before = part.length();
        attempts++;
        Optional<Exception> failure = attempt(part);
        fruitless = part.length() > before ? 0 : fruitless + 1;
        if (failure.isPresent()) {
          if (fruitless >= patience.attempts()) {
            rethrow(failure.get());
          }
          pause();
        }
      }
      Progress done = part.progress().orElseThrow();
      part.finish();
      return new Fetched(part.length(), done.total(), done.finished(), attempts, shardsBegunAnew);
    }
  }

  private static void rethrow(Exception failure) throws IOException, BackupException {
    switch (failure) {
      case IOException e -> throw e;
      case BackupException e -> throw e;
      default -> throw new IllegalStateException(failure);
    }
  }

  /** One connection. Answers what ended it, when another one may do better. */
  private Optional<Exception> attempt(PartFile part) throws IOException, BackupException {
    HttpURLConnection connection = null;
    try {
      connection = connect(part);
      int status = connection.getResponseCode();
      if (status == OK) {
        try (InputStream body = connection.getInputStream()) {
          part.append(body, () -> bytesSoFar.accept(part.length()));
        }
        return Optional.empty();
      }
      return refused(part, status, problem(connection));
    } catch (BackupException e) {
      return brokenOff(part, e);
    } catch (IOException e) {
      return Optional.of(e);
    } finally {
      if (connection != null) {
        connection.disconnect();
      }
    }
  }

  private HttpURLConnection connect(PartFile part) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) node.toURL().openConnection();
    connection.setConnectTimeout(CONNECT_MILLIS);
    connection.setReadTimeout(READ_MILLIS);
    part.progress().ifPresent(p -> connection.setRequestProperty(AFTER, p.token()));
    return connection;
  }

  private static String problem(HttpURLConnection connection) throws IOException {
    try (InputStream body = connection.getErrorStream()) {
      return body == null ? "" : new String(body.readNBytes(MAX_PROBLEM), StandardCharsets.UTF_8);
    }
  }

  private Optional<Exception> refused(PartFile part, int status, String problem)
      throws IOException, BackupException {
    BackupException refusal =
        new BackupException(
            Kind.REFUSED,
            type(problem),
            "node makes no backup, node=%s status=%d answer=%s".formatted(node, status, problem));
    if (status == CONFLICT && outdated(refusal) && beginAnew(part)) {
      return Optional.empty();
    }
    if (status != TOO_MANY && status != UNAVAILABLE) {
      throw refusal;
    }
    return Optional.of(refusal);
  }

  /** In the middle of the answer: the node said why, or the connection was lost. */
  private Optional<Exception> brokenOff(PartFile part, BackupException e)
      throws IOException, BackupException {
    boolean lost = e.kind() == Kind.TRUNCATED || e.kind() == Kind.DAMAGED;
    boolean ended = e.kind() == Kind.BROKEN_OFF && (!outdated(e) || beginAnew(part));
    if (!lost && !ended) {
      throw e;
    }
    return Optional.of(e); // what is in the file is whole
  }

  private static String type(String problem) {
    Matcher type = TYPE.matcher(problem);
    return type.find() ? type.group(1) : "";
  }

  private static boolean outdated(BackupException e) {
    return Stream.of(Reason.BACKUP_OUTDATED, Reason.LOG_PURGED)
        .anyMatch(reason -> reason.tag().equals(e.reason()));
  }

  private boolean beginAnew(PartFile part) throws IOException {
    if (shardsBegunAnew == patience.shardsBegunAnew() || !part.forgetShard()) {
      return false;
    }
    shardsBegunAnew++;
    return true;
  }

  private void pause() throws IOException {
    try {
      Thread.sleep(patience.pause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting to go on");
    }
  }
}
