package dev.slotstream.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.slotstream.engine.EngineException;
import java.util.List;
import org.junit.jupiter.api.Test;

class KvErrorTest {
  @Test
  void theEnginesRefusalsHaveTheirNames() {
    List<EngineException> refusals =
        List.of(
            new EngineException.Damaged("d", null),
            new EngineException.DiskFull("f", null),
            new EngineException.Overloaded("o"),
            new EngineException.WriteGateShut("w", null),
            new EngineException.Closed(),
            new EngineException.Mismatch("m"),
            new EngineException.InUse("u", null),
            new EngineException.Corrupt("c", null),
            new EngineException.IoFailed("i", null));
    assertEquals(
        "[damaged: d, disk-full: f, overloaded: o, writes-stopped: w,"
            + " shutting-down: node is shutting down, internal: m, internal: u, internal: c,"
            + " internal: i]",
        refusals.stream()
            .map(KvError::of)
            .map(error -> error.name() + ": " + error.detail())
            .toList()
            .toString());
  }
}
