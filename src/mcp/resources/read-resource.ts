import { type LocationId, type OperationId, toOperationId } from "../../core/ids.ts";
import type { Principal } from "../../core/principal.ts";
import { type Result, fail, ok } from "../../core/result.ts";
import type { GhlFailure } from "../../ghl/errors.ts";
import type { CallDeps } from "../call-tool.ts";
import type { ToolFailure } from "../failure.ts";
import { chooseLocation } from "../pin-location.ts";
import { findWithin } from "../operations/choose-operation.ts";
import type { UpstreamRecord } from "../record.ts";
import { toWireText } from "../result.ts";
import { describeWhole } from "../tools/describe-operation.ts";
import { JSON_TYPE } from "./list-resources.ts";
import { kindsWithin, type ResourceKind } from "./resource-kind.ts";
import { readResourceUri, type ResourceTarget } from "./resource-uri.ts";

/** What a resource holds. */
export interface ResourceContent {
  readonly mimeType: string;
  readonly text: string;
}

/** `no_such_resource` also for what lies outside the grant: whether it exists is not told. */
export type ResourceFailure = ToolFailure | { readonly kind: "no_such_resource" };

type Read = Result<ResourceContent, ResourceFailure>;

/** What reading works with. */
export type ResourceDeps = Pick<CallDeps, "connections" | "ghl"> & { readonly signal: AbortSignal };

const NONE: ResourceFailure = { kind: "no_such_resource" };

/** Reads a resource within a grant. Nothing is asked of GoHighLevel for an address outside of it. */
export const readResource = async (
  uri: string,
  principal: Principal,
  deps: ResourceDeps,
): Promise<Read> => {
  const target = readResourceUri(uri);
  if (target === undefined) return fail(NONE);
  return target.of === "location"
    ? readLocation(target, principal, deps)
    : readOperation(target.operation, principal, deps);
};

const readLocation = async (
  { locationId, kind }: Extract<ResourceTarget, { readonly of: "location" }>,
  principal: Principal,
  deps: ResourceDeps,
): Promise<Read> => {
  if (!kindsWithin(principal.areas).includes(kind)) return fail(NONE);
  const location = await chooseLocation(locationId, principal, deps);
  if (!location.ok) return isOutside(location.failure.kind) ? fail(NONE) : location;
  const records = await readRecords({ kind, location: location.value, principal }, deps);
  return records.ok
    ? ok({ mimeType: JSON_TYPE, text: toWireText({ [kind.name]: records.value }) })
    : records;
};

const readOperation = async (
  id: OperationId,
  principal: Principal,
  { connections }: ResourceDeps,
): Promise<Read> => {
  const connection = await connections.findConnection(principal.connectionId);
  const operation = findWithin(id, { principal, connection });
  return operation.ok
    ? ok({ mimeType: JSON_TYPE, text: toWireText(describeWhole(operation.value, connection)) })
    : fail(NONE);
};

/** The records of one kind in a location that lies within the grant. */
export const readRecords = async (
  {
    kind,
    location,
    principal,
  }: {
    readonly kind: ResourceKind;
    readonly location: LocationId;
    readonly principal: Principal;
  },
  deps: ResourceDeps,
): Promise<Result<readonly UpstreamRecord[], GhlFailure>> => {
  const { connectionId, grantId } = principal;
  const { operation, parameters } = kind.toCall(
    await deps.connections.findConnection(connectionId),
  );
  const answer = await deps.ghl.call({
    operation: toOperationId(operation),
    connectionId,
    locationId: location,
    fairnessKey: grantId,
    signal: deps.signal,
    ...(parameters === undefined ? {} : { parameters }),
  });
  return answer.ok ? ok(kind.toRecords(answer.value.body)) : answer;
};

const isOutside = (kind: ToolFailure["kind"]): boolean =>
  kind === "location_not_in_grant" || kind === "location_unclear";
