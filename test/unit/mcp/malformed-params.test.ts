import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { silentLogger } from "../../../src/core/logger.ts";
import { toInvalidParams } from "../../../src/mcp/features/malformed-params.ts";
import { createMcpHttp } from "../../../src/transport/mcp-http.ts";
import { callMcp } from "../../support/attack-client.ts";
import { createHarness, listen, type RunningHttp, toPinned } from "./fixtures.ts";

const mcp = createMcpHttp({
  surface: createHarness().surface,
  authorization: { challenge: () => "Bearer" },
  cookieKeys: { random: () => "session", mac: (_purpose, value) => value },
  log: silentLogger,
});
let http: RunningHttp;
beforeAll(async () => {
  http = await listen((req, res) => mcp.handle(req, res, toPinned()));
});
afterAll(async () => {
  await mcp.close();
  await http.close();
});

type Params = Readonly<Record<string, unknown>>;
type Era = "modern" | "legacy";

const errorOf = async (era: Era, method: string, params: Params): Promise<unknown> => {
  const answer = await callMcp({ publicUrl: http.url }, undefined, { method, params }, { era });
  return answer.json?.["error"];
};

const REF = { type: "ref/prompt", name: "daily_briefing" };

describe.each(["modern", "legacy"] as const)("malformed params in the %s era", (era) => {
  it.each<[string, Params, string]>([
    ["resources/read", {}, '"uri" must be a string, and is missing'],
    ["resources/read", { uri: 7 }, '"uri" must be a string'],
    ["prompts/get", {}, '"name" must be a string, and is missing'],
    [
      "prompts/get",
      { name: "daily_briefing", arguments: { date: 7, when: null } },
      '"arguments.date" must be a string; "arguments.when" must be a string',
    ],
    ["prompts/get", { name: "daily_briefing", arguments: [] }, '"arguments" must be an object'],
    ["tools/list", { cursor: 7 }, '"cursor" must be a string'],
    ["resources/list", { cursor: {} }, '"cursor" must be a string'],
    ["tools/call", { name: 7 }, '"name" must be a string'],
    ["tools/call", { arguments: {} }, '"name" must be a string, and is missing'],
    [
      "completion/complete",
      {},
      '"ref" must be an object, and is missing; "argument" must be an object, and is missing',
    ],
    [
      "completion/complete",
      { ref: { type: "ref/other" }, argument: { name: "date", value: "" } },
      '"ref.type" must be "ref/prompt", or "ref.type" must be "ref/resource"',
    ],
    [
      "completion/complete",
      { ref: REF, argument: { name: "date" } },
      '"argument.value" must be a string, and is missing',
    ],
  ])("are named to the client of %s with %j", async (method, params, message) => {
    expect(await errorOf(era, method, params)).toEqual({ code: -32602, message });
  });
});

describe("a malformed initialize", () => {
  it("is told what it lacks", async () => {
    expect(await errorOf("legacy", "initialize", { protocolVersion: 1, capabilities: {} })).toEqual(
      {
        code: -32602,
        message:
          '"protocolVersion" must be a string; "clientInfo" must be an object, and is missing',
      },
    );
  });
});

describe("the text", () => {
  const toError = (...issues: unknown[]): Error => new Error(JSON.stringify(issues));
  const textOf = (error: Error): unknown => (toInvalidParams(error, {}) as Error).message;

  it("names no more than five parameters, and clips what they are called", () => {
    const issues = Array.from({ length: 9 }, (_, index) => ({
      path: ["params", `${index}${"x".repeat(200)}\n`],
      expected: "string",
    }));
    const text = String(textOf(toError(...issues)));
    expect(text.split("; ")).toHaveLength(5);
    expect(text.length).toBeLessThan(600);
    expect(text).not.toContain("\n");
  });

  it("of a rule that it has no words for names the parameter all the same", () => {
    expect(textOf(toError({ path: ["params", "uri"], code: "too_big" }))).toBe(
      '"uri" must be what the schema of this method says, and is missing',
    );
  });

  it.each([
    new Error("the store is away"),
    new Error("[1, 2]"),
    new Error("["),
    toError(),
    toError({ path: ["contacts", 0], expected: "string" }),
    "thrown text",
  ])("is none for an error of another kind: %s", (error) => {
    expect(toInvalidParams(error, {})).toBe(error);
  });
});
