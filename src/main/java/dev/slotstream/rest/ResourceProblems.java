package dev.slotstream.rest;

import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Gives errors of Quarkus REST the same looks as those of keys. */
final class ResourceProblems {
  @ServerExceptionMapper
  Response map(WebApplicationException e, UriInfo uri) {
    Response before = e.getResponse();
    Problem problem = ProblemMapper.ofStatus(before.getStatus(), uri.getPath());
    return Response.fromResponse(before).type(Problem.MEDIA_TYPE).entity(problem.json()).build();
  }
}
