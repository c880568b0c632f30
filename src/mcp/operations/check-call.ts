import type { LocationId } from "../../core/ids.ts";
import { type Result, fail, ok } from "../../core/result.ts";
import type { Operation } from "../../ghl/catalog/operation.ts";
import { type GhlRequest, buildRequest } from "../../ghl/request.ts";
import { withoutFiles } from "../../ghl/upload.ts";
import type { ContextCall, OperationContext } from "../context.ts";
import type { ToolFailure } from "../failure.ts";
import { withinGrant } from "../pin-location.ts";
import { isRecord } from "../record.ts";
import { worksWithoutLocation } from "./allow-operation.ts";
import { type Bounds, findForeign } from "./find-foreign.ts";

/** A call as a caller gives it to one of the tools that run any operation. */
export interface GivenCall {
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
  readonly body?: unknown;
}

/** A call that may be sent, and the request that it makes. */
export interface CheckedCall {
  readonly location: LocationId | undefined;
  readonly call: ContextCall;
  readonly request: GhlRequest;
}

/** Only the path and the query of a checked request are looked at. */
const NO_ORIGIN = "https://services.leadconnectorhq.com";

/**
 * Checks a call against grant and catalogue before anything is sent: it has a location where it needs
 * one, names nothing foreign, and makes a request that the catalogue knows.
 */
export async function checkCall(
  operation: Operation,
  given: GivenCall,
  context: OperationContext,
): Promise<Result<CheckedCall, ToolFailure>> {
  const { location } = context;
  if (location === undefined && !worksWithoutLocation(operation, context)) {
    return fail({ kind: "location_required" });
  }
  const bounds = await toBounds(given, context, location);
  if (!bounds.ok) return bounds;
  const foreign =
    findForeign(given.parameters, bounds.value) ?? findForeign(given.body, bounds.value);
  if (foreign !== undefined) return fail(foreign);
  const call = unwrapList(operation, withCompany(operation, given, bounds.value.company));
  const request = buildRequest(
    operation,
    {
      ...call,
      body: withoutFiles(operation, call.body),
      ...(location === undefined ? {} : { locationId: location }),
    },
    NO_ORIGIN,
  );
  return request.ok ? ok({ location, call, request: request.value }) : request;
}

/** A body that is a list comes as `{items: […]}`, because the tools take objects. */
function unwrapList({ body: expected }: Operation, call: ContextCall): ContextCall {
  if (expected?.items === undefined || !isRecord(call.body)) return call;
  const { items, ...others } = call.body;
  return Array.isArray(items) && Object.keys(others).length === 0 ? { ...call, body: items } : call;
}

/** A call without a location of its own may name those of the grant; only then they are looked up. */
async function toBounds(
  given: GivenCall,
  { connection, connections, principal, signal }: OperationContext,
  location: LocationId | undefined,
): Promise<Result<Bounds, ToolFailure>> {
  const company = connection?.companyId;
  if (location !== undefined) return ok({ locations: [location], company });
  const none = { locations: [], company };
  if ((findForeign(given.parameters, none) ?? findForeign(given.body, none)) === undefined) {
    return ok(none);
  }
  const listed = await connections.listLocations(principal.connectionId, signal);
  if (!listed.ok) return fail({ kind: "token", failure: listed.failure });
  return ok({ locations: withinGrant(principal, listed.value).map(({ id }) => id), company });
}

/** Fills in the company wherever the operation requires it and the caller left it out. */
function withCompany(
  operation: Operation,
  { parameters = {}, body }: GivenCall,
  company: string | undefined,
): ContextCall {
  if (company === undefined) return { parameters, body };
  const inParameters = operation.parameters.some(
    ({ name, required }) => name === "companyId" && required === true,
  );
  const inBody = operation.body?.fields?.["companyId"]?.required === true;
  return {
    parameters: inParameters ? { companyId: company, ...parameters } : parameters,
    body: inBody && (body === undefined || isRecord(body)) ? { companyId: company, ...body } : body,
  };
}
