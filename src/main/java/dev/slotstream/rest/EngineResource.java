package dev.slotstream.rest;

import dev.slotstream.kv.EngineStatus;
import dev.slotstream.kv.NodeStatus;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** {@code /engine}: the store's figures. */
@Singleton
@Path("/engine")
@Tag(name = "status")
final class EngineResource {
  private final NodeStatus status;

  EngineResource(NodeStatus status) {
    this.status = status;
  }

  @GET
  @NonBlocking
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(
      operationId = "engine",
      summary = "The store's shape and figures",
      description = "Shape, durability, how the store was found, and each shard's figures.")
  @APIResponse(responseCode = "200", description = "The figures of this moment")
  public EngineStatus engine() {
    return status.engine();
  }
}
