package dev.slotstream.rest;

import dev.slotstream.kv.NodeStatus;
import dev.slotstream.kv.ReplicationStatus;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** {@code /replication}: who replicates what. */
@Singleton
@Path("/replication")
@Tag(name = "status")
final class ReplicationResource {
  private final NodeStatus status;

  ReplicationResource(NodeStatus status) {
    this.status = status;
  }

  @GET
  @NonBlocking
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(
      operationId = "replication",
      summary = "Who replicates what",
      description =
          "Role and epoch; on a leader its followers with their lag, on a follower its links.")
  @APIResponse(responseCode = "200", description = "The state of this moment")
  public ReplicationStatus replication() {
    return status.replication();
  }
}
