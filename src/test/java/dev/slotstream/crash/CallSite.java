package dev.slotstream.crash;

/**
 * A call in a method of the product.
 *
 * @param owner internal name of the class that calls
 * @param method that calls
 * @param calledOwner internal name of the class whose method is called
 * @param called the method that is called
 */
record CallSite(String owner, String method, String calledOwner, String called) {
  private static final String ROOT = "dev/slotstream/";

  /** All four names; classes of ours without their root package. */
  static CallSite of(String owner, String method, String calledOwner, String called) {
    return new CallSite(ROOT + owner, method, full(calledOwner), called);
  }

  private static String full(String name) {
    return name.startsWith("java/") ? name : ROOT + name;
  }

  boolean is(String inMethod, String calledClass, String calledMethod) {
    return method.equals(inMethod)
        && calledOwner.equals(calledClass)
        && called.equals(calledMethod);
  }
}
