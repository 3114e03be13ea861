package dev.slotstream.kv;

import dev.slotstream.engine.Durability;
import dev.slotstream.engine.EngineOptions;
import dev.slotstream.engine.EngineOptions.Shape;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.kit.FakeFollowers;
import dev.slotstream.kv.OperationMeter.Operation;
import dev.slotstream.log.LogRetention;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A key-value store over a real engine, with a clock that is moved by hand. */
final class TestKv implements AutoCloseable {
  final HandClock clock = new HandClock(Instant.parse("2030-01-01T00:00:00Z"));
  final List<String> metered = Collections.synchronizedList(new ArrayList<>());
  final FakeFollowers followers = new FakeFollowers();
  final SlotEngine engine;
  final KeyValueStore store;

  private TestKv(
      Path directory,
      FieldCodec codec,
      Durability durability,
      WriteAccess access,
      ReplicationDemands demands) {
    Shape shape = new Shape(2, 0, codec.layout(), codec.content());
    this.engine =
        SlotEngine.open(
            new EngineOptions(
                directory, shape, durability, 64, 1 << 20, new LogRetention(0, 0), true));
    this.store =
        new KeyValueStore(
            engine,
            codec,
            access,
            new Clocks(clock, clock::nanos),
            this::meter,
            demands,
            () -> followers);
  }

  static TestKv framed(Path directory) {
    return new TestKv(
        directory,
        FieldCodec.framed(16, 64),
        Durability.FSYNC,
        new WriteAccess.Leader(),
        ReplicationDemands.NONE);
  }

  /** In mode OS: a write is committed before the call that submits it returns. */
  static TestKv demanding(Path directory, ReplicationDemands demands) {
    return new TestKv(
        directory, FieldCodec.framed(16, 64), Durability.OS, new WriteAccess.Leader(), demands);
  }

  static TestKv of(Path directory, FieldCodec codec, WriteAccess access) {
    return new TestKv(directory, codec, Durability.OS, access, ReplicationDemands.NONE);
  }

  private void meter(Operation operation, String outcome, long nanos) {
    metered.add(operation + " " + outcome);
  }

  int shardOf(String key) {
    return engine.shardOf(store.codec().keyField(bytes(key)));
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  WriteAnswer put(String key, String value) {
    return put(key, value, PutOptions.NONE);
  }

  WriteAnswer put(String key, String value, Preconditions when) {
    return put(
        key,
        value,
        new PutOptions(
            Optional.empty(), Optional.empty(), new WriteOptions(when, OptionalInt.empty())));
  }

  WriteAnswer put(String key, String value, Duration ttl) {
    return put(key, value, new PutOptions(Optional.empty(), Optional.of(ttl), WriteOptions.NONE));
  }

  WriteAnswer put(String key, String value, PutOptions options) {
    CompletableFuture<WriteAnswer> answer = new CompletableFuture<>();
    store.put(bytes(key), bytes(value), options, answer::complete);
    return answer.orTimeout(10, TimeUnit.SECONDS).join();
  }

  WriteAnswer.Stored stored(String key, String value) {
    return (WriteAnswer.Stored) put(key, value);
  }

  WriteAnswer delete(String key) {
    return delete(key, Preconditions.NONE);
  }

  WriteAnswer delete(String key, Preconditions when) {
    CompletableFuture<WriteAnswer> answer = new CompletableFuture<>();
    store.delete(bytes(key), new WriteOptions(when, OptionalInt.empty()), answer::complete);
    return answer.orTimeout(10, TimeUnit.SECONDS).join();
  }

  ReadAnswer get(String key) {
    return store.get(bytes(key), Preconditions.NONE);
  }

  /** The value as text, or the error's name. */
  String text(String key) {
    return text(get(key));
  }

  static String text(ReadAnswer answer) {
    return switch (answer) {
      case ReadAnswer.Found(Entry entry) -> new String(entry.value(), StandardCharsets.UTF_8);
      case ReadAnswer.NotModified known -> "not-modified";
      case ReadAnswer.Refused(KvError error) -> error.name();
    };
  }

  Entry entry(String key) {
    return ((ReadAnswer.Found) get(key)).entry();
  }

  static KvError error(WriteAnswer answer) {
    return ((WriteAnswer.Refused) answer).error();
  }

  @Override
  public void close() {
    engine.close();
  }
}
