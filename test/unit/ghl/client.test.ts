import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";

import { toConnectionId, toLocationId, toOperationId } from "../../../src/core/ids.ts";
import { fail, ok, type Result } from "../../../src/core/result.ts";
import { toSecret } from "../../../src/core/secret.ts";
import type { GhlCall, GhlClient } from "../../../src/ghl/call.ts";
import { findOperation } from "../../../src/ghl/catalog/index.ts";
import { createGhlClient } from "../../../src/ghl/client.ts";
import type {
  AccessToken,
  TokenFailure,
  TokenRequest,
  TokenSource,
} from "../../../src/ghl/ports.ts";
import { createHttpClient } from "../../../src/net/undici-http-client.ts";
import { createFakeClock } from "../../support/clock.ts";
import { createMemoryLogger } from "../../support/memory-logger.ts";

interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Record<string, string>;
}

type TokenResult = Result<AccessToken, TokenFailure>;

interface Bench {
  readonly client: GhlClient;
  readonly received: Received[];
  readonly asked: TokenRequest[];
  readonly replaced: AccessToken[];
  readonly lines: string[];
}

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const listen = async (
  received: Received[],
  reply: (request: Received, count: number) => Reply | "hang",
): Promise<string> => {
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      const one = { method, url, headers, body: Buffer.concat(chunks).toString() };
      received.push(one);
      const answer = reply(one, received.length);
      if (answer === "hang") return;
      response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
      response.end(typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
};

const token = (value: string, kind: AccessToken["kind"] = "oauth"): AccessToken => ({
  token: toSecret(value),
  kind,
});

const setUp = async (
  reply: (request: Received, count: number) => Reply | "hang",
  answers: { readonly first?: TokenResult; readonly newer?: TokenResult } = {},
): Promise<Bench> => {
  const received: Received[] = [];
  const asked: TokenRequest[] = [];
  const replaced: AccessToken[] = [];
  const { log, lines } = createMemoryLogger();
  const http = createHttpClient();
  cleanups.push(() => http.close());
  const tokens: TokenSource = {
    getToken: (request) => {
      asked.push(request);
      return Promise.resolve(answers.first ?? ok(token("token-one")));
    },
    replaceToken: (_request, refused) => {
      replaced.push(refused);
      return Promise.resolve(answers.newer ?? ok(token("token-two")));
    },
  };
  const apiBaseUrl = await listen(received, reply);
  const client = createGhlClient({ apiBaseUrl, tokens, http, clock: createFakeClock(), log });
  return { client, received, asked, replaced, lines };
};

const call = (operation: string, rest: Partial<GhlCall> = {}): GhlCall => ({
  connectionId: toConnectionId("conn-1"),
  locationId: toLocationId("loc-1"),
  ...rest,
  operation: toOperationId(operation),
});

const getContact = call("contacts.get-contact", { parameters: { contactId: "c1" } });
const answer =
  (body: unknown, status = 200): (() => Reply) =>
  () => ({ status, body });

describe("a call", () => {
  it("sends what the catalogue says, with the token of the location, and gives the parsed answer", async () => {
    const bench = await setUp(answer({ contacts: [], total: 0 }));
    const result = await bench.client.call(
      call("contacts.search-contacts-advanced", { body: { pageLimit: 20, query: "ada" } }),
    );
    expect(result).toEqual(ok({ status: 200, body: { contacts: [], total: 0 } }));
    expect(bench.received).toHaveLength(1);
    expect(bench.received[0]).toMatchObject({
      method: "POST",
      url: "/contacts/search",
      headers: {
        authorization: "Bearer token-one",
        version: "v3",
        accept: "application/json",
        "content-type": "application/json",
      },
    });
    expect(JSON.parse(bench.received[0]?.body ?? "")).toEqual({
      pageLimit: 20,
      query: "ada",
      locationId: "loc-1",
    });
    expect(bench.asked).toEqual([
      { connectionId: "conn-1", tokenClass: "location", locationId: "loc-1" },
    ]);
  });

  it("asks for the token class of the operation, and for the location's where both would do", async () => {
    const bench = await setUp(answer({}));
    const company = { parameters: { companyId: "co" } };
    const { locationId: _locationId, ...agencyWide } = call("locations.search-locations", company);
    await bench.client.call(agencyWide);
    await bench.client.call(call("locations.search-locations", company));
    await bench.client.call(call("companies.get-company", company));
    expect(bench.asked.map(({ tokenClass }) => tokenClass)).toEqual([
      "company",
      "location",
      "company",
    ]);
  });

  it("sends files as a multipart form", async () => {
    const bench = await setUp(answer({ fileId: "f" }));
    await bench.client.call(
      call("medias.upload-media-content", { body: { file: new Blob(["file bytes"]), name: "a" } }),
    );
    expect(bench.received[0]?.headers["content-type"]).toMatch(/^multipart\/form-data; boundary=/u);
    expect(bench.received[0]?.body).toContain("file bytes");
  });

  it("carries a key of its own, the same in each attempt, where GoHighLevel knows one", async () => {
    const bench = await setUp((_request, count) =>
      count % 2 === 1
        ? { status: 401, body: { message: "Invalid JWT" } }
        : { status: 200, body: {} },
    );
    const operation = "phone-system.purchase-phone-number";
    const names = Object.keys(findOperation(operation)?.body?.fields ?? {});
    const rest = names.filter((name) => !["phoneNumber", "fingerprintId"].includes(name));
    const buy = (body: object) =>
      bench.client.call(
        call(operation, {
          body: { ...Object.fromEntries(rest.map((name) => [name, ""])), ...body },
        }),
      );
    expect((await buy({ phoneNumber: "+1" })).ok).toBe(true);
    expect((await buy({ phoneNumber: "+1" })).ok).toBe(true);
    expect((await buy({ phoneNumber: "+1", fingerprintId: "mine" })).ok).toBe(true);
    const keys = bench.received.map(
      ({ body }) => (JSON.parse(body) as Record<string, unknown>)["fingerprintId"],
    );
    expect(keys[0]).toMatch(/^[\da-f-]{36}$/u);
    expect([keys[1] === keys[0], keys[2] === keys[0], keys[3] === keys[2]]).toEqual([
      true,
      false,
      true,
    ]);
    expect(keys.slice(4)).toEqual(["mine", "mine"]);
    await bench.client.call(call("contacts.create-contact", { body: { firstName: "Ada" } }));
    expect(bench.received.at(-1)?.body).toBe('{"firstName":"Ada","locationId":"loc-1"}');
  });

  it("keeps tokens, parameters and bodies out of the log", async () => {
    const bench = await setUp(answer({ contact: { email: "ada@example.com" } }));
    await bench.client.call(getContact);
    await bench.client.call(call("contacts.create-contact", { body: { firstName: "Ada" } }));
    expect(bench.lines).toHaveLength(2);
    expect(bench.lines.join("\n")).not.toMatch(/token-one|Ada|ada@|"c1"/u);
    expect(bench.lines[0]).toContain("contacts.get-contact");
  });
});

describe("a call that is wrong in itself", () => {
  it.each([
    [call("contacts.search"), "unknown_operation"],
    [call("contacts.get-contact"), "invalid_parameter"],
    [call("contacts.get-contact", { parameters: { contactId: "../users" } }), "invalid_parameter"],
    [call("contacts.create-contact", { body: { locationId: "loc-2" } }), "invalid_parameter"],
  ])("is refused before a token is asked for or anything is sent: %j", async (wrong, kind) => {
    const bench = await setUp(answer({}));
    expect(await bench.client.call(wrong)).toMatchObject({ ok: false, failure: { kind } });
    expect(bench.asked).toEqual([]);
    expect(bench.received).toEqual([]);
  });

  it("names the operations that were likely meant", async () => {
    const bench = await setUp(answer({}));
    expect(await bench.client.call(call("contacts.get_contakt"))).toMatchObject({
      failure: {
        kind: "unknown_operation",
        operation: "contacts.get_contakt",
        closest: expect.arrayContaining(["contacts.get-contact"]) as unknown,
      },
    });
  });
});

describe("a token", () => {
  it.each(["Invalid JWT", "Invalid Private Integration token", "JWT expired"])(
    "that GoHighLevel calls %j is replaced once, and the call repeated once",
    async (message) => {
      const bench = await setUp((_request, count) =>
        count === 1 ? { status: 401, body: { message } } : { status: 200, body: { fine: true } },
      );
      const create = call("contacts.create-contact", { body: { firstName: "Ada" } });
      expect(await bench.client.call(create)).toEqual(ok({ status: 200, body: { fine: true } }));
      expect(bench.received.map(({ headers }) => headers.authorization)).toEqual([
        "Bearer token-one",
        "Bearer token-two",
      ]);
      expect(bench.received[1]?.body).toBe(bench.received[0]?.body);
      expect(bench.replaced.map((one) => one.token.reveal())).toEqual(["token-one"]);
    },
  );

  it("that is refused again after its replacement ends the call", async () => {
    const bench = await setUp(answer({ message: "Invalid JWT" }, 401));
    expect(await bench.client.call(getContact)).toEqual(fail({ kind: "token_rejected" }));
    expect(bench.received).toHaveLength(2);
    expect(bench.replaced).toHaveLength(1);
  });

  it.each([
    [401, "version header is invalid"],
    [401, "The token is not authorized for this scope."],
    [401, "This authClass type is not allowed to access this scope."],
    [401, "This route is not yet supported by the IAM Service. Please update your IAM config."],
    [401, "Unauthorized"],
    [403, "The token does not have access to this location."],
    [403, "Invalid JWT"],
  ])("is never replaced over %i %j", async (status, message) => {
    const bench = await setUp(answer({ message }, status));
    expect((await bench.client.call(getContact)).ok).toBe(false);
    expect(bench.replaced).toEqual([]);
    expect(bench.received).toHaveLength(1);
  });

  it("that cannot be had, or replaced, is said to be the reason", async () => {
    const connectionId = toConnectionId("conn-1");
    const gone = fail({ kind: "needs_reauth" as const, connectionId, reason: "revoked" });
    const none = await setUp(answer({}), { first: gone });
    expect(await none.client.call(getContact)).toEqual(
      fail({ kind: "token", failure: gone.failure }),
    );
    expect(none.received).toEqual([]);
    const lost = await setUp(answer({ message: "Invalid JWT" }, 401), { newer: gone });
    expect(await lost.client.call(getContact)).toEqual(
      fail({ kind: "token", failure: gone.failure }),
    );
    expect(lost.received).toHaveLength(1);
  });

  it("of a private integration is not sent where GoHighLevel takes OAuth tokens only", async () => {
    const bench = await setUp(answer({}), { first: ok(token("pit-1", "private")) });
    const charges = call("marketplace.getCharges");
    expect(await bench.client.call(charges)).toEqual(
      fail({
        kind: "token",
        failure: { kind: "wrong_token_class", needed: "location", have: "private" },
      }),
    );
    expect(bench.received).toEqual([]);
    expect((await bench.client.call(getContact)).ok).toBe(true);
  });
});

describe("a failure", () => {
  it("names the scopes that the operation needs, and the location that was refused", async () => {
    const scope = await setUp(
      answer({ message: "The token is not authorized for this scope." }, 401),
    );
    expect(await scope.client.call(getContact)).toEqual(
      fail({ kind: "missing_scope", scopes: ["contacts.readonly"] }),
    );
    const place = await setUp(
      answer({ message: "The token does not have access to this location." }, 403),
    );
    expect(await place.client.call(getContact)).toEqual(
      fail({ kind: "location_forbidden", locationId: "loc-1" }),
    );
  });

  it("is a value when nobody listens, and holds no token", async () => {
    const bench = await setUp(answer({}));
    for (const cleanup of cleanups.splice(1)) await cleanup();
    const result = await bench.client.call({ ...getContact, deadlineMs: 99 });
    expect(result).toMatchObject({ ok: false, failure: { kind: "unreachable" } });
    expect(bench.lines.join("\n")).not.toContain("token-one");
  });

  it("is an abort when the caller aborts, before or during the call", async () => {
    const bench = await setUp(() => {
      controller.abort();
      return "hang";
    });
    const controller = new AbortController();
    const during = await bench.client.call({ ...getContact, signal: controller.signal });
    expect(during).toEqual(fail({ kind: "aborted" }));
    expect(bench.received).toHaveLength(1);
    const before = await bench.client.call({ ...getContact, signal: AbortSignal.abort() });
    expect(before).toEqual(fail({ kind: "aborted" }));
    expect(bench.received).toHaveLength(1);
    expect(bench.asked).toHaveLength(1);
  });

  it("is a malformed answer when the answer is too long", async () => {
    const bench = await setUp(() => ({ status: 200, body: "x".repeat(11 * 1024 * 1024) }));
    expect(await bench.client.call(getContact)).toEqual(
      fail({ kind: "malformed_answer", status: 0, maxBytes: 10 * 1024 * 1024 }),
    );
  });

  it("is not a redirect followed to another host with the token", async () => {
    const received: Received[] = [];
    const elsewhere = await listen(received, answer({}));
    const bench = await setUp(() => ({
      status: 302,
      body: "",
      headers: { location: `${elsewhere}/steal` },
    }));
    expect(await bench.client.call(getContact)).toEqual(
      fail({ kind: "malformed_answer", status: 302 }),
    );
    expect(received).toEqual([]);
  });
});
