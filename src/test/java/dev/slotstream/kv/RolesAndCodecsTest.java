package dev.slotstream.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.kit.MemoryDirectory;
import dev.slotstream.replication.ReplicationView;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RolesAndCodecsTest {
  @TempDir(factory = MemoryDirectory.class)
  Path directory;

  @Test
  void aFollowerTakesNoWritesAndNamesItsLeader() {
    WriteAccess access =
        new WriteAccess.Follower("leader:7400", Optional.of(URI.create("http://leader:8080")));
    try (TestKv kv = TestKv.of(directory, FieldCodec.framed(8, 8), access)) {
      KvError expected =
          new KvError.NotLeader("leader:7400", Optional.of(URI.create("http://leader:8080")));
      assertEquals(expected, TestKv.error(kv.put("k", "1")));
      assertEquals(expected, TestKv.error(kv.delete("k")));
      assertEquals(Optional.of(expected), kv.store.refuseWrite(TestKv.bytes("k")));
      assertEquals("not-found", kv.text("k"));
      assertEquals(
          "this node is a follower, leader=leader:7400 url=http://leader:8080", expected.detail());
      assertEquals("follower", access.role());
    }
  }

  @Test
  void anExactStoreKeepsKeysAndValuesOfItsLengthsOnly() {
    try (TestKv kv = TestKv.of(directory, FieldCodec.exact(4, 8), new WriteAccess.Leader())) {
      WriteAnswer.Stored first = kv.stored("abcd", "12345678");
      assertTrue(first.created());
      assertEquals("12345678", kv.text("abcd"));
      assertEquals("application/octet-stream", kv.entry("abcd").mediaType());
      assertEquals("bad-key", TestKv.error(kv.put("abc", "12345678")).name());
      assertEquals(new KvError.WrongValueLength(8, 7), TestKv.error(kv.put("abcd", "1234567")));
      assertEquals("not-found", kv.text("abce"));
    }
  }

  @Test
  void anExactStoreKeepsNoTimeToLive() {
    try (TestKv kv = TestKv.of(directory, FieldCodec.exact(4, 8), new WriteAccess.Leader())) {
      assertEquals(
          new KvError.BadTtl("store keeps no time to live, codec=exact"),
          TestKv.error(kv.put("abcd", "12345678", Duration.ofSeconds(5))));
    }
  }

  /** Bytes that a framed store would take for an expiry are none here. */
  @Test
  void noValueOfAnExactStoreExpires() {
    try (TestKv kv = TestKv.of(directory, FieldCodec.exact(4, 8), new WriteAccess.Leader())) {
      kv.put("abcd", "\1\1\1\1\1\1\1\1");
      assertEquals("\1\1\1\1\1\1\1\1", kv.text("abcd"));
      kv.store.newExpirer().lookThroughAll();
      assertEquals("\1\1\1\1\1\1\1\1", kv.text("abcd"));
    }
  }

  @Test
  void aDamagedValueIsToldAndANewOneReplacesIt() throws IOException {
    FieldCodec codec = FieldCodec.framed(8, 8);
    try (TestKv kv = TestKv.of(directory, codec, new WriteAccess.Leader())) {
      int shard = kv.stored("k", "12345678").position().shard();
      Path slots = directory.resolve("shard_%03d".formatted(shard)).resolve("fixed.data");
      try (FileChannel file = FileChannel.open(slots, StandardOpenOption.WRITE)) {
        int value = 4096 + codec.layout().valueOffset() + FramedValueLayout.VALUE;
        file.write(ByteBuffer.wrap(new byte[] {'x'}), value);
      }
      assertEquals("damaged", kv.text("k"));
      kv.store.newExpirer().lookThroughAll();
      assertEquals("damaged", kv.text("k"));
      kv.put("k", "new");
      assertEquals("new", kv.text("k"));
    }
  }

  @Test
  void statusTellsShapeRoleAndShards() {
    WriteAccess access = new WriteAccess.Follower("leader:7400", Optional.empty());
    try (TestKv kv = TestKv.of(directory, FieldCodec.framed(8, 24), access)) {
      NodeStatus status = new NodeStatus(kv.engine, kv.store, ReplicationView.NONE);
      EngineStatus engine = status.engine();
      assertEquals(new EngineStatus.Shape(2, 0, "framed", 8, 24, 56), engine.shape());
      assertEquals("os", engine.durability());
      assertEquals(2, engine.shards().size());
      assertTrue(engine.recovery().created());
      ReplicationStatus replication = status.replication();
      assertEquals("follower", replication.role());
      assertEquals(Optional.of("leader:7400"), replication.leader());
      assertEquals(engine.storeId(), replication.storeId());
    }
  }
}
