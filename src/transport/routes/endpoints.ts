import type { Result } from "../../core/result.ts";
import type { AuthorizationServer, EndpointRequest } from "../../oauth/authorization-server.ts";
import { toWire, type OAuthFailure } from "../../oauth/errors.ts";
import type { Limits } from "../limits/limits.ts";
import { tooManyRequests } from "../limits/refusals.ts";
import { describeFormFailure, parseForm } from "../form-body.ts";
import { JSON_FAILURE_TEXT, parseJson } from "../json-body.ts";
import { errorResponse, jsonResponse } from "../responses.ts";
import type { RouteHandler, RouteRequest } from "../route.ts";

/** What a machine endpoint does with its form. */
type FormAnswer = (
  request: EndpointRequest,
) => Promise<Result<Readonly<Record<string, unknown>> | object | void, OAuthFailure>>;

/** `/oauth/token`, `/oauth/revoke` and `/oauth/introspect`: a form in, JSON out. */
export const createFormEndpoint =
  (limits: Pick<Limits, "failures" | "documents">, answer: FormAnswer): RouteHandler =>
  async (request) => {
    const form = parseForm({
      contentType: request.headers["content-type"],
      body: request.body,
      // RFC 8707 §2 allows several resources: the authorization server says that it has one.
      repeatable: ["resource"],
    });
    if (!form.ok) return errorResponse(400, "invalid_request", describeFormFailure(form.failure));
    const fetchLimit = limits.documents(request.address);
    const sent = { ...toEndpointRequest(request, form.value), fetchLimit };
    const result = await answer(sent);
    if (result.ok) return jsonResponse(200, result.value ?? {});
    const wait = limits.failures(request.address, sent, result.failure);
    return wait === undefined ? failureResponse(result.failure) : tooManyRequests(wait);
  };

/** `/oauth/register` (RFC 7591 §3.1): JSON in, JSON out. */
export const createRegistrationRoute =
  (authorization: AuthorizationServer): RouteHandler =>
  async (request) => {
    const body = parseJson({
      contentType: request.headers["content-type"],
      body: request.body,
    });
    if (!body.ok) {
      return errorResponse(400, "invalid_client_metadata", JSON_FAILURE_TEXT[body.failure]);
    }
    const result = await authorization.register(body.value, request.headers["authorization"]);
    return result.ok ? jsonResponse(201, result.value) : failureResponse(result.failure);
  };

/** A failure as a machine endpoint answers it. */
export const failureResponse = (failure: OAuthFailure): Response => {
  const wire = toWire(failure);
  return jsonResponse(wire.status, wire.body, wire.headers);
};

const toEndpointRequest = (request: RouteRequest, form: URLSearchParams): EndpointRequest => {
  const authorization = request.headers["authorization"];
  return authorization === undefined ? { form } : { form, authorization };
};
