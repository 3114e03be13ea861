package dev.slotstream.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.io.StringWriter;

/** A command line that was run in this process: how it ended and what it printed. */
record Run(int exitCode, String out, String err) {

  static Run of(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] texts = new String[arguments.length];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = arguments[i].toString();
    }
    int exitCode = SlotstreamCommand.execute(new PrintWriter(out), new PrintWriter(err), texts);
    return new Run(exitCode, out.toString(), err.toString());
  }

  /** What it printed, as JSON. */
  JsonNode json() {
    try {
      return Json.MAPPER.readTree(out);
    } catch (JsonProcessingException e) {
      throw new AssertionError("no JSON: " + this, e);
    }
  }
}
