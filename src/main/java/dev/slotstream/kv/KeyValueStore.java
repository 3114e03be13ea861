package dev.slotstream.kv;

import dev.slotstream.engine.Shard;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.kv.KvError.BadTtl;
import dev.slotstream.kv.OperationMeter.Operation;
import dev.slotstream.replication.FollowerPositions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Keys and values, for every front door: one place for roles, sizes, conditions, time to live, and
 * for what is demanded of replication.
 *
 * <p>Any thread. Reads are memory accesses and answer at once, but for those that demand a position
 * that is not here yet. Writes answer once, later or at once, on whatever thread ended them. Arrays
 * that are given to a write belong to it until then.
 *
 * <p>Its owner calls {@link #tick} every {@link ReplicationDemands#TICK}: that ends waits whose
 * time is over. No wait has a thread or a timer of its own.
 */
public final class KeyValueStore {
  private final SlotEngine engine;
  private final FieldCodec codec;
  private final WriteAccess access;
  private final OperationMeter meter;
  private final Expiry expiry;
  private final ExpirySchedule schedule = new ExpirySchedule();
  private final InFlight writes = new InFlight();
  private final FollowerAcks followers;
  private final PositionWaits positions;
  private final KeyReader reader;

  /**
   * A store on an open engine, whose slots must have the codec's layout.
   *
   * @param followers where its followers are; asked anew each time, since that may be replaced
   */
  public KeyValueStore(
      SlotEngine engine,
      FieldCodec codec,
      WriteAccess access,
      Clocks clocks,
      OperationMeter meter,
      ReplicationDemands demands,
      Supplier<FollowerPositions> followers) {
    this.engine = engine;
    this.codec = codec;
    this.access = access;
    this.meter = meter;
    this.expiry = new Expiry(clocks.wall());
    this.followers = new FollowerAcks(engine.shards().size(), demands, followers, clocks.nanos());
    this.positions = new PositionWaits(engine.shards(), demands.positionTimeout(), clocks.nanos());
    this.reader = new KeyReader(engine, codec, expiry, meter, positions);
  }

  /** What keys and values may be. */
  public FieldCodec codec() {
    return codec;
  }

  /** Whether this node takes writes. */
  public WriteAccess access() {
    return access;
  }

  /** Reads a value, and what is known of it. */
  public ReadAnswer get(byte[] key, Preconditions when) {
    return reader.read(Operation.GET, key, when);
  }

  /** Reads only what is known of a value. */
  public ReadAnswer head(byte[] key, Preconditions when) {
    return reader.read(Operation.HEAD, key, when);
  }

  /**
   * Reads a value once this node has the writes whose positions are demanded; waits for them, no
   * longer than {@link ReplicationDemands#positionTimeout}. Without a position it answers at once.
   *
   * @param there reads and answers, when positions are demanded
   */
  public void get(byte[] key, ReadOptions options, Executor there, Consumer<ReadAnswer> end) {
    reader.read(Operation.GET, key, options, there, end);
  }

  /** The same as {@link #get(byte[], ReadOptions, Executor, Consumer)} for what is known of it. */
  public void head(byte[] key, ReadOptions options, Executor there, Consumer<ReadAnswer> end) {
    reader.read(Operation.HEAD, key, options, there, end);
  }

  /**
   * Why a write would be refused, as far as that can be said before its value is there: it can then
   * be refused without taking the value in. Empty when it may go on.
   */
  public Optional<KvError> refuseWrite(byte[] key) {
    if (writes.isShut()) {
      return Optional.of(new KvError.ShuttingDown());
    }
    return access.refusal().or(() -> codec.refuseKey(key)).or(() -> refuseForFollowers(key));
  }

  private Optional<KvError> refuseForFollowers(byte[] key) {
    return followers.demandsInSync()
        ? followers.refuseWrite(engine.shardOf(codec.keyField(key)))
        : Optional.empty();
  }

  /** Stores a value. */
  public void put(byte[] key, byte[] value, PutOptions options, Consumer<WriteAnswer> end) {
    Consumer<WriteAnswer> ending = begin(Operation.PUT, end);
    int acks = followers.wanted(options.write().acks());
    Optional<KvError> refusal =
        refuseWrite(key)
            .or(() -> codec.refuseValueLength(value.length))
            .or(() -> refuseTtl(options))
            .or(() -> followers.enter(acks));
    if (refusal.isPresent()) {
      ending.accept(new WriteAnswer.Refused(refusal.get()));
      return;
    }
    byte[] keyField = codec.keyField(key);
    long expiresAt = expiry.at(options.ttl());
    int mediaType = MediaTypes.number(options.mediaType().orElse(null));
    byte[] valueField = codec.valueField(value, mediaType, expiresAt);
    Consumer<WriteAnswer> acknowledged = followers.ending(acks, ending);
    Consumer<WriteAnswer> noting =
        answer -> {
          // Only now: an entry that is noted before it is there would be looked for in vain.
          schedule.note(expiresAt);
          acknowledged.accept(answer);
        };
    int shard = engine.shardOf(keyField);
    KeyPut put = new KeyPut(shard, expiresAt, options.write().when(), codec, expiry, noting);
    put.put(keyField, valueField, valueField.length, put);
    demandDisk(put, options.write());
    engine.submit(put);
  }

  private static void demandDisk(KeyWrite write, WriteOptions options) {
    if (options.onDisk()) {
      write.demandDisk();
    }
  }

  private Optional<KvError> refuseTtl(PutOptions options) {
    return options.ttl().isPresent() && !codec.keepsMetadata()
        ? Optional.of(new BadTtl("store keeps no time to live, codec=exact"))
        : Optional.empty();
  }

  /** Removes a value. */
  public void delete(byte[] key, WriteOptions options, Consumer<WriteAnswer> end) {
    Consumer<WriteAnswer> ending = begin(Operation.DELETE, end);
    int acks = followers.wanted(options.acks());
    Optional<KvError> refusal = refuseWrite(key).or(() -> followers.enter(acks));
    if (refusal.isPresent()) {
      ending.accept(new WriteAnswer.Refused(refusal.get()));
      return;
    }
    byte[] keyField = codec.keyField(key);
    int shard = engine.shardOf(keyField);
    KeyDelete delete =
        new KeyDelete(shard, options.when(), codec, expiry, followers.ending(acks, ending));
    delete.delete(keyField, delete);
    demandDisk(delete, options);
    engine.submit(delete);
  }

  /** A write is under way until the ending that this answers was called. */
  private Consumer<WriteAnswer> begin(Operation operation, Consumer<WriteAnswer> end) {
    long start = System.nanoTime();
    writes.begin();
    return answer -> {
      meter.ended(operation, outcome(answer), System.nanoTime() - start);
      try {
        end.accept(answer);
      } finally {
        writes.end();
      }
    };
  }

  private static String outcome(WriteAnswer answer) {
    return switch (answer) {
      case WriteAnswer.Done done -> OperationMeter.OK;
      case WriteAnswer.NotReplicated(WriteAnswer.Done done, KvError why) -> why.name();
      case WriteAnswer.Refused(KvError error) -> error.name();
    };
  }

  /** Refuses all writes from now on. */
  public void stopWrites() {
    writes.shut();
  }

  /** True after {@link #stopWrites}. */
  public boolean writesStopped() {
    return writes.isShut();
  }

  /** Ends waits whose time is over. Quick: an event loop may call it. */
  public void tick() {
    followers.tick();
    positions.tick();
  }

  /**
   * Ends all that wait for followers or for a position, and from now on everybody at once who would
   * have to wait. What was written stands, and its writer is told so.
   */
  public void stopWaiting() {
    followers.shut();
    positions.shut();
  }

  /** How many writes wait for followers. */
  public int waitingForFollowers() {
    return followers.waiting();
  }

  /** How many reads wait for a position. */
  public int waitingForPositions() {
    return positions.waiting();
  }

  /** Waits until no write is under way; false when that took too long. */
  public boolean drain(Duration atMost) {
    return writes.awaitNone(atMost);
  }

  /** Why not all entries can be read now; empty when they can. */
  public Optional<KvError> refuseScan() {
    return engine.shards().stream()
        .filter(Shard::syncing)
        .findFirst()
        .map(shard -> KvError.NotCaughtUp.syncing(shard.number()));
  }

  /** Reads all entries; not begun yet. */
  public EntryScan newScan() {
    return new EntryScan(engine, codec, expiry);
  }

  /** Who removes expired entries; for a leader, and not started yet. */
  public Expirer newExpirer() {
    return new Expirer(engine, codec, expiry, schedule, meter);
  }
}
