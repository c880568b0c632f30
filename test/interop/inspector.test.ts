import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findFreePort } from "../support/free-port.ts";
import { createInteropHome, findBin, type InteropHome } from "../support/interop-process.ts";
import { obtainTokens } from "../support/interop-oauth.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";

const INSPECTOR = findBin(
  import.meta.resolve("@modelcontextprotocol/inspector/package.json"),
  "mcp-inspector",
);

let running: RunningApp;
let everything: string;

beforeAll(async () => {
  running = await startApp();
  const all = { choose: "company", consent: { access: "critical" } };
  everything = (await obtainTokens(running, { signIn: all })).access_token;
});
afterAll(() => running.close());

/** What the program prints with `--format json`. */
interface Printed {
  readonly result: {
    readonly tools?: readonly { readonly name: string }[];
    readonly resources?: readonly { readonly uri: string }[];
    readonly prompts?: readonly { readonly name: string }[];
    readonly structuredContent?: unknown;
    readonly isError?: boolean;
    /** Only in answers of the modern era. */
    readonly _meta?: Record<string, unknown>;
  };
}

describe.each(["legacy", "modern"])("@modelcontextprotocol/inspector --cli, %s", (era) => {
  let home: InteropHome;
  /** Where no tokens are kept, which would go before the header. */
  let bareHome: InteropHome;
  let callbackUrl: string;

  beforeAll(async () => {
    home = createInteropHome();
    bareHome = createInteropHome();
    callbackUrl = `http://127.0.0.1:${await findFreePort()}/oauth/callback`;
  });
  afterAll(() => Promise.all([home.close(), bareHome.close()]));

  const inspect = async (
    ...args: readonly string[]
  ): Promise<{ printed: Printed; stderr: string }> => {
    const common = ["--cli", running.mcpUrl.href, "--transport", "http", "--format", "json"];
    const { exitCode, stdout, stderr } = await home.run(
      INSPECTOR,
      [...common, "--protocol-era", era, "--callback-url", callbackUrl, ...args],
      { env: { MCP_AUTO_OPEN_ENABLED: "true", MCP_INSPECTOR_SECRET_STORE: "file" } },
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.any(String) });
    return { printed: JSON.parse(stdout) as Printed, stderr };
  };

  it("signs in through the browser and lists tools whose schemas are portable", async () => {
    const { printed, stderr } = await inspect("--method", "tools/list", "--strict");
    expect(printed.result.tools?.map((tool) => tool.name)).toContain("search_contacts");
    expect(stderr).toContain("Authorization complete");
  }, 90_000);

  it("calls a tool with the tokens that it kept", async () => {
    const { printed, stderr } = await inspect(
      "--method",
      "tools/call",
      "--tool-name",
      "search_contacts",
      "--tool-args-json",
      '{"limit":2}',
    );
    expect(printed.result.isError).not.toBe(true);
    expect(printed.result.structuredContent).toMatchObject({ contacts: expect.any(Array) });
    expect(Object.keys(printed.result._meta ?? {})).toEqual(
      era === "modern" ? ["io.modelcontextprotocol/serverInfo"] : [],
    );
    expect(stderr).not.toContain("/oauth/authorize");
  }, 90_000);

  /** With a token in a header: a grant of everything, which the browser of the test does not choose. */
  const inspectAll = async (query: string, ...args: readonly string[]): Promise<Printed> => {
    const common = ["--cli", `${running.mcpUrl.href}${query}`, "--transport", "http"];
    const token = ["--header", `Authorization: Bearer ${everything}`];
    const { exitCode, stdout, stderr } = await bareHome.run(
      INSPECTOR,
      [...common, "--format", "json", "--protocol-era", era, ...token, ...args],
      { env: { MCP_INSPECTOR_SECRET_STORE: "file" } },
    );
    // with --strict anything that it found ends it with 6
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.any(String) });
    return JSON.parse(stdout) as Printed;
  };

  it("finds nothing to complain about in the tools of a grant of everything", async () => {
    const strict = ["--method", "tools/list", "--strict"];
    const [all, pair] = await Promise.all([
      inspectAll("", ...strict),
      inspectAll("?tools=chatgpt", ...strict),
    ]);
    expect(all.result.tools?.map((tool) => tool.name)).toContain("critical_operation");
    expect(pair.result.tools?.map((tool) => tool.name)).toContain("fetch");
  }, 90_000);

  it("reads resources and prompts", async () => {
    const [resources, prompts] = await Promise.all([
      inspectAll("", "--method", "resources/list"),
      inspectAll("", "--method", "prompts/list"),
    ]);
    const uris = resources.result.resources?.map(({ uri }) => uri);
    expect(uris).toContain(`ghl://locations/${running.sandbox.locations[0]?.id ?? ""}/pipelines`);
    expect(prompts.result.prompts?.map(({ name }) => name)).toContain("daily_briefing");
  }, 90_000);
});
