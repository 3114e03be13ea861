package dev.slotstream.rest;

import java.util.Collection;

/** What is wrong with a request before its key and value are looked at. */
sealed interface RequestError {
  /** The methods that a key knows. */
  String ALLOW = "GET, HEAD, PUT, DELETE, OPTIONS";

  /** What failed, with what was expected and what came. */
  String detail();

  /** A target that is no URI. */
  record BadTarget() implements RequestError {
    @Override
    public String detail() {
      return "target is not a valid path, expected=RFC 3986 with percent signs before two hex digits";
    }
  }

  /** A key knows no such method. */
  record MethodNotAllowed(String method) implements RequestError {
    @Override
    public String detail() {
      return "method is not allowed, method=%s expected=%s".formatted(method, ALLOW);
    }
  }

  /** Nothing says where the value ends. */
  record LengthRequired() implements RequestError {
    @Override
    public String detail() {
      return "length of the value is not given, expected=Content-Length or Transfer-Encoding";
    }
  }

  /** A parameter that this method does not have: it is refused, since ignoring it could hurt. */
  record UnknownParameter(String name, Collection<String> known) implements RequestError {
    @Override
    public String detail() {
      return "parameter is not known here, parameter=%s expected=%s".formatted(name, known);
    }
  }

  /** A parameter that is known and makes no sense. */
  record BadParameter(String detail) implements RequestError {}

  /** A precondition that cannot be read. */
  record BadPrecondition(String header, String value) implements RequestError {
    @Override
    public String detail() {
      return "precondition cannot be read, %s=%s expected=* or \"tag\", \"tag\" ..."
          .formatted(header, value);
    }
  }

  /** The value is coded, and that would be forgotten. */
  record UnsupportedCoding(String coding) implements RequestError {
    @Override
    public String detail() {
      return "coded values are not taken, coding=%s expected=none or chunked".formatted(coding);
    }
  }

  /** The value trickles in. */
  record BodyTooSlow(long limitSeconds) implements RequestError {
    @Override
    public String detail() {
      return "value did not arrive in time, limit=" + limitSeconds + "s";
    }
  }

  /** A part of a value. */
  record PartialPut() implements RequestError {
    @Override
    public String detail() {
      return "a part of a value cannot be put, expected=no Content-Range";
    }
  }
}
