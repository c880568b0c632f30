import { once } from "node:events";
import { PassThrough } from "node:stream";
import { SUPPORTED_PROTOCOL_VERSIONS } from "@modelcontextprotocol/server";
import { StdioServerTransport, serveStdio } from "@modelcontextprotocol/server/stdio";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { greet } from "../../../src/mcp/greeting.ts";
import { createHarness, toPinned } from "./fixtures.ts";

/** The version that the surface of the fixtures names. */
const VERSION = "1.2.3";
const { surface } = createHarness({});

/** What the SDK's own server writes when it reads this line first. */
const askSdk = async (line: string): Promise<string> => {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const handle = serveStdio(({ era }) => surface.createServer(toPinned(), era), {
    transport: new StdioServerTransport(input, output),
  });
  input.write(`${line}\n`);
  const [chunk]: Buffer[] = await once(output, "data");
  await handle.close();
  return chunk?.toString() ?? "";
};

const toMessage = (params: unknown, rest: object = {}): string =>
  JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params, ...rest });

const usual = {
  protocolVersion: "2025-06-18",
  capabilities: {},
  clientInfo: { name: "a client", version: "1.0.0" },
};

describe("the greeting before the SDK is loaded", () => {
  it("is to the byte what the SDK answers, in each revision that begins with initialize", async () => {
    expect(SUPPORTED_PROTOCOL_VERSIONS).toHaveLength(5);
    for (const protocolVersion of SUPPORTED_PROTOCOL_VERSIONS) {
      const line = toMessage({ ...usual, protocolVersion });
      expect(`${greet(line, VERSION)?.text}\n`).toBe(await askSdk(line));
    }
  });

  it("answers what known clients say of themselves", () => {
    const capabilities = [
      { roots: {} },
      { roots: { listChanged: true }, sampling: {}, elicitation: { form: {}, url: {} } },
      {
        elicitation: {},
        extensions: { "io.modelcontextprotocol/ui": { mimeTypes: ["text/html"] } },
      },
    ];
    for (const each of capabilities) {
      expect(greet(toMessage({ ...usual, capabilities: each }), VERSION)?.id).toBe(1);
    }
  });

  it("leaves to the SDK whatever is unknown, incomplete or wrong", () => {
    const lines = [
      "",
      "not json",
      "null",
      "[]",
      toMessage(usual, { id: null }),
      toMessage(usual, { id: 1.5 }),
      toMessage(usual, { more: 1 }),
      toMessage(usual, { method: "server/discover" }),
      toMessage({ ...usual, protocolVersion: "2026-07-28" }),
      toMessage({ ...usual, protocolVersion: "1999-01-01" }),
      toMessage({ ...usual, _meta: { progressToken: 1 } }),
      toMessage({ ...usual, clientInfo: { name: "no version" } }),
      toMessage({ ...usual, capabilities: { roots: { listChanged: "yes" } } }),
      toMessage({ ...usual, capabilities: { tasks: {} } }),
      toMessage({ capabilities: {}, protocolVersion: "2025-06-18" }),
      JSON.stringify([JSON.parse(toMessage(usual))]),
    ];
    expect(lines.filter((line) => greet(line, VERSION) !== undefined)).toEqual([]);
  });

  it("answers nothing that the SDK would answer otherwise", async () => {
    const value = fc.oneof(
      fc.constantFrom({}, true, null, "text", 1, []),
      fc.record({ listChanged: fc.constantFrom(true, "yes", {}) }),
      fc.record({ form: fc.constantFrom({}, { applyDefaults: true }, true) }),
      fc.record({ context: fc.constantFrom({}, 1), tools: fc.constantFrom({ a: [1] }, []) }),
    );
    const name = fc.constantFrom("roots", "sampling", "elicitation", "experimental", "extensions");
    const params = fc.record({
      protocolVersion: fc.constantFrom(...SUPPORTED_PROTOCOL_VERSIONS),
      capabilities: fc.dictionary(name, value, { maxKeys: 2 }),
      clientInfo: fc.record(
        { name: fc.string(), version: fc.string(), title: fc.oneof(fc.string(), fc.constant(1)) },
        { requiredKeys: ["name", "version"] },
      ),
    });
    const id = fc.oneof(fc.string(), fc.integer(), fc.maxSafeInteger());
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(params, id, async (given, requestId) => {
        const line = toMessage(given, { id: requestId });
        const greeting = greet(line, VERSION);
        if (greeting === undefined) return;
        answered += 1;
        expect(`${greeting.text}\n`).toBe(await askSdk(line));
      }),
      { numRuns: 300 },
    );
    expect(answered).toBeGreaterThan(30);
  });
});
