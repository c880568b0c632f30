import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { findOperation, listOperations } from "../../src/ghl/catalog/index.ts";
import type { Operation } from "../../src/ghl/catalog/operation.ts";
import type { GhlClientLibrary } from "../../src/library/api-client.ts";
import type { RunningSandbox, SandboxRequest } from "../../src/sandbox/sandbox.ts";
import {
  expectationSource,
  type ExpectedOperation,
  operationKey,
  readExpectedOperations,
} from "../support/expected-operations.ts";
import { type SandboxClient, startSandboxClient } from "../support/sandbox-client.ts";
import { sampleCall } from "../unit/ghl/sample-call.ts";
import { signIn } from "../unit/sandbox/sign-in.ts";

const expected = readExpectedOperations();
const operations = listOperations().map(({ id }): Operation => {
  const operation = findOperation(id);
  if (operation === undefined) throw new Error(id);
  return operation;
});

/** A client and the location that it calls about. */
interface Caller {
  readonly client: GhlClientLibrary;
  readonly here: string;
}

let rig: SandboxClient;
let sandbox: RunningSandbox;
let withOAuth: Caller;
let withPrivateToken: Caller;

beforeAll(async () => {
  rig = await startSandboxClient();
  ({ sandbox } = rig);
  // Another location, so that neither finds what the other has made.
  const there = sandbox.locations[1]?.id ?? "";
  withOAuth = { client: rig.client, here: rig.here };
  withPrivateToken = { client: rig.withPrivateToken(there), here: there };
});

afterAll(() => rig.close());

const firstId = async (caller: Caller, operation: string, list: string): Promise<string> => {
  const body = operation.startsWith("contacts") ? { body: { pageLimit: 1 } } : {};
  const result = await caller.client.callById(operation, { ...body, locationId: caller.here });
  if (!result.ok) throw new Error(operation);
  const records = (result.value.body as Readonly<Record<string, { readonly id: string }[]>>)[list];
  return records?.[0]?.id ?? "";
};

const FILE = { base64: Buffer.from("id,name\n1,Ada\n").toString("base64"), fileName: "a.csv" };

let names = 0;
const nextName = (): string => {
  names += 1;
  return `name-${names}`;
};

/** What single operations need beyond what their specs require, and why. */
const toExtras = async (caller: Caller, id: string): Promise<object> => {
  switch (id) {
    // The fields that uploads take files in, as their descriptions say.
    case "conversations.upload-file-attachments":
      return { body: { fileAttachment: [FILE] } };
    case "forms.upload-to-custom-fields":
    case "locations.upload-file-customFields":
      return { body: { field1_file1: FILE } };
    case "medias.upload-media-content":
    case "social-media-posting.upload-csv":
      return { body: { file: FILE } };
    // One of two optional parameters must be there.
    case "contacts.get-duplicate-contact":
      return { parameters: { number: "+15550100" } };
    // Names, slugs and addresses that are taken once.
    case "calendars.create-calendar-group":
      return { body: { slug: nextName() } };
    case "locations.create-tag":
    case "locations.create-custom-field":
      return { body: { name: nextName() } };
    case "users.create-user":
      return { body: { type: "account", role: "user", email: `${nextName()}@example.com` } };
    // Texts that must be instants, time zones, or one of several ids.
    case "calendars.create-appointment":
      return { body: { startTime: "2026-11-02T09:00:00Z", endTime: "2026-11-02T10:00:00Z" } };
    case "calendars.create-block-slot":
      return {
        body: {
          calendarId: "id-1",
          startTime: "2026-11-02T09:00:00Z",
          endTime: "2026-11-02T10:00:00Z",
        },
      };
    case "calendars.createSchedule":
      return { body: { timezone: "Europe/London" } };
    case "calendars.get-calendar-events":
    case "calendars.get-blocked-slots":
      return { parameters: { startTime: "1", endTime: "2", calendarId: "id-1" } };
    // These must exist.
    case "opportunities.create-opportunity":
    case "opportunities.Upsert-opportunity":
      return {
        body: {
          contactId: await firstId(caller, "contacts.search-contacts-advanced", "contacts"),
          pipelineId: await firstId(caller, "opportunities.get-pipelines", "pipelines"),
        },
      };
    case "oauth.get-access-token": {
      const { clientId, clientSecret } = sandbox;
      const { refresh_token: refreshToken } = await signIn(sandbox, "company");
      return { body: { clientId, clientSecret, grantType: "refresh_token", refreshToken } };
    }
    default:
      return {};
  }
};

interface Input {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

const toInput = async (caller: Caller, operation: Operation): Promise<Input> => {
  const { here } = caller;
  const values = {
    companyId: sandbox.companyId,
    appId: sandbox.appId,
    locationId: here,
    altId: here,
    altType: "location",
  };
  const { parameters, body } = sampleCall(operation, { values });
  const extras = (await toExtras(caller, operation.id)) as Partial<Input>;
  return {
    parameters: { ...parameters, ...extras.parameters },
    ...(body !== undefined && {
      body: Array.isArray(body) ? body : { ...body, ...(extras.body as object | undefined) },
    }),
  };
};

const toInputs = async (those: readonly Operation[]): Promise<ReadonlyMap<string, Input>> => {
  const inputs = new Map<string, Input>();
  for (const one of those) inputs.set(one.id, await toInput(withOAuth, one));
  return inputs;
};

const expectationOf = ({ method, path }: Operation): ExpectedOperation => {
  const found = expected.get(operationKey({ method, path }));
  if (found === undefined) throw new Error(`no spec has ${method} ${path}`);
  return found;
};

const LOCATION_NAMES = /:(?:locationId|location_id|altId)$/u;

/** The places in which the spec takes the location, with the location in each. */
const toPlacements = ({ names }: ExpectedOperation, here: string): object =>
  Object.fromEntries(
    names
      .filter((name) => LOCATION_NAMES.test(name))
      .map((name) => [name, `${name.split(":")[0]}:altType`] as const)
      .map(([name, typed]) => [
        names.includes(typed) && name.endsWith("altId") ? `${name}+altType` : name,
        here,
      ]),
  );

const toPathPattern = (path: string): RegExp =>
  new RegExp(`^${path.replaceAll(/\{[^}]+\}/gu, "[^/]+").replace(/\/$/u, "/?")}$`, "u");

const send = ({ client, here }: Caller, operation: Operation, input: Input) =>
  client.callById(operation.id, { ...input, locationId: here, deadlineMs: 3_600_000 });

/** The only request that a call led to. */
const requestOf = async (caller: Caller, operation: Operation): Promise<SandboxRequest> => {
  const input = await toInput(caller, operation);
  sandbox.control.clearRequests();
  const result = await send(caller, operation, input);
  const [request, ...others] = sandbox.control.requests();
  if (request === undefined) throw new Error(`${operation.id}: ${JSON.stringify(result)}`);
  expect([operation.id, others]).toEqual([operation.id, []]);
  return request;
};

/** What a request shows, with the template in place of a path that fits it. */
const toReached = (operation: Operation, request: SandboxRequest): object => {
  const wanted = expectationOf(operation);
  const { operation: id, caller, placements, complaints, method, path, version, status } = request;
  return {
    id,
    method,
    version,
    path: toPathPattern(wanted.path).test(path) ? wanted.path : path,
    ...(caller !== undefined && { caller, placements, complaints }),
    // The made up ids of records that the sandbox keeps itself are not found.
    status: status < 300 || status === 404 ? "answered" : status,
  };
};

const toWanted = (operation: Operation, caller: string, here: string): object => {
  const wanted = expectationOf(operation);
  const { method, path, version } = wanted;
  const reached = { id: operation.id, method, path, version, status: "answered" };
  // The token endpoint takes no token, and its body is that of OAuth.
  if (path === "/oauth/token") return reached;
  return { ...reached, caller, placements: toPlacements(wanted, here), complaints: [] };
};

/** The operations whose request is not as wanted, with what it was. */
const findStrays = async (
  by: Caller,
  those: readonly Operation[],
  toCaller: (operation: Operation) => string,
): Promise<object[]> => {
  const strays: object[] = [];
  // What they need is gone after these two.
  const isLast = ({ id }: Operation): number =>
    ["locations.delete-location", "marketplace.uninstall-application"].indexOf(id);
  for (const operation of those.toSorted((left, right) => isLast(left) - isLast(right))) {
    const reached = toReached(operation, await requestOf(by, operation));
    const wanted = toWanted(operation, toCaller(operation), by.here);
    if (!isDeepStrictEqual(reached, wanted)) strays.push({ reached, wanted });
  }
  return strays;
};

const without = (values: unknown, name: string): unknown =>
  Array.isArray(values)
    ? values
    : Object.fromEntries(Object.entries(values ?? {}).filter(([one]) => one !== name));

// Some 1,300 requests: a few seconds on an idle machine, a good while on a busy one.
describe(`every operation of the ${expectationSource}`, { timeout: 120_000 }, () => {
  it("is in the client's catalogue, and none besides", () => {
    expect(operations.map(operationKey).toSorted()).toEqual([...expected.keys()].toSorted());
    expect(expected.size).toBe(663);
  });

  it("reaches it with a private integration token too, unless only OAuth tokens may call", async () => {
    // A sub-account's private token may not search locations (gohighlevel.md §4.5).
    const those = operations.filter(
      (one) =>
        expectationOf(one).tokenClass !== "company" && one.id !== "locations.search-locations",
    );
    const open = those.filter((one) => !expectationOf(one).oauthOnly);
    expect(await findStrays(withPrivateToken, open, () => "private")).toEqual([]);
    expect(open.length).toBeGreaterThan(500);
    sandbox.control.clearRequests();
    for (const operation of those.filter((one) => !open.includes(one))) {
      expect(
        await send(withPrivateToken, operation, await toInput(withPrivateToken, operation)),
      ).toMatchObject({
        failure: { kind: "token", failure: { kind: "wrong_token_class" } },
      });
    }
    expect(sandbox.control.requests()).toEqual([]);
  });

  it("is refused by name when one required argument is missing, and nothing is sent", async () => {
    let tried = 0;
    const inputs = new Map<string, Input>();
    for (const operation of operations)
      inputs.set(operation.id, await toInput(withOAuth, operation));
    sandbox.control.clearRequests();
    for (const operation of operations) {
      const { required } = expectationOf(operation);
      const full = inputs.get(operation.id) ?? { parameters: {} };
      for (const [place, name] of required.map((one) => one.split(":"))) {
        // The client fills in the location, and the one idempotency key that the specs have.
        const filledIn = /^(?:locationId|location_id|altId|altType|fingerprintId)$/u;
        if (name === undefined || filledIn.test(name)) continue;
        const input =
          place === "body"
            ? { ...full, body: without(full.body, name) }
            : { ...full, parameters: without(full.parameters, name) as Input["parameters"] };
        const result = await send(withOAuth, operation, input);
        const failure = { kind: "invalid_parameter", parameter: name };
        expect([operation.id, name, result]).toMatchObject([operation.id, name, { failure }]);
        tried += 1;
      }
    }
    expect(tried).toBeGreaterThan(1_000);
    expect(sandbox.control.requests()).toEqual([]);
  });

  it("is refused without its location, and nothing is sent", async () => {
    const those = operations.filter((one) => expectationOf(one).tokenClass === "location");
    const inputs = await toInputs(those);
    sandbox.control.clearRequests();
    for (const { id } of those) {
      const result = await rig.withoutLocation.callById(id, inputs.get(id));
      expect([id, result]).toEqual([id, { ok: false, failure: { kind: "location_required" } }]);
    }
    expect(those.length).toBeGreaterThan(500);
    expect(sandbox.control.requests()).toEqual([]);
  });

  // Last of all: among the operations is the one that uninstalls the app and ends its tokens.
  it("reaches its method, path, Version and placements with a token of its class", async () => {
    const isCompany = (one: Operation): boolean => expectationOf(one).tokenClass === "company";
    const strays = await findStrays(withOAuth, operations, (one) =>
      isCompany(one) ? "company" : "location",
    );
    expect(strays).toEqual([]);
    const reached = operations.length - strays.length;
    process.stdout.write(`${reached} of ${expected.size} operations reached as their specs say\n`);
  });
});
