import { fail, ok, type Result } from "../core/result.ts";
import { buildBody } from "./build-body.ts";
import { buildUrl } from "./build-url.ts";
import type { GhlCall } from "./call.ts";
import type { Method, Operation } from "./catalog/operation.ts";
import type { GhlFailure } from "./errors.ts";
import { placeLocation, type CallValues } from "./place-location.ts";

/** A request that lacks only its token. */
export interface GhlRequest {
  readonly method: Method;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | FormData | undefined;
}

/**
 * Turns a call into a request, or says what is wrong with the call before anything is sent. Pure: the
 * same call gives the same request.
 */
export const buildRequest = (
  operation: Operation,
  call: Pick<GhlCall, "parameters" | "body" | "locationId">,
  apiBaseUrl: string,
): Result<GhlRequest, GhlFailure> => {
  const values = fillLocation(operation, call);
  if (!values.ok) return values;
  const url = buildUrl(operation, values.value.parameters, apiBaseUrl);
  if (!url.ok) return url;
  const body = buildBody(operation, values.value.body);
  if (!body.ok) return body;
  const headers: Record<string, string> = {
    accept: "application/json",
    version: operation.version,
  };
  const contentType = body.value?.contentType;
  if (contentType !== undefined) headers["content-type"] = contentType;
  return ok({
    method: operation.method,
    url: url.value,
    headers,
    body: body.value?.content,
  });
};

const fillLocation = (
  operation: Operation,
  { parameters = {}, body, locationId }: Pick<GhlCall, "parameters" | "body" | "locationId">,
): Result<CallValues, GhlFailure> => {
  if (locationId !== undefined) return placeLocation(operation, { parameters, body }, locationId);
  return operation.tokenClass === "location"
    ? fail({ kind: "location_required" })
    : ok({ parameters, body });
};
