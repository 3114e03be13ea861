package dev.slotstream.crash;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.function.Consumer;

/** A bug that is planted in a child's classes, to see that the campaign finds it. */
public enum PlantedFault {
  /** Compare-and-set does not compare. */
  CONDITION_NOT_ASKED(
      CallSite.of("engine/LeaderWriter", "write", "engine/Condition", "allows"),
      false,
      code -> code.pop2().iconst_1()),

  /** A slot is written before its record is in the log. */
  SLOT_BEFORE_LOG(
      CallSite.of("engine/Committer", "append", "log/SegmentedLog", "append"),
      true,
      code ->
          code.aload(0)
              .getfield(Classes.COMMITTER, "applier", Classes.APPLIER)
              .aload(1)
              .invokevirtual(
                  Classes.APPLIER,
                  "apply",
                  MethodTypeDesc.of(ConstantDescs.CD_void, Classes.LOG_RECORD))),

  /** Recovery forgets what was deleted. */
  DELETE_NOT_REPLAYED(
      CallSite.of("engine/SlotApplier", "replay", "slot/ShardSlots", "vacate"),
      false,
      code -> code.pop2().pop()),

  /** Recovery takes the record before the last one for the last. */
  LAST_RECORD_NOT_REPLAYED(
      CallSite.of("log/LogOpening", "replay", "log/LogSegment", "lengthAt"),
      false,
      PlantedFault::lengthUnlessLast),

  /** Readers do not see what was acknowledged and waits for the disk. */
  PENDING_NOT_READ(
      CallSite.of("slot/ShardSlots", "read", "slot/NewerSlots", "of"),
      false,
      code -> code.pop2().aconst_null()),

  /** A follower's header does not say that its slots are a mixture while it is sent all of them. */
  SYNC_NOT_DECLARED(
      CallSite.of("engine/FullSync", "beginNow", "slot/SlotFile", "beginSync"),
      false,
      code -> code.pop().pop2().pop());

  private static final class Classes {
    static final ClassDesc COMMITTER = ClassDesc.of("dev.slotstream.engine.Committer");
    static final ClassDesc APPLIER = ClassDesc.of("dev.slotstream.engine.SlotApplier");
    static final ClassDesc LOG_RECORD = ClassDesc.of("dev.slotstream.log.LogRecord");
    static final ClassDesc LOG_SEGMENT = ClassDesc.of("dev.slotstream.log.LogSegment");
  }

  @SuppressWarnings("ImmutableEnumChecker") // a record of names
  private final CallSite site;

  private final boolean keepsCall;

  @SuppressWarnings("ImmutableEnumChecker") // a function without a state
  private final Consumer<CodeBuilder> code;

  PlantedFault(CallSite site, boolean keepsCall, Consumer<CodeBuilder> code) {
    this.site = site;
    this.keepsCall = keepsCall;
    this.code = code;
  }

  /** The call where the fault stands. */
  CallSite site() {
    return site;
  }

  /** False when the fault takes the call's place. */
  boolean keepsCall() {
    return keepsCall;
  }

  void plant(CodeBuilder into) {
    code.accept(into);
  }

  /** On the stack: the segment and a position. Left there: 0 when no record follows this one. */
  private static void lengthUnlessLast(CodeBuilder code) {
    MethodTypeDesc lengthAt = MethodTypeDesc.of(ConstantDescs.CD_int, ConstantDescs.CD_int);
    int position = code.allocateLocal(TypeKind.INT);
    int segment = code.allocateLocal(TypeKind.REFERENCE);
    int length = code.allocateLocal(TypeKind.INT);
    code.istore(position).astore(segment).aload(segment).iload(position);
    code.invokevirtual(Classes.LOG_SEGMENT, "lengthAt", lengthAt).istore(length);
    code.aload(segment).iload(position).iload(length).iadd();
    code.invokevirtual(Classes.LOG_SEGMENT, "lengthAt", lengthAt);
    code.ifThenElse(next -> next.iload(length), last -> last.iconst_0());
  }
}
