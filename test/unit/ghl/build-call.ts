import { toLocationId } from "../../../src/core/ids.ts";
import { findOperation } from "../../../src/ghl/catalog/index.ts";
import type { GhlFailure } from "../../../src/ghl/errors.ts";
import { buildRequest, type GhlRequest } from "../../../src/ghl/request.ts";

/** The base of every URL. */
export const API = "https://services.leadconnectorhq.com";
/** The location that calls act in unless a test says otherwise. */
export const HERE = toLocationId("loc-1");

interface CallInput {
  readonly parameters?: Record<string, unknown>;
  readonly body?: unknown;
  readonly locationId?: typeof HERE | undefined;
}

const attempt = (id: string, input: CallInput = {}, api = API): ReturnType<typeof buildRequest> => {
  const operation = findOperation(id);
  if (operation === undefined) throw new Error(`no operation "${id}"`);
  const { locationId = HERE, ...rest } = input;
  const call =
    "locationId" in input && input.locationId === undefined ? rest : { ...rest, locationId };
  return buildRequest(operation, call, api);
};

/** The request that a call becomes. */
export const build = (id: string, input?: CallInput, api?: string): GhlRequest => {
  const result = attempt(id, input, api);
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.failure)}`);
  return result.value;
};

/** Why a call is refused. */
export const refuse = (id: string, input?: CallInput): GhlFailure => {
  const result = attempt(id, input);
  if (result.ok) throw new Error(`built: ${result.value.url}`);
  return result.failure;
};

/** The JSON body of a request. */
export const json = (request: GhlRequest): unknown =>
  JSON.parse(typeof request.body === "string" ? request.body : "");
