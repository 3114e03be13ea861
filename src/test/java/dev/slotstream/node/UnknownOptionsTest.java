package dev.slotstream.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class UnknownOptionsTest {
  @Test
  void findsVariablesThatNoOptionHas() {
    assertEquals(
        List.of("SLOTSTREAM_DURABILTY", "SLOTSTREAM_STORE_SHARD"),
        UnknownOptions.among(
            List.of(
                "SLOTSTREAM_STORE_SHARD",
                "SLOTSTREAM_DURABILTY",
                "SLOTSTREAM_STORE_SHARDS",
                "SLOTSTREAM_DATA_DIR",
                "SLOTSTREAM_LEADER",
                "SLOTSTREAM_FOLLOWER_LEADER_URL",
                "SLOTSTREAM_FOLLOWER_STALE_READ_TOLERANCE",
                "SLOTSTREAM_LOG_SEGMENT_SIZE",
                "PATH",
                "QUARKUS_HTTP_PORT")));
  }

  @Test
  void leavesOutWhatKubernetesSetsForAService() {
    assertEquals(
        List.of(),
        UnknownOptions.among(
            List.of(
                "SLOTSTREAM_SERVICE_HOST",
                "SLOTSTREAM_SERVICE_PORT",
                "SLOTSTREAM_SERVICE_PORT_HTTP",
                "SLOTSTREAM_PORT",
                "SLOTSTREAM_PORT_8080_TCP",
                "SLOTSTREAM_PORT_8080_TCP_ADDR",
                "SLOTSTREAM_READ_SERVICE_HOST")));
  }
}
