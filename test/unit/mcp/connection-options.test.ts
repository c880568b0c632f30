import { afterEach, describe, expect, it } from "vitest";
import { ok } from "../../../src/core/result.ts";
import { readConnectionOptions } from "../../../src/mcp/connection-options.ts";
import { BERLIN, FOREIGN, LYON, createHarness, toPinned, toPrincipal } from "./fixtures.ts";
import { type ModernServer, serveModern } from "./modern-server.ts";

const read = (query: string) => readConnectionOptions(new URLSearchParams(query));

describe("the options of an address", () => {
  it.each([
    ["", {}],
    ["location=x&access=read&tools=core", { location: "x", access: "read", tools: "core" }],
    ["access=full", { access: "critical" }],
    ["session=1&utm_source=directory", {}],
  ])("are read: %j", (query, expected) => {
    expect(read(query)).toEqual(ok(expected));
  });

  it.each([
    ["access=admin", '"access" must be one of read, write, full'],
    ["access=critical", '"access" must be one of'],
    ["access=", '"access" must be one of'],
    ["access=constructor", '"access" must be one of'],
    ["tools=everything", '"tools" must be one of core, crm, chatgpt, all'],
    ["location=", '"location" must be'],
    [`location=${"x".repeat(101)}`, '"location" must be'],
    ["access=read&access=full", '"access" is given twice'],
    ["acess=read", 'did you mean "access"'],
    ["Access=read", 'did you mean "access"'],
    ["locations=x", 'did you mean "location"'],
    ["tool=crm", 'did you mean "tools"'],
  ])("are refused: %j", (query, text) => {
    const result = read(query);
    expect(result).toMatchObject({ ok: false, failure: { kind: "malformed" } });
    if (!result.ok) expect(result.failure.text).toContain(text);
  });
});

describe("a connection with options", () => {
  const servers: ModernServer[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });
  const answers = { "contacts.search-contacts-advanced": ok({ contacts: [], total: 0 }) };
  const serve = async () => {
    const harness = createHarness(answers);
    const server = await serveModern(harness);
    servers.push(server);
    return { ...harness, server };
  };
  const search = { name: "search_contacts", arguments: {} };

  it.each([LYON, "lyon yoga"])("is pinned to one location: %s", async (location) => {
    const { calls, server } = await serve();
    const answer = await server.call(toPrincipal(), search, {
      query: `?location=${encodeURIComponent(location)}`,
    });
    expect(answer.data).toEqual({ contacts: [], total: 0 });
    expect(answer.result["_meta"]).toMatchObject({
      "io.modelcontextprotocol/serverInfo": {
        name: "ghl-mcp-lyon-yoga",
        title: "GoHighLevel: Lyon Yoga",
      },
    });
    expect(calls.map(({ locationId }) => locationId)).toEqual([LYON]);
  });

  it("cannot name another location once it is pinned, not even one of the grant", async () => {
    const { calls, server } = await serve();
    for (const tool of [
      { name: "search_contacts", arguments: { location: BERLIN } },
      {
        name: "read_operation",
        arguments: { operation: "workflows.get-workflow", locations: ["all"] },
      },
      {
        name: "read_operation",
        arguments: { operation: "workflows.get-workflow", parameters: { locationId: BERLIN } },
      },
      { name: "read_operation", arguments: { operation: "snapshots.get-custom-snapshots" } },
    ]) {
      const answer = await server.call(toPrincipal(), tool, { query: `?location=${LYON}` });
      expect(answer.result["isError"]).toBe(true);
    }
    expect(calls).toEqual([]);
  });

  it.each([
    [`?location=${FOREIGN}`, toPrincipal(), "is not in this grant"],
    [`?location=${LYON}`, toPinned(BERLIN), "is not in this grant"],
    ["?location=Nowhere", toPrincipal(), "no location of this grant is called"],
    [
      "?access=full",
      { ...toPrincipal(), access: "read" as const },
      "asks for more than this grant",
    ],
    ["?access=write", { ...toPrincipal(), access: "read" as const }, "which is read access"],
  ])("is refused with 403 beyond its grant: %s", async (query, principal, text) => {
    const { calls, server } = await serve();
    const { status, messages } = await server.call(principal, search, { query });
    expect(status).toBe(403);
    expect(messages).toMatchObject([
      { error: { code: -32602, message: expect.stringContaining(text) as string }, id: null },
    ]);
    expect(calls).toEqual([]);
  });

  it("is refused with 400 where no grant could have it", async () => {
    const { calls, server } = await serve();
    const { status, messages } = await server.call(toPrincipal(), search, { query: "?access=all" });
    expect(status).toBe(400);
    expect(messages[0]?.["error"]).toMatchObject({
      message: expect.stringContaining("must be one of read, write, full") as string,
    });
    expect(calls).toEqual([]);
  });

  it("is read-only with access=read, and does not send the client for more scope that would not help", async () => {
    const { calls, server } = await serve();
    for (const tool of [
      { name: "create_contact", arguments: { name: "Ann" } },
      { name: "write_operation", arguments: { operation: "contacts.create-contact" } },
      { name: "critical_operation", arguments: { operation: "contacts.delete-contact" } },
    ]) {
      const { status, result } = await server.call(toPinned(), tool, { query: "?access=read" });
      expect(status).toBe(200);
      expect(result["isError"]).toBe(true);
    }
    expect(calls).toEqual([]);
  });

  it("shows and runs the chosen tools only", async () => {
    const { server } = await serve();
    const hidden = await server.call(toPinned(), search, { query: "?tools=core" });
    expect(hidden.messages[0]?.["error"]).toMatchObject({
      code: -32602,
      message: expect.stringContaining('unknown tool "search_contacts"') as string,
    });
    const shown = await server.call(toPinned(), search, { query: "?tools=crm" });
    expect(shown.data).toEqual({ contacts: [], total: 0 });
  });
});

describe("a call beyond the grant", () => {
  it.each([
    ["an operation of another area", ["payments"] as const, "critical" as const],
    ["an operation of a higher class", "all" as const, "write" as const],
  ])("asks a client that can step up for more: %s", async (_name, areas, access) => {
    const harness = createHarness();
    const server = await serveModern(harness);
    try {
      const { status } = await server.call(
        { ...toPinned(), areas, access },
        { name: "critical_operation", arguments: { operation: "contacts.delete-contact" } },
      );
      expect(status).toBe(403);
      expect(harness.calls).toEqual([]);
    } finally {
      await server.close();
    }
  });
});
