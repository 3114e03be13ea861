package dev.slotstream.kit;

import dev.slotstream.engine.ShardHistory;
import dev.slotstream.engine.ShardHistory.EpochStart;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;

/** Shards' histories as tests write them: {@code epoch:first sequence}, separated by blanks. */
public final class Histories {
  public static final UUID STORE = new UUID(1, 2);

  private static final Pattern EPOCH = Pattern.compile("(\\d+):(\\d+)");

  private Histories() {}

  /** A leader's own history of {@link #STORE}. */
  public static ShardHistory of(String epochs) {
    List<EpochStart> starts =
        EPOCH
            .matcher(epochs)
            .results()
            .map(e -> new EpochStart(Integer.parseInt(e.group(1)), Long.parseLong(e.group(2))))
            .toList();
    return new ShardHistory(STORE, true, starts);
  }
}
