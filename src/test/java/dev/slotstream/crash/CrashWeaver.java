package dev.slotstream.crash;

import dev.slotstream.crash.CrashPoint.Anchor;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.instrument.ClassFileTransformer;
import java.security.ProtectionDomain;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Weaves all points, and perhaps a fault, into the product's classes as they are loaded. */
final class CrashWeaver implements ClassFileTransformer {
  private static final ClassDesc TRIGGER = ClassDesc.of("dev.slotstream.crash.CrashTrigger");
  private static final MethodTypeDesc REACH =
      MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_int);
  private static final int FAILED = 70;

  private final Optional<PlantedFault> fault;

  CrashWeaver(Optional<PlantedFault> fault) {
    this.fault = fault;
  }

  @Override
  public byte[] transform(
      ClassLoader loader,
      String name,
      Class<?> redefined,
      ProtectionDomain domain,
      byte[] classFile) {
    List<CrashPoint> points =
        Arrays.stream(CrashPoint.values())
            .filter(point -> point.site().owner().equals(name))
            .toList();
    boolean faulty = fault.isPresent() && fault.get().site().owner().equals(name);
    if (points.isEmpty() && !faulty) {
      return null;
    }
    try {
      return weave(loader, classFile, points, faulty);
    } catch (RuntimeException | Error e) {
      // The JVM would go on with the class as it is, and nobody would know.
      e.printStackTrace();
      Runtime.getRuntime().halt(FAILED);
      throw e;
    }
  }

  private byte[] weave(
      ClassLoader loader, byte[] classFile, List<CrashPoint> points, boolean faulty) {
    ClassFile format =
        ClassFile.of(
            ClassHierarchyResolverOption.of(
                ClassHierarchyResolver.defaultResolver()
                    .orElse(ClassHierarchyResolver.ofResourceParsing(loader))));
    ClassTransform transform =
        (builder, element) -> {
          if (element instanceof MethodModel method) {
            String in = method.methodName().stringValue();
            builder.transformMethod(
                method,
                MethodTransform.transformingCode(
                    (code, instruction) -> weave(code, instruction, in, points, faulty)));
          } else {
            builder.with(element);
          }
        };
    return format.transformClass(format.parse(classFile), transform);
  }

  private void weave(
      CodeBuilder code, CodeElement element, String in, List<CrashPoint> points, boolean faulty) {
    if (!(element instanceof InvokeInstruction call)) {
      code.with(element);
      return;
    }
    String owner = call.owner().asInternalName();
    String called = call.name().stringValue();
    List<CrashPoint> here =
        points.stream().filter(point -> point.site().is(in, owner, called)).toList();
    reach(code, here, Anchor.BEFORE);
    boolean faultHere = faulty && fault.orElseThrow().site().is(in, owner, called);
    if (faultHere) {
      fault.orElseThrow().plant(code);
    }
    if (!faultHere || fault.orElseThrow().keepsCall()) {
      call(code, call, here);
    }
    reach(code, here, Anchor.AFTER);
  }

  private static void call(CodeBuilder code, InvokeInstruction call, List<CrashPoint> here) {
    Optional<CrashPoint> amid = here.stream().filter(p -> p.anchor() == Anchor.AMID).findFirst();
    if (amid.isEmpty()) {
      code.with(call);
      return;
    }
    code.loadConstant(amid.get().number());
    MethodTypeDesc withPoint =
        call.typeSymbol()
            .insertParameterTypes(call.typeSymbol().parameterCount(), ConstantDescs.CD_int);
    code.invokestatic(TRIGGER, "copyInHalves", withPoint);
  }

  private static void reach(CodeBuilder code, List<CrashPoint> here, Anchor anchor) {
    for (CrashPoint point : here) {
      if (point.anchor() == anchor) {
        code.loadConstant(point.number());
        code.invokestatic(TRIGGER, "reach", REACH);
      }
    }
  }
}
